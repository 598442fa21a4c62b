"""一件答复、多件告知: the lead's approved reply answers every ticket merged into it, each under its own number."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.permissions import SYSTEM, Actor
from tracker.replies import queries
from tracker.replies.models import Reply
from tracker.tickets import merging, splitting
from tracker.tickets.models import Ticket


def answer_followers(session: Session, actor: Actor, lead: Ticket, written: Reply, now: datetime) -> int:
    """Give the approved reply to what is merged into the lead, and to what is merged into that; return how many.

    What somebody holds at this moment is passed over, so that two clerks cannot block each other; `answer_left_behind`
    comes back for it.
    """
    n = 0
    for ticket in merging.followers(session, lead, patient=False):
        copy = _copied(written, ticket)
        session.add(copy)
        session.flush()
        told = {"reply": copy.id, "outcome": copy.outcome, "public_text": copy.public_text}
        merging.answer(session, actor, ticket, lead, told, now)
        if ticket.parent_id is not None:
            splitting.conclude(session, actor, ticket, copy.public_text, now)
        n += 1 + answer_followers(session, actor, ticket, copy, now)
    return n


def _copied(written: Reply, ticket: Ticket) -> Reply:
    """Return the reply as this ticket's own; what stays inside is kept with the lead."""
    return Reply(
        ticket_id=ticket.id,
        office_id=written.office_id,
        round=ticket.n_reworks,
        outcome=written.outcome,
        public_text=written.public_text,
        replied_by_id=written.replied_by_id,
        replied_by_name=written.replied_by_name,
        replied_at=written.replied_at,
        approved=True,
        reviewed_by_id=written.reviewed_by_id,
        reviewed_by_name=written.reviewed_by_name,
        reviewed_at=written.reviewed_at,
        opinion=written.opinion,
    )


def answer_left_behind(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Give the reply to tickets somebody held when their lead was answered; return how many."""
    n = 0
    for lead in merging.left_behind(session, limit=limit):
        written = queries.published(session, lead)
        if written is not None:
            n += answer_followers(session, SYSTEM, lead, written, now)
    return n
