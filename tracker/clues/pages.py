"""Pages of the sending side: the list, a new proposal, one clue with its steps."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.clues import intake, kinds, package, propose, queries, receipt, schemas, service
from tracker.clues.rules import STAGE_LABELS, STEP_LABELS, Stage, Step
from tracker.commissions import delivery
from tracker.commissions.rules import STAGE_LABELS as COMMISSION_STAGE_LABELS
from tracker.errors import Invalid, TrackerError
from tracker.permissions import Permission
from tracker.replies.rules import SCAN_LABELS
from tracker.tickets import service as tickets
from tracker.tickets.models import Ticket
from tracker.transfers import attachment
from tracker.web import actor, allow, doorway, now, session

blp = Blueprint("clues", __name__)
_PAGE = 50
_LONG = frozenset({"facts", "report", "opinion"})


@blp.get("/clues")
@allow(Permission.CLUE_PROPOSE)
def index() -> ResponseReturnValue:
    """List the clues of the own office: number, stage, receiver."""
    before = request.args.get("before", "")
    found = queries.clues(
        session(),
        actor(),
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=_PAGE + 1,
    )
    page = found[:_PAGE]
    return render_template(
        "clues/list.html",
        clues=page,
        stages=STAGE_LABELS,
        progress=delivery.stages(session(), [one.number for one in page if one.stage == Stage.SENT]),
        commission_stages=COMMISSION_STAGE_LABELS,
        older=url_for("clues.index", before=page[-1].id) if len(found) > _PAGE else None,
        at=now(),
    )


def _ticket() -> Ticket:
    ticket = tickets.find(session(), actor(), request.args.get("ticket", ""))
    propose.require_own_ticket(session(), actor(), ticket)
    return ticket


def _form(ticket: Ticket, problems: dict[str, list[str]], problem: str = "") -> str:
    values = request.form if request.method == "POST" else {"unit": ticket.respondent_name or ""}
    fields = [
        {
            "name": name,
            "required": field.required,
            "value": values.get(name, ""),
            "errors": problems.get(name),
            **field.metadata,
            **({"widget": "textarea", "rows": 4} if name in _LONG else {}),
        }
        for name, field in schemas.ClueIn().fields.items()
        if name != "unit_code"
    ]
    evidence = problems.get("evidence", [])
    return render_template(
        "clues/new.html",
        ticket=ticket,
        fields=fields,
        problem=problem,
        evidence_problems=evidence,
        kinds=kinds,
    )


@blp.get("/clues/new")
@allow(Permission.CLUE_PROPOSE)
def new() -> ResponseReturnValue:
    """Show the form for a proposal from a ticket of the own office."""
    return _form(_ticket(), {})


@blp.post("/clues/new")
@intake.receives_evidence
@allow(Permission.CLUE_PROPOSE)
def create() -> ResponseReturnValue:
    """Take the proposal; a refusal keeps what was typed."""
    ticket = _ticket()
    try:
        with session().begin_nested():
            clean = schemas.given(schemas.load(schemas.ClueIn, intake.fields()))
            clue = propose.propose(session(), actor(), ticket.number, clean, intake.uploads(), now=now())
    except TrackerError as refused:
        return _form(ticket, refused.fields, refused.message), refused.http_status
    flash(f"已提出 {clue.number}，请另一名承办人联署。", "success")
    if not receipt.can_receive(session(), clue):
        flash(
            f"{clue.receiver_name}尚未启用接收密钥：可以照常审批，待其启用后自动送出，请同时联系该机关。",
            "warning",
        )
    return redirect(url_for("clues.show", number=clue.number))


@blp.get("/clues/<number>")
@allow(Permission.CLUE_PROPOSE)
def show(number: str) -> ResponseReturnValue:
    """Show one clue: the draft while there is one (the reading is logged), progress afterwards."""
    clue = queries.find(session(), actor(), number)
    draft = service.read(session(), actor(), clue, now=now())
    hops = delivery.hops(session(), clue.number)
    return render_template(
        "clues/show.html",
        clue=clue,
        stage=STAGE_LABELS[Stage(clue.stage)],
        ticket_number=queries.ticket_number(session(), clue),
        draft=draft,
        hops=hops,
        receiver_print=receipt.receiver_print(session(), clue),
        commission_stages=COMMISSION_STAGE_LABELS,
        scans=SCAN_LABELS,
        receipt=schemas.receipt(clue, hops[0] if hops else None),
        log=[
            {"at": one.at, "who": one.account_name, "label": package.step_label(one.step), "opinion": opinion}
            for one, opinion in queries.entries(session(), clue)
        ],
        steps=[{"step": one.value, "label": STEP_LABELS[one]} for one in service.offered(actor(), clue)],
        at=now(),
    )


@blp.get("/clues/<number>/evidence/<int:n>")
@allow(Permission.CLUE_PROPOSE)
def evidence(number: str, n: int) -> Response:
    """Hand out one file of the draft; the reading is logged."""
    clue = queries.find(session(), actor(), number)
    label, clear = service.read_evidence(session(), actor(), clue, n, database=doorway().database, now=now())
    broken = "这份证据已损坏，无法打开，请撤回后重新提出。"
    return attachment(label.name, label.type, label.size, clear, broken=broken)


@blp.post("/clues/<number>/actions/<name>")
@allow(Permission.CLUE_PROPOSE)
def act(number: str, name: str) -> ResponseReturnValue:
    """Do one step from its form; a refusal is shown on the page it came from."""
    raw: dict[str, Any] = {key: value for key, value in request.form.items() if key != "csrf_token"}
    try:
        step = Step(name)
        with session().begin_nested():
            service.perform(session(), actor(), number, step, schemas.load(schemas.OpinionIn, raw), now=now())
    except ValueError:
        flash("没有这个操作。", "danger")
    except Invalid as refused:
        flash(
            refused.message + "".join(one for several in refused.fields.values() for one in several), "danger"
        )
    except TrackerError as refused:
        flash(refused.message, "danger")
    else:
        flash(f"已{STEP_LABELS[step]}。", "success")
    return redirect(url_for("clues.show", number=number))
