import dataclasses
from collections.abc import Callable, Iterator

import pytest

from tests.clues import sides as both
from tests.clues.sides import Sides
from tests.seeded import Clock


@pytest.fixture(scope="session")
def running(
    seeded_copy: Callable[[], str], _redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sides]:
    """Both applications on a database of their own, to which they commit."""
    with both.opened(seeded_copy(), _redis_url, tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.fixture
def sides(running: Sides, redis_url: str) -> Sides:
    """Both sides, nobody signed in, the clock at its beginning."""
    running.clock.at = Clock().at
    return dataclasses.replace(
        running,
        office_client=running.office_client.application.test_client(),
        desk_client=running.desk_client.application.test_client(),
    )
