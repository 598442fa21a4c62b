"""为什么是这天: the handling deadline of one ticket, explained day by day."""

from typing import Any

from sqlalchemy.orm import Session

from tracker.clock import local
from tracker.tickets import clocks
from tracker.tickets.models import Ticket


def explanation(session: Session, ticket: Ticket) -> dict[str, Any]:
    """Return due moment, rule, basis, whether verified, and every day counted from dispatch; empty before dispatch."""
    if ticket.dispatched_at is None or ticket.due_rule is None or ticket.due_at is None:
        return {"due_at": None, "steps": [], "message": "尚未派单，办理时限自派单之日起计算。"}
    table = clocks.timetable(session)
    rule = table.named(ticket.due_rule)
    amount = rule.amount + ticket.extended_days
    steps = table.explanation(ticket.due_rule, from_at=ticket.dispatched_at, amount=amount)
    return {
        "due_at": local(ticket.due_at).isoformat(timespec="seconds"),
        "rule": rule.code,
        "amount": rule.amount,
        "extended_days": ticket.extended_days,
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
        "message": f"自派单起{amount}个工作日（含延期{ticket.extended_days}日）。依据：{rule.basis}",
    }
