"""Deadlines counted again after the calendar changed: a year loaded, a day turned, an office closed.

A ticket keeps what its deadlines were counted from (`due_from_at`, `due_days`; `stage_from_at`, `stage_rule`), so that
counting again needs no memory of the former calendar, and doing it twice changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from tracker.calendar import changes
from tracker.calendar.deadlines import Timetable
from tracker.calendar.models import CalendarChange
from tracker.calendar.rules import add_working_days
from tracker.clock import LOCAL, local_date
from tracker.errors import TrackerError
from tracker.offices.models import Office
from tracker.permissions import SYSTEM
from tracker.screens import moment
from tracker.tickets import clocks, co_clocks, service
from tracker.tickets.models import CoHandler, Ticket
from tracker.tickets.rules import OPEN

log = structlog.get_logger()

_AFTERWARDS = timedelta(days=31)
"""How long after the due moment working days still matter to a ticket: until it is urged and circulated."""
_TICK = timedelta(microseconds=1)

Due = tuple[datetime, bool]
"""A due moment (aware) and whether it is provisional."""


def retime(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Count the deadlines of up to `limit` tickets again for the oldest change that is owed; return 0 when none is.

    Each deadline that moves leaves an event on its ticket. A row that cannot be counted is logged and passed over.
    """
    change = changes.owed(session, now=now)
    if change is None:
        return 0
    tickets = _touched(session, change, limit)
    for ticket in tickets:
        change.reached_id = ticket.id
        try:
            with session.begin_nested():
                change.n_changed += recount(session, ticket, f"{change.what}（{change.why}）", now)
        except (TrackerError, ValueError) as error:
            log.error("ticket_not_retimed", ticket=ticket.id, error=str(error))
            session.expire(ticket)
    if len(tickets) < limit:
        change.done_at = now
    return max(len(tickets), 1)


def _touched(session: Session, change: CalendarChange, limit: int) -> Sequence[Ticket]:
    begin = datetime.combine(change.first_on, time(), LOCAL)
    end = datetime.combine(change.last_on + timedelta(days=1), time(), LOCAL)
    handling = and_(
        Ticket.due_rule.is_not(None), Ticket.due_from_at < end, Ticket.due_at >= begin - _AFTERWARDS
    )
    stage = and_(Ticket.stage_from_at < end, Ticket.stage_due_at >= begin)
    return session.scalars(
        select(Ticket)
        .join(Ticket.office)
        .options(contains_eager(Ticket.office))
        .where(
            Ticket.id > change.reached_id,
            Ticket.status.in_([status.value for status in OPEN]),
            or_(
                and_(Office.path.startswith(change.office_path, autoescape=True), or_(handling, stage)),
                Ticket.id.in_(_helped(change, begin, end)),
            ),
        )
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    ).all()


def _helped(change: CalendarChange, begin: datetime, end: datetime) -> Select[int]:
    """Return the ids of tickets with a co-handler there whose own days the change concerns."""
    helper = aliased(Office)
    return (
        select(CoHandler.ticket_id)
        .join(helper, helper.id == CoHandler.office_id)
        .where(
            CoHandler.done_at.is_(None),
            CoHandler.asked_at < end,
            CoHandler.due_at >= begin,
            helper.path.startswith(change.office_path, autoescape=True),
        )
    )


def recount(session: Session, ticket: Ticket, why: str, now: datetime) -> int:
    """Count the ticket's deadlines on the calendar as it is and return how many moved, told in one event.

    A due moment still ahead is never moved into the past: nobody becomes overdue because a calendar was corrected.
    """
    table = clocks.table_of(session, ticket)
    before, words = clocks.due_before(ticket), []
    due, stage = _handling(ticket, table), _stage(ticket, table)
    if due is not None:
        ticket.due_provisional = due[1]
        if _moves(ticket.due_at, due[0], now):
            words.append(f"办理时限由{moment(ticket.due_at)}改为{moment(due[0])}")
            ticket.due_at = due[0]
    if stage is not None and _moves(ticket.stage_due_at, stage[0], now):
        words.append(f"本环节时限由{moment(ticket.stage_due_at)}改为{moment(stage[0])}")
        ticket.stage_due_at = stage[0]
    words += co_clocks.recount(session, ticket, now)
    if words:
        note = f"{'，'.join(words)}，因{why}"
        service.append(session, ticket, SYSTEM, "retimed", now=now, note=note, data=before)
    since = min(now, ticket.next_check_at - _TICK) if ticket.next_check_at else now
    clocks.reschedule(session, ticket, since)  # from what the sweep has not written down yet
    return len(words)


def _moves(old: datetime | None, new: datetime, now: datetime) -> bool:
    return old is not None and new != old and not new < now < old


def _handling(ticket: Ticket, table: Timetable) -> Due | None:
    """Return the handling deadline counted again; None where it was set by hand, or nothing tells how."""
    if ticket.due_at is None or ticket.due_rule is None or ticket.due_from_at is None:
        return None
    if ticket.due_days is not None:
        span = add_working_days(local_date(ticket.due_from_at), ticket.due_days, table.calendar)
        ends = ticket.due_at.astimezone(LOCAL).timetz()
        return datetime.combine(span.end_on, ends), span.provisional
    if ticket.extended_days:
        return None  # an end by date and working days on top of it: what was granted stands
    found = table.again(ticket.due_rule, from_at=ticket.due_from_at)
    return found.due_at, found.provisional


def _stage(ticket: Ticket, table: Timetable) -> Due | None:
    if ticket.stage_due_at is None or ticket.stage_rule is None or ticket.stage_from_at is None:
        return None
    found = table.again(ticket.stage_rule, from_at=ticket.stage_from_at, amount=ticket.stage_amount)
    return found.due_at, found.provisional
