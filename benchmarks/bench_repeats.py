"""How fast likely repeats are found while a complaint is typed, among a million tickets.

The tickets are real rows with random signatures, which is what the bands of unrelated texts are to each other; 30,000 of
them are one form letter, 50,000 another letter that shares a quarter of its bands, and one caller has written 5,000.
Asked are near-copies of complaints received by the product itself, the form letter, texts like no other, and the caller.
Floor: PostgreSQL alone finding one ticket by its primary key, one statement, as many times.
"""

import statistics
from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg

from benchmarks.measure import Measured, seconds
from benchmarks.stage import NOW, Stage, texts
from classifiers.clean import clean
from classifiers.duplicates import bands, pack, signature
from tracker.fields import cipher
from tracker.permissions import Role
from tracker.tickets import receive, repeats, schemas
from tracker.tickets.models import Ticket

N_TICKETS = 1_000_000
N_ASKED = 200
PHONE = "13800138000"
LETTER = (
    "本店多次被执法人员检查，每次都要求停业整顿，没有出示证件，也没有检查通知书，"
    "严重影响正常经营，请求依法查处并书面答复。"
)
_OWN = {"id", "number", "receipt_code", "source_no", "idempotency_key", "received_at", "signature", "search"}
_FILL = """
    INSERT INTO ticket ({columns}, number, receipt_code, received_at, signature)
    SELECT {of_first}, 'R' || i, lpad((1e15::bigint + i)::text, 16, '0'), t.received_at - (%(n)s - i) * interval '20 seconds',
           CASE WHEN i %% 33 = 0 THEN %(letter)s ELSE decode(repeat(md5(i::text), 32), 'hex') END
    FROM generate_series(1, %(n)s) AS i, (SELECT * FROM ticket WHERE id = %(first)s) AS t
"""
_BANDS = """
    INSERT INTO ticket_band (band, ticket_id)
    SELECT CASE WHEN i %% 33 = 0 OR (i %% 20 = 1 AND k < 8) THEN (%(bands)s::bigint[])[k + 1]
           ELSE ((hashint8extended(i * 32 + k, 1) & 4294967295) << 8) + k END, id
    FROM (SELECT id, substr(number, 2)::bigint AS i FROM ticket WHERE number LIKE 'R%%') AS own,
         generate_series(0, 31) AS k
"""
_CALLERS = """
    INSERT INTO complainant (ticket_id, phone_index)
    SELECT id, CASE WHEN substr(number, 2)::bigint %% 200 = 7 THEN %(phone)s ELSE sha256(number::bytea) END
    FROM ticket WHERE number LIKE 'R%%'
"""


def measure(stage: Stage) -> Iterator[Measured | str]:
    """Yield a line for each kind of text: the median against the floor, and the slowest of a hundred in words."""
    asker = stage.somebody(Role.OPERATOR, "440100")
    given = [f"{text}请依法处理。" for text in texts(N_ASKED)]
    first, originals = None, []
    for text in given:
        with stage.database.unit_of_work() as session:
            intake = schemas.TicketIn().load({"channel": "12345", "kind": "complaint", "content": text})
            taken = receive.receive(session, asker, intake, now=NOW).ticket
            originals.append(taken.id)
            first = first or taken.id
    with stage.database.unit_of_work() as session:
        phone_index = cipher(session).blind(PHONE)
    with stage.bare() as connection:
        took = seconds(lambda: _fill(connection, first, phone_index))
        size = connection.execute("SELECT pg_size_pretty(pg_total_relation_size('ticket_band'))").fetchone()
        yield f"{N_TICKETS:,} tickets written in {took:.0f} s; their bands hold {size[0] if size else '?'}"
        kinds: dict[str, list[tuple[str, str | None]]] = {
            "near-copy": [(f"补充：{text[:-6]}望尽快答复。", None) for text in given],
            "form letter": [(f"{LETTER}第{i}次来信。", None) for i in range(N_ASKED)],
            "like no other": [(f"{i}号桥下的鱼塘被填，{i * 7}亩地无人管理。", None) for i in range(N_ASKED)],
            "a caller's 5,000": [(f"{text[:20]}又来了。", PHONE) for text in given],
        }
        yield from _lines(stage, connection, kinds, originals)


def _lines(
    stage: Stage,
    connection: psycopg.Connection,
    kinds: dict[str, list[tuple[str, str | None]]],
    originals: list[int],
) -> Iterator[Measured | str]:
    asker = stage.somebody(Role.OPERATOR, "440100")
    for kind, asked in kinds.items():
        found: list[list[int]] = []

        def ask(text: str, phone: str | None, into: list[list[int]] = found) -> None:
            with stage.database.unit_of_work() as session:
                later = NOW + timedelta(days=1)
                into.append([one.id for one in repeats.likely(session, asker, text, phone=phone, now=later)])

        def fetch(ticket_id: int) -> None:
            connection.execute("SELECT * FROM ticket WHERE id = %s", (ticket_id,)).fetchone()

        for one in asked[:10]:
            ask(*one)
        found.clear()
        ours = _times([lambda one=one: ask(*one) for one in asked])
        floor = _times([lambda one=one: fetch(one) for one in originals])
        name = f"repeats among 1,000,000: {kind}"
        yield Measured(name, "a ticket by its key", 1, statistics.median(ours), statistics.median(floor))
        p95, p99 = (statistics.quantiles(ours, n=100)[i - 1] * 1000 for i in (95, 99))
        yield f"{'':<34} p95 {p95:.1f} ms, p99 {p99:.1f} ms; something found for {sum(map(bool, found))} of {len(asked)}"
        if kind == "near-copy":
            right = sum(own in got for own, got in zip(originals, found, strict=True))
            yield f"{'':<34} the original found for {right} of {len(asked)}"


def _times(calls: list[Callable[[], object]]) -> list[float]:
    return [seconds(call) for call in calls]


def _fill(connection: psycopg.Connection, first: int | None, phone_index: bytes | None) -> None:
    copied = ", ".join(column.name for column in Ticket.__table__.columns if column.name not in _OWN)
    of_first = ", ".join(f"t.{column.name}" for column in Ticket.__table__.columns if column.name not in _OWN)
    letter = signature(clean(LETTER))
    fill = _FILL.format(columns=copied, of_first=of_first)
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute(fill.encode(), {"letter": pack(letter), "n": N_TICKETS, "first": first})
    connection.execute("ALTER TABLE ticket_band DROP CONSTRAINT pk_ticket_band")
    connection.execute("ALTER TABLE ticket_band DROP CONSTRAINT fk_ticket_band_ticket_id_ticket")
    connection.execute(_BANDS.encode(), {"bands": list(bands(letter))})
    connection.execute("ALTER TABLE ticket_band ADD CONSTRAINT pk_ticket_band PRIMARY KEY (band, ticket_id)")
    connection.execute(_CALLERS.encode(), {"phone": phone_index})
    connection.execute("VACUUM ANALYZE ticket, ticket_band, complainant")


if __name__ == "__main__":
    from benchmarks.stage import stage as on_stage

    with on_stage() as ready:
        for line in measure(ready):
            print(line, flush=True)
