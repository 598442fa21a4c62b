"""How fast 1,000 clues are listed, for the sending office and at a liaison's desk: whole answers of the real applications.

Floor: PostgreSQL alone fetching the same rows. `python -m benchmarks.bench_clues` runs it alone.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from benchmarks.measure import Measured, seconds
from benchmarks.stage import NOW, Stage, stage
from tracker import config, db, web
from tracker.accounts import secrets
from tracker.accounts.door import identify
from tracker.accounts.models import Account, ApiToken
from tracker.app import create_app
from tracker.commissions import entry, keys, members, pages
from tracker.commissions.models import Commission
from tracker.discipline import create_discipline_app
from tracker.offices.models import Office
from tracker.permissions import Role
from tracker.tickets import receive, schemas

N_CLUES = 1_000
CODE = "440106"
N_REPEATS = 31
_KEY = "k" * 32
_CLUES = """
    INSERT INTO clue (number, ticket_id, office_id, proposing_office_id, stage, receiver_code, receiver_name, because, flagged,
                      proposed_by_id, proposed_at, sent_at, package_digest)
    SELECT '粤纪线〔2026〕' || i || '号', %(ticket)s, %(office)s, %(office)s, 'sent', %(code)s, '广州市天河区纪委监委',
           '按干部管理权限，乡科级人员由广州市天河区纪委监委受理。', i %% 9 = 0, %(account)s, %(now)s, %(now)s, '\\x00'
    FROM generate_series(1, %(n)s) AS i
"""
_PACKAGES = """
    INSERT INTO discipline.package (number, commission_code, sender_name, sent_at, ciphertext, digest, n_evidence, generation)
    SELECT '粤纪线〔2026〕' || i || '号', %(code)s, '广州市天河区司法局', %(now)s + i * interval '1 minute',
           decode(repeat('00', 4000), 'hex'), '\\x00', i %% 4, 1
    FROM generate_series(1, %(n)s) AS i
"""


def measure(ready: Stage) -> Iterator[Measured]:
    """Yield the time of one whole answer with 1,000 clues on either side, and of the first page."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        office, office_token = _office(ready, home)
        desk, desk_token = _desk(ready, home)
        yield _listed(
            ready, office, office_token, f"/api/v1/clues?limit={N_CLUES}", "clue", N_CLUES, "sender"
        )
        yield _listed(ready, office, office_token, "/clues", "clue", 50, "sender's page")
        package = "discipline.package"
        yield _listed(ready, desk, desk_token, f"/api/v1/clues?limit={N_CLUES}", package, N_CLUES, "liaison")
        yield _listed(ready, desk, desk_token, "/clues", package, 50, "liaison's page")


def _settings(ready: Stage, home: Path) -> config.Settings:
    given = {"DATABASE_URL": ready.url, "REDIS_URL": "redis://127.0.0.1:1/0", "TRACKER_HOME": str(home)}
    return config.load({**given, "SECRET_KEY": _KEY, "FIELD_KEY": _KEY})


def _office(ready: Stage, home: Path) -> tuple[FlaskClient, str]:
    token = f"{secrets.TOKEN_PREFIX}measured"
    with ready.database.unit_of_work() as session:
        office = session.scalars(select(Office).where(Office.code == CODE)).one()
        account = Account(
            name="measured",
            display_name="测量",
            role=Role.OFFICER.value,
            office_id=office.id,
            password_hash="!",
            created_at=NOW,
            password_changed_at=NOW,
        )
        session.add(account)
        session.flush()
        hashed = secrets.digest(token)
        session.add(ApiToken(account_id=account.id, label="测量", token_hash=hashed, created_at=NOW))
        given = schemas.TicketIn().load(
            {"channel": "12345", "kind": "complaint", "content": "多次检查没有通知。"}
        )
        operator = ready.somebody(Role.OPERATOR, CODE)
        ticket = receive.receive(session, operator, given, now=NOW, triage_now=False).ticket
        session.flush()
        told = {"ticket": ticket.id, "office": office.id, "account": account.id, "code": CODE, "now": NOW}
    with ready.bare() as connection:
        connection.execute(_CLUES.encode(), {**told, "n": N_CLUES})
        connection.execute("ANALYZE clue")
    app = create_app(_settings(ready, home), door=web.Doorway(ready.database, identify, now=lambda: NOW))
    return app.test_client(), token


def _desk(ready: Stage, home: Path) -> tuple[FlaskClient, str]:
    database = db.Database(db.connect(ready.url), lambda _: None, keys.ensure(home))
    with database.unit_of_work() as session:
        token = _liaison(session)
    with ready.bare() as connection:
        connection.execute(_PACKAGES.encode(), {"code": CODE, "now": NOW, "n": N_CLUES})
        connection.execute("ANALYZE discipline.package")
    door = web.Doorway(database, pages.identify, now=lambda: NOW, sign_in_endpoint=pages.SIGN_IN)
    return create_discipline_app(_settings(ready, home), door=door).test_client(), token


def _liaison(session: Session) -> str:
    commission = session.get_one(Commission, CODE)
    admitted, _ = members.set_up(session, commission, name="jw.measured", display_name="测量", now=NOW)
    session.execute(update(type(admitted.liaison)).values(temporary_until=None))
    session.refresh(admitted.liaison)
    return entry.issue_token(session, admitted.liaison, admitted.private, label="测量", now=NOW)


def _listed(
    ready: Stage, client: FlaskClient, token: str, path: str, table: str, n_rows: int, who: str
) -> Measured:
    headers = {"Authorization": f"Bearer {token}"}

    def ask() -> None:
        answer = client.get(path, headers=headers)
        if answer.status_code != 200 or _shown(answer.text, path) != n_rows:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")

    with ready.bare() as connection:
        fetch = _fetch(connection.execute, table, n_rows)
        runs = [(seconds(ask), seconds(fetch)) for _ in range(N_REPEATS)]
    ours, floor = (sorted(one) for one in zip(*runs[1:], strict=True))  # the first loads what is needed
    middle = len(ours) // 2
    name = f"{who}: {n_rows} of {N_CLUES}, slowest {1000 * ours[-1]:.0f} ms"
    return Measured(name, "bare SELECT of the rows", 1, ours[middle], floor[middle])


def _shown(text: str, path: str) -> int:
    return len(json.loads(text)["items"]) if path.startswith("/api") else text.count('<a href="/clues/%E7')


def _fetch(execute: Callable[..., object], table: str, n_rows: int) -> Callable[[], object]:
    columns = (
        "number, stage, receiver_code, receiver_name"
        if table == "clue"
        else "number, stage, sender_name, sent_at"
    )
    return lambda: execute(f"SELECT {columns} FROM {table} LIMIT {n_rows}".encode()).fetchall()  # type: ignore[attr-defined]


def main() -> None:
    """Make a database of its own and print the lines."""
    with stage() as ready:
        for line in measure(ready):
            print(line, flush=True)


if __name__ == "__main__":
    main()
