"""Changing FIELD_KEY under load: nothing is lost, everything opens under the new key alone, and what cannot is told."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import psycopg
import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import FIELD_KEY
from tests.factories import NOW, PHONE
from tracker import db, rotation
from tracker.accounts.models import Account
from tracker.clues import propose
from tracker.clues import queries as clues
from tracker.clues.schemas import ClueIn
from tracker.errors import Conflict, NotFound, Unavailable
from tracker.fields import PREFIX_BYTES, FieldCipher, cipher, key_id
from tracker.notices import addresses
from tracker.notices.models import NoticeAddress
from tracker.tickets import originals, public_query, repeats
from tracker.tickets.models import Complainant, Ticket

NEW = "the key that replaces that of the tests, kept apart"
CLUE = {
    "person": "王某某",
    "post": "副队长",
    "rank": "section",
    "facts": "收受商户香烟并索要餐费，有转账记录。",
}
ID_NO = "440106198001010019"


def database(engine: Engine, *keys: str) -> db.Database:
    return db.Database(engine, lambda job: None, *keys[:1], keys[1:])


@pytest.fixture
def engine(seeded_copy: Callable[[], str]) -> Iterator[Engine]:
    """A database of this test's own, in which units of work truly commit."""
    engine = db.connect(seeded_copy(), pool_size=8)
    yield engine
    engine.dispose()


@pytest.fixture
def numbers(engine: Engine) -> list[str]:
    """Tickets, a clue, an address and a second factor, all sealed under the first key."""
    with database(engine, FIELD_KEY).unit_of_work() as session:
        taken = []
        for n in range(5):
            ticket = factories.take_in(
                session,
                content=f"{factories.CONTENT}我的电话是{PHONE}，第{n}次反映。",
                complainant=factories.caller(id_no=ID_NO, address="天河区石牌西路1号"),
            )
            given = {"office": "440106", "reason": "按属地派单", "category": "C1"}
            factories.act(session, ticket, "operator", "redispatch", **given)
            taken.append(ticket.number)
        officer = factories.person(session, "officer")
        propose.propose(session, officer, taken[0], ClueIn().load(CLUE), now=NOW)
        addresses.choose(session, officer, {"sms": PHONE}, now=NOW)
        session.get_one(Account, officer.account_id).totp_secret_sealed = FieldCipher(FIELD_KEY).seal("JBSW")
        return taken


def under(engine: Engine, *keys: str) -> Counter[str | None]:
    with Session(engine, info={"cipher": FieldCipher(keys[0], keys[1:])}) as session:
        counted: Counter[str | None] = Counter()
        for one in rotation.status(session, "supervision"):
            counted[one.key] += one.n
        return counted


def every_value(engine: Engine, key: FieldCipher) -> list[str]:
    with Session(engine) as session:
        return [
            key.open(sealed)
            for mapper, names in rotation.sealed_columns("supervision").items()
            for name in names
            for sealed in session.scalars(select(mapper.columns[name]).order_by(*mapper.primary_key))
        ]


def test_after_a_rotation_the_old_key_can_go(engine: Engine, numbers: list[str]) -> None:
    before = every_value(engine, FieldCipher(FIELD_KEY))
    assert {"张小明", PHONE, ID_NO, "天河区石牌西路1号", "JBSW"} <= set(before)
    n = under(engine, FIELD_KEY)[key_id(FIELD_KEY).hex()]
    assert under(engine, NEW, FIELD_KEY) == {key_id(FIELD_KEY).hex(): n}

    told: list[int] = []
    outcome = rotation.rotate(database(engine, NEW, FIELD_KEY), "supervision", told.append)
    assert (outcome.n, outcome.unreadable) == (sum(told), {})
    assert under(engine, NEW) == {key_id(NEW).hex(): n}
    assert every_value(engine, FieldCipher(NEW)) == before
    with database(engine, NEW).unit_of_work() as session:
        operator = factories.person(session, "operator")
        assert len(repeats.caller_history(session, operator, PHONE)) == 5
        assert len(repeats.caller_history(session, operator, id_no=ID_NO)) == 5
        assert (
            public_query.find(session, {"number": numbers[0], "phone_tail": PHONE[-4:]}).number == numbers[0]
        )
        ticket = session.scalars(select(Ticket).where(Ticket.number == numbers[0])).one()
        assert PHONE in originals.original(session, ticket)
        with pytest.raises(Conflict, match="已就同一人员"):
            propose.propose(
                session, factories.person(session, "officer"), numbers[0], ClueIn().load(CLUE), now=NOW
            )


def test_whom_a_draft_names_does_not_see_it_before_nor_after(engine: Engine, numbers: list[str]) -> None:
    said = {**CLUE, "person": "王某某科长", "report": "商户称黄丽敏在场。"}
    with database(engine, FIELD_KEY).unit_of_work() as session:
        officer = factories.person(session, "officer")
        number = propose.propose(session, officer, numbers[1], ClueIn().load(said), now=NOW).number

    def seen(login: str, *ring: str) -> bool:
        with database(engine, *ring).unit_of_work() as session:
            found = clues.clues(session, factories.person(session, login))
            return number in {one.number for one in found}

    def holds(*ring: str) -> None:
        assert seen("reviewer", *ring)
        assert not seen("officer2", *ring)

    holds(FIELD_KEY)
    holds(NEW, FIELD_KEY)
    assert rotation.rotate(database(engine, NEW, FIELD_KEY), "supervision").unreadable == {}
    holds(NEW)


def test_run_again_it_finds_nothing_to_do(engine: Engine, numbers: list[str]) -> None:
    ring = database(engine, NEW, FIELD_KEY)
    assert rotation.rotate(ring, "supervision").n > 0
    with Session(engine) as session:
        sealed = session.scalars(select(Complainant.phone_sealed)).all()
    assert rotation.rotate(ring, "supervision").n == 0
    with Session(engine) as session:
        assert session.scalars(select(Complainant.phone_sealed)).all() == sealed


def test_values_that_name_no_key_are_sealed_again_too(engine: Engine, numbers: list[str]) -> None:
    cut = f"phone_sealed = substring(phone_sealed, {PREFIX_BYTES + 1})"
    with psycopg.connect(engine.url.render_as_string(False).replace("+psycopg", "")) as connection:
        connection.execute(f"UPDATE complainant SET {cut}")
    assert under(engine, FIELD_KEY).keys() == {key_id(FIELD_KEY).hex()}
    assert rotation.rotate(database(engine, FIELD_KEY), "supervision").n == 5
    assert rotation.rotate(database(engine, NEW, FIELD_KEY), "supervision").unreadable == {}
    assert PHONE in every_value(engine, FieldCipher(NEW))


class Killed(BaseException):
    pass


def test_killed_midway_both_halves_are_found_and_the_rest_is_done_later(
    engine: Engine, numbers: list[str]
) -> None:
    batches: list[int] = []

    def die_among_complainants(n: int) -> None:
        batches.append(n)
        with Session(engine) as session:
            if session.scalar(select(func.count(Complainant.phone_index.distinct()))) == 2:
                raise Killed

    ring = database(engine, NEW, FIELD_KEY)
    with pytest.raises(Killed):
        rotation.rotate(ring, "supervision", die_among_complainants, batch=2)
    with ring.unit_of_work() as session:
        operator = factories.person(session, "operator")
        assert len(repeats.caller_history(session, operator, PHONE)) == 5
        for number in numbers:
            assert public_query.find(session, {"number": number, "phone_tail": PHONE[-4:]}).number == number
        with pytest.raises(NotFound):
            public_query.find(session, {"number": numbers[0], "phone_tail": "0000"})
    assert rotation.rotate(ring, "supervision").n > 0
    assert under(engine, NEW).keys() == {key_id(NEW).hex()}


def test_before_it_runs_the_same_person_is_proposed_once_only(engine: Engine, numbers: list[str]) -> None:
    with database(engine, NEW, FIELD_KEY).unit_of_work() as session:
        officer = factories.person(session, "officer")
        with pytest.raises(Conflict, match="已就同一人员"):
            propose.propose(session, officer, numbers[0], ClueIn().load(CLUE), now=NOW)


def test_with_the_old_key_gone_nothing_is_touched_and_it_is_told(engine: Engine, numbers: list[str]) -> None:
    outcome = rotation.rotate(database(engine, NEW), "supervision")
    assert outcome.n == 0
    assert outcome.unreadable["complainant"] == 5
    assert under(engine, NEW).keys() == {None}
    assert PHONE in every_value(engine, FieldCipher(FIELD_KEY))
    with pytest.raises(Unavailable, match=f"密钥编号 {key_id(FIELD_KEY).hex()}"):
        every_value(engine, FieldCipher(NEW))


@dataclass
class Writer:
    """Changes the sealed values of its accounts without rest, under a ring whose newest key is still the old one."""

    at: db.Database
    accounts: list[int]
    said: dict[int, int] = field(default_factory=dict)

    def run(self, stop: threading.Event) -> None:
        for n in count(1):
            for one in self.accounts:
                with self.at.unit_of_work() as session:
                    account = session.get_one(Account, one, with_for_update=True)
                    account.totp_secret_sealed = cipher(session).seal(f"{one}-{n}")
                    addresses._keep(session, one, "sms", phone(one, n), NOW)
                self.said[one] = n
            if stop.is_set() and n > 2:
                return


@dataclass
class Receiver:
    """Takes complaints in, likewise."""

    at: db.Database

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            with self.at.unit_of_work() as session:
                factories.take_in(session, complainant=factories.caller(), triage_now=False)


def phone(account_id: int, n: int) -> str:
    return f"138{account_id % 10000:04}{n % 10000:04}"


def turn(ring: db.Database) -> None:
    """One run beside writers that never rest; it may give up on rows they hold."""
    with suppress(Conflict):
        rotation.rotate(ring, "supervision", batch=1, patience_s=1)


def test_writers_meanwhile_lose_nothing(engine: Engine, numbers: list[str]) -> None:
    with Session(engine) as session:
        accounts = list(session.scalars(select(Account.id).order_by(Account.id)))
    ring = database(engine, NEW, FIELD_KEY)
    known = database(
        engine, FIELD_KEY, NEW
    )  # the processes know both keys before the new one becomes the newest
    writers = [Writer(known, accounts[at::2]) for at in (0, 1)]
    stop = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(one.run, stop) for one in (*writers, Receiver(known))]
        for _ in range(3):
            turn(ring)
        stop.set()
        for one in running:
            one.result()
    assert rotation.rotate(ring, "supervision").unreadable == {}
    assert under(engine, NEW).keys() == {key_id(NEW).hex()}
    said = writers[0].said | writers[1].said
    assert sorted(said) == accounts
    key = FieldCipher(NEW)
    with Session(engine) as session:
        for one in session.scalars(select(Account)):
            assert key.open(one.totp_secret_sealed) == f"{one.id}-{said[one.id]}"
        for kept in session.scalars(select(NoticeAddress)):
            assert key.open(kept.address_sealed) == phone(kept.account_id, said[kept.account_id])
        taken = session.scalars(select(Complainant)).all()
        assert len(taken) > len(numbers)
        assert {key.open(one.phone_sealed) for one in taken} == {PHONE}
        assert {one.phone_index for one in taken} == {key.blind(PHONE)}


def test_rows_somebody_holds_are_come_back_to(engine: Engine, numbers: list[str]) -> None:
    ring = database(engine, NEW, FIELD_KEY)
    with engine.connect() as holder:
        holder.execute(text("SELECT 1 FROM complainant ORDER BY ticket_id LIMIT 1 FOR UPDATE"))
        with pytest.raises(Conflict, match="complainant 还有1行没有换完"):
            rotation.rotate(ring, "supervision", patience_s=0.3)
    assert rotation.rotate(ring, "supervision").n > 0
    assert under(engine, NEW).keys() == {key_id(NEW).hex()}
