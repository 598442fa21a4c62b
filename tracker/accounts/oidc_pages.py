"""The way to the provider of unified identities and back, to sign in or to bind one's account."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from tracker import web
from tracker.accounts import admission, door, entry, oidc, queries, rules
from tracker.accounts.models import Account
from tracker.audit import service as audit
from tracker.errors import TrackerError
from tracker.permissions import Permission
from tracker.web import allow, public

blp = Blueprint("oidc", __name__)
_WANTED, _BIND = "oidc_wanted", "oidc_bind"
_UNBOUND = "您的统一身份还没有绑定本系统的账号。请先用密码登录，在“我的账号”里绑定。"


@blp.app_context_processor
def _provider() -> dict[str, str]:
    """Give the templates the provider's name, "" when there is none."""
    return {"oidc_name": oidc.name() if oidc.is_on() else ""}


@blp.get("/login/oidc")
@public
def leave() -> ResponseReturnValue:
    """Lead to the provider."""
    cookie[_WANTED] = rules.local_address(request.args.get("next"))
    site = current_app.config["PUBLIC_URL"] or request.host_url.rstrip("/")
    return oidc.lead_away(site + url_for("oidc.come_back"))


@blp.get("/login/oidc/back")
@public
def come_back() -> ResponseReturnValue:
    """Take whom the provider proved: sign him in, or bind him to the account that asked for it."""
    wanted = rules.local_address(cookie.pop(_WANTED, "/"))
    asked = cookie.pop(_BIND, None)
    try:
        if asked is not None:
            return _bind(asked)
        outcome = door.bounded(_enter)
    except TrackerError as error:
        refusal = entry.Refusal(error.code, error.message, error.http_status)
        return _refused(refusal, wanted)
    if isinstance(outcome, entry.Refusal):
        return _refused(outcome, wanted)
    return admission.admit(outcome, wanted)


def _enter() -> Account | entry.Refusal:
    subject = oidc.subject()
    account = oidc.account_of(web.session(), subject)
    if account is None:
        told = {"reason": _UNBOUND}
        audit.record(web.session(), None, "sign_in_failed", "account", "未知账号", told, now=web.now())
        return entry.Refusal("unbound", _UNBOUND)
    return account


def _refused(refusal: entry.Refusal, wanted: str) -> ResponseReturnValue:
    return render_template("accounts/sign_in.html", next=wanted, refusal=refusal), refusal.http_status


def _bind(asked: dict[str, int]) -> ResponseReturnValue:
    actor, now = web.actor(), web.now()
    late = now.timestamp() - asked["at"] > rules.HALF_WAY.total_seconds()
    if actor is None or actor.account_id != asked["account"] or late:
        return redirect(url_for("accounts.sign_in"), 303)
    try:
        oidc.bind(web.session(), actor, oidc.subject(), now=now)
    except TrackerError as error:
        flash(error.message, "danger")
    else:
        flash("已绑定，下次可以用统一身份认证登录。", "success")
    return redirect(url_for("account.own"), 303)


@blp.post("/account/oidc")
@allow(Permission.SIGNED_IN)
def ask_to_bind() -> ResponseReturnValue:
    """Let the owner, who gives his password once more, go to the provider to bind his account.

    Without the password a foreign page could bind the account to an identity of its own.
    """
    account = queries.own(web.session(), web.actor())
    try:
        queries.require_password(account, request.form.get("password", ""), "password")
    except TrackerError as error:
        flash(error.message, "danger")
        return redirect(url_for("account.own"), 303)
    cookie[_BIND] = {"account": account.id, "at": int(web.now().timestamp())}
    # a form may lead to this site only, so the way to another one is a link
    return render_template("accounts/bind.html", provider=oidc.name())


@blp.post("/account/oidc/remove")
@allow(Permission.SIGNED_IN)
def unbind() -> ResponseReturnValue:
    """Remove the binding."""
    oidc.unbind(web.session(), web.actor(), now=web.now())
    flash("已解除绑定。", "success")
    return redirect(url_for("account.own"), 303)
