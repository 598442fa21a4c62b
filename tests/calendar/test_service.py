"""The stored calendar: seeded once, edited by administrators, read fresh after every edit."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.calendar import queries, service
from tracker.calendar.deadlines import Clock, Unit
from tracker.calendar.models import CalendarDay, DeadlineRule
from tracker.calendar.rules import Day
from tracker.errors import Invalid, NotAllowed, NotFound
from tracker.permissions import SYSTEM, Actor, Role

LOCAL = ZoneInfo("Asia/Shanghai")
ADMIN = Actor(None, "管理员", Role.ADMINISTRATOR, None, "/", "province")
OPERATOR = Actor(None, "话务员", Role.OPERATOR, None, "/", "province")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=LOCAL)


@pytest.fixture
def seeded(session: Session) -> Session:
    service.seed(session)
    return session


def test_seeding_twice_changes_nothing(seeded: Session) -> None:
    before = queries.stamp(seeded)
    service.seed(seeded)
    assert queries.stamp(seeded) == before
    assert seeded.scalar(select(func.count()).select_from(CalendarDay)) == 8401


def test_seeding_again_keeps_what_was_edited(seeded: Session) -> None:
    service.change_rule(seeded, ADMIN, "sign", amount=3, now=MONDAY)
    service.set_day(seeded, ADMIN, date(2026, 11, 24), is_working=False, note="台风停工", now=MONDAY)
    service.seed(seeded)
    seeded.expire_all()
    assert seeded.scalar(select(DeadlineRule.amount).where(DeadlineRule.code == "sign")) == 3
    assert not seeded.get_one(CalendarDay, date(2026, 11, 24)).is_working


SEEDED = [
    (Clock.HANDLE, "enquiry", "", "handle_enquiry", "2026-11-25T17:30"),
    (Clock.HANDLE, "help", "", "handle_help", "2026-12-07T17:30"),
    (Clock.HANDLE, "suggestion", "", "handle_suggestion", "2026-12-07T17:30"),
    (Clock.HANDLE, "complaint", "", "handle_complaint", "2026-12-14T17:30"),
    (Clock.HANDLE, "report", "", "handle_report", "2026-12-14T17:30"),
    (Clock.HANDLE, "finding", "", "handle_other", "2026-12-14T17:30"),
    (Clock.DISPATCH, "complaint", "emergency", "dispatch_emergency", "2026-11-23T10:00"),
    (Clock.DISPATCH, "complaint", "livelihood", "dispatch_livelihood", "2026-11-23T11:00"),
    (Clock.DISPATCH, "complaint", "", "dispatch_other", "2026-11-24T09:00"),
    (Clock.SIGN, "complaint", "", "sign", "2026-11-25T17:30"),
    (Clock.CALL_BACK, "", "", "call_back", "2026-11-26T17:30"),
    (Clock.CLUE_DISPOSE, "", "", "clue_dispose", "2026-12-23T17:30"),
]


def test_seeded_deadlines(seeded: Session) -> None:
    for clock, kind, urgency, rule_code, due_at in SEEDED:
        found = service.due_at(seeded, clock=clock, kind=kind, urgency=urgency, from_at=MONDAY)
        assert found.rule_code == rule_code
        assert found.due_at == datetime.fromisoformat(due_at).replace(tzinfo=LOCAL)


def test_every_clock_has_a_rule_with_a_basis(seeded: Session) -> None:
    rules = service.timetable(seeded).rules
    assert {rule.clock for rule in rules} == set(Clock)
    assert all(rule.basis for rule in rules)


def test_only_numbers_read_in_a_published_rule_are_verified(seeded: Session) -> None:
    for rule in service.timetable(seeded).rules:
        assert not (rule.verified and ("参照" in rule.basis or "建议" in rule.basis)), rule.code


def test_a_changed_day_moves_the_deadline(seeded: Session) -> None:
    before = service.due_at(seeded, clock=Clock.SIGN, from_at=MONDAY)
    service.set_day(seeded, ADMIN, date(2026, 11, 24), is_working=False, note="台风停工", now=MONDAY)
    after = service.due_at(seeded, clock=Clock.SIGN, from_at=MONDAY)
    assert (before.due_on, after.due_on) == (date(2026, 11, 25), date(2026, 11, 26))
    steps = service.timetable(seeded).explanation("sign", from_at=MONDAY)
    assert "台风停工" in steps[1].because


def test_loading_a_year_makes_its_deadlines_firm(seeded: Session) -> None:
    from_at = datetime(2026, 12, 31, 9, tzinfo=LOCAL)
    guessed = service.due_at(seeded, clock=Clock.SIGN, from_at=from_at)
    assert (guessed.due_on, guessed.provisional) == (date(2027, 1, 4), True)
    off = [Day(date(2027, 1, 1), is_working=False, note="元旦放假")]
    service.load_year(seeded, ADMIN, 2027, off, source="试用安排", now=MONDAY)
    firm = service.timetable(seeded).again(guessed.rule_code, from_at=from_at)
    assert (firm.due_on, firm.provisional) == (date(2027, 1, 5), False)


def test_the_calendar_is_read_once_while_nothing_changes(seeded: Session) -> None:
    assert service.load(seeded) is service.load(seeded)


def test_refusals(seeded: Session) -> None:
    with pytest.raises(NotAllowed):
        service.set_day(seeded, OPERATOR, date(2026, 11, 24), is_working=False, note="", now=MONDAY)
    with pytest.raises(NotAllowed):
        service.change_rule(seeded, OPERATOR, "sign", amount=1, now=MONDAY)
    with pytest.raises(NotFound):
        service.set_day(seeded, ADMIN, date(2031, 1, 1), is_working=False, note="", now=MONDAY)
    with pytest.raises(NotFound):
        service.change_rule(seeded, SYSTEM, "gone", amount=1, now=MONDAY)
    with pytest.raises(Invalid, match="次"):
        service.change_rule(seeded, ADMIN, "sign", unit=Unit.TIMES, now=MONDAY)
    with pytest.raises(Invalid, match="不在 2027 年内"):
        service.load_year(
            seeded, ADMIN, 2027, [Day(date(2026, 1, 1), is_working=False)], source="x", now=MONDAY
        )


def test_closing_time_may_be_changed(seeded: Session) -> None:
    service.change_rule(seeded, ADMIN, "sign", closes_at=time(18), now=MONDAY)
    assert service.due_at(seeded, clock=Clock.SIGN, from_at=MONDAY).due_at.astimezone(LOCAL).hour == 18
