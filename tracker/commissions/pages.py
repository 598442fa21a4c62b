"""Pages of the liaisons: sign-in, the list, one package, its receipt."""

from typing import Any, cast

import flask
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts import rules
from tracker.accounts.rules import local_address
from tracker.commissions import (
    account_pages,
    api,
    commission_pages,
    cursor,
    desk,
    entry,
    envelope,
    pieces,
    schemas,
    service,
)
from tracker.commissions.models import Package
from tracker.commissions.rules import (
    DEED_LABELS,
    DISPOSITION_LABELS,
    PASSED_ON,
    STAGE_LABELS,
    Deed,
    Stage,
    possible,
)
from tracker.errors import NotAllowed, TrackerError
from tracker.limits import Limits
from tracker.permissions import Actor, Permission
from tracker.replies.rules import SCAN_LABELS
from tracker.web import actor, allow, doorway, now, public, session

blp = Blueprint("desk", __name__)
BLUEPRINTS = (blp, account_pages.blp, commission_pages.blp)
SIGN_IN = "desk.sign_in"
_PAGE = 50
_FAILED = "liaison-address"


def identify(opened: Session, at: Any) -> Actor | None:
    """Return the liaison of the current request by bearer token or cookie, or None.

    Raises NotAllowed while his password is still the one somebody else made, except where he replaces it.
    """
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return entry.by_token(opened, header.removeprefix("Bearer ").strip())
    secret = flask.session.get("secret")
    found = entry.by_secret(opened, secret, now=at) if isinstance(secret, str) else None
    if found is not None and not _may_come_first() and entry.owes_password(opened, found):
        sentence = "请先在“我的账号”（/account）改用自己的密码和动态口令，再办理其他事项。"
        raise NotAllowed(sentence, code="password_change_needed")
    return found


def _may_come_first() -> bool:
    view = flask.current_app.view_functions.get(request.endpoint or "")
    return request.endpoint in account_pages.FIRST or getattr(view, "permission", None) is None


@blp.get("/login")
@public
def sign_in() -> ResponseReturnValue:
    """Show the entrance."""
    return render_template("discipline/login.html", problem=None)


@blp.post("/login")
@public
def enter() -> ResponseReturnValue:
    """Take password and one-time code; too many failures from one address make all of it wait."""
    form, name = request.form, request.form.get("account", "")
    limits = cast(Limits, flask.current_app.extensions["limits"])
    address = rules.neighbourhood(request.remote_addr or "")
    if limits.spent(_FAILED, address) >= rules.ADDRESS_FAILURES:
        return _wrong(rules.too_many_sentence(rules.ADDRESS_SECONDS), name), 429
    n_failures = entry.failures(session(), name, now=now())
    password, code = form.get("password", "")[: rules.PASSWORD_MAX + 1], form.get("code", "")[:40]
    found = entry.authenticate(session(), name, password, code, now=now())
    if isinstance(found, str):
        limits.count(_FAILED, address, seconds=rules.ADDRESS_SECONDS)
        return _wrong(found, name), 401
    former = flask.session.get("secret")
    if isinstance(former, str):
        entry.end(session(), former)
    flask.session.clear()
    flask.session.permanent = True
    browser = request.headers.get("User-Agent", "")
    liaison, private = found
    flask.session["secret"] = entry.begin(session(), liaison, private, browser=browser, now=now())
    if liaison.temporary_until is not None:
        return redirect(url_for("liaison.own"))
    if n_failures >= rules.FREE_FAILURES:
        flash(
            f"您上次登录以后，有人{n_failures}次尝试登录您的账号未成功。如不是您本人，请修改密码并告知本机关管理员。",
            "warning",
        )
    wanted = local_address(request.args.get("next"))
    return redirect(wanted if wanted != "/" else url_for("desk.index"))


def _wrong(problem: str, name: str) -> str:
    return render_template("discipline/login.html", problem=problem, account=name[:40])


@blp.post("/logout")
@public
def leave() -> ResponseReturnValue:
    """Close the session."""
    secret = flask.session.get("secret")
    if isinstance(secret, str):
        entry.end(session(), secret)
    flask.session.clear()
    return redirect(url_for(SIGN_IN))


@blp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Return 200 while the process answers."""
    return {"status": "ok"}


@blp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Return 200 when the process reaches its part of the database."""
    session().execute(select(Package.number).limit(1))
    return {"database": True}


@blp.get("/")
@public
def home() -> ResponseReturnValue:
    """Lead to the list."""
    return redirect(url_for("desk.index"))


@blp.get("/clues")
@allow(Permission.CLUE_RECEIVE)
def index() -> ResponseReturnValue:
    """List the packages of the own commission."""
    wanted = request.args.get("stage", "")
    stage = Stage(wanted) if wanted in list(Stage) else None
    found = desk.packages(
        session(), actor(), stage=stage, after=cursor.read(request.args.get("cursor")), limit=_PAGE + 1
    )
    page = found[:_PAGE]
    older = (
        url_for("desk.index", stage=wanted or None, cursor=cursor.after(page[-1]))
        if len(found) > _PAGE
        else None
    )
    return render_template(
        "discipline/list.html", packages=page, stage=stage, stages=STAGE_LABELS, older=older, at=now()
    )


def _page(package: Package, content: dict[str, Any] | None = None, **more: Any) -> str:
    stage = Stage(package.stage)
    log = [
        schemas.entry(one, note)
        for one, note in desk.entries(session(), package.number, package.commission_code)
    ]
    forms = [
        {"deed": deed.value, "label": DEED_LABELS[deed], "fields": _fields(deed)} for deed in possible(stage)
    ]
    return render_template(
        "discipline/package.html",
        package=package,
        stage=stage,
        stages=STAGE_LABELS,
        passed_on=PASSED_ON,
        content=content,
        log=log,
        forms=forms,
        dispositions=DISPOSITION_LABELS,
        has_identity=desk.has_identity(session(), package),
        needs_two=envelope.needs_two(session(), package),
        requests=envelope.waiting(session(), package, now()),
        files=pieces.stored(session(), package),
        scans=SCAN_LABELS,
        at=now(),
        **more,
    )


def _fields(deed: Deed) -> list[dict[str, Any]]:
    return [
        {"name": name, "required": field.required, "scope": deed.value, **field.metadata}
        for name, field in schemas.DEED_SCHEMAS[deed]().fields.items()
    ]


@blp.get("/clues/<number>")
@allow(Permission.CLUE_RECEIVE)
def show(number: str) -> ResponseReturnValue:
    """Show the outside of a package and what may be done with it."""
    return _page(desk.find(session(), actor(), number))


@blp.post("/clues/<number>/open")
@allow(Permission.CLUE_RECEIVE)
def open_package(number: str) -> ResponseReturnValue:
    """Show the inside; the reading is logged."""
    package = desk.find(session(), actor(), number)
    return _page(package, desk.opened(session(), actor(), package, now=now()))


@blp.post("/clues/<number>/identity")
@allow(Permission.CLUE_RECEIVE)
def identity(number: str) -> ResponseReturnValue:
    """Show the complainant for a reason, which is logged."""
    package = desk.find(session(), actor(), number)
    try:
        with session().begin_nested():
            found = envelope.opened(session(), actor(), package, request.form.get("reason", ""), now=now())
    except TrackerError as refused:
        flash(refused.message, "danger")
        return redirect(url_for("desk.show", number=number))
    if found is None:
        flash(api.ASKED, "success")
        return redirect(url_for("desk.show", number=number))
    return _page(package, desk.opened(session(), actor(), package, now=now()), identity=found)


@blp.post("/clues/<number>/identity/<int:request_id>/agree")
@allow(Permission.CLUE_RECEIVE)
def agree(number: str, request_id: int) -> ResponseReturnValue:
    """Agree to a colleague's request to open the second envelope."""
    package = desk.find(session(), actor(), number)
    try:
        envelope.agree(session(), actor(), package, request_id, now=now())
    except TrackerError as refused:
        flash(refused.message, "danger")
    else:
        flash("已同意，申请人可在24小时内拆阅。", "success")
    return redirect(url_for("desk.show", number=number))


@blp.get("/clues/<number>/evidence/<int:n>")
@allow(Permission.CLUE_RECEIVE)
def evidence(number: str, n: int) -> Response:
    """Hand out one file."""
    package = desk.find(session(), actor(), number)
    found = desk.evidence(session(), actor(), package, n, database=doorway().database, now=now())
    return api.file_answer(*found)


@blp.get("/clues/<number>/receipt")
@allow(Permission.CLUE_RECEIVE)
def receipt(number: str) -> ResponseReturnValue:
    """Show the receipt for printing."""
    package = desk.find(session(), actor(), number)
    found = service.receipt(package)
    desk.record(session(), actor(), package, "receipt", now=now())
    return render_template("discipline/receipt.html", package=package, receipt=found.receipt, signed=found)


@blp.get("/clues/<number>/receipt.json")
@allow(Permission.CLUE_RECEIVE)
def receipt_file(number: str) -> Response:
    """Hand out the receipt as the file the sending office verifies."""
    package = desk.find(session(), actor(), number)
    return api.receipt_answer(session(), actor(), package, now())


@blp.post("/clues/<number>/actions/<name>")
@allow(Permission.CLUE_RECEIVE)
def act(number: str, name: str) -> ResponseReturnValue:
    """Do one deed from its form; a refusal is shown on the page it came from."""
    given = {key: value for key, value in request.form.items() if key != "csrf_token"}
    try:
        deed = Deed(name)
        with session().begin_nested():
            service.perform(session(), actor(), number, deed, api.load(deed, given), now=now())
    except ValueError:
        flash("没有这个操作。", "danger")
    except TrackerError as refused:
        flash(_told(refused), "danger")
    else:
        flash(f"已{DEED_LABELS[deed]}。", "success")
    return redirect(url_for("desk.show", number=number))


def _told(refused: TrackerError) -> str:
    problems = [problem for several in refused.fields.values() for problem in several]
    return refused.message + "".join(problems)
