"""What time does to tickets, written down when it happened, however late the sweep comes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, load_only

from tracker import logs
from tracker.errors import TrackerError
from tracker.offices.models import Office
from tracker.tickets import clocks, co_clocks, journal
from tracker.tickets.models import Ticket
from tracker.tickets.rules import OPEN, Status

log = structlog.get_logger()

_TICK = timedelta(microseconds=1)
_FAULTS = (TrackerError, ValueError)

NOTES = {
    "stage_overdue": "本环节已超过时限",
    "overdue": "已超过办理时限",
    "auto_urge": "超期次日自动催办",
    "circulated": "催办后仍未办结，予以通报并转督办",
    co_clocks.OVERDUE: "协办单位已超过协办期限",
    "ruling_late": "退单逾期未裁决，报再上一级机构",
    "still_suspended": "工单仍在挂起，请核对挂起原因是否还在，不在的及时恢复办理",
}


LOOKED_AT = (
    Ticket.id,
    Ticket.office_id,
    Ticket.status,
    Ticket.due_at,
    Ticket.stage_due_at,
    Ticket.suspended_at,
    Ticket.next_check_at,
    Ticket.n_events,
    Ticket.head_hash,
    Ticket.version,
    Ticket.last_event,
    Ticket.last_event_at,
    Ticket.n_urged,
    Ticket.supervised,
)
"""All that time needs of a ticket; the rest is many times as much to carry."""
OFFICE = (Office.id, Office.code, Office.path)
"""And of its office."""


def sweep(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Write the events whose moment has come for up to `limit` tickets with late co-handlers, and as many others.

    Return how many tickets were looked at. Co-handlers come first: their time is up before the lead's.

    They are written together; only when one of them raises are they taken one by one, and that one is pushed on an
    hour, so that one bad row stops no other.
    """
    n_helped = co_clocks.sweep(session, now=now, limit=limit)
    tickets = _due(session, now, limit)
    try:
        with session.no_autoflush, session.begin_nested():
            _pass_time(session, tickets, now)
    except _FAULTS:
        for ticket in tickets:
            session.expire(ticket)  # forget what could not be written, or the next query would try again
        tickets = _due(session, now, limit)
        for ticket in tickets:
            _attempt(session, ticket, now)
    return len(tickets) + n_helped


def _due(session: Session, now: datetime, limit: int) -> Sequence[Ticket]:
    return session.scalars(
        select(Ticket)
        .join(Ticket.office)
        .options(
            load_only(*LOOKED_AT),
            contains_eager(Ticket.office).load_only(*OFFICE),
        )
        .where(Ticket.next_check_at < now, Ticket.status.in_([status.value for status in OPEN]))
        .order_by(Ticket.next_check_at)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def _attempt(session: Session, ticket: Ticket, now: datetime) -> None:
    try:
        with session.begin_nested():
            pass_time(session, ticket, now)
    except _FAULTS as error:
        log.error("ticket_not_swept", ticket=ticket.id, error=logs.cause(error))
        session.expire(ticket)  # as above
        session.refresh(ticket)
        ticket.next_check_at = now + timedelta(hours=1)


def catch_up(session: Session, ticket: Ticket, now: datetime) -> datetime:
    """Write down what time did, before somebody acts: a sweep that is late must not lose what the step makes past.

    Returns the moment to date the step by: now, or right after the last event when the clock went back since, so that
    the history never runs backwards and no limit passes twice.
    """
    if now < ticket.last_event_at:
        log.warning("clock_went_back", ticket=ticket.id, now=now.isoformat())
        now = ticket.last_event_at + _TICK
    co_clocks.pass_time(session, ticket, now)
    if ticket.next_check_at is not None and ticket.next_check_at < now:
        pass_time(session, ticket, now)
    return now


def pass_time(session: Session, ticket: Ticket, now: datetime) -> None:
    """Write down what time did to one ticket up to `now`, each thing dated when it happened."""
    _pass_time(session, [ticket], now)


def _pass_time(session: Session, tickets: Sequence[Ticket], now: datetime) -> None:
    told = [_told(ticket, moment) for ticket in tickets for moment in clocks.pass_by(session, ticket, now)]
    for one in told:
        if one.action == "auto_urge":
            one.ticket.n_urged += 1
        if one.action == "circulated":
            one.ticket.supervised = True
    journal.append_all(session, told)


def _told(ticket: Ticket, moment: clocks.Moment) -> journal.Told:
    data = {"status": Status(ticket.status).value} | ({"rung": moment.rung} if moment.rung else {})
    return journal.Told(ticket, moment.what, moment.at, NOTES[moment.what], data)
