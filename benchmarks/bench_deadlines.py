"""What a deadline costs: the arithmetic of one, its explanation, and counting 100,000 open tickets again after a calendar change.

Floors: adding days to a date without any calendar; PostgreSQL alone changing the same tickets.
`python -m benchmarks.bench_deadlines` runs it alone.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from benchmarks import bench_intake, bench_queue
from benchmarks.bench_sweep import bare_update
from benchmarks.measure import Measured, in_turns, seconds
from benchmarks.stage import NOW, Stage, stage
from tracker.calendar import service as calendar
from tracker.calendar.arrangements import published
from tracker.calendar.deadlines import Clock, Rule, Unit, due, explanation
from tracker.calendar.hours import WorkTime
from tracker.calendar.rules import Calendar, add_working_days
from tracker.permissions import SYSTEM
from tracker.tickets import retime

N = 20_000
N_TICKETS = 100_000
BATCH = 500
CHINA = Calendar.of(published())
_OPEN = """
    UPDATE ticket SET due_rule = 'handle_complaint', due_from_at = %(now)s, due_days = 15, n_events = 0, head_hash = NULL,
        due_at = %(due)s, next_check_at = %(due)s WHERE status = 'in_progress' RETURNING id
"""


def arithmetic() -> Iterator[Measured]:
    """Yield the time of one deadline, one in working hours, and one explained, against a plain addition."""
    starts = [date(2019, 1, 1) + timedelta(days=i % 2500) for i in range(N)]
    moments = [NOW + timedelta(minutes=7 * i) for i in range(N)]
    rule = Rule(
        "x", Clock.HANDLE, 15, Unit.WORKING_DAY, "依据", verified=True, effective_from=date(2020, 1, 1)
    )
    hours = WorkTime.of(CHINA)

    def plain() -> object:
        return [day + timedelta(days=15) for day in starts]

    works = {
        "15 working days from a date": lambda: [add_working_days(day, 15, CHINA) for day in starts],
        "2,500 working days from a date": lambda: [add_working_days(day, 2500, CHINA) for day in starts],
        "a deadline by its rule": lambda: [due(rule, CHINA, from_at=at) for at in moments],
        "4 working hours from a moment": lambda: [hours.after(at, timedelta(hours=4)) for at in moments],
        "a deadline explained day by day": lambda: [explanation(rule, CHINA, from_at=at) for at in moments],
    }
    for name, work in works.items():
        took, floor = in_turns(work, plain, repeats=3)
        yield Measured(name, "date + timedelta", N, took, floor)


def measure(ready: Stage) -> Iterator[Measured]:
    """Yield the time of counting open tickets again after a day was made a day off; needs the queue's tickets."""
    yield from arithmetic()
    with ready.database.unit_of_work() as session:
        due_at = calendar.due_at(session, clock=Clock.HANDLE, from_at=NOW, kind="complaint").due_at
    with ready.bare() as connection:
        connection.execute("TRUNCATE ticket_event CASCADE")
        ids = [row[0] for row in connection.execute(_OPEN, {"now": NOW, "due": due_at})]
        connection.execute("VACUUM ANALYZE ticket")
    floor = bare_update(ready, ids)
    with ready.database.unit_of_work() as session:
        storm = (NOW + timedelta(days=2)).date()
        calendar.set_day(session, SYSTEM, storm, is_working=False, note="台风停工", why="台风", now=NOW)
    took = seconds(lambda: _retime_all(ready))
    yield Measured(f"{len(ids)} counted again, {took:.0f} s", "bare UPDATE of them", len(ids), took, floor)


def _retime_all(ready: Stage) -> None:
    done = 1
    while done:
        with ready.database.unit_of_work() as session:
            done = retime.retime(session, now=NOW + timedelta(hours=1), limit=BATCH)


def main() -> None:
    """Fill a database of its own and print the lines."""
    with stage() as ready:
        bench_intake.measure(ready)
        list(bench_queue.measure(ready))
        for line in measure(ready):
            print(line, flush=True)


if __name__ == "__main__":
    main()
