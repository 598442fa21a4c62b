"""群众查询: what a complainant may know, told only to who holds the right pair; wrong and absent look the same."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.clock import local_date
from tracker.errors import Conflict, NotFound
from tracker.fields import cipher
from tracker.permissions import SYSTEM
from tracker.tickets import originals, rules, service
from tracker.tickets.models import Complainant, Ticket, TicketEvent
from tracker.tickets.rules import Status

SAME_ANSWER = "没有查到。请核对工单号和登记电话的后四位，或16位回执码。"
_TAKES_FACTS = rules.OPEN | {Status.MERGED}
_DUMMY = b"\x00" * 32


def find(session: Session, given: Mapping[str, Any]) -> Ticket:
    """Return the ticket the pair opens; raises NotFound with one and the same sentence for every other case."""
    code = (given.get("receipt_code") or "").replace(" ", "")  # printed in groups of four
    if code:
        ticket = session.scalar(select(Ticket).where(Ticket.receipt_code == code))
        if ticket is None:
            raise NotFound(SAME_ANSWER)
        return ticket
    number, tail = given.get("number") or "", given.get("phone_tail") or ""
    # one narrow row or none, so that a ticket that exists costs no more than one that does not
    row = session.execute(
        select(Ticket.id, Complainant.phone_tail_index)
        .join(Complainant, Complainant.ticket_id == Ticket.id)
        .where(Ticket.number == number)
    ).one_or_none()
    expected = (row.phone_tail_index if row else None) or _DUMMY
    # every key of the ring is compared, whichever fits, so that the time tells nothing
    compared = [hmac.compare_digest(expected, one) for one in cipher(session).blinds(number + tail)]
    ticket = session.get(Ticket, row.id) if any(compared) and row else None
    if ticket is None:
        raise NotFound(SAME_ANSWER)
    return ticket


def answer(session: Session, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return stage, next date, what was published and whether facts can be added; nothing internal."""
    ticket = find(session, given)
    status = Status(ticket.status)
    told = _public_events(session, ticket)
    return {
        "number": ticket.number,
        "title": ticket.title,
        "stage": rules.STAGES[rules.stage_index(status)][0],
        "stages": [name for name, _ in rules.STAGES],
        "stage_index": rules.stage_index(status),
        "status": rules.STATUS_LABELS[status] if status in rules.FINAL else None,
        "next_on": _next_on(session, ticket),
        "reply": _last_reply(told),
        "steps": [
            {"on": local_date(one.at).isoformat(), "what": PUBLIC_WORDS.get(one.action, "已处理")}
            for one in told
        ],
        "ended_because": _told_at_the_end(session, ticket) if status in rules.FINAL else None,
        "may_add_facts": status in _TAKES_FACTS,
        "parts": _parts(session, ticket),
    }


def _parts(session: Session, ticket: Ticket) -> list[dict[str, Any]]:
    """Return the matters a split complaint is handled as: title, stage, and the reply once it is approved."""
    if not ticket.n_parts:
        return []
    parts = session.scalars(select(Ticket).where(Ticket.parent_id == ticket.id).order_by(Ticket.id))
    return [
        {
            "title": one.title,
            "stage": rules.STAGES[rules.stage_index(Status(one.status))][0],
            "status": rules.STATUS_LABELS[Status(one.status)] if one.status in rules.SETTLED else None,
            "reply": _last_reply(_public_events(session, one)),
        }
        for one in parts
    ]


def _last_reply(told: Sequence[TicketEvent]) -> str | None:
    return next((one.data["public_text"] for one in reversed(told) if one.data.get("public_text")), None)


def _public_events(session: Session, ticket: Ticket) -> list[TicketEvent]:
    """Return what the complainant may know of, the oldest first; a step that was taken back is none."""
    events = session.scalars(
        select(TicketEvent)
        .where(
            TicketEvent.ticket_id == ticket.id,
            or_(TicketEvent.is_internal.is_(False), TicketEvent.action.like("undo-%")),
        )
        .order_by(TicketEvent.seq)
    ).all()
    undone = {one.data.get("undid") for one in events}
    return [one for one in events if not one.is_internal and one.seq not in undone]


def _next_on(session: Session, ticket: Ticket) -> str | None:
    """Return the local date by which the matter is to be done; of a merged ticket, that of its lead."""
    if ticket.status == Status.MERGED and ticket.merged_into_id is not None:
        return _next_on(session, session.get_one(Ticket, ticket.merged_into_id))
    return local_date(ticket.due_at).isoformat() if ticket.due_at and ticket.status in rules.OPEN else None


PUBLIC_WORDS = {
    "receive": "诉求已受理",
    "dispatch": "已转交承办单位",
    "redispatch": "已转交承办单位",
    "rule": "已转交承办单位",
    "decide-return": "已转交承办单位",
    "split": "按不同事项分别办理",
    "unsplit": "合并为一件办理",
    "merge": "与同一事项的诉求一并办理",
    "lead-reply": "答复已审核",
    "accept": "承办单位已签收，正在办理",
    "decide-extension": "经批准延长办理时间",
    "urge": "已催办",
    "reply": "承办单位已答复",
    "review": "答复已审核",
    "call-back": "已回访",
    "close": "已办结",
    "archive": "已归档",
    "reject": "不予受理",
    "redirect": "请走其他渠道",
    "withdraw": "已撤回",
    "terminate": "已终止办理",
    "facts": "您补充了情况",
    "rework": "重新办理",
}


def _told_at_the_end(session: Session, ticket: Ticket) -> str | None:
    last = session.scalar(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.action.in_(["reject", "redirect"]))
        .order_by(TicketEvent.seq.desc())
        .limit(1)
    )
    return last.note if last else None


def add_facts(session: Session, receipt_code: str, text: str, *, now: datetime) -> Ticket:
    """Append facts the complainant adds; the office sees them in the timeline, of a merged ticket in that of the lead.

    Raises NotFound like `find`, Conflict once the ticket has ended.
    """
    ticket = find(session, {"receipt_code": receipt_code})
    session.refresh(ticket, with_for_update=True)  # one after the other, as every change of a ticket
    if ticket.status not in _TAKES_FACTS:
        raise Conflict("这件诉求已经结束，不能再补充；如有新的情况，请重新反映。", code="ended")
    shown = originals.hidden(session, ticket, ticket.n_events + 1, text)
    service.append(session, ticket, SYSTEM, "facts", now=now, note=shown, internal=False)
    if ticket.status == Status.MERGED:
        # whoever works on the lead must hear of it; the lead's own complainant must not
        lead = session.get_one(Ticket, ticket.merged_into_id, with_for_update=True)
        service.append(session, lead, SYSTEM, "facts", now=now, note=shown, data={"number": ticket.number})
    return ticket
