import pytest
from sqlalchemy.orm import Session

from tests.world import World, build


@pytest.fixture
def world(session: Session) -> World:
    return build(session)
