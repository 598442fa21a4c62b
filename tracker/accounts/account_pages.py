"""/account: own password, second factor, tokens and sign-ins."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import web
from tracker.accounts import door, queries, rules, secrets, service
from tracker.errors import TrackerError
from tracker.permissions import Permission
from tracker.web import allow

blp = Blueprint("account", __name__, url_prefix="/account")


def _page(**shown: Any) -> str:
    """Return the page; shown: what this one answer has besides (problem, token, secret), never stored."""
    session = web.session()
    account = queries.own(session, web.actor())
    return render_template(
        "accounts/account.html",
        account=account,
        tokens=queries.live_tokens(session, account.id),
        sign_ins=queries.live_sign_ins(session, account.id, web.now()),
        this_sign_in=door.sign_in_id(),
        browser_words=rules.browser_words,
        **shown,
    )


def _refused(error: TrackerError, **shown: Any) -> ResponseReturnValue:
    return _page(problem=error, **shown), error.http_status


def _done(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("account.own"), 303)


@blp.get("")
@allow(Permission.SIGNED_IN)
def own() -> str:
    """Show the own account."""
    return _page()


@blp.post("/password")
@allow(Permission.SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Change the own password."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    if new != request.form.get("again", ""):
        return _page(mismatch=True), 422
    try:
        service.change_password(
            web.session(), web.actor(), old=old, new=new, now=web.now(), keep=door.sign_in_id()
        )
    except TrackerError as error:
        return _refused(error)
    return _done("密码已修改，其他设备上的登录已全部退出。")


@blp.post("/tokens")
@allow(Permission.SIGNED_IN)
def create_token() -> ResponseReturnValue:
    """Create a token and show it in this answer only."""
    account = queries.own(web.session(), web.actor())
    label = request.form.get("label", "")
    try:
        _, clear = service.create_token(web.session(), web.actor(), account, label, now=web.now())
    except TrackerError as error:
        return _refused(error)
    return _page(token=clear)


@blp.post("/tokens/<int:token_id>/revoke")
@allow(Permission.SIGNED_IN)
def revoke_token(token_id: int) -> ResponseReturnValue:
    """Make an own token worthless."""
    service.revoke_token(web.session(), web.actor(), token_id, now=web.now())
    return _done("令牌已撤销，使用它的程序不能再访问。")


@blp.post("/totp/new")
@allow(Permission.SIGNED_IN)
def new_totp() -> str:
    """Show a fresh secret for the authenticator app; nothing is stored until a code proves it."""
    return _totp_page(secrets.new_totp())


def _totp_page(secret: str, **shown: Any) -> str:
    return _page(secret=secret, address=secrets.totp_address(secret, web.actor().name), **shown)


@blp.post("/totp")
@allow(Permission.SIGNED_IN)
def set_totp() -> ResponseReturnValue:
    """Turn the second factor on."""
    secret, code = request.form.get("secret", ""), request.form.get("code", "")
    try:
        service.set_totp(web.session(), web.actor(), secret=secret, code=code, now=web.now())
    except TrackerError as error:
        again = secret if secrets.is_totp(secret) else secrets.new_totp()
        return _totp_page(again, problem=error), error.http_status
    return _done("动态口令已启用，下次登录时需要输入。")


@blp.post("/totp/remove")
@allow(Permission.SIGNED_IN)
def remove_totp() -> ResponseReturnValue:
    """Turn the second factor off."""
    password = request.form.get("password", "")
    try:
        service.remove_totp(web.session(), web.actor(), password=password, now=web.now())
    except TrackerError as error:
        return _refused(error)
    return _done("动态口令已停用。")


@blp.post("/sign-out-everywhere")
@allow(Permission.SIGNED_IN)
def sign_out_everywhere() -> ResponseReturnValue:
    """End every sign-in of the own account."""
    service.sign_out_everywhere(web.session(), web.actor(), now=web.now())
    door.forget()
    return redirect(url_for("accounts.sign_in", bye=1), 303)
