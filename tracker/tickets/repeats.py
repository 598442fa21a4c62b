"""Likely repeats: near-copies of a text, and what the same caller said before in similar words."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, undefer

from classifiers.clean import clean
from classifiers.duplicates import LIKELY, bands, pack, signature, similarity, unpack
from tracker.permissions import Actor
from tracker.tickets.models import Ticket
from tracker.tickets.queries import of_caller, visible

LOOK_BACK = timedelta(days=180)
SAME_CALLER = 0.2
"""[P] How similar a text of the same caller must be; people tell the same story in other words."""
CANDIDATES = 50
"""How many tickets sharing a band are compared; a text that meets more is a form letter."""


def mark(ticket: Ticket) -> None:
    """Give the ticket the signature by which repeats of it are found."""
    of = signature(clean(ticket.content))
    ticket.signature, ticket.bands = pack(of), list(bands(of))


def caller_history(session: Session, actor: Actor, phone: str, *, limit: int = 5) -> list[Ticket]:
    """Return the last tickets of that phone number which the actor may see."""
    return list(
        session.scalars(
            select(Ticket)
            .where(of_caller(session, actor, phone), visible(actor))
            .options(joinedload(Ticket.office), undefer(Ticket.signature))
            .order_by(Ticket.id.desc())
            .limit(limit)
        )
    )


def likely(
    session: Session, actor: Actor, text: str, *, phone: str | None, now: datetime, limit: int = 5
) -> list[Ticket]:
    """Return tickets of the last 180 days that probably tell the same, closest first, within the actor's sight."""
    of = signature(clean(text))
    near = session.scalars(
        select(Ticket)
        .where(Ticket.bands.overlap(list(bands(of))), Ticket.received_at >= now - LOOK_BACK, visible(actor))
        .options(joinedload(Ticket.office), undefer(Ticket.signature))
        .order_by(Ticket.id.desc())
        .limit(CANDIDATES)
    )
    found: dict[int, tuple[float, Ticket]] = {}
    floors = [(ticket, LIKELY) for ticket in near]
    if phone:
        floors += [(ticket, SAME_CALLER) for ticket in caller_history(session, actor, phone, limit=20)]
    for ticket, floor in floors:
        share = similarity(of, unpack(ticket.signature)) if ticket.signature else 0.0
        if share >= floor and ticket.received_at >= now - LOOK_BACK:
            found[ticket.id] = (share, ticket)
    closest = sorted(found.values(), key=lambda one: one[0], reverse=True)
    return [ticket for _, ticket in closest[:limit]]
