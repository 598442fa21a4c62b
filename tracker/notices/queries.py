"""Reading inboxes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from tracker.notices.models import Notice, NoticeRead
from tracker.permissions import GRANTS, Actor
from tracker.tickets.models import Ticket


@dataclass(frozen=True)
class Item:
    """One notice as the inbox shows it; number of its ticket, None for a notice without one."""

    id: int
    kind: str
    text: str
    number: str | None
    created_at: datetime
    is_read: bool


@dataclass(frozen=True)
class Page:
    """Some notices, newest first, and the id before which the next page begins."""

    items: list[Item]
    next: int | None


def inbox_of(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of the own inbox: addressed to the account, or to posts like the actor's in his office."""
    posts = sorted(permission.value for permission in GRANTS[actor.role])
    shared = and_(Notice.office_id == actor.office_id, Notice.audience.in_(posts))
    return or_(Notice.account_id == actor.account_id, shared)


def unread_of(actor: Actor) -> Select[int]:
    """Return the query for the ids of the unread notices."""
    seen = select(NoticeRead.notice_id).where(
        NoticeRead.notice_id == Notice.id, NoticeRead.account_id == actor.account_id
    )
    return select(Notice.id).where(inbox_of(actor), ~seen.exists())


def inbox(session: Session, actor: Actor, *, before: int | None = None, limit: int = 50) -> Page:
    """Return one page of the own inbox."""
    read = (NoticeRead.notice_id == Notice.id) & (NoticeRead.account_id == actor.account_id)
    query = (
        select(Notice, Ticket.number, NoticeRead.read_at)
        .outerjoin(Ticket, Ticket.id == Notice.ticket_id)
        .outerjoin(NoticeRead, read)
        .where(inbox_of(actor))
        .order_by(Notice.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(Notice.id < before)
    rows = session.execute(query).all()
    items = [
        Item(
            row.Notice.id,
            row.Notice.kind,
            row.Notice.text,
            row.number,
            row.Notice.created_at,
            bool(row.read_at),
        )
        for row in rows[:limit]
    ]
    return Page(items, items[-1].id if len(rows) > limit else None)
