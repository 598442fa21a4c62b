"""A database of its own for the benchmarks: real servers in a temporary folder, reference data, and many tickets."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import select

from classifiers import rows
from tracker import db, embedded, migrate, seeds
from tracker.offices.models import Office
from tracker.permissions import Actor, Role
from tracker.tickets.models import Ticket

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
"""Monday, ten in the morning in Guangzhou."""

_OWN = {"id", "number", "receipt_code", "source_no", "idempotency_key", "office_id", "due_at", "received_at"}
_COPY = """
    INSERT INTO ticket ({columns}, number, receipt_code, source_no, office_id, due_at, received_at)
    SELECT {of_first}, 'B' || i, lpad(i::text, 16, '0'), 'B' || i,
           offices.ids[1 + i %% array_length(offices.ids, 1)],
           t.received_at + i * interval '1 minute', t.received_at + i * interval '1 second'
    FROM generate_series(1, %s) AS i, (SELECT * FROM ticket WHERE id = %s) AS t,
         (SELECT array_agg(id ORDER BY id) AS ids FROM office) AS offices
"""


@dataclass(frozen=True)
class Stage:
    """The database under measurement, and the address at which a bare client reaches it."""

    database: db.Database
    url: str

    def bare(self) -> psycopg.Connection:
        """Return a connection without anything of ours in between; every statement is a transaction."""
        return psycopg.connect(self.url, autocommit=True)

    def somebody(self, role: Role, office_code: str) -> Actor:
        """Return an actor of that post and office, who needs no account."""
        with self.database.unit_of_work() as session:
            office = session.scalars(select(Office).where(Office.code == office_code)).one()
            return Actor(None, "测量", role, office.id, office.path, str(office.level), office.name)

    def multiply(self, ticket_id: int, n: int) -> None:
        """Copy the ticket `n` times over all offices, due one minute after another."""
        copied = [column.name for column in Ticket.__table__.columns if column.name not in _OWN]
        sentence = _COPY.format(columns=", ".join(copied), of_first=", ".join(f"t.{name}" for name in copied))
        with self.bare() as connection:
            connection.execute(sentence.encode(), (n, ticket_id))
            connection.execute("ANALYZE ticket")


@contextmanager
def stage() -> Iterator[Stage]:
    """Start servers that sync nothing to disk, load all reference data, and yield; everything is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        with embedded.servers(Path(home), durable=False) as running:
            migrate.upgrade(running.owner_url)
            database = db.Database(db.connect(running.owner_url), lambda _: None, "k" * 32)
            with database.unit_of_work() as session:
                seeds.load(session, Path(home), now=NOW)
            yield Stage(database, running.owner_url)


def texts(n: int) -> list[str]:
    """Return `n` complaints made of the sentences we wrote for training, no two of them the same."""
    own = [row.text for row in rows.own_sentences()]
    return [f"第{i}件。" + own[i % len(own)] + own[(7 * i + 1) % len(own)] for i in range(n)]
