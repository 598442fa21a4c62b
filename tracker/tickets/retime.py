"""Deadlines counted again after the calendar changed: a year loaded, a day turned, an office closed.

A ticket keeps what its deadlines were counted from (`due_from_at`, `due_days`; `stage_from_at`, `stage_rule`), so that
counting again needs no memory of the former calendar, and doing it twice changes nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, load_only

from tracker import logs
from tracker.calendar import changes
from tracker.calendar.deadlines import Timetable
from tracker.calendar.models import CalendarChange
from tracker.calendar.rules import add_working_days
from tracker.clock import LOCAL, local_date
from tracker.errors import TrackerError
from tracker.offices.models import Office
from tracker.screens import moment
from tracker.tickets import clocks, co_clocks, journal, sweep
from tracker.tickets.models import CoHandler, Ticket
from tracker.tickets.rules import OPEN

log = structlog.get_logger()

_FAULTS = (TrackerError, ValueError)
_AFTERWARDS = timedelta(days=31)
"""How long after the due moment working days still matter to a ticket: until it is urged and circulated."""
_TICK = timedelta(microseconds=1)

Due = tuple[datetime, bool]
"""A due moment (aware) and whether it is provisional."""


Recount = Callable[[Session, CalendarChange, datetime], int]
"""Another room's share: counts its own deadlines again for a change and returns how many moved."""

_LOOKED_AT = (
    *sweep.LOOKED_AT,
    Ticket.due_rule,
    Ticket.due_provisional,
    Ticket.due_from_at,
    Ticket.due_days,
    Ticket.extended_days,
    Ticket.stage_rule,
    Ticket.stage_from_at,
    Ticket.stage_amount,
)


def retime(session: Session, *, now: datetime, limit: int = 500, others: Sequence[Recount] = ()) -> int:
    """Count the deadlines of up to `limit` tickets again for the oldest change that is owed; return 0 when none is.

    others: what else is counted again, once, when the last ticket is done. Each deadline that moves leaves an event on
    its ticket. They are written together; only when one cannot be counted are they taken one by one, and that one is
    logged and passed over.
    """
    change = changes.owed(session, now=now)
    if change is None:
        return 0
    tickets = _touched(session, change, limit)
    if tickets:
        change.n_changed += _together(session, tickets, f"{change.what}（{change.why}）", now)
        change.reached_id = tickets[-1].id
    if len(tickets) < limit:
        change.n_changed += sum(_others_share(session, one, change, now) for one in others)
        change.done_at = now
    return max(len(tickets), 1)


def _together(session: Session, tickets: Sequence[Ticket], why: str, now: datetime) -> int:
    try:
        with session.no_autoflush, session.begin_nested():
            return _recount(session, tickets, why, now)
    except _FAULTS:
        for ticket in tickets:
            session.expire(ticket)
    return sum(_alone(session, ticket, why, now) for ticket in tickets)


def _alone(session: Session, ticket: Ticket, why: str, now: datetime) -> int:
    ticket_id = ticket.id
    try:
        with session.begin_nested():
            return _recount(session, [ticket], why, now)
    except _FAULTS as error:
        log.error("ticket_not_retimed", ticket=ticket_id, error=logs.cause(error))
        session.expire(ticket)
        return 0


def _others_share(session: Session, recount: Recount, change: CalendarChange, now: datetime) -> int:
    try:
        with session.begin_nested():
            return recount(session, change, now)
    except _FAULTS as error:
        log.error("room_not_retimed", room=recount.__module__, error=logs.cause(error))
        return 0


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
        .options(load_only(*_LOOKED_AT), contains_eager(Ticket.office).load_only(*sweep.OFFICE))
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


def _recount(session: Session, tickets: Sequence[Ticket], why: str, now: datetime) -> int:
    """Count the tickets' deadlines on the calendar as it is and return how many moved, told in one event a ticket.

    A due moment still ahead is never moved into the past: nobody becomes overdue because a calendar was corrected.
    """
    told, n_moved, helped = [], 0, co_clocks.with_own_days(session, tickets)
    for ticket in tickets:
        before, words = clocks.due_before(ticket), _moved(ticket, clocks.table_of(session, ticket), now)
        if ticket.id in helped:
            words += co_clocks.recount(session, ticket, now)
        if words:
            told.append(journal.Told(ticket, "retimed", now, f"{'，'.join(words)}，因{why}", before))
        n_moved += len(words)
        since = min(now, ticket.next_check_at - _TICK) if ticket.next_check_at else now
        clocks.reschedule(session, ticket, since)  # from what the sweep has not written down yet
    journal.append_all(session, told)
    return n_moved


def _moved(ticket: Ticket, table: Timetable, now: datetime) -> list[str]:
    """Set the ticket's own deadlines as counted again; return in words what moved."""
    words, due, stage = [], _handling(ticket, table), _stage(ticket, table)
    if due is not None:
        ticket.due_provisional = due[1]
        if _moves(ticket.due_at, due[0], now):
            words.append(f"办理时限由{moment(ticket.due_at)}改为{moment(due[0])}")
            ticket.due_at = due[0]
    if stage is not None and _moves(ticket.stage_due_at, stage[0], now):
        words.append(f"本环节时限由{moment(ticket.stage_due_at)}改为{moment(stage[0])}")
        ticket.stage_due_at = stage[0]
    return words


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
