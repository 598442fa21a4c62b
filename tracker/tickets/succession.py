"""承继: what becomes of open tickets whose office was abolished, or whose handler's account was shut."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from tracker.accounts.models import Account
from tracker.calendar.deadlines import Clock
from tracker.errors import Invalid
from tracker.offices import service as offices
from tracker.offices.models import Office
from tracker.permissions import SYSTEM
from tracker.tickets import clocks, handover, service
from tracker.tickets.dispatch import refuse_respondent
from tracker.tickets.models import CoHandler, Ticket
from tracker.tickets.rules import HANDLING, OPEN, Status

log = structlog.get_logger()

INHERIT, UNASSIGN, PART_CLOSED = "inherit", "unassign", "co-closed"
"""Events: another office took over; the ticket waits for a new handler; a co-handler is no more."""

_IN_HAND = sorted(one.value for one in HANDLING | {Status.SUSPENDED})
_OPEN = sorted(one.value for one in OPEN)


def settle(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Do what is owed for up to `limit` tickets of each kind; return how many there were. Doing it twice changes nothing."""
    return (
        inherit(session, now=now, limit=limit)
        + close_parts(session, now=now, limit=limit)
        + unassign(session, now=now, limit=limit)
    )


def inherit(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Give open tickets of abolished offices to the nearest office above; return how many went.

    Status and handling clock stay; what waits to be signed gets the new office's own time to sign. An office complained
    about is passed over, as in any dispatch.
    """
    left = session.scalars(
        select(Ticket)
        .join(Ticket.office)
        .options(contains_eager(Ticket.office))
        .where(Office.is_active.is_(False), Ticket.status.in_(_OPEN))
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for ticket in left:
        _go_to(session, ticket, _heir(session, ticket), now)
    return len(left)


def _heir(session: Session, ticket: Ticket) -> Office:
    above = offices.offices_above(session, ticket.office.path)
    for office in reversed(above):
        try:
            refuse_respondent(session, ticket, office)
        except Invalid:
            continue
        return office
    return above[0]  # nobody else is left: the top office answers, as when no rule fits


def _go_to(session: Session, ticket: Ticket, heir: Office, now: datetime) -> None:
    former = ticket.office
    handover.hand_over(session, ticket, heir, now)
    ticket.office, ticket.office_id, ticket.handler_id = heir, heir.id, None
    data = {"office": heir.name, "office_code": heir.code, "former": former.name, "former_code": former.code}
    note = f"{former.name}已撤销，工单由{heir.name}继续办理，期限不变"
    service.append(session, ticket, SYSTEM, INHERIT, now=now, note=note, data=data, internal=False)
    if ticket.status == Status.DISPATCHED:
        clocks.on_stage(session, ticket, Clock.SIGN, now)


def close_parts(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Close the parts abolished offices owe as co-handlers, so that no lead waits for them; return how many tickets."""
    owed = select(CoHandler.id).join(CoHandler.office)
    mine = owed.where(
        CoHandler.ticket_id == Ticket.id, CoHandler.done_at.is_(None), Office.is_active.is_(False)
    )
    tickets = session.scalars(
        select(Ticket)
        .join(Ticket.office)
        .options(contains_eager(Ticket.office))
        .where(mine.exists(), Ticket.status.in_(_OPEN))
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for ticket in tickets:
        for part in _dead_parts(session, ticket):
            part.done_at = part.recalled_at = now
            note = f"{part.office.name}已撤销，协办到此为止，请主办单位另请协办或自行查清"
            data = {"office": part.office.name, "office_code": part.office.code}
            service.append(session, ticket, SYSTEM, PART_CLOSED, now=now, note=note, data=data)
    return len(tickets)


def _dead_parts(session: Session, ticket: Ticket) -> Sequence[CoHandler]:
    return session.scalars(
        select(CoHandler)
        .join(CoHandler.office)
        .options(contains_eager(CoHandler.office))
        .where(CoHandler.ticket_id == ticket.id, CoHandler.done_at.is_(None), Office.is_active.is_(False))
    ).all()


def unassign(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Free tickets in hand of people whose account was shut, and tell their office; return how many there were.

    Anybody of the office may go on with them; what was written stays.
    """
    rows = session.execute(
        select(Ticket, Account.display_name)
        .join(Ticket.office)
        .join(Account, (Account.id == Ticket.handler_id) & (Account.office_id == Ticket.office_id))
        .options(contains_eager(Ticket.office))
        .where(Account.is_active.is_(False), Ticket.status.in_(_IN_HAND))
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for ticket, name in rows:
        ticket.handler_id = None
        note = f"承办人{name}的账号已停用，请另行安排承办人"
        service.append(session, ticket, SYSTEM, UNASSIGN, now=now, note=note, data={"handler": name})
    return len(rows)
