"""/account of the discipline side: own password, second factor, recovery codes, sign-ins."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import flask
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from tracker.accounts import rules, secrets
from tracker.commissions import entry, own_account
from tracker.errors import Invalid, NotAllowed, TrackerError
from tracker.limits import Limits, TooMany
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("liaison", __name__, url_prefix="/account")
FIRST = {"liaison.own", "liaison.settle_in", "liaison.sign_out_everywhere"}
"""What one may do while the password is still the one somebody else made."""
_GUESSED, _GUESSES, _GUESS_SECONDS = "liaison-own-password", 10, 600
"""[P] So many wrong passwords of somebody signed in are taken in ten minutes."""


def _secret() -> str:
    """Return the secret of this browser's sign-in; raises NotAllowed for a program, which has no business here."""
    held = flask.session.get("secret")
    if not isinstance(held, str) or "Authorization" in request.headers:
        raise NotAllowed("请在浏览器登录后办理账号事项。", code="browser_needed")
    return held


def require_browser() -> None:
    """Raise NotAllowed for a program: members and keys are the business of somebody at a screen."""
    _secret()


@contextmanager
def patience() -> Iterator[None]:
    """Let the block ask for the own password; raises TooMany when too many were wrong, as on a screen left open.

    The password lets colleagues in and opens the liaison's key, so it is not to be guessed at by whoever sits down there.
    """
    limits, whom = cast(Limits, flask.current_app.extensions["limits"]), str(actor().account_id)
    if limits.spent(_GUESSED, whom) >= _GUESSES:
        raise TooMany(f"密码多次输错，请{_GUESS_SECONDS // 60}分钟后再试。")
    try:
        yield
    except Invalid as error:
        if error.code == "wrong_password":
            limits.count(_GUESSED, whom, seconds=_GUESS_SECONDS)
        raise


def _page(**shown: Any) -> str:
    """Return the page; shown: what this one answer has besides, never stored."""
    this = secrets.digest(_secret())
    if entry.owes_password(session(), actor()):
        return _first_page(secrets.new_totp(), **shown)
    found = own_account.sign_ins(session(), actor(), now())
    return render_template(
        "discipline/account.html",
        liaison=own_account.own(session(), actor()),
        n_recovery_codes=own_account.n_recovery_codes(session(), actor()),
        tokens=own_account.tokens(session(), actor()),
        sign_ins=found,
        this_sign_in=next((one.id for one in found if one.secret_hash == this), None),
        browser_words=rules.browser_words,
        **shown,
    )


def _first_page(secret: str, **shown: Any) -> str:
    picture = Markup(_picture(secret))  # nosec B704  # noqa: S704  # drawn here, of squares
    return render_template("discipline/first.html", secret=secret, picture=picture, **shown)


def _picture(secret: str) -> str:
    return secrets.totp_picture(secret, own_account.own(session(), actor()).name)


@blp.post("/first")
@allow(Permission.CLUE_RECEIVE)
def settle_in() -> ResponseReturnValue:
    """Take the own password and the own telephone at the first sign-in, and show the recovery codes in this answer only."""
    form = request.form
    secret, new, keep = form.get("secret", ""), form.get("new", ""), _secret()
    given = {"secret": secret, "code": form.get("code", ""), "keep": keep}
    try:
        if new != form.get("again", ""):
            raise Invalid("两次输入的新密码不一致，请重新输入。")
        with session().begin_nested():
            codes = own_account.settle_in(session(), actor(), new=new, now=now(), **given)
    except TrackerError as error:
        again = secret if secrets.is_totp(secret) else secrets.new_totp()
        return _first_page(again, problem=error.message), error.http_status
    return _page(codes=codes)


def _refused(error: TrackerError, **shown: Any) -> ResponseReturnValue:
    return _page(problem=error.message, **shown), error.http_status


@blp.get("")
@allow(Permission.CLUE_RECEIVE)
def own() -> ResponseReturnValue:
    """Show the own account."""
    return _page()


@blp.post("/password")
@allow(Permission.CLUE_RECEIVE)
def change_password() -> ResponseReturnValue:
    """Change the own password."""
    form = request.form
    if form.get("new", "") != form.get("again", ""):
        return _page(problem="两次输入的新密码不一致，请重新输入。"), 422
    given = {"old": form.get("old", ""), "new": form.get("new", ""), "keep": _secret()}
    try:
        with patience():
            own_account.change_password(session(), actor(), now=now(), **given)
    except TrackerError as error:
        return _refused(error)
    flash("密码已修改，其他设备上的登录已全部退出。", "success")
    return redirect(url_for("liaison.own"), 303)


def _totp_page(secret: str, **shown: Any) -> str:
    picture = Markup(_picture(secret))  # nosec B704  # noqa: S704  # drawn here, of squares
    return _page(secret=secret, picture=picture, **shown)


@blp.post("/totp/new")
@allow(Permission.CLUE_RECEIVE)
def new_totp() -> ResponseReturnValue:
    """Show a fresh secret to whoever gives his password; nothing is stored until a code proves it."""
    try:
        liaison = own_account.own(session(), actor())
        with patience():
            own_account.require_password(session(), liaison, request.form.get("password", ""))
    except TrackerError as error:
        return _refused(error)
    return _totp_page(secrets.new_totp())


@blp.post("/totp")
@allow(Permission.CLUE_RECEIVE)
def replace_totp() -> ResponseReturnValue:
    """Take the new telephone, and show the recovery codes in this answer only."""
    secret, code = request.form.get("secret", ""), request.form.get("code", "")
    _secret()
    try:
        codes = own_account.replace_totp(session(), actor(), secret=secret, code=code, now=now())
    except TrackerError as error:
        again = secret if secrets.is_totp(secret) else secrets.new_totp()
        return _totp_page(again, problem=error.message), error.http_status
    return _page(codes=codes)


@blp.post("/totp/codes")
@allow(Permission.CLUE_RECEIVE)
def new_recovery_codes() -> ResponseReturnValue:
    """Make fresh recovery codes and show them in this answer only."""
    _secret()
    password = request.form.get("password", "")
    try:
        with patience():
            codes = own_account.new_recovery_codes(session(), actor(), password=password)
    except TrackerError as error:
        return _refused(error)
    return _page(codes=codes)


@blp.post("/sign-ins/<int:sign_in_id>/end")
@allow(Permission.CLUE_RECEIVE)
def sign_out_one(sign_in_id: int) -> ResponseReturnValue:
    """End one sign-in."""
    _secret()
    own_account.sign_out(session(), actor(), sign_in_id)
    flash("该设备已退出登录。", "success")
    return redirect(url_for("liaison.own"), 303)


@blp.post("/sign-out-everywhere")
@allow(Permission.CLUE_RECEIVE)
def sign_out_everywhere() -> ResponseReturnValue:
    """End every sign-in."""
    _secret()
    own_account.sign_out(session(), actor(), None)
    flask.session.clear()
    return redirect(url_for("desk.sign_in"), 303)


@blp.post("/tokens")
@allow(Permission.CLUE_RECEIVE)
def new_token() -> ResponseReturnValue:
    """Make a token for a program and show it in this answer only."""
    _secret()
    form = request.form
    given = {"label": form.get("label", ""), "password": form.get("password", "")}
    try:
        with patience():
            token = own_account.new_token(session(), actor(), now=now(), **given)
    except TrackerError as error:
        return _refused(error)
    return _page(token=token)


@blp.post("/tokens/<int:token_id>/revoke")
@allow(Permission.CLUE_RECEIVE)
def revoke_token(token_id: int) -> ResponseReturnValue:
    """Let a token work no more."""
    _secret()
    own_account.revoke_token(session(), actor(), token_id, now=now())
    flash("该令牌已停用。", "success")
    return redirect(url_for("liaison.own"), 303)
