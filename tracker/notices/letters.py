"""告知函: telling the superior department of a vertically managed body, drafted when its ticket is dispatched."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from tracker.audit import service as audit
from tracker.categories.models import Category
from tracker.errors import Conflict, Invalid, NotFound
from tracker.notices import rules
from tracker.notices.models import SuperiorLetter
from tracker.offices.models import Body
from tracker.permissions import Actor, Permission, require, require_own
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

LETTERS_MOST = 100


def draft(session: Session, ticket: Ticket, to_status: str, *, now: datetime) -> bool:
    """Write the draft when a ticket about a vertically managed body with a known superior is dispatched.

    Return whether one was written or moved. There is one of each ticket and department; while it is open it follows
    the ticket to another office.
    """
    if to_status != Status.DISPATCHED or ticket.respondent_body_id is None:
        return False
    superior = aliased(Body)
    found = session.execute(
        select(Body.name, superior.id, superior.name)
        .join(superior, superior.id == Body.superior_id)
        .where(Body.id == ticket.respondent_body_id, Body.is_vertical)
    ).one_or_none()
    if found is None:
        return False
    body, superior_id, superior_name = found
    category = session.scalar(select(Category.name).where(Category.code == ticket.category_code)) or ""
    words = rules.superior_letter(
        superior=superior_name, body=body, number=ticket.number, category=category, office=ticket.office.name
    )
    row = {"ticket_id": ticket.id, "office_id": ticket.office_id, "superior_id": superior_id, "text": words}
    letter = insert(SuperiorLetter).values(**row, created_at=now)
    moved = {"office_id": letter.excluded.office_id, "text": letter.excluded.text}
    open_one = SuperiorLetter.settled_at.is_(None)
    written = session.execute(
        letter.on_conflict_do_update(
            index_elements=["ticket_id", "superior_id"], set_=moved, where=open_one
        ).returning(SuperiorLetter.id)
    )
    return written.first() is not None


def owed(session: Session, actor: Actor) -> list[tuple[SuperiorLetter, str, str]]:
    """Return the open drafts of the actor's office with ticket number and the department to tell, oldest first."""
    require(actor, Permission.TICKET_REVIEW)
    query = (
        select(SuperiorLetter, Ticket.number, Body.name)
        .join(Ticket, Ticket.id == SuperiorLetter.ticket_id)
        .join(Body, Body.id == SuperiorLetter.superior_id)
        .where(SuperiorLetter.office_id == actor.office_id, SuperiorLetter.settled_at.is_(None))
        .order_by(SuperiorLetter.id)
        .limit(LETTERS_MOST)
    )
    return [(letter, number, name) for letter, number, name in session.execute(query)]


def settle(
    session: Session, actor: Actor, letter_id: int, *, is_sent: bool, reason: str, now: datetime
) -> None:
    """Say that the letter went, or why it need not. Raises NotFound, NotAllowed, Conflict when settled, Invalid."""
    require(actor, Permission.TICKET_REVIEW)
    letter = session.get(SuperiorLetter, letter_id, with_for_update=True)
    if letter is None:
        raise NotFound("没有这份告知函。")
    require_own(actor, letter.office_id)
    if letter.settled_at is not None:
        raise Conflict("这份告知函已经处理过，请刷新页面。", code="letter_settled")
    reason = reason.strip()
    if len(reason) > 200 or (not is_sent and len(reason) < 2):
        raise Invalid("不发告知函的，请写明原因（2至200字）。", code="reason_missing")
    letter.settled_at, letter.settled_by_name = now, actor.name
    letter.is_sent, letter.reason = is_sent, reason or None
    told: dict[str, str | int] = {"sent": "yes" if is_sent else "no", "reason": reason}
    audit.record(session, actor, "settle", "superior_letter", letter_id, told, now=now)
