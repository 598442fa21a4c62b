"""Reading the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.audit.models import AuditEntry
from tracker.clock import LOCAL
from tracker.errors import Invalid
from tracker.permissions import Actor


@dataclass(frozen=True)
class Filter:
    """What to look for; None asks for everything. Dates are local (Asia/Shanghai), both ends included."""

    action: str | None = None
    thing: str | None = None
    thing_id: str | None = None
    actor_name: str | None = None
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True)
class Page:
    """Some entries, newest first, and the cursor of the page after them (None at the end)."""

    items: Sequence[AuditEntry]
    next: str | None


def entries(
    session: Session, actor: Actor, wanted: Filter, *, cursor: str | None = None, limit: int = 50
) -> Page:
    """Return a page of entries whose offices lie in the actor's subtree; raises Invalid for a foreign cursor."""
    query = select(AuditEntry).where(AuditEntry.office_path.startswith(actor.office_path, autoescape=True))
    equal = (
        (AuditEntry.action, wanted.action),
        (AuditEntry.thing, wanted.thing),
        (AuditEntry.thing_id, wanted.thing_id),
        (AuditEntry.actor_name, wanted.actor_name),
    )
    for column, value in equal:
        if value:
            query = query.where(column == value)
    if wanted.from_on:
        query = query.where(AuditEntry.at >= _midnight(wanted.from_on))
    if wanted.to_on:
        query = query.where(AuditEntry.at < _midnight(wanted.to_on) + timedelta(days=1))
    if cursor:
        query = query.where(AuditEntry.id < _position(cursor))
    rows = session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit + 1)).all()
    more = len(rows) > limit
    return Page(rows[:limit], str(rows[limit - 1].id) if more else None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)


def _position(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise Invalid("翻页位置无效，请从第一页重新查询。", code="bad_cursor", fields={"cursor": ["无效"]})
    return int(cursor)
