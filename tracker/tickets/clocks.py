"""The clocks of a ticket: when it is due, and when anything about its time can next happen.

Facts are stored (`due_at`, `stage_due_at`); lights are derived; `next_check_at` is the one moment the sweep looks at.
The handling clock runs from dispatch, not from signature, and a return does not reset it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.calendar import service as calendar
from tracker.calendar.deadlines import Clock, Deadline, Timetable, Unit
from tracker.calendar.rules import add_working_days
from tracker.clock import LOCAL, local_date
from tracker.offices.models import Office
from tracker.tickets.models import CoHandler, Ticket
from tracker.tickets.rules import HANDLING, OPEN, Status

_WORK_BEGINS = time(8, 30)

_DUE_MATTERS = HANDLING | {
    Status.DISPATCHED,
    Status.RETURN_REQUESTED,
    Status.REPLIED,
    Status.TERMINATING,
}
"""Where the handling clock runs; a return stops it as little as it resets it."""

RULING_RUNGS = 2
"""[P] How often a ruling that is late goes one office further up."""
SUSPENSION_LOOK_DAYS = 10
"""[P] Working days after which a suspension is looked at, again and again until the ticket is resumed."""
_LOOKS = 50
"""How many looks are reckoned ahead: two years."""


@dataclass(frozen=True)
class Moment:
    """Something the passing of time does to a ticket: what, and when it truly happens (aware UTC).

    rung: how many times it went further up the chain, 0 for what does not.
    """

    at: datetime
    what: str
    rung: int = 0


def timetable(session: Session) -> Timetable:
    """Return calendar and deadline rules, read once per unit of work."""
    if "timetable" not in session.info:
        session.info["timetable"] = calendar.timetable(session)
    return cast(Timetable, session.info["timetable"])


def table_of(session: Session, ticket: Ticket) -> Timetable:
    """Return the timetable of the office in charge, which knows the days that office was closed."""
    table = timetable(session)
    if not table.closures:
        return table
    office: Office | None = ticket.__dict__.get("office")  # a new ticket has the office before its id
    if office is None or ticket.office_id not in {None, office.id}:
        office = session.get_one(Office, ticket.office_id)
    return table.at(office.path)


def _due(session: Session, ticket: Ticket, clock: Clock, from_at: datetime) -> Deadline:
    table = table_of(session, ticket)
    in_force = max(
        local_date(from_at), min(rule.effective_from for rule in table.rules if rule.clock is clock)
    )
    rule = table.rule(
        clock,
        on=in_force,
        kind=ticket.kind,
        category=ticket.category_code or "",
        urgency="emergency" if ticket.urgent else "",
    )
    return table.again(rule.code, from_at=from_at)


def on_received(session: Session, ticket: Ticket) -> None:
    """Start the dispatch clock."""
    _start_stage(session, ticket, Clock.DISPATCH, ticket.received_at)
    reschedule(session, ticket, ticket.received_at)


def on_dispatched(session: Session, ticket: Ticket, now: datetime) -> None:
    """Start the signing clock, and the handling clock unless it runs already."""
    if ticket.dispatched_at is None:
        ticket.dispatched_at = now
    if ticket.due_at is None:
        _handle_by(ticket, _due(session, ticket, Clock.HANDLE, ticket.dispatched_at), ticket.dispatched_at)
    _start_stage(session, ticket, Clock.SIGN, now)
    reschedule(session, ticket, now)


def on_reworked(session: Session, ticket: Ticket, now: datetime) -> None:
    """Start the handling clock anew by the rule it ran under; a rule no longer there leaves it as it was.

    A ticket answered along with its lead has no time running: where it never had a rule, it gets the one that fits.
    """
    table = table_of(session, ticket)
    if ticket.due_rule in {rule.code for rule in table.rules}:
        _handle_by(ticket, table.again(ticket.due_rule or "", from_at=now), now)
    elif ticket.due_at is None:
        _handle_by(ticket, _due(session, ticket, Clock.HANDLE, now), now)


def _handle_by(ticket: Ticket, deadline: Deadline, from_at: datetime) -> None:
    """Set the due moment, and what it was counted from, so that it can be counted again on another calendar."""
    ticket.due_at, ticket.due_rule = deadline.due_at, deadline.rule_code
    ticket.due_provisional, ticket.due_from_at = deadline.provisional, from_at
    ticket.due_days = deadline.days if deadline.unit is Unit.WORKING_DAY else None


def on_stage(session: Session, ticket: Ticket, clock: Clock | None, now: datetime) -> None:
    """Start the clock of the present stage, or stop it when the stage has none of its own."""
    _start_stage(session, ticket, clock, now)
    reschedule(session, ticket, now)


def _start_stage(session: Session, ticket: Ticket, clock: Clock | None, from_at: datetime) -> None:
    if clock is None:
        ticket.stage_due_at = ticket.stage_rule = ticket.stage_from_at = ticket.stage_amount = None
        return
    deadline = _due(session, ticket, clock, from_at)
    ticket.stage_due_at, ticket.stage_rule = deadline.due_at, deadline.rule_code
    ticket.stage_from_at, ticket.stage_amount = from_at, deadline.days


def due_before(ticket: Ticket) -> dict[str, str]:
    """Return what an event says of the due moment it is about to change, so that figures of the past can be told from events."""
    return {"due_before": ticket.due_at.astimezone(UTC).isoformat()} if ticket.due_at else {}


def on_extended(session: Session, ticket: Ticket, days: int, now: datetime) -> None:
    """Move the due moment by so many working days, to the same local hour."""
    if ticket.due_at is None:
        return
    local_due = ticket.due_at.astimezone(LOCAL)
    span = add_working_days(local_due.date(), days, table_of(session, ticket).calendar)
    ticket.due_at = datetime.combine(span.end_on, local_due.timetz())
    ticket.due_provisional = ticket.due_provisional or span.provisional
    ticket.extended_days += days
    if ticket.due_days is not None:
        ticket.due_days += days
    reschedule(session, ticket, now)


def on_resumed(session: Session, ticket: Ticket, now: datetime) -> None:
    """Give back the working days the ticket was suspended."""
    if ticket.suspended_at is None or ticket.due_at is None:
        return
    calendar_here = table_of(session, ticket).calendar
    days = calendar_here.rank(local_date(now)) - calendar_here.rank(local_date(ticket.suspended_at))
    ticket.suspended_at = None
    if days > 0:
        extended = ticket.extended_days
        on_extended(session, ticket, days, now)
        ticket.extended_days = extended
        _give_back_to_co_handlers(session, ticket, days)
    reschedule(session, ticket, now)


def _give_back_to_co_handlers(session: Session, ticket: Ticket, days: int) -> None:
    parts = session.scalars(
        select(CoHandler)
        .where(CoHandler.ticket_id == ticket.id, CoHandler.done_at.is_(None), CoHandler.days.is_not(None))
        .options(joinedload(CoHandler.office))
    )
    for part in parts:
        part.days = (part.days or 0) + days
        part.due_at = co_due(session, ticket, part.office, part.asked_at, part.days)


def co_due(session: Session, ticket: Ticket, office: Office, from_at: datetime, days: int) -> datetime:
    """Return when a co-handling office's own working days end: by its calendar, at the hour the lead's time ends."""
    there = timetable(session).at(office.path).calendar
    ends = (ticket.due_at or from_at).astimezone(LOCAL).timetz()
    return datetime.combine(add_working_days(local_date(from_at), days, there).end_on, ends)


def moments(ticket: Ticket, table: Timetable) -> list[Moment]:
    """Return what the passing of time does to the ticket from its facts alone, in order.

    stage_overdue: the stage's own clock ran out. overdue: the due moment passed. auto_urge: 催办 the working day after.
    circulated: 通报 and 督办 five working days later. ruling_late: a return not ruled on in time goes one office further up,
    as many working days apart as 催办 comes after expiry. Source of the day counts: the deadline rows.
    still_suspended: nothing else runs while a ticket is suspended, but somebody is reminded of it.
    """
    status = Status(ticket.status)
    found: list[Moment] = []
    if status is Status.SUSPENDED:
        return _looks(ticket, table)
    if status not in OPEN:
        return found
    if ticket.stage_due_at is not None:
        found.append(Moment(ticket.stage_due_at, "stage_overdue"))
        if status is Status.RETURN_REQUESTED:
            found += _rungs(ticket.stage_due_at, table)
    if ticket.due_at is not None and status in _DUE_MATTERS:
        urge_on, circulate_on = table.late_days(local_date(ticket.due_at))
        found.append(Moment(ticket.due_at, "overdue"))
        found.append(Moment(datetime.combine(urge_on, _WORK_BEGINS, LOCAL), "auto_urge"))
        found.append(Moment(datetime.combine(circulate_on, _WORK_BEGINS, LOCAL), "circulated"))
    return sorted(found, key=lambda moment: moment.at)


def _rungs(late_at: datetime, table: Timetable) -> list[Moment]:
    late_on = local_date(late_at)
    days = table.rule(Clock.URGE, on=table.urged_on(late_on)).amount
    ends = [add_working_days(late_on, n * days, table.calendar).end_on for n in range(1, RULING_RUNGS + 1)]
    return [
        Moment(datetime.combine(on, _WORK_BEGINS, LOCAL), "ruling_late", rung)
        for rung, on in enumerate(ends, start=1)
    ]


def _looks(ticket: Ticket, table: Timetable) -> list[Moment]:
    if ticket.suspended_at is None:
        return []
    since = local_date(ticket.suspended_at)
    ends = [
        add_working_days(since, n * SUSPENSION_LOOK_DAYS, table.calendar).end_on for n in range(1, _LOOKS + 1)
    ]
    return [Moment(datetime.combine(on, _WORK_BEGINS, LOCAL), "still_suspended") for on in ends]


def reschedule(session: Session, ticket: Ticket, now: datetime) -> None:
    """Set the next moment the sweep must look at the ticket: the first one that has not passed, or none."""
    _look_next(ticket, moments(ticket, table_of(session, ticket)), now)


def pass_by(session: Session, ticket: Ticket, now: datetime) -> list[Moment]:
    """Return the moments that have passed since the sweep was to look, and set when it looks next.

    The last second of a limit still belongs to it.
    """
    found = moments(ticket, table_of(session, ticket))
    after = ticket.next_check_at or now
    _look_next(ticket, found, now)
    return [moment for moment in found if after <= moment.at < now]


def _look_next(ticket: Ticket, found: list[Moment], now: datetime) -> None:
    ticket.next_check_at = next((moment.at for moment in found if moment.at >= now), None)
