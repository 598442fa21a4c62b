"""/commission of the discipline side (本机关): members, generation of keys, hand-over, and the log of both."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from tracker.accounts import secrets
from tracker.commissions import account_pages, desk, envelope, generations, members, own_account, schemas
from tracker.commissions.models import Commission
from tracker.commissions.rules import OWN_AFFAIRS
from tracker.errors import TrackerError
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("commission", __name__, url_prefix="/commission")


def _code() -> str:
    return desk.liaison(session(), actor()).commission_code


def _page(**shown: Any) -> str:
    commission = session().get_one(Commission, _code(), populate_existing=True)
    log = desk.entries(session(), OWN_AFFAIRS, commission.code)
    return render_template(
        "discipline/commission.html",
        commission=commission,
        generations=generations.every(session(), commission.code),
        fingerprint=generations.fingerprint,
        members=members.of(session(), commission),
        log=[schemas.entry(one, note) for one, note in reversed(log)],
        **shown,
    )


@blp.get("")
@allow(Permission.CLUE_RECEIVE)
def own() -> ResponseReturnValue:
    """Show members and keys of the own commission."""
    return _page()


def _done(deed: Callable[[Commission], ResponseReturnValue]) -> ResponseReturnValue:
    """Return the answer of a deed done by whoever gave his password in a browser; a refusal is shown on the page."""
    account_pages.require_browser()
    password = request.form.get("password", "")
    try:
        with account_pages.patience(), session().begin_nested():
            own_account.require_password(session(), own_account.own(session(), actor()), password)
            return deed(members.locked(session(), _code()))
    except TrackerError as refused:
        return _page(problem=refused.message, typed=request.form), refused.http_status


@blp.post("/members")
@allow(Permission.CLUE_RECEIVE)
def admit() -> ResponseReturnValue:
    """Let a colleague in, and show what he is told once in this answer only."""

    def done(commission: Commission) -> ResponseReturnValue:
        name, display_name = request.form.get("name", ""), request.form.get("display_name", "")
        admitted = members.admit(
            session(), actor(), commission, name=name, display_name=display_name, now=now()
        )
        picture = secrets.totp_picture(admitted.totp_secret, admitted.liaison.name)
        return _page(admitted=admitted, picture=Markup(picture))  # nosec B704  # noqa: S704  # drawn here, of squares

    return _done(done)


@blp.post("/members/<int:liaison_id>/remove")
@allow(Permission.CLUE_RECEIVE)
def remove(liaison_id: int) -> ResponseReturnValue:
    """Take out a colleague who left; the keys change with it."""

    def done(commission: Commission) -> ResponseReturnValue:
        name = members.remove(session(), actor(), commission, liaison_id, now=now())
        flash(f"已移除{name}，并启用第{commission.generation}代密钥。", "success")
        return redirect(url_for("commission.own"), 303)

    return _done(done)


@blp.post("/rotate")
@allow(Permission.CLUE_RECEIVE)
def rotate() -> ResponseReturnValue:
    """Begin a new generation of keys."""

    def done(commission: Commission) -> ResponseReturnValue:
        number = members.rotate(session(), actor(), commission, now=now())
        flash(f"已启用第{number}代密钥，旧材料仍可查阅。", "success")
        return redirect(url_for("commission.own"), 303)

    return _done(done)


@blp.post("/second-person")
@allow(Permission.CLUE_RECEIVE)
def second_person() -> ResponseReturnValue:
    """Let second envelopes be opened by two persons only."""

    def done(commission: Commission) -> ResponseReturnValue:
        envelope.require_two(session(), actor(), commission, now=now())
        flash("此后查看诉求人身份须两人同意；恢复一人办理须由两名保管人决定。", "success")
        return redirect(url_for("commission.own"), 303)

    return _done(done)
