"""The page door of the tickets room: intake, queue, one ticket, returns, call-backs."""

from io import BytesIO
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from tracker import marks
from tracker.audit import service as audit
from tracker.categories import service as categories
from tracker.clock import local
from tracker.errors import NotFound, TrackerError
from tracker.permissions import Permission
from tracker.rights import ABOVE
from tracker.tickets import (
    actions,
    bulk,
    export,
    forms,
    page,
    queries,
    return_view,
    rules,
    schemas,
    seeking,
    service,
    sight,
    view,
)
from tracker.tickets.api import registry
from tracker.tickets.bulk_pages import blp as bulk_blp
from tracker.tickets.models import ReturnRequest, Ticket
from tracker.tickets.public_pages import blp as public_blp
from tracker.tickets.reveal import reveal as reveal_field
from tracker.web import actor, allow, now, session

blp = Blueprint("tickets_pages", __name__)

BLUEPRINTS = (blp, bulk_blp, public_blp)


@blp.get("/intake")
@allow(Permission.TICKET_INTAKE)
def intake() -> ResponseReturnValue:
    """S1: one screen to log a complaint while the caller speaks."""
    return render_template(
        "tickets/intake.html",
        channels=queries.channels(session()),
        kinds=rules.CALLER_KINDS,
        branches=categories.tree(session()),
        draft=uuid4().hex,
        account=actor().account_id,
    )


@blp.get("/tickets")
@allow(Permission.TICKET_READ)
def queue() -> ResponseReturnValue:
    """S2: the queue by tabs, filtered, sorted, keyset-paged."""
    filters = page.filters_of(request.args)
    found = queries.tickets(session(), actor(), filters, now=now())
    known = view.words(session(), found.items, page.labels(registry()))
    return render_template(
        "tickets/queue.html",
        rows=page.rows(found.items, known),
        tabs=page.tabs(queries.tab_counts(session(), actor(), now=now()), filters, request.args),
        filters=filters,
        branches=categories.tree(session()),
        older=page.address(request.args, tab=filters["tab"], cursor=found.next) if found.next else None,
        here=page.address(request.args, tab=filters["tab"], cursor=None),
        first=page.address(request.args, cursor=None) if filters.get("cursor") else None,
        bulk_actions=[(one.name, bulk.LABELS[one.name]) for one in bulk.offered(actor(), registry())],
        batch=bulk.latest(session(), actor(), now()),
        bulk_labels=bulk.LABELS,
    )


@blp.post("/tickets/find")
@allow(Permission.TICKET_READ)
def find() -> ResponseReturnValue:
    """Lead to the list of what was searched for, the words sealed in its address."""
    given = {name: value for name, value in request.form.items() if name not in {"csrf_token", "q"}}
    words = request.form.get("q", "").strip()[:100]
    sought = {seeking.SOUGHT: seeking.seal(session(), words)} if words else {}
    return redirect(f"/tickets{page.address({**given, **sought})}", 303)


@blp.get("/tickets/export")
@allow(Permission.EXPORT)
def export_list() -> ResponseReturnValue:
    """Give the list as filtered, as a workbook; the audit log keeps who took how much."""
    filters = {**page.filters_of(request.args), "limit": export.MOST, "cursor": None}
    found = queries.tickets(session(), actor(), filters, now=now())
    known = view.words(session(), found.items, page.labels(registry()))
    rows = (view.row(session(), one, known, now()) for one in found.items)
    content = export.workbook(rows, marks.taken_by(actor(), now()))
    # what was searched for stays out of the log: it may be somebody's name or telephone
    told = {name: filters[name] for name in ("office", "category") if filters.get(name)}
    audit.record(
        session(), actor(), "export", "ticket", filters["tab"], {**told, "rows": len(found.items)}, now=now()
    )
    return send_file(
        BytesIO(content),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_attachment=True,
        download_name=f"工单-{local(now()):%Y%m%d-%H%M}.xlsx",
    )


@blp.get("/tickets/<number>")
@allow(Permission.TICKET_READ)
def show(number: str) -> ResponseReturnValue:
    """S3: one ticket with its history and what may lawfully be done to it."""
    return page.ticket(service.find(session(), actor(), number))


@blp.post("/tickets/<number>/do/<name>")
@allow(Permission.TICKET_READ)
def act(number: str, name: str) -> ResponseReturnValue:
    """Do one action from its form; a refusal shows the page again with the form open and what was typed."""
    action = actions.named(registry(), name)
    given = forms.payload(action.schema, request.form)
    version = request.form.get("version", "")
    try:
        with session().begin_nested():
            done = actions.perform(
                session(),
                actor(),
                action,
                number,
                given,
                now=now(),
                version=int(version) if version.isdecimal() and len(version) < 10 else None,
            )
    except NotFound:
        raise
    except TrackerError as refused:
        session().expire_all()
        tried = page.Tried(name, given, refused.message, refused.fields)
        return page.ticket(service.find(session(), actor(), number), tried), refused.http_status
    state = rules.STATUS_LABELS[
        rules.Status(done.status)
    ]  # whoever refused a termination reads that it goes on
    flash(f"工单 {number}：{action.label}，已办妥，现为“{state}”。", "success")
    return redirect(
        page.back(request.form.get("back")) if request.form.get("back") else url_for(".show", number=number)
    )


@blp.post("/tickets/<number>/reveal")
@allow(Permission.CONTACT_REVEAL)
def reveal(number: str) -> ResponseReturnValue:
    """Show one contact field in clear, once, with the reader's name across the page."""
    try:
        given = schemas.RevealIn().load(forms.payload(schemas.RevealIn, request.form))
        clear = reveal_field(
            session(), actor(), number, given["field"], given["reason"], seq=given["seq"], now=now()
        )
    except ValidationError:
        flash("请选择要查看的字段，并写明理由（至少4个字）。", "warning")
        return redirect(url_for(".show", number=number))
    show_again = page.callback if request.form.get("view") == "callback" else page.ticket
    return show_again(service.find(session(), actor(), number), revealed={given["field"]: clear})


@blp.get("/returns")
@allow(Permission.TICKET_RULE)
def returns() -> ResponseReturnValue:
    """S4: the returns that wait for a ruling, the longest waiting first, and those handled first that wait to be settled."""
    waiting = _to_rule_on(queries.open_returns(session(), actor()))
    deferred = _to_rule_on(queries.deferred_returns(session(), actor()))
    known = view.words(session(), [ticket for _, ticket in waiting + deferred], page.labels(registry()))
    shown = [
        [
            {
                **view.row(session(), ticket, known, now()),
                "return": return_view.returned(asked),
                "nth": ticket.n_returns,
                "stage_left": view.time_left(session(), ticket, ticket.stage_due_at, now()),
                "stage_late": ticket.stage_due_at is not None and ticket.stage_due_at < now(),
            }
            for asked, ticket in found
        ]
        for found in (waiting, deferred)
    ]
    return render_template("tickets/returns.html", rows=shown[0], deferred=shown[1])


def _to_rule_on(found: list[tuple[ReturnRequest, Ticket]]) -> list[tuple[ReturnRequest, Ticket]]:
    """Return those the reader may rule on: what his own office sent back is for an arbiter above it."""
    return [(asked, ticket) for asked, ticket in found if sight.stands(session(), actor(), ticket) & ABOVE]


@blp.get("/returns/<number>")
@allow(Permission.TICKET_TRIAGE)
def ruling(number: str) -> ResponseReturnValue:
    """S4: both statements side by side, similar earlier rulings, and the form to decide."""
    return page.ruling(service.find(session(), actor(), number))


@blp.get("/callbacks")
@allow(Permission.TICKET_CALL_BACK)
def callbacks() -> ResponseReturnValue:
    """S6: whom to call back, the earliest due first; `number` opens one with script and form."""
    filters = {"tab": "call_back", "sort": "stage", "limit": 50, "cursor": request.args.get("cursor")}
    filters["without_findings"] = True  # a finding has no complainant; it is verified instead
    found = queries.tickets(session(), actor(), filters, now=now())
    known = view.words(session(), found.items, page.labels(registry()))
    rows = [
        {
            **view.row(session(), one, known, now()),
            "stage_left": view.time_left(session(), one, one.stage_due_at, now()),
            "late": one.stage_due_at is not None and one.stage_due_at < now(),
            "replied_at": one.replied_at,
        }
        for one in found.items
    ]
    older = url_for(".callbacks", cursor=found.next) if found.next else None
    return render_template("tickets/callbacks.html", rows=rows, older=older)


@blp.get("/callbacks/<number>")
@allow(Permission.TICKET_CALL_BACK)
def callback(number: str) -> ResponseReturnValue:
    """S6: script, what was replied, earlier attempts, five grades."""
    return page.callback(service.find(session(), actor(), number))
