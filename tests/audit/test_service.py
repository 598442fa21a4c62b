from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tracker.audit import queries, service
from tracker.audit.models import AuditEntry
from tracker.audit.queries import Filter
from tracker.errors import Invalid
from tracker.permissions import SYSTEM, Actor, Role

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
AUDITOR = Actor(None, "审计员", Role.AUDITOR, None, "/", "province")
COUNTY = Actor(None, "区审计员", Role.AUDITOR, None, "/440000/440100/440106/", "county")


@pytest.fixture
def five(session):
    for number in range(5):
        detail = {"n": number, "list": ["一", "二"], "none": None, "yes": True}
        service.record(
            session, SYSTEM, "reveal", "ticket", f"T{number}", detail, now=NOW + timedelta(hours=number)
        )
    return session


def changed(session, number, **values):
    found = session.scalars(select(AuditEntry).order_by(AuditEntry.id).offset(number)).first()
    session.execute(update(AuditEntry).where(AuditEntry.id == found.id).values(**values))
    session.expire_all()


def test_an_untouched_log_holds(five):
    assert list(service.broken_links(five)) == []
    assert service.head(five) == five.scalars(select(AuditEntry.hash).order_by(AuditEntry.id.desc())).first()


@pytest.mark.parametrize(
    "values",
    [{"actor_name": "别人"}, {"detail": {"n": 9}}, {"at": NOW}, {"address": "10.0.0.1"}, {"hash": b"1" * 32}],
)
def test_a_changed_entry_is_found(five, values):
    changed(five, 2, **values)
    assert list(service.broken_links(five))


def test_a_removed_entry_is_found(five):
    third = select(AuditEntry.id).order_by(AuditEntry.id).offset(2).limit(1).scalar_subquery()
    five.execute(delete(AuditEntry).where(AuditEntry.id == third))
    assert len(list(service.broken_links(five))) == 1


def test_a_forged_entry_with_its_own_hash_is_found(five):
    entry = five.scalars(select(AuditEntry).order_by(AuditEntry.id).offset(1)).first()
    entry.actor_name = "别人"
    entry.hash = service.rules.entry_hash(entry.previous_hash, service.facts(entry))
    five.flush()
    assert "缺失" in "".join(service.broken_links(five))


def test_the_log_is_read_in_pages(five):
    first = queries.entries(five, AUDITOR, Filter(), limit=3)
    second = queries.entries(five, AUDITOR, Filter(), cursor=first.next, limit=3)
    assert [one.thing_id for one in (*first.items, *second.items)] == ["T4", "T3", "T2", "T1", "T0"]
    assert second.next is None
    with pytest.raises(Invalid):
        queries.entries(five, AUDITOR, Filter(), cursor="x")


@pytest.mark.parametrize(
    ("wanted", "n"),
    [
        (Filter(action="reveal"), 5),
        (Filter(action="add"), 0),
        (Filter(thing="ticket", thing_id="T3"), 1),
        (Filter(actor_name="系统"), 5),
        (Filter(from_on=date(2026, 11, 23), to_on=date(2026, 11, 23)), 5),
        (Filter(from_on=date(2026, 11, 24)), 0),
        (Filter(to_on=date(2026, 11, 22)), 0),
    ],
)
def test_filters(five, wanted, n):
    assert len(queries.entries(five, AUDITOR, wanted).items) == n


def test_an_auditor_reads_his_own_subtree(five):
    below = Actor(None, "石牌", Role.OFFICER, None, "/440000/440100/440106/440106006/", "township")
    service.record(five, below, "reveal", "ticket", "T9", now=NOW)
    assert [one.thing_id for one in queries.entries(five, COUNTY, Filter()).items] == ["T9"]


def test_writers_at_the_same_time_make_one_chain(engine):
    def write() -> None:
        for _ in range(10):
            with Session(engine) as session:
                service.record(session, SYSTEM, "add", "race", "1", now=NOW)
                session.commit()

    threads = [Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(engine) as session:
        assert list(service.broken_links(session)) == []
        assert session.execute(delete(AuditEntry).where(AuditEntry.thing == "race")).rowcount == 30
        session.commit()
