"""/supervision: the board of what calls for more than waiting; sorting, instructions and the way to a document."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from tracker.documents import issue
from tracker.documents import queries as documents
from tracker.documents.rules import KIND_LABELS, MOST_TICKETS
from tracker.errors import Invalid, TrackerError
from tracker.permissions import Permission
from tracker.supervision import present, queries, schemas, service
from tracker.supervision.rules import SORT_LABELS, SORT_MEANINGS, Sort
from tracker.tickets import forms
from tracker.tickets.actions import lists
from tracker.web import actor, allow, now, session

blp = Blueprint("supervision_pages", __name__)

BLUEPRINTS = (blp,)
BADGES = {"/supervision": queries.n_late_instructions}

_KIND_OF_TAB = {"C": "reminder", "A": "urging", "B": "opinion"}
"""Which document a tab proposes; 督办函 elsewhere."""


@blp.get("/supervision")
@allow(Permission.DOCUMENT_READ)
def board() -> ResponseReturnValue:
    """Show one tab of the board: each ticket with its class, chosen or proposed, and why."""
    return _board(request.args.get("tab", "overdue"))


def _board(tab: str, refused: TrackerError | None = None) -> ResponseReturnValue:
    found = queries.board(session(), actor(), tab, now=now())
    page = render_template(
        "supervision/board.html",
        tab=tab,
        tabs=queries.BOARD,
        tickets=found,
        documents=documents.n_documents(session(), found),
        chosen=queries.sortings(session(), found),
        proposed=service.proposals(session(), found, now=now()),
        asked=queries.waiting(session(), found),
        late=present.late,
        kinds={one.value: told for one, told in KIND_LABELS.items() if issue.may_issue(actor(), one) is None},
        kind=_KIND_OF_TAB.get(tab, "urging"),
        labels=SORT_LABELS,
        meanings=SORT_MEANINGS,
        rules=queries.table(session()),
        most=queries.BOARD_MOST,
        moment_now=now(),
        refused=refused,
    )
    return page, (refused.http_status if refused else 200)


@blp.get("/documents/board")
@allow(Permission.DOCUMENT_READ)
def old_address() -> ResponseReturnValue:
    """Lead bookmarks of the board's first address to it."""
    return redirect("/supervision" + ("?" + urlencode(request.args) if request.args else ""), 308)


@blp.post("/supervision")
@allow(Permission.DOCUMENT_READ)
def chosen() -> ResponseReturnValue:
    """Lead the tickets ticked to the form of a document, or sort them; what is refused is said above the table."""
    numbers, tab = request.form.getlist("ticket"), request.form.get("tab", "overdue")
    if not 0 < len(numbers) <= MOST_TICKETS:
        told = Invalid(f"请先勾选1至{MOST_TICKETS}件工单。", code="nothing_chosen")
        return _board(tab, told)
    if request.form.get("deed") != "sort":
        asked = [("ticket", one) for one in numbers] + [("kind", request.form.get("kind", ""))]
        return redirect("/documents/new?" + urlencode(asked), 303)
    wanted = request.form.get("sort", "")
    try:
        with session().begin_nested():
            for number in sorted(set(numbers)):
                service.sort(
                    session(),
                    actor(),
                    number,
                    Sort(wanted) if wanted in list(Sort) else None,
                    request.form.get("opinion", "").strip()[:500],
                    now=now(),
                )
    except TrackerError as refused:
        return _board(tab, refused)
    flash(f"已为 {len(set(numbers))} 件工单定类。", "success")
    return redirect(f"/supervision?{urlencode({'tab': tab})}", 303)


def _back(number: str) -> ResponseReturnValue:
    return redirect(f"/tickets/{number}#supervision", 303)


def _given(schema: Any) -> dict[str, Any]:
    try:
        return dict(schema().load(forms.payload(schema, request.form)))
    except ValidationError as error:
        told = lists(error.messages)
        raise Invalid(
            "没有保存：" + "；".join(one for all_ in told.values() for one in all_), fields=told
        ) from error


@blp.post("/supervision/<number>/sort")
@allow(Permission.TICKET_SUPERVISE)
def sort(number: str) -> ResponseReturnValue:
    """Keep the class chosen on the page of a ticket; what is refused is told there."""
    try:
        given = _given(schemas.SortIn)
        with session().begin_nested():
            service.sort(
                session(),
                actor(),
                number,
                Sort(given["sort"]) if given["sort"] else None,
                given["opinion"] or "",
                now=now(),
            )
    except Invalid as refused:
        flash(refused.message, "warning")
        return _back(number)
    flash("已定类。", "success")
    return _back(number)


@blp.post("/supervision/instructions/<int:instruction_id>")
@allow(Permission.TICKET_HANDLE)
def answer(instruction_id: int) -> ResponseReturnValue:
    """Take the answer to an instruction; what is refused is told on the ticket."""
    known = service.find_instruction(session(), actor(), instruction_id)
    try:
        given = _given(schemas.InstructionAnswerIn)
        with session().begin_nested():
            service.answer(session(), actor(), instruction_id, given["text"], now=now())
    except TrackerError as refused:
        flash(refused.message, "warning")
        return _back(known.ticket.number)
    flash("已反馈批示落实情况。", "success")
    return _back(known.ticket.number)
