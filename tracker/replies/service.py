"""答复与审核: the office answers, somebody else of the same office or above decides."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from tracker.calendar.deadlines import Clock
from tracker.categories.models import Category
from tracker.errors import Conflict, Invalid
from tracker.permissions import Actor, require_other
from tracker.replies import checks, evidence, handlers, many, queries, rules
from tracker.replies.models import EvidenceFile, Reply
from tracker.tickets import clocks, co_handling, originals, service, splitting, undo
from tracker.tickets.bulk_models import BulkItem
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Kind, Status


def needs_evidence(session: Session, ticket: Ticket) -> bool:
    """Return whether a reply to the ticket must come with evidence: its category, or the letter above, says so."""
    code = ticket.category_code
    while code is not None:
        category = session.get(Category, code)
        if category is None:
            return False
        if category.needs_evidence:
            return True
        code = category.parent_code
    return False


def reply(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """答复: with a coded outcome and, where the category asks for it, evidence; then it waits for review.

    Done again, by somebody else than the round before. While a co-handler's part is open, only with the reason for not
    waiting. The text may use the variables of reply templates; what `checks.settle` points out in it is kept for the reviewer.
    """
    waited_for = _require_ready(session, actor, ticket, given)
    for file in given.get("evidence") or []:
        evidence.attach(session, actor, ticket, file["name"], file["content"], now=now)
    _require_evidence(session, ticket)
    text, pointed_out = checks.settle(session, ticket, given, now)
    shown = originals.shown_by(session, ticket, text, actor)
    written = _written(actor, ticket, {**given, "public_text": shown}, now)
    written.findings = pointed_out
    session.add(written)
    session.flush()
    _bind_files(session, ticket, written)
    ticket.replied_at = now
    ticket.handler_id = actor.account_id
    data: dict[str, Any] = {"reply": written.id, "outcome": written.outcome, **waited_for}
    if pointed_out:
        data["findings"] = [one["code"] for one in pointed_out]
    service.move(session, ticket, actor, "reply", Status.REPLIED, now=now, note=text, data=data)
    clocks.on_stage(session, ticket, None, now)


def _require_ready(
    session: Session, actor: Actor, ticket: Ticket, given: Mapping[str, Any]
) -> dict[str, int]:
    """Raise when the actor may not reply (yet); return what is overruled by it."""
    handlers.require_another(session, actor, ticket)
    return _waited_for(session, ticket, given.get("overrule_reason"))


def _require_evidence(session: Session, ticket: Ticket) -> None:
    if needs_evidence(session, ticket) and not queries.n_files(session, ticket, for_reply=True):
        raise Invalid(
            "这类事项的答复须附证据材料，请先上传证据再答复。",
            code="evidence_needed",
            fields={"evidence": ["至少附一份证据材料。"]},
        )


def _waited_for(session: Session, ticket: Ticket, overruled: str | None) -> dict[str, int]:
    """Return how many co-handlers and parts are still open; raises Conflict unless there is a reason not to wait."""
    n_helping, n_parts = co_handling.n_open(session, ticket), splitting.n_open(session, ticket)
    if n_helping and not overruled:
        raise Conflict(
            f"还有{n_helping}个协办单位未办结，请等待其意见，或填写“协办、拆分未办结仍答复的理由”。",
            code="co_handlers_open",
            fields={"overrule_reason": ["协办未办结时必填。"]},
        )
    if n_parts and not overruled:
        raise Conflict(
            f"还有{n_parts}件拆分出的工单未办结，请等待其结果，或填写“协办、拆分未办结仍答复的理由”。",
            code="parts_open",
            fields={"overrule_reason": ["拆分工单未办结时必填。"]},
        )
    return {"overruled_co_handlers": n_helping, "overruled_parts": n_parts}


def foresee(session: Session, actor: Actor, ticket: Ticket, given: Mapping[str, Any], now: datetime) -> str:
    """Return the text as this ticket's complainant would read it; raises what `reply` would, but for warnings."""
    _require_ready(session, actor, ticket, given)
    _require_evidence(session, ticket)
    text, pointed_out = checks.settle(session, ticket, {**given, "acknowledged": None}, now)
    told = "".join(f"▲{one['message']}" for one in pointed_out)
    return f"{told}{text}"


def take_back(session: Session, actor: Actor, ticket: Ticket, item: BulkItem, now: datetime) -> None:
    """撤销答复: withdraw what was handed in for review; it stays on file, and its evidence waits for the next reply."""
    written = queries.pending(session, ticket)
    if written is not None:
        written.withdrawn_at = now
        session.execute(
            update(EvidenceFile)
            .where(EvidenceFile.reply_id == written.id)
            .values(reply_id=None)
            .execution_options(synchronize_session=False)
        )
    undo.reply(session, actor, ticket, item, now)


def _written(actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> Reply:
    return Reply(
        ticket_id=ticket.id,
        office_id=ticket.office_id,
        round=ticket.n_reworks,
        outcome=rules.Outcome(given["outcome"]).value,
        public_text=given["public_text"],
        internal_note=given.get("note"),
        overruled_reason=given.get("overrule_reason"),
        replied_by_id=actor.account_id,
        replied_by_name=actor.name,
        replied_at=now,
    )


def _bind_files(session: Session, ticket: Ticket, written: Reply) -> None:
    session.execute(
        update(EvidenceFile)
        .where(
            EvidenceFile.ticket_id == ticket.id,
            EvidenceFile.reply_id.is_(None),
            EvidenceFile.return_request_id.is_(None),
        )
        .values(reply_id=written.id)
        .execution_options(synchronize_session=False)
    )


def review(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """审核: another person lets the reply out or sends it back with the reason.

    An approved reply is public from here on and starts the clock of the call-back; a finding waits for 销号 instead.
    """
    written = queries.pending(session, ticket)
    if written is None:
        raise Conflict("没有待审核的答复。", code="no_reply")
    require_other(actor, written.replied_by_id, "答复")
    opinion = given.get("opinion") or ""
    if not given["approve"] and len(opinion) < 2:
        raise Invalid("退回时请填写理由，让承办人知道要改什么。", fields={"opinion": ["退回时必填。"]})
    written.approved, written.opinion = given["approve"], opinion or None
    written.reviewed_by_id, written.reviewed_by_name, written.reviewed_at = actor.account_id, actor.name, now
    data = {"reply": written.id, "approved": given["approve"], "outcome": written.outcome}
    if not given["approve"]:
        back = Status.REWORK if ticket.n_reworks else Status.IN_PROGRESS
        service.move(session, ticket, actor, "review", back, now=now, note=opinion, data=data)
        clocks.on_stage(session, ticket, None, now)
        return
    ticket.reviewed_at = now
    service.move(
        session,
        ticket,
        actor,
        "review",
        Status.REVIEWED,
        now=now,
        note=opinion or "同意",
        data={**data, "public_text": written.public_text},
        internal=False,
    )
    clocks.on_stage(session, ticket, None if ticket.kind == Kind.FINDING else Clock.CALL_BACK, now)
    many.answer_followers(session, actor, ticket, written, now)
    if ticket.parent_id is not None:
        splitting.conclude(session, actor, ticket, written.public_text, now)
