"""How fast the board counts a month among 100,000 tickets of a year with their whole history.

`python -m benchmarks.bench_indicators --tickets 100000`. The tickets are copies of the demonstration's, each moved to a day of its own of
the last year. Floor: PostgreSQL alone going once over the month's events and counting their tickets by status.
"""

import argparse
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from sqlalchemy import DateTime
from sqlalchemy.orm import Session

from benchmarks.measure import Measured, in_turns
from benchmarks.stage import NOW, Stage, stage
from tracker.demo import command
from tracker.indicators import queries, service
from tracker.indicators.queries import Scope
from tracker.indicators.rules import Base
from tracker.permissions import Actor, Role
from tracker.tickets.models import Ticket, TicketEvent

N_FIRST = 300
_OWN = {"id", "number", "receipt_code", "source_no", "idempotency_key", "search", "signature"}
_TICKETS = """
    INSERT INTO ticket (id, number, receipt_code, {columns})
    SELECT t.id + i * 1000000, 'B' || i || '-' || t.id, lpad((t.id + i * 1000000)::text, 16, '0'), {values}
    FROM ticket t, generate_series(1, %s) AS i WHERE t.id < 1000000
"""
_EVENTS = """
    INSERT INTO ticket_event (ticket_id, {columns})
    SELECT e.ticket_id + i * 1000000, {values}
    FROM ticket_event e, generate_series(1, %s) AS i WHERE e.ticket_id < 1000000
"""
_CALLS = """
    INSERT INTO call_back (ticket_id, office_id, round, via, attempted_at, attempted_on, reached, grade, solved, outcome)
    SELECT c.ticket_id + i * 1000000, office_id, round, via, attempted_at - i * interval '{step}', attempted_on, reached, grade,
           solved, outcome
    FROM call_back c, generate_series(1, %s) AS i WHERE c.ticket_id < 1000000
"""
_FLOOR = """
    SELECT to_status, count(DISTINCT ticket_id) FROM ticket_event WHERE at >= %s AND at < %s GROUP BY to_status
"""


def _moved(model: type[Ticket] | type[TicketEvent], own: set[str], alias: str, step: str) -> tuple[str, str]:
    """Return the columns to copy and their values, every moment moved back by so many steps."""
    columns = [column for column in model.__table__.columns if column.name not in own]
    back = f" - i * interval '{step}'"
    values = [f"{alias}.{one.name}{back if isinstance(one.type, DateTime) else ''}" for one in columns]
    return ", ".join(one.name for one in columns), ", ".join(values)


def fill(ready: Stage, n: int) -> int:
    """Load the demonstration and copy it until there are about `n` tickets; return how many there are."""
    with ready.database.unit_of_work() as session:
        command.load(session, now=NOW, count=N_FIRST)
    with ready.bare() as connection:
        row = connection.execute("SELECT count(*) FROM ticket").fetchone()
        first = row[0] if row else 0
        copies = max(n // first - 1, 0)
        step = f"{270 * 24 * 3600 // max(copies, 1)} seconds"
        columns, values = _moved(Ticket, _OWN, "t", step)
        connection.execute(_TICKETS.format(columns=columns, values=values).encode(), (copies,))
        columns, values = _moved(TicketEvent, {"id", "ticket_id"}, "e", step)
        connection.execute(_EVENTS.format(columns=columns, values=values).encode(), (copies,))
        connection.execute(_CALLS.format(step=step).encode(), (copies,))
        connection.execute("ANALYZE")
    return first * (copies + 1)


def measure(ready: Stage, n: int) -> Iterator[Measured]:
    """Yield the time of a month's board, part by part, for the province and for a county, and of each base alone."""
    for code in ("440000", "440106"):
        who = ready.somebody(Role.LEADER, code)
        with ready.database.unit_of_work() as session:
            yield from _board(ready, session, who, n)


def _board(ready: Stage, session: Session, who: Actor, n: int) -> Iterator[Measured]:
    until = (NOW - timedelta(days=3)).date()
    of = service.scope(session, who, None, until - timedelta(days=30), until, now=NOW)

    def timed(name: str, work: Callable[[], object]) -> Measured:
        ours, floor = in_turns(work, lambda: _bare(ready, of), repeats=2)
        return Measured(f"{name}, {of.office.code}, {n}", "the month's events, once", 1, ours, floor)

    yield timed("report", lambda: service.report(session, who, of))
    yield timed("today", lambda: service.today(session, who, of))
    yield timed("grid", lambda: service.grid(session, of))
    yield timed("trend", lambda: service.trend(session, of))
    for base in Base:
        yield timed(f"  {base}", partial(queries.counted, session, of, base))


def _bare(ready: Stage, of: Scope) -> None:
    with ready.bare() as connection:
        connection.execute(_FLOOR, (of.span.begins, of.span.ends)).fetchall()


def main() -> None:
    """Fill a database of its own and print a line for each part of the board."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, default=100_000)
    wanted = parser.parse_args().tickets
    with stage() as ready:
        n = fill(ready, wanted)
        for line in measure(ready, n):
            print(line, flush=True)


if __name__ == "__main__":
    main()
