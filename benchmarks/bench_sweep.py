"""How fast the sweep writes down what time did to 5,000 overdue tickets.

Floor: PostgreSQL alone changing the same tickets, as many at a time.
"""

from datetime import timedelta

from benchmarks.measure import Measured, seconds
from benchmarks.stage import NOW, Stage
from tracker.tickets import sweep

N_TICKETS = 5_000
BATCH = 200


def measure(stage: Stage) -> Measured:
    """Return the time of the sweep against that of the bare UPDATE; needs the tickets of the queue benchmark."""
    due, now = NOW, NOW + timedelta(days=1)
    with stage.bare() as connection:
        connection.execute("UPDATE ticket SET next_check_at = NULL")
        ids = [
            row[0]
            for row in connection.execute(
                "UPDATE ticket SET next_check_at = %s, due_at = %s, n_events = 0, head_hash = NULL WHERE id IN "
                "(SELECT id FROM ticket WHERE status = 'in_progress' ORDER BY id DESC LIMIT %s) RETURNING id",
                (due, due, N_TICKETS),
            )
        ]

        def change() -> None:
            for start in range(0, len(ids), BATCH):
                connection.execute(
                    "UPDATE ticket SET version = version + 1, last_event_at = %s WHERE id = ANY(%s)",
                    (now, ids[start : start + BATCH]),
                )

        floor = seconds(change)

    def sweep_all() -> None:
        done = BATCH
        while done:
            with stage.database.unit_of_work() as session:
                done = sweep.sweep(session, now=now, limit=BATCH)

    return Measured(
        "sweep, an overdue ticket", "bare UPDATE of the same tickets", len(ids), seconds(sweep_all), floor
    )
