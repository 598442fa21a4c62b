"""Write the divisions, offices and bodies that are missing; what is there already stays as people left it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import Table, func, select, text
from sqlalchemy.orm import Session

from tracker.offices.models import Body, Division, Office
from tracker.offices.registry import Entry, Place, entries, within
from tracker.offices.rules import BodyKind

_LOCK: Final = 0x0FF1CE
"""Advisory lock held while seeding, so that two processes started together do not both insert."""


def seed(session: Session, *, below: str = "") -> dict[str, int]:
    """Add what is missing and return how many rows came new into each table.

    below: a code prefix ("44" for one province, "4401" for one city), loaded with its ancestors; "" for all.
    Changes made by hand (names, aliases, switched off) are kept. The transaction stays open.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    divisions = within(below)
    registered = entries(divisions)
    return {
        "division": _add_divisions(session, divisions),
        "office": _add_offices(session, registered),
        "body": _add_bodies(session, registered),
    }


def _add_divisions(session: Session, divisions: Sequence[Place]) -> int:
    known = set(session.scalars(select(Division.code)))
    rows = [
        {
            "code": place.code,
            "name": place.name,
            "full_name": place.full_name,
            "level": place.level,
            "parent_code": place.parent_code,
            "path": place.path,
            "is_special": place.is_special,
        }
        for place in divisions
        if place.code not in known
    ]
    return _copy(session, Division.__table__, rows)


def _add_offices(session: Session, registered: Iterable[Entry]) -> int:
    ids = _stored_ids(session, Office)
    offices = [entry for entry in registered if entry.kind is BodyKind.SUPERVISION]
    new = [entry for entry in offices if entry.place.code not in ids]
    ids.update(zip((entry.place.code for entry in new), _ids(session, "office", len(new)), strict=True))
    rows = [
        {
            "id": ids[entry.place.code],
            "code": entry.place.code,
            "name": entry.name,
            "short_name": entry.place.name + entry.name.removeprefix(entry.place.place),
            "level": entry.place.level,
            "division_code": entry.place.code,
            "parent_id": ids[entry.superior_code.split("-")[0]] if entry.superior_code else None,
            "path": entry.place.path,
            "is_active": True,
        }
        for entry in new
    ]
    return _copy(session, Office.__table__, rows)


def _add_bodies(session: Session, registered: Iterable[Entry]) -> int:
    ids = _stored_ids(session, Body)
    new = [entry for entry in registered if entry.code not in ids]
    ids.update(zip((entry.code for entry in new), _ids(session, "body", len(new)), strict=True))
    no_aliases = Jsonb([])
    rows = [
        {
            "id": ids[entry.code],
            "code": entry.code,
            "name": entry.name,
            "aliases": no_aliases,
            "division_code": entry.place.code,
            "level": entry.place.level,
            "domain": entry.domain,
            "superior_id": ids[entry.superior_code] if entry.superior_code else None,
            "is_vertical": entry.is_vertical,
            "kind": entry.kind,
            "is_active": True,
        }
        for entry in new
    ]
    return _copy(session, Body.__table__, rows)


def _stored_ids(session: Session, model: type[Office] | type[Body]) -> dict[str, int]:
    return dict(session.execute(select(model.code, model.id)).all())


def _ids(session: Session, table: str, count: int) -> Sequence[int]:
    """Return fresh ids of the table's own sequence, so that superiors are known before anything is written."""
    sequence = func.nextval(func.pg_get_serial_sequence(table, "id"))
    return session.scalars(select(sequence).select_from(func.generate_series(1, count))).all()


def _copy(session: Session, table: Any, rows: Sequence[Mapping[str, object]]) -> int:
    """Stream the rows into the table and return their number; 70,000 single inserts would take a minute."""
    if not rows:
        return 0
    assert isinstance(table, Table)
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(tuple(row.values()))
    return len(rows)
