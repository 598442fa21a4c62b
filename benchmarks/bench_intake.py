"""How fast complaints are received, triaged and dispatched, each in a transaction of its own.

Floor: PostgreSQL alone copying the same finished rows, ticket by ticket, into tables with the same indexes.
"""

from benchmarks.measure import Measured, seconds
from benchmarks.stage import NOW, Stage, texts
from tracker.permissions import Role
from tracker.tickets import receive, schemas
from tracker.tickets.engine import engine

N_TICKETS = 300


def measure(stage: Stage) -> Measured:
    """Return the time of the service call against that of the bare rows."""
    operator = stage.somebody(Role.OPERATOR, "440106")
    given = [{"channel": "12345", "kind": "complaint", "content": text} for text in texts(N_TICKETS)]
    engine()
    numbers: list[int] = []

    def take_in() -> None:
        for one in given:
            with stage.database.unit_of_work() as session:
                intake = schemas.TicketIn().load(one)
                numbers.append(receive.receive(session, operator, intake, now=NOW).ticket.id)

    ours = seconds(take_in)
    with stage.bare() as connection:
        for table in ("ticket", "ticket_event"):
            connection.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)".encode())

        def copy() -> None:
            for number in numbers:
                with connection.transaction():
                    connection.execute(
                        "INSERT INTO bare_ticket SELECT * FROM ticket WHERE id = %s", (number,)
                    )
                    connection.execute(
                        "INSERT INTO bare_ticket_event SELECT * FROM ticket_event WHERE ticket_id = %s",
                        (number,),
                    )

        floor = seconds(copy)
    return Measured(
        "intake, triage, dispatch: a ticket", "bare INSERT of the same rows", N_TICKETS, ours, floor
    )
