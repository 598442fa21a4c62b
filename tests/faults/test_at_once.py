"""Two people at one ticket, one message twice: real threads, real connections, committed rows."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import FIELD_KEY
from tests.factories import NOW, REASON
from tracker import db
from tracker.errors import Conflict, Stale, TrackerError
from tracker.replies.models import Reply
from tracker.tickets import actions, history, public_query, receive, schemas
from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.rules import Status


@pytest.fixture
def committed(seeded_copy: Callable[[], str]) -> Iterator[db.Database]:
    """A database of this test's own, in which units of work truly commit."""
    engine: Engine = db.connect(seeded_copy(), pool_size=10)
    yield db.Database(engine, lambda job: None, FIELD_KEY)
    engine.dispose()


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Run the deeds in threads that start together; return what each returned or raised."""
    ready = Barrier(len(deeds))

    def one(deed: Callable[[], Any]) -> Any:
        ready.wait()
        try:
            return deed()
        except TrackerError as refused:
            return refused

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


def standing(database: db.Database, status: Status) -> tuple[str, int]:
    with database.unit_of_work() as session:
        ticket = factories.standing(session, status)
        return ticket.number, ticket.version


def doing(
    database: db.Database, who: str, name: str, number: str, *, version: int | None = None, **given: Any
) -> Callable[[], str]:
    def deed() -> str:
        with database.unit_of_work() as session:
            actor = factories.person(session, who)
            action = factories.REGISTRY[name]
            return actions.perform(session, actor, action, number, given, now=NOW, version=version).last_event

    return deed


def chain_holds(database: db.Database) -> bool:
    with database.unit_of_work() as session:
        return not list(history.broken_links(session))


def test_of_two_who_sign_one_wins_and_the_other_is_told(committed: db.Database) -> None:
    number, version = standing(committed, Status.DISPATCHED)
    both = at_once(
        doing(committed, "officer", "accept", number, version=version),
        doing(committed, "officer2", "accept", number, version=version),
    )
    (refused,) = [one for one in both if isinstance(one, TrackerError)]
    assert isinstance(refused, Stale)
    assert refused.code == "stale"
    assert "刚被" in refused.message
    assert both.count("accept") == 1
    assert chain_holds(committed)


def test_without_a_version_the_state_decides(committed: db.Database) -> None:
    number, _ = standing(committed, Status.DISPATCHED)
    several = at_once(
        doing(committed, "officer", "accept", number),
        doing(committed, "officer2", "accept", number),
        doing(committed, "operator", "withdraw", number, **REASON),
        doing(committed, "reviewer", "accept", number),
    )
    refused = [one for one in several if isinstance(one, TrackerError)]
    assert len(refused) in {2, 3}  # a signed ticket may still be withdrawn
    assert all(isinstance(one, Conflict) and one.message.endswith("。") for one in refused)
    assert chain_holds(committed)


def test_of_two_reviewers_one_decides_and_the_reply_goes_out_once(committed: db.Database) -> None:
    number, _ = standing(committed, Status.REPLIED)
    both = at_once(
        doing(committed, "reviewer", "review", number, approve=True),
        doing(committed, "city.reviewer", "review", number, approve=False, opinion="缺少核查过程"),
    )
    (refused,) = [one for one in both if isinstance(one, TrackerError)]
    assert (refused.code, refused.message[-1]) == ("conflict", "。")
    assert both.count("review") == 1
    with committed.unit_of_work() as session:
        assert _events(session, "review") == 1
        (reply,) = session.scalars(select(Reply))
        assert reply.reviewed_by_name in {"梁国栋", "许文"}
        approved = session.scalar(select(Ticket.status).where(Ticket.number == number)) == Status.REVIEWED
        assert reply.approved is approved
    assert chain_holds(committed)


def test_two_merges_into_one_lead_are_both_counted(committed: db.Database) -> None:
    numbers = [standing(committed, Status.MANUAL)[0] for _ in range(4)]
    lead, *others = numbers
    done = at_once(
        *(doing(committed, "operator", "merge", one, lead=lead, reason="同一事项") for one in others)
    )
    assert done == ["merge"] * 3
    with committed.unit_of_work() as session:
        assert session.scalar(select(Ticket.n_repeats).where(Ticket.number == lead)) == 3
    assert chain_holds(committed)


def test_the_complainant_and_the_office_write_at_once(committed: db.Database) -> None:
    number, _ = standing(committed, Status.DISPATCHED)
    with committed.unit_of_work() as session:
        code = session.scalars(select(Ticket.receipt_code).where(Ticket.number == number)).one()

    def adding() -> str:
        with committed.unit_of_work() as session:
            return public_query.add_facts(session, code, "又来检查了。", now=NOW).last_event

    done = at_once(adding, adding, doing(committed, "officer", "accept", number), adding)
    assert sorted(done) == ["accept", "facts", "facts", "facts"]
    assert chain_holds(committed)


@pytest.mark.parametrize("by_key", [True, False], ids=["key", "source_no"])
def test_one_message_sent_many_times_at_once_is_one_ticket(committed: db.Database, *, by_key: bool) -> None:
    source_no = None if by_key else "GZ2026030200001"
    intake = schemas.TicketIn().load(factories.complaint(source_no=source_no))

    def sending() -> tuple[str, bool]:
        with committed.unit_of_work() as session:
            operator = factories.person(session, "operator")
            key = "message-1" if by_key else None
            done = receive.receive(session, operator, intake, now=NOW, idempotency_key=key)
            return done.ticket.number, done.created

    answers = at_once(*[sending] * 6)
    assert len({number for number, _ in answers}) == 1
    assert sum(created for _, created in answers) == 1
    with committed.unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1
        assert _events(session, "receive") == 1


def _events(session: Session, action: str) -> int | None:
    return session.scalar(select(func.count()).select_from(TicketEvent).where(TicketEvent.action == action))
