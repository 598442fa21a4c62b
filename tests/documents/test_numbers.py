"""Sixteen writers of one series: real threads, real connections, committed rows."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.conftest import FIELD_KEY
from tests.documents.test_service import TO_BODY, given
from tests.factories import NOW
from tracker import db
from tracker.documents import issue, layouts, numbers
from tracker.documents.models import Document, DocumentFile
from tracker.tickets.history import broken_links
from tracker.tickets.rules import Status

N_WRITERS = 16


class GaveUp(Exception):
    """Something went wrong after the number was taken."""


def fail(*, when: bool) -> None:
    if when:
        raise GaveUp


@pytest.fixture
def committed(seeded_copy: Callable[[], str]) -> Iterator[db.Database]:
    """A database of this test's own, in which units of work truly commit."""
    engine = db.connect(seeded_copy(), pool_size=N_WRITERS)
    yield db.Database(engine, lambda job: None, FIELD_KEY)
    engine.dispose()


def at_once(writer: Callable[[int], int | None]) -> list[int | None]:
    """Run sixteen writers that start together; return what each got."""
    ready = Barrier(N_WRITERS)

    def one(n: int) -> int | None:
        ready.wait()
        return writer(n)

    with ThreadPoolExecutor(N_WRITERS) as pool:
        return list(pool.map(one, range(N_WRITERS)))


def test_sixteen_writers_leave_no_gap_and_no_double(committed: db.Database) -> None:
    layouts.typeface()
    with committed.unit_of_work() as session:
        names = [factories.standing(session, Status.IN_PROGRESS).number for _ in range(4)]

    def writer(n: int) -> int | None:
        """Issue three documents about one of four tickets; every third transaction fails after the number was taken."""
        for round_ in range(3):
            try:
                with committed.unit_of_work() as session:
                    ticket = session.scalars(
                        select(issue.Ticket).where(issue.Ticket.number == names[(n + round_) % 4])
                    ).one()
                    asked = given(ticket, "reminder", **TO_BODY)
                    made = issue.issue(session, factories.person(session, "reviewer"), asked, now=NOW)
                    fail(when=(n + round_) % 3 == 0)
                    last = made.serial
            except GaveUp:
                last = None
        return last

    at_once(writer)
    expected = sum((n + round_) % 3 != 0 for n in range(N_WRITERS) for round_ in range(3))
    with committed.unit_of_work() as session:
        serials = list(session.scalars(select(Document.serial).order_by(Document.serial)))
        assert serials == list(range(1, expected + 1))
        assert session.scalar(select(func.count()).select_from(DocumentFile)) == 2 * expected
        assert len(set(session.scalars(select(Document.number)))) == expected
        assert list(broken_links(session)) == []


def test_the_first_number_of_a_series_is_asked_for_by_sixteen_at_once(committed: db.Database) -> None:
    def writer(n: int) -> int | None:
        try:
            with committed.unit_of_work() as session:
                taken = numbers.take(session, "粤执监督", 2026)
                fail(when=n % 2 == 1)
                return taken
        except GaveUp:
            return None

    got = at_once(writer)
    assert sorted(one for one in got if one is not None) == list(range(1, N_WRITERS // 2 + 1))
