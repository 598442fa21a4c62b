"""Telling people: from events to inboxes, from the outbox to gateways."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.errors import NotFound, Unavailable
from tracker.notices import queries, rules
from tracker.notices.gateways import GATEWAYS
from tracker.notices.models import Delivery, Notice, NoticeRead
from tracker.notices.rules import Receiver, Telling
from tracker.offices.models import Office
from tracker.permissions import Actor, Permission, require
from tracker.tickets.models import Ticket, TicketEvent

URGENT = frozenset({"auto_urge", "circulated", "return"})
"""Actions that also go out by a gateway."""


def follow(session: Session, event: TicketEvent, *, now: datetime) -> int:
    """Put the notices of one event into the inboxes; return how many. Following it again tells nobody twice."""
    tellings = rules.TELLINGS.get(event.action, ())
    if not tellings:
        return 0
    ticket = session.get_one(Ticket, event.ticket_id)
    return sum(_tell(session, event, ticket, one, now) for one in tellings)


def _tell(session: Session, event: TicketEvent, ticket: Ticket, telling: Telling, now: datetime) -> int:
    office_id = _office_id(session, ticket, telling.to)
    words = telling.words.format(number=ticket.number, title=ticket.title[:40])
    key = f"{event.id}:{telling.to.value}:{telling.audience.value}"
    notice_id = session.scalar(
        insert(Notice)
        .values(
            once_key=key,
            ticket_id=ticket.id,
            office_id=office_id,
            audience=telling.audience.value,
            kind=event.action,
            text=words,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["once_key"])
        .returning(Notice.id)
    )
    if notice_id is not None and event.action in URGENT:
        session.execute(
            insert(Delivery)
            .values(notice_id=notice_id, gateway="console", next_try_at=now)
            .on_conflict_do_nothing(index_elements=["notice_id", "gateway"])
        )
    return int(notice_id is not None)


def _office_id(session: Session, ticket: Ticket, to: Receiver) -> int:
    if to is Receiver.INTAKE:
        return ticket.intake_office_id
    if to is Receiver.ABOVE:
        parent = session.scalar(select(Office.parent_id).where(Office.id == ticket.office_id))
        return parent or ticket.office_id
    return ticket.office_id


def read(session: Session, actor: Actor, notice_id: int, *, now: datetime) -> None:
    """Mark one notice of the own inbox as read; raises NotFound when it is not in it."""
    require(actor, Permission.NOTICE_READ)
    mine = session.scalar(select(Notice.id).where(Notice.id == notice_id, queries.inbox_of(actor)))
    if mine is None:
        raise NotFound("没有找到这条消息。")
    _mark(session, actor, [mine], now)


def read_all(session: Session, actor: Actor, *, now: datetime) -> int:
    """Mark the newest unread notices of the own inbox as read, 1,000 at most; return how many."""
    require(actor, Permission.NOTICE_READ)
    unread = list(session.scalars(queries.unread_of(actor).order_by(Notice.id.desc()).limit(1000)))
    _mark(session, actor, unread, now)
    return len(unread)


def _mark(session: Session, actor: Actor, notice_ids: list[int], now: datetime) -> None:
    if notice_ids:
        rows = [{"notice_id": one, "account_id": actor.account_id, "read_at": now} for one in notice_ids]
        session.execute(insert(NoticeRead).values(rows).on_conflict_do_nothing())


def deliver(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Hand the owed notices to their gateways; return how many were tried.

    At least once: a process killed between sending and commit sends again, with the same key.
    """
    owed = session.scalars(
        select(Delivery)
        .where(Delivery.next_try_at <= now)
        .order_by(Delivery.next_try_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for delivery in owed:
        notice = session.get_one(Notice, delivery.notice_id)
        delivery.n_tries += 1
        try:
            GATEWAYS[delivery.gateway].send(notice.once_key or str(notice.id), notice.text)
            delivery.sent_at, delivery.next_try_at, delivery.error = now, None, None
        except Unavailable as refusal:
            pause = rules.pause_s(delivery.n_tries)
            delivery.error = refusal.message
            delivery.next_try_at = now + timedelta(seconds=pause) if pause else None
    return len(owed)


def n_unread(session: Session, actor: Actor) -> int:
    """Return how many notices wait in the own inbox, counted no further than 100."""
    some = queries.unread_of(actor).limit(100).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0
