"""The whole system out of one real database and into another; and everything that must be refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests import factories
from tests.conftest import FIELD_KEY, SECRET_KEY
from tests.factories import NOW, PHONE
from tests.installation import System, as_role
from tracker import migrate
from tracker.audit import service as audit
from tracker.backup import restore
from tracker.clues import propose
from tracker.clues.schemas import ClueIn
from tracker.commissions import keys
from tracker.tickets import anchoring, repeats
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

CLUE = {
    "person": "王某某",
    "post": "副队长",
    "rank": "section",
    "facts": "收受商户香烟并索要餐费，有转账记录。",
}


def content(url: str) -> dict[str, Any]:
    """The rows of every table of both schemas, as one hash each, and the state of every sequence."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'discipline')"
        ).fetchall()
        found: dict[str, Any] = {}
        for one in tables:
            rows = sql.SQL("SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t")
            found[".".join(one)] = connection.execute(rows.format(sql.Identifier(*one))).fetchone()
        found["sequences"] = connection.execute(
            "SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"
        ).fetchall()
        return found


@pytest.fixture(scope="module")
def old(seeded_copy: Callable[[], str], _redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> System:
    """An installation with tickets, a clue, a log, an anchor and a trained model."""
    system = System(seeded_copy(), tmp_path_factory.mktemp("old"), _redis_url)
    keys.ensure(system.home)
    (system.home / "secrets" / "field_key").write_text(FIELD_KEY)
    (system.home / "demo-accounts.json").write_text("passwords")
    (system.home / "models" / "category-2").mkdir(parents=True)
    (system.home / "models" / "category-2" / "weights.bin").write_bytes(bytes(range(256)) * 10_000)
    with system.unit_of_work() as session:
        ticket = factories.standing(session, Status.IN_PROGRESS, complainant=factories.caller())
        taken = factories.take_in(session, complainant=factories.caller(name="李小红"))
        given = {"office": "440106", "reason": "按属地派单", "category": "C1"}
        factories.act(session, taken, "operator", "redispatch", **given)
        propose.propose(
            session, factories.person(session, "officer"), taken.number, ClueIn().load(CLUE), now=NOW
        )
        audit.record(session, None, "sign_in", "account", 1, now=NOW)
        assert ticket.id
    with system.unit_of_work() as session:
        assert anchoring.anchor(session, system.home, now=NOW)
    return system


@pytest.fixture(scope="module")
def copy(old: System, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    folder = tmp_path_factory.mktemp("backups") / "monday"
    made = old.run("backup", str(folder))
    assert made.exit_code == 0, made.output
    return folder


@pytest.fixture
def new(empty_database: Callable[[], str], _redis_url: str, tmp_path: Path, old: System) -> System:
    """An empty installation that holds the discipline side's key and nothing else."""
    system = System(empty_database(), tmp_path / "home", _redis_url)
    keys.key_file(system.home).parent.mkdir(parents=True)
    shutil.copy(keys.key_file(old.home), keys.key_file(system.home))
    return system


def test_everything_comes_back_and_the_story_goes_on(old: System, copy: Path, new: System) -> None:
    before = content(old.url)
    done = new.run("restore", str(copy))
    assert done.exit_code == 0, done.output
    assert "监督端、纪检端" in done.output
    after = content(new.url)
    logged = "public.audit_entry"  # the backup itself was logged after the moment it shows
    assert {name for name in before if before[name] != after.get(name)} <= {logged, "sequences"}
    assert before[logged][0] > after[logged][0]

    assert new.run("migrate").exit_code == 0
    assert migrate.differences(new.url) == []
    proof = new.run("audit", "verify")
    assert proof.exit_code == 0, proof.output
    assert "每日锚核对" in proof.output
    weights = Path("models", "category-2", "weights.bin")
    assert (new.home / weights).read_bytes() == (old.home / weights).read_bytes()
    assert {one.name for one in new.home.iterdir()} == {"secrets", "models", "anchors"}
    with new.unit_of_work() as session:
        assert len(repeats.caller_history(session, factories.person(session, "operator"), PHONE)) == 2
        standing = session.query(Ticket).filter_by(status=Status.IN_PROGRESS.value).first()
        replied = factories.act(session, standing, "officer", "reply", **factories.REPLY)
        assert replied.status == Status.REPLIED
        fresh = factories.take_in(session, complainant=factories.caller())
        assert fresh.number not in {one.number for one in session.query(Ticket).filter(Ticket.id != fresh.id)}


def test_nothing_shows_outside_and_no_key_goes_along(old: System, copy: Path) -> None:
    told = json.loads((copy / "manifest.json").read_text())
    assert sorted(one.name for one in copy.iterdir()) == [
        "discipline.sealed",
        "manifest.json",
        "supervision.sealed",
    ]
    assert {one["side"] for one in told["parts"]} == {"supervision", "discipline"}
    assert set(told) == {"format", "revision", "postgresql", "begun_at", "finished_at", "parts"}
    assert len({(copy / one["file"]).stat().st_size for one in told["parts"]}) == 1  # as large as one another
    whole = b"".join(one.read_bytes() for one in copy.iterdir())
    secrets = (
        FIELD_KEY,
        keys.read(old.home),
        SECRET_KEY,
        "张小明",
        "王某某",
        PHONE,
        "clue",
        "PGDMP",
        "passwords",
    )
    assert not [one for one in secrets if one.encode() in whole]
    assert all(one.stat().st_mode & 0o077 == 0 for one in copy.glob("*.sealed"))


def test_the_sides_are_kept_and_brought_back_apart(
    old: System, copy: Path, new: System, tmp_path: Path
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    assert old.run("backup", str(ours), "--side", "supervision").exit_code == 0
    assert old.run("backup", str(theirs), "--side", "discipline").exit_code == 0
    assert sorted(one.name for one in theirs.iterdir()) == ["discipline.sealed", "manifest.json"]
    assert "请先恢复监督端部分" in new.refused("restore", str(theirs))
    assert new.run("restore", str(ours)).exit_code == 0
    commissions = content(new.url)["discipline.commission"]
    assert commissions[0] == 0  # what lies with the discipline side did not come along
    assert new.run("restore", str(theirs)).exit_code == 0
    assert content(new.url)["discipline.commission"] == content(old.url)["discipline.commission"]
    assert new.run("migrate").exit_code == 0
    assert new.run("audit", "verify").exit_code == 0


def test_without_the_other_sides_key_only_ours_comes_back(copy: Path, new: System) -> None:
    keys.key_file(new.home).unlink()
    done = new.run("restore", str(copy))
    assert done.exit_code == 0
    assert "未恢复：纪检端" in done.output


def test_an_older_key_of_the_ring_opens_it_too(copy: Path, new: System) -> None:
    newer = "a newer key of thirty-two characters or more"
    rings = {"supervision": [newer, FIELD_KEY], "discipline": keys.ring(new.home)}
    read: dict[str, int] = {"check": 0, "restore": 0}

    def told(what: str, n: int) -> None:
        read[what] += n

    _, done = restore.run(copy, new.home, new.url, rings, told=told)
    assert done == ["supervision", "discipline"]
    assert read["check"] > read["restore"] > 0


def test_a_wrong_key_is_named(copy: Path, new: System) -> None:
    told = json.loads((copy / "manifest.json").read_text())
    said = new.refused("restore", str(copy), FIELD_KEY="a wrong key of thirty-two characters or more")
    assert next(one["key"] for one in told["parts"] if one["side"] == "supervision") in said
    assert not content(new.url)["sequences"]
    keys.key_file(new.home).write_text("another key of the discipline side, made by a fresh start")
    assert "discipline.key" in new.refused("restore", str(copy))
    assert not content(new.url)["sequences"]


def test_a_database_that_holds_something_is_left_alone(old: System, copy: Path, new: System) -> None:
    before = content(old.url)
    assert "目标数据库不是空的" in old.refused("restore", str(copy))
    assert content(old.url) == before
    with psycopg.connect(new.url) as connection:
        connection.execute("CREATE TABLE somebodys (n int)")
    assert "已有1个表" in new.refused("restore", str(copy))


def test_a_home_that_holds_something_is_left_alone(copy: Path, new: System) -> None:
    (new.home / "models").mkdir()
    (new.home / "models" / "mine").write_text("x")
    assert "请换一个空的 TRACKER_HOME" in new.refused("restore", str(copy))
    assert not content(new.url)["sequences"]


@pytest.mark.parametrize("spoil", ["changed", "cut", "gone", "swapped"])
def test_a_spoilt_file_is_refused_before_anything_is_written(
    copy: Path, new: System, tmp_path: Path, spoil: str
) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(copy, spoilt)
    file = spoilt / "discipline.sealed"
    held = bytearray(file.read_bytes())
    if spoil == "changed":
        held[len(held) // 2] ^= 1
    elif spoil == "cut":
        del held[-20:]
    elif spoil == "swapped":
        held = bytearray((spoilt / "supervision.sealed").read_bytes())
    file.write_bytes(held)
    if spoil == "gone":
        file.unlink()
    assert "discipline.sealed" in new.refused("restore", str(spoilt))
    assert not content(new.url)["sequences"]


def test_a_file_changed_together_with_its_manifest_is_refused_too(
    copy: Path, new: System, tmp_path: Path
) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(copy, spoilt)
    told = json.loads((spoilt / "manifest.json").read_text())
    (spoilt / "manifest.json").write_text(json.dumps(told | {"begun_at": "2020-01-01T00:00:00+00:00"}))
    assert "清单被改动过" in new.refused("restore", str(spoilt))


def test_what_is_no_backup_or_of_a_newer_version_is_refused(copy: Path, new: System, tmp_path: Path) -> None:
    assert "不是完整的备份" in new.refused("restore", str(tmp_path))
    for change, said in (({"format": 2}, "格式"), ({"revision": "9999"}, "表结构"), ({"parts": 1}, "读不懂")):
        newer = tmp_path / said
        shutil.copytree(copy, newer)
        told = json.loads((newer / "manifest.json").read_text())
        (newer / "manifest.json").write_text(json.dumps(told | change))
        assert said in new.refused("restore", str(newer))


def test_a_folder_that_holds_something_is_not_written_to(old: System, copy: Path, new: System) -> None:
    assert "不是空的" in old.refused("backup", str(copy))


def test_an_empty_database_is_not_backed_up_and_nothing_is_left(new: System, tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    assert "没有可备份的内容" in new.refused("backup", str(folder))
    assert not list(folder.iterdir())


def test_a_role_that_may_not_read_leaves_nothing_half_written(old: System, tmp_path: Path) -> None:
    folder = tmp_path / "half"
    said = old.refused("backup", str(folder), DISCIPLINE_DATABASE_URL=as_role(old.url, "tracker_app"))
    assert "permission denied" in said
    assert not list(folder.iterdir())


def test_the_copy_is_logged(old: System, copy: Path) -> None:
    with old.unit_of_work() as session:
        last = session.query(audit.AuditEntry).filter_by(action="backup").order_by("id").first()
    assert copy.exists()
    assert last is not None
    assert last.detail == {"side": "supervision、discipline"}
