import contextlib
import io
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
import structlog

from tests.clues import sides as both
from tests.clues.sides import Sides
from tests.conftest import FIELD_KEY, SECRET_KEY
from tests.leaks.town import Town, settle
from tests.seeded import Clock
from tracker import config, db, logs, web
from tracker.accounts.door import identify
from tracker.app import create_app
from tracker.audit import reading
from tracker.commissions import pages
from tracker.discipline import create_discipline_app
from tracker.jobs import Bell


@pytest.fixture(scope="session")
def log_lines() -> Iterator[io.StringIO]:
    """Every line the process would log at its most talkative, from before the town was settled."""
    lines, root = io.StringIO(), logging.getLogger()
    former, level = root.handlers[:], root.level
    root.handlers[:] = []
    with contextlib.redirect_stderr(lines):
        logs.configure("DEBUG")
    yield lines
    root.handlers[:] = former
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def town(
    seeded_copy: Callable[[], str],
    _redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
    log_lines: io.StringIO,
) -> Iterator[Town]:
    """The town, both applications on a database of their own, bells in a real Redis."""
    with redis.Redis.from_url(_redis_url) as queue:
        queue.flushdb()
    url, home = seeded_copy(), tmp_path_factory.mktemp("town")
    owner = db.connect(url)
    told = both.new_keys(owner, home)
    settings = _settings(url, _redis_url, home)
    engines = [db.connect(one) for one in (settings.database_url, settings.discipline_database_url)]
    office = db.Database(engines[0], Bell(_redis_url).ring, FIELD_KEY)
    desk, clock = db.Database(engines[1], Bell(_redis_url).ring, both.desk_key(home)), Clock()
    app = create_app(settings, door=web.Doorway(office, identify, clock, note_reading=reading.note_request))
    door = web.Doorway(desk, pages.identify, now=clock, sign_in_endpoint=pages.SIGN_IN)
    liaisons = create_discipline_app(settings, door=door).test_client()
    people = {one["account"]: one for one in told}
    yield settle(Town(Sides(office, desk, owner, app.test_client(), liaisons, clock, people, home)))
    for engine in (owner, *engines):
        engine.dispose()


def _settings(url: str, redis_url: str, home: Path) -> config.Settings:
    return config.load(
        {
            "DATABASE_URL": both.as_role(url, "tracker_app"),
            "DISCIPLINE_DATABASE_URL": both.as_role(url, "tracker_discipline"),
            "REDIS_URL": redis_url,
            "SECRET_KEY": SECRET_KEY,
            "FIELD_KEY": FIELD_KEY,
            "TRACKER_HOME": str(home),
        }
    )
