import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clues import sides as both
from tests.clues.sides import Sides
from tests.conftest import FIELD_KEY, SECRET_KEY
from tests.seeded import Clock
from tracker import config, db, web
from tracker.accounts.door import identify
from tracker.app import create_app
from tracker.commissions import pages
from tracker.discipline import create_discipline_app


@pytest.fixture(scope="session")
def running(
    seeded_copy: Callable[[], str], _redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sides]:
    """Both applications on a database of their own, to which they commit."""
    url, home = seeded_copy(), tmp_path_factory.mktemp("desk")
    owner = db.connect(url)
    told = both.new_keys(owner, home)
    settings = _settings(url, _redis_url, home)
    engines = [db.connect(both.as_role(url, role)) for role in ("tracker_app", "tracker_discipline")]
    office = db.Database(engines[0], lambda job: None, FIELD_KEY)
    desk = db.Database(engines[1], lambda job: None, both.desk_key(home))
    clock = Clock()
    app = create_app(settings, door=web.Doorway(office, identify, now=clock))
    door = web.Doorway(desk, pages.identify, now=clock, sign_in_endpoint=pages.SIGN_IN)
    liaisons = create_discipline_app(settings, door=door)
    yield Sides(
        office,
        desk,
        owner,
        app.test_client(),
        liaisons.test_client(),
        clock,
        {one["account"]: one for one in told},
        home,
    )
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


@pytest.fixture
def sides(running: Sides, redis_url: str) -> Sides:
    """Both sides, nobody signed in, the clock at its beginning."""
    running.clock.at = Clock().at
    return dataclasses.replace(
        running,
        office_client=running.office_client.application.test_client(),
        desk_client=running.desk_client.application.test_client(),
    )
