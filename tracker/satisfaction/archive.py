"""归档: the end of a closed ticket, by hand or when its time has come."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from tracker.errors import Conflict
from tracker.permissions import SYSTEM, Actor
from tracker.satisfaction import rules
from tracker.tickets import clocks, service
from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.rules import Kind, Status

LEDGER_EVENTS = ("draw", "finding")
"""Events that put a ticket into a campaign's ledger; such a ticket is looked back at before it is archived."""


def waits_for_look_back(session: Session, ticket: Ticket) -> bool:
    """Return whether the ticket stands in a ledger and nobody has looked back (回头看) since it was last closed."""
    last = {
        row.action: row.seq
        for row in session.execute(
            select(TicketEvent.action, TicketEvent.seq)
            .where(TicketEvent.ticket_id == ticket.id)
            .order_by(TicketEvent.seq)
        )
    }
    in_ledger = ticket.kind == Kind.FINDING or any(name in last for name in LEDGER_EVENTS)
    closed = max(last.get("close", 0), last.get("verify", 0))
    return in_ledger and last.get("look-back", 0) < closed


def archive(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """归档 by hand: final; a ticket of a campaign only after its 回头看."""
    if waits_for_look_back(session, ticket):
        raise Conflict("专项整治问题须先完成“回头看”再归档。", code="look_back_first")
    note = given.get("note") or ""
    service.move(session, ticket, actor, "archive", Status.ARCHIVED, now=now, note=note, internal=False)
    clocks.on_stage(session, ticket, None, now)


def archive_due(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Archive up to `limit` tickets closed long enough ago; return how many were archived.

    Tickets of a ledger are left to their 回头看.
    """
    in_ledger = select(TicketEvent.id).where(
        TicketEvent.ticket_id == Ticket.id, TicketEvent.action.in_(LEDGER_EVENTS)
    )
    due = session.scalars(
        select(Ticket)
        .join(Ticket.office)
        .options(contains_eager(Ticket.office))
        .where(
            Ticket.status == Status.CLOSED.value,
            Ticket.kind != Kind.FINDING.value,
            Ticket.closed_at <= now - timedelta(days=rules.ARCHIVE_AFTER_DAYS),
            ~in_ledger.exists(),
        )
        .order_by(Ticket.closed_at)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
    ).all()
    for ticket in due:
        archive(session, SYSTEM, ticket, {"note": "办结期满自动归档"}, now)
    return len(due)
