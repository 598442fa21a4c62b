"""A receiver without keys: said when the clue is proposed, and sent by itself once there are some."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text

from tests import factories
from tests.clues.sides import CLUE, Sides
from tracker.clues import service
from tracker.clues.models import Clue
from tracker.clues.rules import Stage
from tracker.commissions import generations
from tracker.commissions.models import Commission

FORM = {name: value for name, value in CLUE.items() if name != "evidence"}


@pytest.fixture
def keyless(sides: Sides) -> Iterator[Sides]:
    """Both sides while 天河区纪委监委 has published no key."""
    taken = "UPDATE discipline.commission SET public_key = NULL WHERE code = '440106'"
    with sides.owner.begin() as connection:
        connection.execute(text(taken))
    yield sides
    give_back(sides)


def give_back(sides: Sides) -> None:
    newest = (
        "UPDATE discipline.commission c SET public_key = k.public_key FROM discipline.commission_key k "
        "WHERE k.commission_code = c.code AND k.generation = c.generation AND c.code = '440106'"
    )
    with sides.owner.begin() as connection:
        connection.execute(text(newest))


def test_the_proposer_hears_of_it_at_once(keyless: Sides) -> None:
    number = keyless.propose()
    assert keyless.by("officer").get(f"/api/v1/clues/{number}").json["can_receive"] is False
    path = f"/clues/new?ticket={keyless.ticket()}"
    made = keyless.office_client.post(path, headers=factories.headers("officer"), data=FORM)
    assert made.status_code == 302, made.text
    shown = keyless.office_client.get(made.location, headers=factories.headers("officer")).text
    assert "尚未启用接收密钥" in shown
    give_back(keyless)
    assert keyless.by("officer").get(f"/api/v1/clues/{number}").json["can_receive"] is True
    again = keyless.office_client.get(made.location, headers=factories.headers("officer")).text
    with keyless.desk.unit_of_work() as session:
        key = session.get_one(Commission, "440106").public_key
    assert generations.fingerprint(key or b"") in again


def test_it_waits_without_holding_others_up_and_goes_by_itself(keyless: Sides) -> None:
    number = keyless.approved()
    assert keyless.step("reviewer", number, "send").json["code"] == "no_receiver_key"

    def drained() -> str:
        with keyless.office.unit_of_work() as session:
            service.drain(session, now=keyless.later(hours=2))
            return session.scalars(select(Clue.stage).where(Clue.number == number)).one()

    assert drained() == Stage.APPROVED
    give_back(keyless)
    assert drained() == Stage.SENT
