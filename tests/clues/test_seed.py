"""Keys, commissions and the liaisons of the demonstration."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.clues.sides import Sides
from tracker.commissions import keys, seed
from tracker.commissions.models import Commission, CommissionKey
from tracker.discipline import create_discipline_app
from tracker.errors import Conflict, Unavailable


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


def test_every_commission_has_its_name_and_its_keys(running: Sides):
    with Session(running.owner) as session:
        names = dict(session.execute(select(Commission.code, Commission.name)).all())
        assert names["440000"] == "广东省纪委监委"
        assert names["440100"] == "广州市纪委监委"
        assert names["440106"] == "广州市天河区纪委监委"
        assert not [code for code in names if len(code) > 6]
        n_keys = session.scalar(select(func.count()).select_from(CommissionKey))
        assert n_keys == len(names)


def test_seeding_again_changes_nothing(running: Sides):
    with Session(running.owner) as session:
        before = session.execute(select(Commission.code, Commission.public_key)).all()
        assert seed.seed(session, running.home, now=factories.NOW) == {"commission": 0, "commission_key": 0}
        assert session.execute(select(Commission.code, Commission.public_key)).all() == before
        told = seed.seed_demo_liaisons(session, running.home, now=factories.NOW, known=running.liaisons)
        assert told == list(running.liaisons.values())
        session.rollback()


def test_a_lost_accounts_file_gives_new_secrets(running: Sides):
    with Session(running.owner) as session:
        told = seed.seed_demo_liaisons(session, running.home, now=factories.NOW)
        assert {one["account"] for one in told} == set(running.liaisons)
        assert told[0]["token"] != running.liaisons[told[0]["account"]]["token"]
        session.rollback()


def test_without_a_public_key_nothing_is_sealed():
    with pytest.raises(Conflict, match="密钥"):
        keys.seal_to(None, b"x")
