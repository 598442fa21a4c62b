"""Reading the inbox: one's own notices and those of one's post in the office."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from tracker.notices.models import Notice, NoticeRead
from tracker.notices.rules import INBOX_DAYS
from tracker.permissions import GRANTS, Actor
from tracker.tickets.models import Ticket

UNREAD_CAP = 100
"""The counter counts no further and then says 99+."""


@dataclass(frozen=True)
class Item:
    """One line of the inbox. number: of the ticket it speaks of, None for none."""

    notice: Notice
    number: str | None
    read_at: datetime | None


def mine(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the condition under which a notice stands in the actor's inbox."""
    held = sorted(permission.value for permission in GRANTS[actor.role])
    post = and_(Notice.office_id == actor.office_id, Notice.account_id.is_(None), Notice.audience.in_(held))
    return and_(
        or_(post, Notice.account_id == actor.account_id),
        Notice.created_at > now - timedelta(days=INBOX_DAYS),
    )


def read_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor has read the notice."""
    return (
        select(NoticeRead.notice_id)
        .where(NoticeRead.notice_id == Notice.id, NoticeRead.account_id == actor.account_id)
        .exists()
    )


def inbox(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    unread_only: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> tuple[list[Item], int | None]:
    """Return a page of the inbox, newest first, and the id to pass as `before` for the next page, None on the last."""
    read = and_(NoticeRead.notice_id == Notice.id, NoticeRead.account_id == actor.account_id)
    query = (
        select(Notice, Ticket.number, NoticeRead.read_at)
        .outerjoin(Ticket, Ticket.id == Notice.ticket_id)
        .outerjoin(NoticeRead, read)
        .where(mine(actor, now))
        .order_by(Notice.id.desc())
        .limit(limit + 1)
    )
    if unread_only:
        query = query.where(NoticeRead.read_at.is_(None))
    if before is not None:
        query = query.where(Notice.id < before)
    rows = [Item(row.Notice, row.number, row.read_at) for row in session.execute(query)]
    return rows[:limit], rows[limit - 1].notice.id if len(rows) > limit else None


def n_unread(session: Session, actor: Actor, *, now: datetime) -> int:
    """Return how many notices the actor has not read, counted no further than UNREAD_CAP."""
    some = select(Notice.id).where(mine(actor, now), ~read_by(actor)).limit(UNREAD_CAP).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0
