"""Pages of entry: /login, /logout, and the way to the first screen of one's post."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import screens, web
from tracker.accounts import account_pages, admin_pages, door, entry, rules
from tracker.permissions import Permission, Role
from tracker.web import allow, public

blp = Blueprint("accounts", __name__)
BLUEPRINTS = (blp, account_pages.blp, admin_pages.blp)
_BEGIN_WITH = {
    Role.OFFICER: "/tickets",
    Role.REVIEWER: "/tickets",
    Role.ARBITER: "/tickets",
    Role.LEADER: "/indicators",
}
"""Where the day of a post begins; that of others with the first way they have."""


@blp.get("/")
@allow(Permission.SIGNED_IN)
def home() -> ResponseReturnValue:
    """Lead to the first screen of the post."""
    ways = screens.navigation()
    first = _BEGIN_WITH.get(web.actor().role)
    ways.sort(key=lambda way: way["path"] != first)
    return redirect(ways[0]["path"] if ways else url_for("account.own"))


@blp.get("/login")
@public
def sign_in() -> ResponseReturnValue:
    """Show the form; whoever is signed in goes on at once."""
    wanted = rules.local_address(request.args.get("next"))
    if web.actor() is not None:
        return redirect(wanted)
    return render_template("accounts/sign_in.html", next=wanted)


@blp.post("/login")
@public
def enter() -> ResponseReturnValue:
    """Let in whoever knows name, password and one-time code, and lead him where he wanted to go."""
    form, now = request.form, web.now()
    wanted = rules.local_address(form.get("next"))
    name = form.get("name", "")
    password, code = form.get("password", "")[: rules.PASSWORD_MAX + 1], form.get("code", "")
    outcome = entry.authenticate(web.session(), name, password, code=code, now=now)
    if isinstance(outcome, entry.Refusal):
        page = render_template("accounts/sign_in.html", next=wanted, name=name[:40], refusal=outcome)
        return page, outcome.http_status
    browser = request.headers.get("User-Agent", "")
    former = door.forget()
    if former:
        entry.end(web.session(), former, now=now)
    door.remember(entry.begin(web.session(), outcome, browser=browser, now=now))
    return redirect(url_for("account.own") if outcome.must_change_password else wanted, 303)


@blp.post("/logout")
@public
def sign_out() -> ResponseReturnValue:
    """End the sign-in of this browser."""
    secret = door.forget()
    if secret:
        entry.end(web.session(), secret, now=web.now())
    return redirect(url_for(".sign_in", bye=1), 303)
