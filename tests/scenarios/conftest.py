from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.orm import Session

from tests.scenarios.steps import Case
from tests.seeded import Caller, Clock, app, by, client, clock, database_url, engine
from tracker.tickets import history
from workers import deadlines

__all__ = ["app", "by", "client", "clock", "database_url", "engine"]

TakenIn = Callable[..., Case]
NightWatch = Callable[[], None]


@pytest.fixture
def taken_in(by: Callable[[str | None], Caller], clock: Clock, session: Session) -> Iterator[TakenIn]:
    """A function that logs a complaint and returns its case.

    When the story is told, people of three posts have taken part in it and the chain of its events holds.
    """
    roles: set[str] = set()

    def take_in(person: str, content: str, **more: object) -> Case:
        return Case(by, clock, roles).taken_in(person, content, **more)

    yield take_in
    assert len(roles) >= 3, f"only {sorted(roles)} took part"
    assert not list(history.broken_links(session))


@pytest.fixture
def night_watch(session: Session, clock: Clock) -> NightWatch:
    """A function that does what the workers do as time passes: overdue marks, urging, handing on, archiving."""

    def watch() -> None:
        session.expire_all()
        while deadlines.one_round(session, clock()):
            pass
        session.flush()

    return watch
