"""Keys, commissions and the liaisons of the demonstration."""

import json
from contextlib import contextmanager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.clues.sides import Sides
from tracker.commissions import generations, keys, seed
from tracker.commissions.models import Commission
from tracker.discipline import create_discipline_app
from tracker.errors import Conflict, Unavailable
from tracker.fields import FieldCipher


def test_the_key_file_is_made_once_and_for_its_owner_alone(tmp_path):
    first = keys.ensure(tmp_path)
    assert keys.ensure(tmp_path) == first == keys.read(tmp_path)
    assert keys.key_file(tmp_path).stat().st_mode & 0o777 == 0o600
    assert len(first) >= 32


def test_without_the_key_file_the_process_does_not_start(tmp_path, settings):
    with pytest.raises(Unavailable, match="tracker seed"):
        create_discipline_app(settings)
    keys.key_file(tmp_path).parent.mkdir()
    keys.key_file(tmp_path).write_text(" ")
    with pytest.raises(Unavailable, match="空"):
        keys.read(tmp_path)


def test_every_commission_has_its_name_and_those_of_the_demonstration_their_keys(running: Sides):
    with Session(running.owner) as session:
        names = dict(session.execute(select(Commission.code, Commission.name)).all())
        assert names["440000"] == "广东省纪委监委"
        assert names["440100"] == "广州市纪委监委"
        assert names["440106"] == "广州市天河区纪委监委"
        assert not [code for code in names if len(code) > 6]
        with_keys = session.scalars(select(Commission.code).where(Commission.public_key.is_not(None))).all()
        made_here = {"440104"}  # by tests of members and keys, which may have come before
        assert set(with_keys) - made_here == {code for _, code, _ in seed.DEMO}


@contextmanager
def desk(running: Sides):
    """A session of the owner that seals with the key file of the desk."""
    with Session(running.owner, info={"cipher": FieldCipher(keys.read(running.home))}) as session:
        yield session
        session.rollback()


def test_seeding_again_changes_nothing(running: Sides):
    with desk(running) as session:
        before = session.execute(select(Commission.code, Commission.public_key)).all()
        assert seed.seed(session, running.home) == {"commission": 0}
        told = seed.seed_demo_liaisons(session, running.home, now=factories.NOW, known=running.liaisons)
        assert told == list(running.liaisons.values())
        assert session.execute(select(Commission.code, Commission.public_key)).all() == before


def test_a_lost_accounts_file_gives_new_secrets_by_the_shares_of_the_custodians(running: Sides):
    with desk(running) as session:
        before = session.execute(select(Commission.code, Commission.generation)).all()
        told = seed.seed_demo_liaisons(session, running.home, now=factories.NOW)
        assert {one["account"] for one in told} == {name for name, _, _ in seed.DEMO}
        assert told[0]["token"] != running.liaisons[told[0]["account"]]["token"]
        assert session.execute(select(Commission.code, Commission.generation)).all() == before


def test_what_the_custodians_hold_lies_in_a_file_of_the_owner_alone(running: Sides):
    file = running.home / seed.CUSTODIANS
    assert file.stat().st_mode & 0o777 == 0o600
    assert {len(shares) for shares in json.loads(file.read_text()).values()} == {3}


def test_without_a_public_key_nothing_is_sealed():
    with pytest.raises(Conflict, match="密钥"):
        generations.seal_to(None, b"x")
