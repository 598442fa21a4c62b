"""为什么是这天: the handling deadline of one ticket, explained day by day."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.calendar.rules import explain, working_days_between
from tracker.clock import local, local_date
from tracker.tickets import clocks
from tracker.tickets.models import Extension, Ticket, TicketEvent
from tracker.tickets.rules import Status


def explanation(session: Session, ticket: Ticket) -> dict[str, Any]:
    """Return due moment, rule, basis, whether verified, and every day counted from dispatch; empty before dispatch.

    The last day shown is the due day as it stands: days of an extension and days given back after a suspension are
    counted like any other. A rework starts the count anew.
    """
    if ticket.dispatched_at is None or ticket.due_rule is None or ticket.due_at is None:
        return {"due_at": None, "steps": [], "message": "尚未派单，办理时限自派单之日起计算。"}
    table = clocks.table_of(session, ticket)
    rule = table.named(ticket.due_rule)
    begun_at = _reworked_at(session, ticket)
    from_at = begun_at or ticket.dispatched_at
    total = working_days_between(local_date(from_at), local_date(ticket.due_at), table.calendar)
    extended = _extended_since(session, ticket, from_at)
    back = max(total - rule.amount - extended, 0)
    steps = explain(local_date(from_at), total, table.calendar)
    more = (f"，延期{extended}日" if extended else "") + (f"，挂起返还{back}日" if back else "")
    begun = "重办" if begun_at else "派单"
    return {
        "due_at": local(ticket.due_at).isoformat(timespec="seconds"),
        "rule": rule.code,
        "amount": rule.amount,
        "extended_days": extended,
        "suspended_days": back,
        "basis": rule.basis,
        "verified": rule.verified,
        "provisional": ticket.due_provisional,
        "steps": [
            {
                "day": one.day.isoformat(),
                "working": one.is_working,
                "counted": one.counted,
                "because": one.because,
            }
            for one in steps
        ],
        "message": f"自{begun}起{rule.amount}个工作日{more}。依据：{rule.basis}",
    }


def _reworked_at(session: Session, ticket: Ticket) -> datetime | None:
    """Return when the last rework began, None while there was none."""
    if not ticket.n_reworks:
        return None
    after_reply = [Status.REVIEWED.value, Status.CALLED_BACK.value, Status.CLOSED.value]
    return session.scalar(
        select(func.max(TicketEvent.at)).where(
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.to_status == Status.REWORK.value,
            TicketEvent.from_status.in_(after_reply),
        )
    )


def _extended_since(session: Session, ticket: Ticket, at: datetime) -> int:
    granted = select(func.sum(Extension.days)).where(
        Extension.ticket_id == ticket.id, Extension.approved.is_(True), Extension.decided_at >= at
    )
    return session.scalar(granted) or 0
