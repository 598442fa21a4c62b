"""How fast a page of the queue is read among 100,000 tickets.

Floor: PostgreSQL alone fetching the same fifty rows by their primary key.
"""

from collections.abc import Iterator

from sqlalchemy import func, select

from benchmarks.measure import Measured, in_turns
from benchmarks.stage import NOW, Stage
from tracker.permissions import Actor, Role
from tracker.tickets import queries
from tracker.tickets.models import Ticket

N_TICKETS = 100_000
N_PAGES = 10
READERS = ((Role.OFFICER, "440106", "working"), (Role.REVIEWER, "440000", "all"))
"""A county officer at his own work, and the province looking over everything."""


def measure(stage: Stage) -> Iterator[Measured]:
    """Yield the time of a page for each reader against that of its bare rows."""
    with stage.database.unit_of_work() as session:
        first = session.scalar(select(func.min(Ticket.id)))
    if first is None:
        raise RuntimeError("run the intake benchmark first: the queue is made of copies of a real ticket")
    with stage.bare() as connection:
        connection.execute("UPDATE ticket SET status = 'in_progress' WHERE id = %s", (first,))
    stage.multiply(first, N_TICKETS)
    for role, office_code, tab in READERS:
        yield _page(stage, stage.somebody(role, office_code), tab, f"queue page, {tab}, {office_code}")


def _page(stage: Stage, actor: Actor, tab: str, name: str) -> Measured:
    filters = {"tab": tab, "sort": "due", "limit": 50}
    shown: list[int] = []

    def read() -> None:
        with stage.database.unit_of_work() as session:
            shown[:] = [one.id for one in queries.tickets(session, actor, filters, now=NOW).items]

    with stage.bare() as connection:

        def fetch() -> None:
            connection.execute("SELECT * FROM ticket WHERE id = ANY(%s)", (shown,)).fetchall()

        ours, floor = in_turns(
            lambda: [read() for _ in range(N_PAGES)], lambda: [fetch() for _ in range(N_PAGES)], repeats=5
        )
    return Measured(name, f"the same {len(shown)} rows by key", N_PAGES, ours, floor)
