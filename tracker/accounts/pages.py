"""Pages of entry: /login, /logout, and the way to the first screen of one's post."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import screens, web
from tracker.accounts import (
    account_pages,
    admin_pages,
    admission,
    door,
    entry,
    grant_pages,
    grants,
    oidc_pages,
    rules,
)
from tracker.permissions import Permission, Role
from tracker.web import allow, public

blp = Blueprint("accounts", __name__)
BLUEPRINTS = (blp, account_pages.blp, admin_pages.blp, grant_pages.blp, oidc_pages.blp)
BADGES = {"/accounts/grants": grants.n_waiting}
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
    """Let in whoever knows name and password, or ask him for his one-time code, and lead him where he wanted to go."""
    form, now = request.form, web.now()
    wanted = rules.local_address(form.get("next"))
    name, password = form.get("name", ""), form.get("password", "")[: rules.PASSWORD_MAX + 1]
    outcome = door.bounded(lambda: entry.by_password(web.session(), name, password, now=now))
    if isinstance(outcome, entry.Refusal):
        page = render_template("accounts/sign_in.html", next=wanted, name=name[:40], refusal=outcome)
        return page, outcome.http_status
    return admission.admit(outcome, wanted)


@blp.get("/login/code")
@public
def code() -> ResponseReturnValue:
    """Ask for the one-time code of whoever just gave his password."""
    if door.half_way(web.session(), web.now()) is None:
        return redirect(url_for("accounts.sign_in"))
    return render_template("accounts/code.html")


@blp.post("/login/code")
@public
def enter_code() -> ResponseReturnValue:
    """Take the one-time code or a recovery code."""
    session, now = web.session(), web.now()
    half = door.half_way(session, now)
    if half is None:
        flash("密码验证已超过5分钟，请重新登录。", "warning")
        return redirect(url_for("accounts.sign_in"), 303)
    account, wanted = half
    outcome = door.bounded(
        lambda: entry.by_code(session, account, request.form.get("code", "")[:40], now=now)
    )
    if isinstance(outcome, entry.Refusal):
        return render_template("accounts/code.html", refusal=outcome), outcome.http_status
    return admission.begin(account, wanted)


@blp.post("/logout")
@public
def sign_out() -> ResponseReturnValue:
    """End the sign-in of this browser."""
    secret = door.forget()
    if secret:
        entry.end(web.session(), secret, now=web.now())
    return redirect(url_for(".sign_in", bye=1), 303)
