"""交接: what an office leaves behind when a ticket goes to another one, or another way."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from tracker.offices.models import Office
from tracker.tickets.models import CoHandler, Extension, ReturnRequest, Ticket
from tracker.tickets.rules import RETURNABLE, Ruling, Status

LAPSED = "工单已转交其他单位，原延期申请失效。"
REWORKED = "工单已转重办，原延期申请失效；确需延期请重新申请。"
LEADS_NOW = "该单位已转为主办单位。"
RETURN_LAPSED = "工单已进入其他环节，原退单申请失效。"


def hand_over(session: Session, ticket: Ticket, office: Office, now: datetime) -> None:
    """Close what the former office began and the new one cannot go on with.

    An extension nobody decided lapses: the new office asks for itself. An office that helped and now leads owes its own
    part to nobody, or it would wait for itself.
    """
    lapse_extension(session, ticket, LAPSED, now)
    session.execute(
        update(CoHandler)
        .where(
            CoHandler.ticket_id == ticket.id, CoHandler.office_id == office.id, CoHandler.done_at.is_(None)
        )
        .values(done_at=now, opinion=LEADS_NOW)
    )


def lapse_extension(session: Session, ticket: Ticket, why: str, now: datetime) -> None:
    """Close the extension nobody decided, if there is one, with the reason told."""
    session.execute(
        update(Extension)
        .where(Extension.ticket_id == ticket.id, Extension.approved.is_(None))
        .values(approved=False, decided_at=now, opinion=why)
    )


def unruled() -> ColumnElement[bool]:
    """Return the condition under which a return still waits: for the reviewer's signature, or signed for a ruling."""
    return (
        ReturnRequest.ruling.is_(None) & ReturnRequest.ended_at.is_(None) & ReturnRequest.signed.is_not(False)
    )


def leave(session: Session, ticket: Ticket, target: Status, now: datetime) -> None:
    """Let a return that waits lapse when the ticket takes a way on which nobody decides it any more."""
    goes_on = RETURNABLE | {Status.RETURN_REQUESTED}
    if ticket.status not in goes_on or target in goes_on:
        return
    session.execute(
        update(ReturnRequest)
        .where(ReturnRequest.ticket_id == ticket.id, unruled())
        .values(ended_at=now, ended_why=RETURN_LAPSED)
    )


def is_designated(session: Session, ticket: Ticket, office: Office) -> bool:
    """Return whether a ruling designated the office for this ticket; whatever way it comes back, it may not return it."""
    ruled = select(ReturnRequest.id).where(
        ReturnRequest.ticket_id == ticket.id,
        ReturnRequest.ruled_office_id == office.id,
        ReturnRequest.ruling == Ruling.DESIGNATE.value,
    )
    return session.scalar(ruled.limit(1)) is not None
