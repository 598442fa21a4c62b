"""Who read what is written down by the door, sealed in batches, and anchored outside the database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from tracker.audit import anchors, queries, reading, rules, sealing, service
from tracker.audit.models import AuditEntry, ReadEntry, ReadSeal
from tracker.audit.queries import Filter
from tracker.permissions import SYSTEM, Actor, Role
from tracker.tickets import anchoring

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
OFFICER = Actor(None, "林承办", Role.OFFICER, None, "/440000/440100/440106/", "county")


@pytest.fixture
def read(session):
    for batch in range(3):
        for n in range(4):
            at = NOW + timedelta(minutes=10 * batch + n)
            reading.note(session, OFFICER, "tickets", f"T{batch}{n}", now=at)
        session.flush()
        assert sealing.seal(session, now=NOW + timedelta(minutes=10 * batch + 5)) == 4
    return session


def one(session, number):
    return session.scalars(select(ReadEntry).where(ReadEntry.thing_id == number)).one()


def test_sealed_readings_hold_and_nothing_is_sealed_twice(read):
    assert list(sealing.broken_seals(read)) == []
    assert sealing.seal(read, now=NOW) == 0
    assert sealing.head(read)[0] == 3


@pytest.mark.parametrize("values", [{"actor_name": "别人"}, {"thing_id": "T99"}, {"at": NOW}, {"seal_n": 1}])
def test_a_changed_reading_breaks_its_seal(read, values):
    read.execute(update(ReadEntry).where(ReadEntry.thing_id == "T12").values(**values))
    read.expire_all()
    assert list(sealing.broken_seals(read))


def test_a_removed_reading_breaks_its_seal(read):
    read.execute(delete(ReadEntry).where(ReadEntry.thing_id == "T12"))
    assert "应有4条" in "".join(sealing.broken_seals(read))


def test_an_inserted_reading_breaks_its_seal(read):
    reading.note(read, OFFICER, "tickets", "T77", now=NOW).seal_n = 2
    read.flush()
    assert list(sealing.broken_seals(read))


def test_two_readings_that_change_places_break_the_seal(read):
    first, second = one(read, "T10"), one(read, "T11")
    first.thing_id, second.thing_id = second.thing_id, first.thing_id
    read.flush()
    assert list(sealing.broken_seals(read))


def test_a_removed_batch_breaks_the_chain_of_seals(read):
    read.execute(delete(ReadEntry).where(ReadEntry.seal_n == 2))
    read.execute(delete(ReadSeal).where(ReadSeal.n == 2))
    assert list(sealing.broken_seals(read))


def test_readings_unsealed_to_be_forgotten_are_missed(read):
    read.execute(update(ReadEntry).where(ReadEntry.seal_n == 3).values(seal_n=None))
    read.expire_all()
    assert list(sealing.broken_seals(read))


# --- the anchors


@pytest.fixture
def home(read, tmp_path):
    """A database of two days, and the anchors written then."""
    service.record(read, SYSTEM, "reveal", "ticket", "T1", {"field": "phone"}, now=NOW)
    assert anchoring.anchor(read, tmp_path, now=NOW)
    service.record(read, SYSTEM, "reveal", "ticket", "T2", {"field": "phone"}, now=NOW + timedelta(days=1))
    assert anchoring.anchor(read, tmp_path, now=NOW + timedelta(days=1))
    return tmp_path


def test_an_anchor_is_written_once_a_day_and_holds(read, home):
    assert anchoring.anchor(read, home, now=NOW + timedelta(days=1, hours=2)) is None
    assert [found["day"] for found, _ in anchors.all_of(home)] == ["2026-11-23", "2026-11-24"]
    assert list(anchoring.broken(read, home)) == []


def test_a_cut_tail_is_shown_by_the_anchor_alone(read, home):
    newest = read.scalar(select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(1))
    read.execute(delete(AuditEntry).where(AuditEntry.id == newest))
    assert list(service.broken_links(read)) == []
    assert "2026-11-24" in "".join(anchoring.broken(read, home))
    read.execute(delete(ReadEntry).where(ReadEntry.seal_n == 3))
    read.execute(delete(ReadSeal).where(ReadSeal.n == 3))
    assert list(sealing.broken_seals(read)) == []
    assert "查阅封存" in "".join(anchoring.broken(read, home))


def test_a_changed_or_missing_anchor_is_shown_by_the_next(read, home):
    first = anchors.folder(home) / "2026-11-23.json"
    text = first.read_text("utf-8")
    first.chmod(0o600)
    first.write_text(text.replace('"seal": 3', '"seal": 2'), "utf-8")
    assert "锚 2026-11-24" in "".join(anchoring.broken(read, home))
    first.unlink()
    assert "锚 2026-11-24" in "".join(anchoring.broken(read, home))


# --- who sees them


def test_an_auditor_sees_the_readings_of_his_subtree(read):
    reading.note(
        read, Actor(None, "外地人", Role.OFFICER, None, "/440000/440300/", "city"), "tickets", "T1", now=NOW
    )
    county = Actor(None, "审计", Role.AUDITOR, None, OFFICER.office_path, "county")
    assert len(queries.readings(read, county, Filter(), limit=200).items) == 12
    page = queries.readings(read, county, Filter(thing_id="T21"))
    assert [found.actor_name for found in page.items] == ["林承办"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("phone=13812345678", "phone=138…"),
        ("id=440106199001011234", "id=440…"),
        ("limit=200&tab=overdue", "limit=200&tab=overdue"),
    ],
)
def test_long_digits_are_not_kept(said, kept):
    assert rules.without_digits(said) == kept
