"""What it costs to show each reader only what he may know of: 200,000 tickets over all offices of the country's tables.

`python -m benchmarks.bench_permissions` (with `explain`: also the plans). Among them 20,000 parts with co-handlers, 2,000
shares, 10,000 parts of split tickets and 2,000 complaints about a supervision office. Floor: the same page and the same
counts for the workers, who see everything, so that the ratio is what sight alone costs.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from benchmarks.measure import Measured, in_turns
from benchmarks.stage import NOW, Stage, texts
from benchmarks.stage import stage as on_stage
from tracker.offices.models import Office
from tracker.permissions import SYSTEM, Actor, Role
from tracker.tickets import queries, receive, schemas, sight
from tracker.tickets.models import Ticket

N_TICKETS = 200_000
N_RUNS = 15
READERS = (
    (Role.OFFICER, "440106", "working"),
    (Role.REVIEWER, "440100", "review"),
    (Role.ARBITER, "440100", "all"),
    (Role.LEADER, "440000", "all"),
    (Role.LEADER, "440000", "overdue"),
)
"""An officer of a county, the reviewer and the arbiter of a city, the leader of the province."""

_SPREAD = """
UPDATE ticket SET
    status = (ARRAY['in_progress', 'dispatched', 'replied', 'reviewed', 'closed', 'closed', 'archived', 'manual',
                    'return_requested', 'suspended'])[1 + ticket.id % 10],
    intake_office_id = CASE WHEN ticket.id % 3 = 0 THEN city.id ELSE office_id END,
    parent_id = CASE WHEN ticket.id % 20 = 0 THEN ticket.id - 1 END,
    respondent_body_id = CASE WHEN ticket.id % 100 = 7 THEN body.id END
FROM (SELECT id FROM office WHERE code = '440100') AS city, (SELECT id FROM body WHERE code = '440106-SF') AS body;
INSERT INTO co_handler (ticket_id, office_id, asked_at, task, done_at)
SELECT t.id, o.id, now(), '协办', CASE WHEN t.id % 20 = 3 THEN now() END
FROM (SELECT id, row_number() OVER () AS n FROM ticket WHERE id % 10 = 3) AS t,
     (SELECT id, row_number() OVER () AS n, count(*) OVER () AS all_ FROM office) AS o WHERE o.n = 1 + t.n % o.all_;
INSERT INTO co_handler (ticket_id, office_id, asked_at, task)
SELECT t.id, o.id, now(), '协办' FROM ticket AS t, office AS o WHERE o.code = '440106' AND t.id % 1000 = 1;
INSERT INTO ticket_share (ticket_id, office_id, shared_by_name, shared_at, reason, until)
SELECT t.id, o.id, '某人', now(), '抄送', DATE '2027-01-01'
FROM ticket AS t, office AS o WHERE o.code IN ('440106', '440100') AND t.id % 200 = 5;
VACUUM ANALYZE ticket;
ANALYZE co_handler;
ANALYZE ticket_share
"""


def fill(stage: Stage) -> int:
    """Make the tickets and what hangs on them; return how many offices there are."""
    operator = stage.somebody(Role.OPERATOR, "440106")
    with stage.database.unit_of_work() as session:
        intake = {"channel": "12345", "kind": "complaint", "content": texts(1)[0]}
        first = receive.receive(session, operator, schemas.TicketIn().load(intake), now=NOW).ticket.id
        n_offices = session.scalar(select(func.count()).select_from(Office)) or 0
    stage.multiply(first, N_TICKETS)
    with stage.bare() as connection:
        for statement in _SPREAD.split(";"):
            connection.execute(statement.encode())
    return n_offices


def measure(stage: Stage) -> Iterator[Measured]:
    """Yield, for each reader, what a page of the queue takes, the counts of the tabs on the average, and the slowest."""
    for role, code, tab in READERS:
        actor = stage.somebody(role, code)
        filters = {"tab": tab, "sort": "due", "limit": 50}
        who = f"{role.value} {code}"
        yield _against_all(
            stage, f"page, {tab}, {who}", actor, lambda s, a, f=filters: queries.tickets(s, a, f, now=NOW)
        )
        counts = [_against_all(stage, f"{one.name}, {who}", actor, _count(one.name)) for one in queries.TABS]
        n, ours, floor = len(counts), sum(one.ours_s for one in counts), sum(one.floor_s for one in counts)
        yield Measured(f"a count, {who}", "the same, seeing everything", n, ours, floor)
        slowest = max(counts, key=lambda one: one.ours_s)
        yield replace(slowest, name=f"the slowest: {slowest.name}")


def _count(tab: str) -> Callable[[Session, Actor], object]:
    return lambda session, actor: queries.tab_count(session, actor, tab, now=NOW)


def _against_all(stage: Stage, name: str, actor: Actor, read: Callable[[Session, Actor], object]) -> Measured:
    def once(who: Actor) -> None:
        with stage.database.unit_of_work() as session:
            read(session, who)

    ours, floor = in_turns(lambda: once(actor), lambda: once(SYSTEM), repeats=N_RUNS)
    return Measured(name, "the same, seeing everything", 1, ours, floor)


def explain(stage: Stage) -> None:
    """Print how PostgreSQL reads a page and the longest count of each reader."""
    for role, code, tab in READERS:
        actor = stage.somebody(role, code)
        with stage.database.unit_of_work() as session:
            said: list[tuple[str, object]] = []

            def note(_c: object, _cursor: object, statement: str, given: object, *_: object) -> None:
                said.append((statement, given))  # noqa: B023 # called at once

            event.listen(session.get_bind(), "before_cursor_execute", note)
            queries.tickets(session, actor, {"tab": tab, "limit": 50}, now=NOW)
            session.scalar(select(func.count()).select_from(Ticket).where(sight.visible(actor)))
            event.remove(session.get_bind(), "before_cursor_execute", note)
            for statement, given in said:
                print(f"--- {role.value} {code} {tab}")
                rows = session.connection().exec_driver_sql(
                    f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}",
                    given,  # type: ignore[arg-type]
                )
                print("\n".join(row[0][:150] for row in rows))
            session.execute(text("SELECT 1"))


def main() -> None:
    """Print the lines; with `explain` the plans too."""
    with on_stage() as stage:
        print(f"{fill(stage)} offices, {N_TICKETS} tickets", flush=True)
        for line in measure(stage):
            print(line, flush=True)
        if "explain" in sys.argv:
            explain(stage)


if __name__ == "__main__":
    main()
