"""Changing the key that personal data lies under, while the system runs (密钥更换).

Every column of type `columns.Sealed` is sealed again under the newest key of the ring, and every blind index worked out
again with it. A batch is one short transaction over rows locked with SKIP LOCKED: whoever writes a row meanwhile is waited
for by coming back, never overwritten and never made to wait for more than a batch. What is left to do is told by the values
themselves, so a run that was killed is simply run again.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Mapper, Session, undefer

from tracker.audit import service as audit
from tracker.columns import Sealed, is_blind_index
from tracker.db import Base, Database
from tracker.errors import Conflict
from tracker.fields import FORM, PREFIX_BYTES, cipher
from tracker.migrate import load_models
from tracker.permissions import SYSTEM

BATCH = 200
"""Rows of one transaction; some tens of milliseconds."""
PAUSE_S = 0.2
PATIENCE_S = 60.0
"""How long what others hold, or write anew under an old key, is come back to before the run gives up."""

Side = Literal["supervision", "discipline"]
Told = Callable[[int], None]
"""Called after every batch with the number of rows it sealed again."""


def _silent(n: int) -> None:
    del n


@dataclass(frozen=True)
class Holding:
    """How many values of one column lie under one key. key: 8 hex digits, None where no key of the ring opens them."""

    column: str
    key: str | None
    n: int


@dataclass
class Outcome:
    """What a run did. n: rows sealed again. unreadable: table → rows no key of the ring opens, left as they were."""

    n: int = 0
    unreadable: dict[str, int] = field(default_factory=dict)


def sealed_columns(side: Side) -> dict[Mapper[Any], list[str]]:
    """Return the models of that side with the names of their sealed columns, as the types of the columns tell."""
    load_models()
    found: dict[Mapper[Any], list[str]] = {}
    for mapper in sorted(Base.registry.mappers, key=lambda one: str(one.local_table)):
        of_discipline = getattr(mapper.local_table, "schema", None) == "discipline"
        names = [one.name for one in mapper.local_table.columns if isinstance(one.type, Sealed)]
        if names and of_discipline == (side == "discipline"):
            found[mapper] = names
    return found


def status(session: Session, side: Side) -> Iterator[Holding]:
    """Yield how many values lie under which key, column by column; what says no key is opened to find out."""
    for mapper, names in sealed_columns(side).items():
        for name in names:
            yield from _holdings(session, f"{mapper.local_table}.{name}", mapper.columns[name])


def _holdings(session: Session, label: str, column: ColumnElement[bytes]) -> Iterator[Holding]:
    key = cipher(session)
    start = func.substring(column, 1, PREFIX_BYTES)
    known = case((start.in_(key.prefixes), start), else_=None).label("start")
    counted = {
        bytes(row.start) if row.start else None: row.n
        for row in session.execute(
            select(known, func.count().label("n")).where(column.is_not(None)).group_by(known)
        )
    }
    counted.pop(None, None)
    by_id = {one[1:]: n for one, n in counted.items() if one is not None}
    unread = 0
    others = select(column).where(column.is_not(None), start.not_in(key.prefixes))
    for sealed in session.scalars(others.execution_options(yield_per=500)):
        found = key.sealed_by(sealed)
        if found is None:
            unread += 1
        else:
            by_id[found] = by_id.get(found, 0) + 1
    yield from (Holding(label, one.hex(), n) for one, n in by_id.items())
    if unread:
        yield Holding(label, None, unread)


def n_waiting(session: Session, side: Side) -> int:
    """Return in how many rows something does not lie under the newest key by its own words."""
    queries = (
        select(func.count()).select_from(mapper.class_).where(_stale(session, mapper, names))
        for mapper, names in sealed_columns(side).items()
    )
    return sum(session.scalar(one) or 0 for one in queries)


def rotate(
    database: Database,
    side: Side,
    told: Told = _silent,
    *,
    batch: int = BATCH,
    patience_s: float = PATIENCE_S,
) -> Outcome:
    """Seal again what is not under the newest key, and work out its blind indexes; return what was done.

    database: as the owner of the tables, since some are append-only for everybody else. Rows that no key opens stay as
    they are. Raises Conflict when rows do not get fewer for so long; what was done until then stays done.
    """
    outcome = Outcome()
    for mapper, names in sealed_columns(side).items():
        broken = _table(database, _Table(mapper, names, batch), outcome, told, patience_s)
        if broken:
            outcome.unreadable[str(mapper.local_table)] = broken
    return outcome


def note(database: Database, side: Side, n: int, *, now: datetime) -> None:
    """Leave in the audit log that a run sealed so many rows again, and under which key."""
    with database.unit_of_work() as session:
        told = {"side": side, "rows": n}
        audit.record(session, SYSTEM, "rotate_key", "field_key", database.key_ids[0].hex(), told, now=now)


@dataclass(frozen=True)
class _Table:
    mapper: Mapper[Any]
    names: list[str]
    batch: int

    def stale(self, session: Session) -> ColumnElement[bool]:
        return _stale(session, self.mapper, self.names)

    def next(self, session: Session, after: tuple[Any, ...] | None) -> Any:
        """Return the query of the next batch, locked for us, what others hold left out."""
        query = (
            select(self.mapper)
            .where(self.stale(session))
            .order_by(*self.mapper.primary_key)
            .limit(self.batch)
            .with_for_update(skip_locked=True, key_share=True, of=self.mapper.class_)
            .options(*(undefer(self.mapper.attrs[name].class_attribute) for name in self.names))
            .options(*getattr(self.mapper.class_, "for_blind_indexes", list)())
        )
        return query.where(tuple_(*self.mapper.primary_key) > after) if after else query


def _table(database: Database, table: _Table, outcome: Outcome, told: Told, patience_s: float) -> int:
    """Go through one table until nothing is left but what no key opens; return how many rows that is."""
    least, since = None, time.monotonic()
    while True:
        done, broken = _pass(database, table, told)
        outcome.n += done
        with database.unit_of_work() as session:
            counting = select(func.count()).select_from(table.mapper.class_)
            left = session.scalar(counting.where(table.stale(session))) or 0
        if left <= broken:
            return broken
        if least is None or left < least:
            least, since = left, time.monotonic()
        if time.monotonic() - since > patience_s:
            raise Conflict(
                f"表 {table.mapper.local_table} 还有{left}行没有换完：一直被其他操作占用，或仍有进程用旧密钥写入。"
                "请确认全部进程已用新密钥重启，再运行一次。",
                code="rows_held",
            )
        time.sleep(PAUSE_S)


def _pass(database: Database, table: _Table, told: Told) -> tuple[int, int]:
    """Go once through the table by its key; return (rows sealed again, rows no key opens)."""
    done = broken = 0
    after: tuple[Any, ...] | None = None
    while True:
        with database.unit_of_work() as session:
            rows = session.scalars(table.next(session, after)).all()
            with session.no_autoflush:  # the whole batch is written at once
                unread = sum(not _again(session, table, row) for row in rows)
        if not rows:
            return done, broken
        after = tuple(table.mapper.primary_key_from_instance(rows[-1]))
        done += len(rows) - unread
        broken += unread
        told(len(rows) - unread)


def _stale(session: Session, mapper: Mapper[Any], names: list[str]) -> ColumnElement[bool]:
    newest = cipher(session).prefix
    columns = [mapper.columns[name] for name in names]
    return or_(*(and_(one.is_not(None), func.substring(one, 1, PREFIX_BYTES) != newest) for one in columns))


def _again(session: Session, table: _Table, row: Any) -> bool:
    """Seal what the row holds under the newest key, indexes with it; return False, all left alone, when a key is missing."""
    key = cipher(session)
    present = {
        name: cast(bytes, getattr(row, name)) for name in table.names if getattr(row, name) is not None
    }
    by = {name: key.sealed_by(sealed) for name, sealed in present.items()}
    if None in by.values():
        return False
    for name, sealed in present.items():
        if FORM + (by[name] or b"") != key.prefix or not sealed.startswith(key.prefix):
            setattr(row, name, key.seal(key.open(sealed)))
    if any(is_blind_index(one.type) for one in table.mapper.local_table.columns):
        for name, value in row.blind_indexes(session).items():
            setattr(row, name, value)
    return True
