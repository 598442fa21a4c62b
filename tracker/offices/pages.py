"""/admin/offices: the supervision offices and whom each answers to."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import TrackerError
from tracker.offices import moving, service
from tracker.offices.rules import LEVEL_NAMES
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("admin_offices", __name__, url_prefix="/admin/offices")

MOST = 100
"""[P] So many offices on the page; a longer name finds the others."""


@blp.get("")
@allow(Permission.TABLE_EDIT)
def index() -> str:
    """Show the offices that match what was typed, or the children of one."""
    return _page()


def _page(problem: TrackerError | None = None) -> str:
    typed, below = request.args.get("q", "")[:60].strip(), request.args.get("below", "")[:20]
    above = service.office(session(), below) if below else None
    found = service.find_offices(session(), query=typed, parent_code=below or None, limit=MOST)
    return render_template(
        "offices/index.html",
        offices=found,
        above=above,
        q=typed,
        levels=LEVEL_NAMES,
        most=MOST,
        problem=problem,
        form=request.form,
    )


@blp.post("/move")
@allow(Permission.TABLE_EDIT)
def move() -> ResponseReturnValue:
    """Put an office below another one."""
    code, parent = (request.form.get(name, "")[:20].strip() for name in ("office", "parent"))
    try:
        moved = moving.move(session(), actor(), code, parent, now=now())
    except TrackerError as refused:
        return _page(refused), refused.http_status
    assert moved.parent is not None
    flash(f"{moved.name}及其下级单位已调整到{moved.parent.name}之下，历史记录不变。", "success")
    return redirect(url_for(".index", below=moved.parent.code))
