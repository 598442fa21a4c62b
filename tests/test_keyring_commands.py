"""Changing keys by commands, as the one who keeps the system does."""

from collections.abc import Callable

import pytest

from tests import factories
from tests.installation import System
from tracker.audit.models import AuditEntry
from tracker.commissions import keys
from tracker.fields import key_id

NEW = "a-newer-key-of-thirty-two-characters-or-more"
THIRD = "a-third-key-of-thirty-two-characters-or-more"
WITH_OLD = {"FIELD_KEY": THIRD, "FIELD_KEY_OLD": NEW}


@pytest.fixture(scope="module")
def system(
    seeded_copy: Callable[[], str], _redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> System:
    """An installation with three complainants, its values under `NEW`."""
    made = System(seeded_copy(), tmp_path_factory.mktemp("home"), _redis_url)
    with made.unit_of_work(NEW) as session:
        for _ in range(3):
            factories.take_in(session, complainant=factories.caller())
    return made


def test_from_one_key_to_the_next(system: System) -> None:
    old, new = key_id(NEW).hex(), key_id(THIRD).hex()
    before = system.run("fields", "status", **WITH_OLD)
    assert before.exit_code == 0
    assert f"{new}  现用  共0项" in before.output
    assert f"{old}  旧  共" in before.output
    assert "complainant.phone_sealed  3" in before.output
    assert "还有" in next(
        line for line in system.run("doctor", **WITH_OLD).output.splitlines() if "密钥" in line
    )

    done = system.run("fields", "rotate", **WITH_OLD)
    assert (done.exit_code, "3行" in done.output) == (0, True), done.output
    assert "0行" in system.run("fields", "rotate", **WITH_OLD).output
    after = system.run("fields", "status", **WITH_OLD)
    assert f"{old}  旧" not in after.output
    assert "tracker fields forget" in after.output
    with system.unit_of_work(THIRD) as session:
        logged = session.query(AuditEntry).filter_by(action="rotate_key").one()
        assert (logged.thing_id, logged.detail) == (new, {"side": "supervision", "rows": 3})

    lost = system.run("fields", "status", FIELD_KEY="k" * 40)
    assert (lost.exit_code, "不在密钥环中" in lost.output) == (1, True)
    refused = system.run("fields", "rotate", FIELD_KEY="k" * 40)
    assert refused.exit_code == 1
    assert "complainant 有3行无法解密" in refused.output
    assert system.run("fields", "rotate", FIELD_KEY=NEW, FIELD_KEY_OLD=THIRD).exit_code == 0  # as it was


def test_keys_given_by_the_environment_are_changed_there(system: System) -> None:
    for command in ("new-key", "forget"):
        assert "FIELD_KEY 由环境变量给出" in system.refused("fields", command)


def test_a_key_in_the_home_is_put_aside_and_forgotten_when_nothing_is_under_it(system: System) -> None:
    keys.ensure(system.home)
    first = keys.read(system.home)
    told = system.run("fields", "new-key", "--discipline")
    assert told.exit_code == 0, told.output
    assert keys.ring(system.home) == [keys.read(system.home), first]
    forgotten = system.run("fields", "forget", "--discipline")
    assert forgotten.exit_code == 0
    assert keys.ring(system.home) == [keys.read(system.home)]


def test_a_key_that_is_still_needed_is_not_forgotten(system: System) -> None:
    file = system.home / "secrets" / "field_key"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_text(THIRD)
    aside = file.with_name("field_key_old")
    aside.write_text(NEW)
    assert "不在现用密钥下，旧密钥不能删除" in system.refused("fields", "forget", **WITH_OLD)
    assert aside.read_text() == NEW
