"""Many tickets at once: preview, carrying out, taking back, and giving out what was chosen, for the page door."""

from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, flash, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue

from tracker import marks
from tracker.audit import service as audit
from tracker.clock import local
from tracker.errors import Invalid, TrackerError
from tracker.permissions import Permission
from tracker.tickets import actions, bulk, export, forms, page, queries, view
from tracker.tickets.actions import Action
from tracker.tickets.api import registry
from tracker.web import actor, allow, now, session

blp = Blueprint("tickets_bulk", __name__)


def _chosen() -> list[str]:
    """Return the numbers ticked, or the first of the whole list as filtered, as many as may be taken at once."""
    if not request.form.get("whole"):
        return list(dict.fromkeys(request.form.getlist("number")))
    asked = dict(parse_qsl(urlsplit(request.form.get("back", "")).query))
    filters = {**page.filters_of(asked), "limit": bulk.CAP, "cursor": None}
    found = queries.tickets(session(), actor(), filters, now=now())
    if found.next:
        flash(f"符合条件的超过{bulk.CAP}件，本次取列表中最前的{bulk.CAP}件。", "warning")
    return [one.number for one in found.items]


@blp.post("/tickets/bulk")
@allow(Permission.TICKET_READ)
def in_bulk() -> ResponseReturnValue:
    """Preview one action on many tickets, then do it ticket by ticket and say what became of each."""
    action = actions.named(registry(), request.form.get("action", ""))
    given = forms.payload(action.schema, request.form)
    try:
        numbers = _chosen()
        if not request.form.get("confirmed"):
            results = bulk.preview(session(), actor(), action, numbers, given, registry(), now=now())
            return _page(action, results, given=given, typed=bool(request.form.get("typed")))
        done = bulk.perform(session(), actor(), action, numbers, given, now=now())
    except Invalid as error:
        flash(error.message, "danger")
        return redirect(page.back(request.form.get("back")))
    return _page(action, done.results, done="done", batch_id=done.batch_id)


@blp.post("/tickets/bulk/<int:batch_id>/undo")
@allow(Permission.TICKET_READ)
def undo(batch_id: int) -> ResponseReturnValue:
    """Take a batch back and say what became of each ticket."""
    try:
        with session().begin_nested():
            action, results = bulk.take_back(session(), actor(), batch_id, registry(), now=now())
    except TrackerError as refused:
        flash(refused.message, "danger")
        return redirect(page.back(request.form.get("back")))
    return _page(action, results, done="undone")


def _page(
    action: Action,
    results: list[bulk.Result],
    *,
    done: str = "",
    given: dict[str, Any] | None = None,
    typed: bool = False,
    batch_id: int | None = None,
) -> str:
    """Return the page of a batch. done: "" for a preview, "done" or "undone". typed: the form was filled in before."""
    return render_template(
        "tickets/bulk.html",
        action=action,
        label=bulk.LABELS[action.name],
        results=results,
        fields=forms.form_fields(action.schema, scope="bulk", values=given),
        done=done,
        typed=typed,
        batch_id=batch_id if action.undo is not None else None,
        minutes=bulk.UNDO_MINUTES,
        back=page.back(request.form.get("back")),
    )


@blp.post("/tickets/export")
@allow(Permission.EXPORT)
def export_chosen() -> ResponseReturnValue:
    """Give the chosen tickets as a workbook; the audit log keeps how many were taken."""
    numbers = _chosen()
    if not 0 < len(numbers) <= bulk.CAP:
        raise Invalid(
            f"请勾选1至{bulk.CAP}件工单再导出。", code="nothing_chosen" if not numbers else "too_many_chosen"
        )
    found = queries.by_numbers(session(), actor(), numbers)
    known = view.words(session(), found, page.labels(registry()))
    rows = (view.row(session(), one, known, now()) for one in found)
    content = export.workbook(rows, marks.taken_by(actor(), now()))
    audit.record(session(), actor(), "export", "ticket", "chosen", {"rows": len(found)}, now=now())
    return send_file(
        BytesIO(content),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_attachment=True,
        download_name=f"工单-{local(now()):%Y%m%d-%H%M}.xlsx",
    )
