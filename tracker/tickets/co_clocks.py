"""The time of co-handlers (协办期限): their own working days, or the lead's; told in the history when it runs out.

It runs while the lead works on the ticket: it stands still with a suspension and ends with the lead's reply.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from tracker import logs
from tracker.calendar.deadlines import Timetable
from tracker.errors import TrackerError
from tracker.permissions import SYSTEM
from tracker.screens import moment
from tracker.tickets import clocks, service
from tracker.tickets.models import CoHandler, Ticket
from tracker.tickets.rules import HANDLING, Status

log = structlog.get_logger()

OVERDUE = "co_overdue"
"""The event that says so, dated when the time ran out."""


def due_at(part: CoHandler, ticket: Ticket) -> datetime | None:
    """Return when the part is due: its own moment, or the lead's while it has none."""
    return part.due_at or ticket.due_at


def table_of(session: Session, part: CoHandler) -> Timetable:
    """Return the timetable of the co-handling office."""
    return clocks.timetable(session).at(part.office.path)


def open_parts(session: Session, ticket: Ticket) -> Sequence[CoHandler]:
    """Return the parts not closed yet, with their offices, in the order they were asked."""
    mine = select(CoHandler).where(CoHandler.ticket_id == ticket.id, CoHandler.done_at.is_(None))
    return session.scalars(mine.options(joinedload(CoHandler.office)).order_by(CoHandler.id)).all()


def pass_time(session: Session, ticket: Ticket, now: datetime) -> int:
    """Write down which parts of a ticket in hand ran out of time up to `now`; return how many."""
    if ticket.status not in HANDLING:
        return 0
    n = 0
    for part in open_parts(session, ticket):
        due = due_at(part, ticket)
        if part.overdue_at is None and due is not None and due < now:
            part.overdue_at = due
            note = f"{part.office.name}未在协办期限内提交协办意见"
            data = {"office": part.office.name, "office_code": part.office.code}
            data["status"] = Status(ticket.status).value
            service.append(session, ticket, SYSTEM, OVERDUE, now=due, note=note, data=data)
            n += 1
    return n


def sweep(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Do so for up to `limit` tickets; return how many were written. A row that cannot be written stops no other."""
    ran_out = select(CoHandler.id).where(
        CoHandler.ticket_id == Ticket.id,
        CoHandler.done_at.is_(None),
        CoHandler.overdue_at.is_(None),
        func.coalesce(CoHandler.due_at, Ticket.due_at) < now,
    )
    tickets = session.scalars(
        select(Ticket)
        .join(Ticket.office)
        .options(contains_eager(Ticket.office))
        .where(ran_out.exists(), Ticket.status.in_([one.value for one in HANDLING]))
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    return sum(_attempt(session, ticket, now) for ticket in tickets)


def _attempt(session: Session, ticket: Ticket, now: datetime) -> bool:
    try:
        with session.begin_nested():
            pass_time(session, ticket, now)
    except (TrackerError, ValueError) as error:
        log.error("co_handlers_not_swept", ticket=ticket.id, error=logs.cause(error))
        session.expire(ticket)
        return False
    return True


def with_own_days(session: Session, tickets: Sequence[Ticket]) -> set[int]:
    """Return the ids of those tickets that have an open part with days of its own."""
    among = CoHandler.ticket_id.in_([one.id for one in tickets])
    return set(
        session.scalars(
            select(CoHandler.ticket_id).where(among, CoHandler.done_at.is_(None), CoHandler.days.is_not(None))
        )
    )


def recount(session: Session, ticket: Ticket, now: datetime) -> list[str]:
    """Count the own days of open parts on the calendar as it is; return in words what moved.

    As with the lead's time, nothing still ahead is moved into the past.
    """
    words = []
    for part in open_parts(session, ticket):
        if part.days is None or part.due_at is None:
            continue
        fresh = clocks.co_due(session, ticket, part.office, part.asked_at, part.days)
        if fresh != part.due_at and not fresh < now < part.due_at:
            words.append(f"{part.office.name}协办期限由{moment(part.due_at)}改为{moment(fresh)}")
            part.due_at = fresh
    return words
