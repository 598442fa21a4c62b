"""Reading the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Generic, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tracker.audit.models import AuditEntry, ReadEntry
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


Row = TypeVar("Row", AuditEntry, ReadEntry)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some entries or readings, newest first, and the cursor of the page after them (None at the end)."""

    items: Sequence[Row]
    next: str | None


def entries(
    session: Session, actor: Actor, wanted: Filter, *, cursor: str | None = None, limit: int = 50
) -> Page[AuditEntry]:
    """Return a page of deeds whose offices lie in the actor's subtree; raises Invalid for a foreign cursor."""
    query = select(AuditEntry)
    if wanted.action:
        query = query.where(AuditEntry.action == wanted.action)
    return _page(session, actor, AuditEntry, query, wanted, cursor, limit)


def readings(
    session: Session, actor: Actor, wanted: Filter, *, cursor: str | None = None, limit: int = 50
) -> Page[ReadEntry]:
    """Return a page of readings by people of the actor's subtree, whatever they read; `wanted.action` has no meaning here."""
    return _page(session, actor, ReadEntry, select(ReadEntry), wanted, cursor, limit)


def _page(
    session: Session,
    actor: Actor,
    table: type[Row],
    query: Select[Row],
    wanted: Filter,
    cursor: str | None,
    limit: int,
) -> Page[Row]:
    query = query.where(table.office_path.startswith(actor.office_path, autoescape=True))
    equal = (
        (table.thing, wanted.thing),
        (table.thing_id, wanted.thing_id),
        (table.actor_name, wanted.actor_name),
    )
    for column, value in equal:
        if value:
            query = query.where(column == value)
    if wanted.from_on:
        query = query.where(table.at >= _midnight(wanted.from_on))
    if wanted.to_on:
        query = query.where(table.at < _midnight(wanted.to_on) + timedelta(days=1))
    if cursor:
        query = query.where(table.id < _position(cursor))
    rows = session.scalars(query.order_by(table.id.desc()).limit(limit + 1)).all()
    more = len(rows) > limit
    return Page(rows[:limit], str(rows[limit - 1].id) if more else None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)


def _position(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise Invalid("翻页位置无效，请从第一页重新查询。", code="bad_cursor", fields={"cursor": ["无效"]})
    return int(cursor)
