"""共享: the office in charge lets another office read a ticket, for a reason and until a day; reading is all it may."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload, object_session

from tracker.clock import LOCAL, local_date
from tracker.errors import Conflict, Invalid
from tracker.offices.models import Office
from tracker.permissions import SYSTEM, Actor, Role
from tracker.rights import SEEN
from tracker.tickets import service, sight
from tracker.tickets.dispatch import office_by_code, refuse_respondent
from tracker.tickets.models import Ticket, TicketShare

MOST_DAYS = 180
"""[P] So many days one share lasts at most; whoever needs longer is asked again."""
ENDED = "share-ended"
"""Event: the last day of a share is over."""


def share(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """共享: to one office that does not see the ticket already; never to the office complained about."""
    office = office_by_code(session, given["office"])
    refuse_respondent(session, ticket, office)
    _check_day(given, now)
    if _in_force(session, ticket, office) is not None:
        raise Conflict(f"已共享给{office.name}；要改期限或理由的，请先收回再共享。", code="already_shared")
    clerk = Actor(None, office.name, Role.OFFICER, office.id, office.path, str(office.level))
    if sight.stands(session, clerk, ticket) & SEEN:
        raise Conflict(f"{office.name}本来就能查阅该工单，不必共享。", code="sees_already")
    session.add(
        TicketShare(
            ticket_id=ticket.id,
            office_id=office.id,
            from_office_id=actor.office_id,
            shared_by_id=actor.account_id,
            shared_by_name=actor.name,
            shared_at=now,
            reason=given["reason"],
            until=given["until"],
        )
    )
    data = {"office": office.name, "office_code": office.code, "until": f"{given['until']:%Y-%m-%d}"}
    service.append(session, ticket, actor, "share", now=now, note=given["reason"], data=data)


def _check_day(given: dict[str, Any], now: datetime) -> None:
    days = (given["until"] - local_date(now)).days
    if not 0 <= days <= MOST_DAYS:
        told = f"截止日期应在今天至{MOST_DAYS}天以内。"
        raise Invalid(told, fields={"until": [told]})


def unshare(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """收回共享: the office sees the ticket no more, from this moment on."""
    office = office_by_code(session, given["office"])
    found = _in_force(session, ticket, office)
    if found is None:
        raise Conflict(f"该工单没有共享给{office.name}，不必收回。", code="not_shared")
    found.ended_at = now
    data = {"office": office.name, "office_code": office.code}
    service.append(session, ticket, actor, "unshare", now=now, note=given["reason"], data=data)


def _in_force(session: Session, ticket: Ticket, office: Office) -> TicketShare | None:
    return session.scalar(
        select(TicketShare).where(
            TicketShare.ticket_id == ticket.id,
            TicketShare.office_id == office.id,
            TicketShare.ended_at.is_(None),
        )
    )


def of_ticket(session: Session, ticket: Ticket) -> list[TicketShare]:
    """Return the shares of the ticket, those that ended among them, in the order they were made."""
    query = select(TicketShare).where(TicketShare.ticket_id == ticket.id)
    return list(session.scalars(query.options(joinedload(TicketShare.office)).order_by(TicketShare.id)))


def is_shared(_: Actor, ticket: Ticket) -> bool:
    """Return whether there is a share to call back."""
    session = object_session(ticket)
    return session is not None and any(one.ended_at is None for one in of_ticket(session, ticket))


def end_over(session: Session, *, now: datetime, limit: int = 500) -> int:
    """End the shares whose last day is over, each dated when that day ended; return how many. Doing it twice changes nothing."""
    over = session.scalars(
        select(TicketShare)
        .join(TicketShare.office)
        .options(contains_eager(TicketShare.office))
        .where(TicketShare.ended_at.is_(None), TicketShare.until < local_date(now))
        .order_by(TicketShare.id)
        .limit(limit)
        .with_for_update(of=TicketShare, skip_locked=True)
    ).all()
    for one in over:
        ticket = session.get_one(Ticket, one.ticket_id, with_for_update=True)
        one.ended_at = datetime.combine(one.until + timedelta(days=1), time(), LOCAL)
        note = f"与{one.office.name}的共享到期"
        data = {"office": one.office.name, "office_code": one.office.code}
        at = max(one.ended_at, ticket.last_event_at)
        service.append(session, ticket, SYSTEM, ENDED, now=at, note=note, data=data)
    return len(over)
