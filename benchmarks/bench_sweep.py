"""How fast the sweep writes down what time did to 100,000 overdue tickets: two events each, hash-chained.

Floor: PostgreSQL alone changing the same tickets, as many at a time. `python -m benchmarks.bench_sweep` runs it alone.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from multiprocessing import get_context

from benchmarks import bench_intake, bench_queue
from benchmarks.measure import Measured, seconds
from benchmarks.stage import NOW, Stage, stage
from tracker import db
from tracker.tickets import sweep

N_TICKETS = 100_000
BATCH = 500
_DUE = """
    UPDATE ticket SET next_check_at = %s, due_at = %s, n_events = 0, head_hash = NULL, n_urged = 0 WHERE id IN
    (SELECT id FROM ticket WHERE status = 'in_progress' ORDER BY id DESC LIMIT %s) RETURNING id
"""


def make_due(ready: Stage, n: int) -> list[int]:
    """Make so many tickets of the queue benchmark due at NOW, without any history, and return their ids."""
    with ready.bare() as connection:
        connection.execute("TRUNCATE ticket_event CASCADE")
        connection.execute("UPDATE ticket SET next_check_at = NULL")
        ids = [row[0] for row in connection.execute(_DUE, (NOW, NOW, n))]
        connection.execute("VACUUM ANALYZE ticket")
    return ids


def bare_update(ready: Stage, ids: list[int]) -> float:
    """Return how long the bare UPDATE of the same tickets takes, in seconds."""
    with ready.bare() as connection:

        def change() -> None:
            for start in range(0, len(ids), BATCH):
                connection.execute(
                    "UPDATE ticket SET version = version + 1, last_event_at = %s WHERE id = ANY(%s)",
                    (NOW, ids[start : start + BATCH]),
                )

        return seconds(change)


def sweep_all(url: str) -> int:
    """Sweep until nothing is due, as one worker does; return how many tickets."""
    database, total, done = db.Database(db.connect(url), lambda _: None, "k" * 32), 0, 1
    while done:
        with database.unit_of_work() as session:
            done = sweep.sweep(session, now=NOW + timedelta(days=1), limit=BATCH)
        total += done
    return total


def measure(ready: Stage, n: int = N_TICKETS) -> Iterator[Measured]:
    """Yield the time of one worker, and of two at once, against that of the bare UPDATE; needs the queue's tickets."""
    for workers in (1, 2):
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            list(pool.map(sweep_all, [ready.url] * workers))  # nothing is due yet: they only come to work
            ids = make_due(ready, n)
            floor = bare_update(ready, ids)
            took = seconds(partial(list, pool.map(sweep_all, [ready.url] * workers)))
        name = f"sweep of {len(ids)}, {took:.0f} s, {workers} at once"
        yield Measured(name, "bare UPDATE of them", len(ids), took, floor)


def main() -> None:
    """Fill a database of its own and print the lines."""
    with stage() as ready:
        bench_intake.measure(ready)
        for line in bench_queue.measure(ready):
            print(line, flush=True)
        for line in measure(ready):
            print(line, flush=True)


if __name__ == "__main__":
    main()
