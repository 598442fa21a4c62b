"""Redis away, a worker killed in the middle, the database restarted under load: nothing lost, nothing twice."""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from redis import Redis
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import FIELD_KEY, SECRET_KEY
from tests.factories import CONTENT, NOW, complaint, headers
from tracker import clock, config, db, embedded, migrate
from tracker.accounts.door import identify
from tracker.app import create_app
from tracker.db import Database
from tracker.jobs import Bell, Job
from tracker.tickets import history, triage
from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.rules import Status
from tracker.web import Doorway

TICKETS = "/api/v1/tickets"
DEAD = "redis://127.0.0.1:1/0"


def settings(database_url: str, redis_url: str, home: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET_KEY,
        "FIELD_KEY": FIELD_KEY,
        "TRACKER_HOME": str(home),
    }


def wait_for(true: Callable[[], bool], seconds: float, what: str) -> None:
    give_up_at = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up_at, f"waited in vain for: {what}"
        time.sleep(0.05)


def test_without_redis_a_ticket_is_taken_in_and_the_clock_makes_up_for_it(
    seeded_copy: Callable[[], str], tmp_path: Path
) -> None:
    url = seeded_copy()
    app = create_app(config.load(settings(url, DEAD, tmp_path)))
    answer = app.test_client().post(TICKETS, json=complaint(), headers=headers("operator"))
    assert (answer.status_code, answer.get_json()["status"]) == (201, "dispatched")
    app.extensions["doorway"].database.bind.dispose()
    engine = db.connect(url)
    database = Database(engine, Bell(DEAD).ring, FIELD_KEY)
    with database.unit_of_work() as session:  # an imported row waits for a bell that nobody hears
        waiting = factories.take_in(session, triage_now=False).number
    with database.unit_of_work() as session:  # what the clock's own bell does a few seconds later
        assert triage.drain(session, now=NOW) == 1
    with database.unit_of_work() as session:
        told = select(Ticket.status).where(Ticket.number == waiting)
        assert session.scalar(told) == Status.DISPATCHED
    engine.dispose()


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a real worker process until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "workers"],
        env={**os.environ, **environment},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the worker and the job it forked (which leads a group of its own), as a power cut would."""
    with contextlib.suppress(psutil.NoSuchProcess):
        worker_ = psutil.Process(process.pid)
        worker_.suspend()  # so that it forks no more
        for one in (*worker_.children(recursive=True), worker_):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
    process.wait()


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    seeded_copy: Callable[[], str], redis_url: str, tmp_path: Path
) -> None:
    url, n = seeded_copy(), 200
    engine = db.connect(url)
    bell = Bell(redis_url)
    database = Database(engine, bell.ring, FIELD_KEY)
    with database.unit_of_work() as session:
        for _ in range(n):
            factories.take_in(session, triage_now=False, content=CONTENT)

    def triaged() -> int:
        with Session(engine) as session:
            left = select(func.count()).select_from(Ticket).where(Ticket.status != Status.RECEIVED)
            return session.scalar(left) or 0

    environment = settings(url, redis_url, tmp_path)
    with worker(environment) as first:
        wait_for(lambda: triaged() > 0, 60, "the first tickets")
        kill(first)
    done = triaged()
    assert done < n, "the kill came too late to prove anything"
    with Redis.from_url(redis_url) as redis:
        redis.delete(f"bell:{Job.TRIAGE.value}")
    bell.ring(Job.TRIAGE)  # as the clock does
    with worker(environment):
        wait_for(lambda: triaged() == n, 60, f"the rest of {n} after {done}")
    with Session(engine) as session:
        per_ticket = (
            select(func.count()).where(TicketEvent.action == "triage").group_by(TicketEvent.ticket_id)
        )
        assert list(session.scalars(per_ticket)) == [1] * n
        assert not list(history.broken_links(session))
    engine.dispose()


class Load(threading.Thread):
    """One client that posts until told to stop and keeps every answer."""

    def __init__(self, app, name: str, stop: threading.Event) -> None:
        super().__init__()
        self.app, self.prefix, self.stop = app, name, stop
        self.kept: list[str] = []
        self.refused: list[tuple[int, str, str]] = []
        self.n = 0

    def run(self) -> None:
        while not self.stop.is_set():
            self.n += 1
            source_no = f"{self.prefix}-{self.n}"
            answer = self.app.test_client().post(
                TICKETS, json=complaint(source_no=source_no), headers=headers("operator")
            )
            if answer.status_code == 201:
                self.kept.append(source_no)
            else:
                told = answer.get_json()
                self.refused.append((answer.status_code, told["code"], told["message"]))
                time.sleep(0.05)


@pytest.mark.slow
def test_a_database_restarted_under_load_keeps_every_promise() -> None:
    with tempfile.TemporaryDirectory(prefix="tracker-restart-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        stop = threading.Event()
        with embedded.servers(home) as at:
            migrate.upgrade(at.owner_url)
            engine = db.connect(at.owner_url)
            with Session(engine) as session:
                factories.seed(session, home)
                session.commit()
            loaded = config.load(settings(at.owner_url, at.redis_url, home))
            door = Doorway(Database(engine, Bell(at.redis_url).ring, FIELD_KEY), identify, now=clock.now)
            app = create_app(loaded, door=door)
            load = [Load(app, f"T{one}", stop) for one in range(3)]
            for one in load:
                one.start()
            wait_for(lambda: all(one.kept for one in load), 30, "the first tickets")
        time.sleep(0.5)  # nobody is at home
        before = [len(one.kept) for one in load]
        with embedded.servers(home):
            wait_for(
                lambda: all(len(one.kept) > n for one, n in zip(load, before, strict=True)),
                30,
                "tickets after the restart",
            )
            stop.set()
            for one in load:
                one.join()
            with Session(engine) as session:
                stored = set(session.scalars(select(Ticket.source_no)))
                assert not list(history.broken_links(session))
            engine.dispose()
    kept = [source_no for one in load for source_no in one.kept]
    assert stored == set(kept), "every promise kept; nothing stored that was refused"
    refused = [answer for one in load for answer in one.refused]
    assert refused, "the restart was not noticed, so nothing was proved"
    assert {status for status, _, _ in refused} == {503}
    assert all(code == "unavailable" and message.endswith("。") for _, code, message in refused)
