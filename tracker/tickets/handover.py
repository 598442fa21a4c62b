"""交接: what an office leaves behind when a ticket goes to another one."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.offices.models import Office
from tracker.tickets.models import CoHandler, Extension, ReturnRequest, Ticket
from tracker.tickets.rules import Ruling

LAPSED = "工单已转交其他单位，原延期申请失效。"
LEADS_NOW = "该单位已转为主办单位。"


def hand_over(session: Session, ticket: Ticket, office: Office, now: datetime) -> None:
    """Close what the former office began and the new one cannot go on with.

    An extension nobody decided lapses: the new office asks for itself. An office that helped and now leads owes its own
    part to nobody, or it would wait for itself.
    """
    session.execute(
        update(Extension)
        .where(Extension.ticket_id == ticket.id, Extension.approved.is_(None))
        .values(approved=False, decided_at=now, opinion=LAPSED)
    )
    session.execute(
        update(CoHandler)
        .where(
            CoHandler.ticket_id == ticket.id, CoHandler.office_id == office.id, CoHandler.done_at.is_(None)
        )
        .values(done_at=now, opinion=LEADS_NOW)
    )


def is_designated(session: Session, ticket: Ticket, office: Office) -> bool:
    """Return whether a ruling designated the office for this ticket; whatever way it comes back, it may not return it."""
    ruled = select(ReturnRequest.id).where(
        ReturnRequest.ticket_id == ticket.id,
        ReturnRequest.ruled_office_id == office.id,
        ReturnRequest.ruling == Ruling.DESIGNATE.value,
    )
    return session.scalar(ruled.limit(1)) is not None
