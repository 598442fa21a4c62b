"""Which time limit applies, when it ends, and the light it shows."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.calendar.arrangements import published
from tracker.calendar.deadlines import (
    Clock,
    Light,
    Rule,
    Timetable,
    Unit,
    applicable,
    due,
    explanation,
    light,
    months_after,
    yellow_from,
)
from tracker.calendar.rules import Calendar
from tracker.clock import LOCAL
from tracker.errors import Invalid

CHINA = Calendar.of(published())
START = date(2020, 1, 1)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def _rule(code: str = "x", clock: Clock = Clock.HANDLE, amount: int = 15, **more: object) -> Rule:
    given = {"unit": Unit.WORKING_DAY, "basis": "依据", "verified": False, "effective_from": START, **more}
    return Rule(code=code, clock=clock, amount=amount, **given)  # type: ignore[arg-type]


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def test_the_more_particular_rule_wins() -> None:
    rules = [
        _rule("any"),
        _rule("kind", kind="enquiry"),
        _rule("leaf", category_prefix="A2"),
        _rule("group", category_prefix="A"),
        _rule("other", clock=Clock.SIGN, kind="enquiry", category_prefix="A2"),
    ]

    def asked(kind: str, category: str) -> str:
        return applicable(rules, clock=Clock.HANDLE, on=date(2026, 1, 1), kind=kind, category=category).code

    assert asked("complaint", "B1") == "any"
    assert asked("enquiry", "B1") == "kind"
    assert asked("enquiry", "A1") == "group"
    assert asked("enquiry", "A2") == "leaf"


def test_the_newest_rule_in_force_wins() -> None:
    rules = [_rule("old"), _rule("new", effective_from=date(2026, 2, 1))]
    assert applicable(rules, clock=Clock.HANDLE, on=date(2026, 1, 31)).code == "old"
    assert applicable(rules, clock=Clock.HANDLE, on=date(2026, 2, 1)).code == "new"
    assert applicable(rules, clock=Clock.HANDLE, on=date(2011, 1, 1)).code == "old"


def test_no_rule_is_said_plainly() -> None:
    with pytest.raises(Invalid) as refused:
        applicable([_rule()], clock=Clock.SIGN, on=date(2026, 1, 1))
    assert refused.value.code == "no_deadline_rule"


@pytest.mark.parametrize(
    ("unit", "amount", "from_at", "due_at", "provisional"),
    [
        (Unit.WORKING_DAY, 2, "2026-09-30T09:00", "2026-10-09T17:30", False),
        (Unit.WORKING_DAY, 2, "2026-09-30T23:59", "2026-10-09T17:30", False),
        (Unit.WORKING_DAY, 15, "2026-12-15T09:00", "2027-01-05T17:30", True),
        (Unit.HOUR, 24, "2026-12-31T09:01", "2027-01-01T09:01", False),
        (Unit.HOUR, 1, "2026-10-01T03:00", "2026-10-01T04:00", False),
        (Unit.CALENDAR_DAY, 30, "2026-09-01T09:00", "2026-10-08T17:30", False),
        (Unit.MONTH, 1, "2026-01-31T09:00", "2026-02-28T17:30", False),
        (Unit.MONTH, 3, "2026-10-23T09:00", "2027-01-25T17:30", True),
    ],
)
def test_due_moments(unit: Unit, amount: int, from_at: str, due_at: str, provisional: bool) -> None:
    found = due(_rule(unit=unit, amount=amount), CHINA, from_at=_local(from_at))
    assert found.due_at == _local(due_at)
    assert found.due_at.utcoffset() == timedelta(0)
    assert found.due_on == _local(due_at).date()
    assert found.provisional == provisional


def test_the_local_day_counts_not_the_utc_day() -> None:
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # already the 24th in Shanghai
    assert due(_rule(amount=1), CHINA, from_at=late).due_on == date(2026, 11, 25)


def test_closing_time_comes_from_the_row() -> None:
    found = due(_rule(amount=1, closes_at=time(18)), CHINA, from_at=_local("2026-11-23T09:00"))
    assert found.due_at == _local("2026-11-24T18:00")


def test_a_rule_that_counts_times_gives_no_date() -> None:
    with pytest.raises(Invalid) as refused:
        due(_rule(unit=Unit.TIMES), CHINA, from_at=_local("2026-11-23T09:00"))
    assert refused.value.code == "rule_counts_no_time"


@given(moments, st.integers(0, 60), st.sampled_from([Unit.WORKING_DAY, Unit.HOUR]))
def test_the_explanation_ends_on_the_due_date(from_at: datetime, amount: int, unit: Unit) -> None:
    rule = _rule(amount=amount, unit=unit)
    assert explanation(rule, CHINA, from_at=from_at)[-1].day == due(rule, CHINA, from_at=from_at).due_on


@given(moments, moments, st.integers(0, 60), st.sampled_from([u for u in Unit if u is not Unit.TIMES]))
def test_a_later_start_is_never_due_earlier(one: datetime, other: datetime, amount: int, unit: Unit) -> None:
    rule, (early, late) = _rule(amount=amount, unit=unit), sorted((one, other))
    assert due(rule, CHINA, from_at=early).due_at <= due(rule, CHINA, from_at=late).due_at


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        ("2026-09-28T09:00", Light.GREEN),
        ("2026-09-29T23:59", Light.GREEN),
        ("2026-09-30T00:00", Light.YELLOW),
        ("2026-10-04T12:00", Light.YELLOW),
        ("2026-10-08T17:30", Light.YELLOW),
        ("2026-10-08T17:31", Light.RED),
        ("2026-10-09T09:00", Light.RED),
    ],
)
def test_lights_around_a_due_date_after_the_national_day(now: str, shown: Light) -> None:
    assert light(_local("2026-10-08T17:30"), _local(now), CHINA) is shown


@given(moments, moments)
def test_the_light_turns_yellow_when_announced(due_at: datetime, now: datetime) -> None:
    shown = light(due_at, now, CHINA)
    if now > due_at:
        assert shown is Light.RED
    else:
        assert (shown is Light.YELLOW) == (now >= yellow_from(due_at, CHINA))


def test_months_end_where_the_month_ends() -> None:
    assert months_after(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)


def test_a_timetable_finds_explains_and_repeats_its_deadlines() -> None:
    table = Timetable(CHINA, (_rule("handle", amount=2), _rule("yellow", Clock.YELLOW, 1)))
    from_at = _local("2026-11-23T09:00")
    found = table.due(Clock.HANDLE, from_at=from_at, kind="complaint")
    assert table.again(found.rule_code, from_at=from_at) == found
    assert table.explanation("handle", from_at=from_at)[-1].day == found.due_on
    assert table.light(found.due_at, from_at) is Light.GREEN
    with pytest.raises(Invalid):
        table.again("gone", from_at=from_at)
