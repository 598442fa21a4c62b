"""/account: own password, second factor, tokens and sign-ins."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from tracker import web
from tracker.accounts import (
    alarms,
    door,
    permission_words,
    queries,
    rules,
    schemas,
    second_factor,
    secrets,
    service,
    tokens,
)
from tracker.errors import Invalid, TrackerError
from tracker.permissions import GRANTS, Permission, Role
from tracker.web import allow

blp = Blueprint("account", __name__, url_prefix="/account")


def _page(**shown: Any) -> str:
    """Return the page; shown: what this one answer has besides (problem, token, secret, codes), never stored."""
    session, now = web.session(), web.now()
    account = queries.own(session, web.actor())
    must_have_factor = account.role in rules.SECOND_FACTOR
    return render_template(
        "accounts/account.html",
        account=account,
        must_have_factor=must_have_factor,
        owes_factor=must_have_factor and account.totp_secret_sealed is None,
        n_recovery_codes=second_factor.n_recovery_codes(session, account.id),
        alarms=alarms.latest(session, account.id),
        tokens=queries.live_tokens(session, account.id, now),
        scopes=permission_words.told(GRANTS[Role(account.role)]),
        sign_ins=queries.live_sign_ins(session, account.id, now),
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
    form = request.form
    wanted: dict[str, Any] = {"label": form.get("label", "").strip() or "接口令牌"}
    if form.get("limit"):
        wanted["scopes"] = form.getlist("scopes")
    if form.get("days"):
        wanted["days"] = form["days"]
    problems = schemas.NewTokenSchema().validate(wanted)
    if problems:
        return _refused(Invalid("令牌的用途、权限或期限有误，请重新填写。"))
    try:
        _, clear = tokens.create_token(
            web.session(), web.actor(), account, **schemas.NewTokenSchema().load(wanted), now=web.now()
        )
    except TrackerError as error:
        return _refused(error)
    return _page(token=clear)


@blp.post("/tokens/<int:token_id>/revoke")
@allow(Permission.SIGNED_IN)
def revoke_token(token_id: int) -> ResponseReturnValue:
    """Make an own token worthless."""
    tokens.revoke_token(web.session(), web.actor(), token_id, now=web.now())
    return _done("令牌已撤销，使用它的程序不能再访问。")


@blp.post("/totp/new")
@allow(Permission.SIGNED_IN)
def new_totp() -> str:
    """Show a fresh secret for the authenticator app; nothing is stored until a code proves it."""
    return _totp_page(secrets.new_totp())


def _totp_page(secret: str, **shown: Any) -> str:
    name = queries.own(web.session(), web.actor()).name
    return _page(
        secret=secret,
        address=secrets.totp_address(secret, name),
        picture=Markup(secrets.totp_picture(secret, name)),  # nosec B704  # noqa: S704  # drawn here, of squares
        **shown,
    )


@blp.post("/totp")
@allow(Permission.SIGNED_IN)
def set_totp() -> ResponseReturnValue:
    """Turn the second factor on, and show the recovery codes in this answer only."""
    secret, code = request.form.get("secret", ""), request.form.get("code", "")
    try:
        codes = second_factor.set_up(web.session(), web.actor(), secret=secret, code=code, now=web.now())
    except TrackerError as error:
        again = secret if secrets.is_totp(secret) else secrets.new_totp()
        return _totp_page(again, problem=error), error.http_status
    return _page(codes=codes)


@blp.post("/totp/codes")
@allow(Permission.SIGNED_IN)
def new_recovery_codes() -> ResponseReturnValue:
    """Make fresh recovery codes and show them in this answer only."""
    password = request.form.get("password", "")
    try:
        codes = second_factor.new_recovery_codes(web.session(), web.actor(), password=password, now=web.now())
    except TrackerError as error:
        return _refused(error)
    return _page(codes=codes)


@blp.post("/totp/remove")
@allow(Permission.SIGNED_IN)
def remove_totp() -> ResponseReturnValue:
    """Turn the second factor off."""
    password = request.form.get("password", "")
    try:
        second_factor.remove(web.session(), web.actor(), password=password, now=web.now())
    except TrackerError as error:
        return _refused(error)
    return _done("动态口令已停用。")


@blp.post("/sign-ins/<int:sign_in_id>/end")
@allow(Permission.SIGNED_IN)
def sign_out_one(sign_in_id: int) -> ResponseReturnValue:
    """End one sign-in of the own account."""
    service.sign_out_one(web.session(), web.actor(), sign_in_id, now=web.now())
    if sign_in_id == door.sign_in_id():
        door.forget()
        return redirect(url_for("accounts.sign_in", bye=1), 303)
    return _done("该设备已退出登录。")


@blp.post("/sign-out-everywhere")
@allow(Permission.SIGNED_IN)
def sign_out_everywhere() -> ResponseReturnValue:
    """End every sign-in of the own account."""
    service.sign_out_everywhere(web.session(), web.actor(), now=web.now())
    door.forget()
    return redirect(url_for("accounts.sign_in", bye=1), 303)
