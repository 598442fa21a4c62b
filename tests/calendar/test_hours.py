"""Working time to the minute: monotone, inverse, additive, and what the clerk would count by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.calendar import hours
from tracker.calendar.arrangements import published
from tracker.calendar.deadlines import Clock, Closure, Rule, Timetable, Unit, due, explanation
from tracker.calendar.hours import WorkTime
from tracker.calendar.rules import Calendar, Day, add_working_days, explain, working_days_between
from tracker.clock import LOCAL
from tracker.errors import Invalid

EVE = date(2026, 2, 13)
"""A working day shortened for the test: the last before the Spring Festival."""
CHINA = Calendar.of(
    Day(day.day, day.is_working, day.note, "08:30-12:00" if day.day == EVE else "") for day in published()
)
TIME = WorkTime.of(CHINA)
STORM = {date(2026, 9, 23): "台风停工", date(2026, 9, 24): "台风停工", date(2026, 9, 26): "台风停工"}
moments = st.datetimes(datetime(2025, 12, 1), datetime(2027, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(minutes=1), timedelta(hours=500))


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def _slow(begin: datetime, end: datetime) -> timedelta:
    """Working time by walking through every span of every day."""
    total, day = timedelta(), begin.astimezone(LOCAL).date()
    while day <= end.astimezone(LOCAL).date():
        midnight = datetime(day.year, day.month, day.day, tzinfo=LOCAL)
        for first, last in TIME.spans(day):
            inside = min(end, midnight + timedelta(minutes=last)) - max(
                begin, midnight + timedelta(minutes=first)
            )
            total += max(inside, timedelta())
        day += timedelta(days=1)
    return total


@given(moments, moments)
def test_it_agrees_with_walking_through_the_days(one: datetime, other: datetime) -> None:
    begin, end = sorted((one, other))
    assert TIME.between(begin, end) == _slow(begin, end)
    assert TIME.between(end, begin) == -TIME.between(begin, end)


@given(moments, spans)
def test_after_is_the_inverse_of_between(at: datetime, span: timedelta) -> None:
    end = TIME.after(at, span)
    assert TIME.between(at, end) == span
    assert TIME.between(at, end - timedelta(seconds=1)) < span


@given(moments, spans, spans)
def test_spans_add_up(at: datetime, a: timedelta, b: timedelta) -> None:
    assert TIME.after(TIME.after(at, a), b) == TIME.after(at, a + b)


@given(moments, moments, spans)
def test_a_later_start_never_ends_earlier(one: datetime, other: datetime, span: timedelta) -> None:
    early, late = sorted((one, other))
    assert TIME.after(early, span) <= TIME.after(late, span)


@pytest.mark.parametrize(
    ("at", "n_hours", "ends"),
    [
        ("2026-11-23T09:00", 2, "2026-11-23T11:00"),
        ("2026-11-23T11:00", 2, "2026-11-23T15:30"),
        ("2026-11-23T17:00", 1, "2026-11-24T09:00"),
        ("2026-11-20T17:30", 1, "2026-11-23T09:30"),
        ("2026-02-13T11:00", 2, "2026-02-14T09:30"),
        ("2026-11-23T09:00", 0, "2026-11-23T09:00"),
    ],
)
def test_working_hours_as_counted_by_hand(at: str, n_hours: int, ends: str) -> None:
    rule = Rule("x", Clock.SIGN, n_hours, Unit.WORKING_HOUR, "依据", verified=False, effective_from=EVE)
    found = due(rule, CHINA, from_at=_local(at))
    assert found.due_at == _local(ends)
    assert "只计工作时间" in explanation(rule, CHINA, from_at=_local(at))[0].because


def test_the_usual_day_has_six_and_a_half_hours() -> None:
    assert hours.minutes(hours.read(hours.USUAL)) == 390


@pytest.mark.parametrize(
    "text", ["", "x", "08:30", "08:30-", "12:00-08:30", "08:30-12:00 11:00-13:00", "8-9-10"]
)
def test_hours_that_cannot_be_read(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        hours.read(text)
    assert refused.value.code == "bad_hours"


@pytest.mark.parametrize("span", [timedelta(minutes=-1), timedelta(days=99999)])
def test_absurd_spans_are_refused(span: timedelta) -> None:
    with pytest.raises(Invalid):
        TIME.after(_local("2026-11-23T09:00"), span)


def test_a_closure_counts_as_a_day_off_and_explains_itself() -> None:
    shut = CHINA.closed(STORM)
    assert working_days_between(date(2026, 9, 22), date(2026, 9, 26), shut) == 0
    steps = {step.day: step.because for step in explain(date(2026, 9, 22), 2, shut)}
    assert "（台风停工），不计入" in steps[date(2026, 9, 23)]
    assert "台风停工" not in steps[date(2026, 9, 26)]  # a Saturday is a Saturday
    assert CHINA.closed({date(2026, 9, 26): "x", date(2030, 1, 2): "x"}) is CHINA


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.dictionaries(days, st.just("停工"), max_size=20), days, st.integers(0, 60), st.integers(0, 60))
def test_arithmetic_holds_with_closures(shut: dict[date, str], start_on: date, a: int, b: int) -> None:
    calendar = CHINA.closed(shut)
    end = add_working_days(start_on, a, calendar).end_on
    assert end >= add_working_days(start_on, a, CHINA).end_on
    assert working_days_between(start_on, end, calendar) == a
    assert add_working_days(end, b, calendar).end_on == add_working_days(start_on, a + b, calendar).end_on


def test_a_timetable_knows_whose_closures_count() -> None:
    table = Timetable(CHINA, (), (Closure(date(2026, 9, 23), "/440000/440100/", "台风停工"),))
    assert not table.at("/440000/440100/440106/").calendar.is_working(date(2026, 9, 23))
    assert table.at("/440000/440300/") is table
    assert table.at("/440000/440100/") is table.at("/440000/440100/")
    assert Timetable(CHINA, ()).at("/440000/").calendar is CHINA
