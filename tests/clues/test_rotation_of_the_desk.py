"""The key file of the desk is changed: notes and one-time secrets open under the new key alone, and the log stays whole."""

from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.clues import sides as both
from tests.clues.sides import Sides
from tests.clues.test_proof import address
from tracker import db, rotation
from tracker.commissions import desk, proof
from tracker.commissions.models import Liaison, Package
from tracker.fields import FieldCipher, key_id

NEW = "the key that replaces the key file of the desk for this test"
WHY = "需向诉求人核实情况"


def turned(engine: Engine, newest: str, old: str) -> rotation.Outcome:
    return rotation.rotate(db.Database(engine, lambda job: None, newest, [old]), "discipline")


def read(engine: Engine, key: str, look: Callable[[Session], list[str]]) -> list[str]:
    with Session(engine, info={"cipher": FieldCipher(key)}) as session:
        return look(session)


def notes(number: str) -> Callable[[Session], list[str]]:
    def look(session: Session) -> list[str]:
        package = session.query(Package).filter_by(number=number).one()
        return [note for _, note in desk.entries(session, number, package.commission_code) if note]

    return look


def one_time_secrets(session: Session) -> list[str]:
    rows = session.query(Liaison).order_by(Liaison.id)
    return [session.info["cipher"].open(one.totp_secret_sealed) for one in rows]


def test_everything_opens_under_the_new_key_and_the_log_is_whole(sides: Sides) -> None:
    number = sides.sent()
    liaison = sides.liaison()
    assert liaison.act(number, "sign").status_code == 200
    assert liaison.post(f"/api/v1/clues/{number}/identity", {"reason": WHY}).status_code == 200
    old = both.desk_key(sides.home)
    secrets = read(sides.owner, old, one_time_secrets)
    outcome = turned(sides.owner, NEW, old)
    try:
        assert (outcome.n > len(secrets), outcome.unreadable) == (True, {})
        assert proof.broken_links(address(sides.desk)) == []
        assert WHY in read(sides.owner, NEW, notes(number))
        assert read(sides.owner, NEW, one_time_secrets) == secrets
        with Session(sides.owner, info={"cipher": FieldCipher(NEW)}) as session:
            assert {one.key for one in rotation.status(session, "discipline")} == {key_id(NEW).hex()}
    finally:
        assert turned(sides.owner, old, NEW).n == outcome.n
    assert liaison.act(number, "accept").status_code == 200
