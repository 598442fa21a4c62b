"""Working days against the published arrangements, and as arithmetic."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.calendar.arrangements import published
from tracker.calendar.rules import (
    Calendar,
    Day,
    add_working_days,
    explain,
    next_working_day,
    working_days_between,
)
from tracker.errors import Invalid

CHINA = Calendar.of(published())
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
anyday = st.dates(min_value=date(1990, 1, 1), max_value=date(2060, 12, 31))
counts = st.integers(min_value=0, max_value=400)


def _slow(start_on: date, n: int) -> date:
    day = start_on
    while n:
        day += timedelta(days=1)
        n -= CHINA.is_working(day)
    return day


def test_agrees_with_the_published_arrangement_on_every_day() -> None:
    days = (LAST - FIRST).days + 1
    for after in range(days):
        day = FIRST + timedelta(days=after)
        assert CHINA.is_working(day) == chinese_calendar.is_workday(day), day


def test_every_published_year_is_known() -> None:
    assert CHINA.years == frozenset(range(2004, 2027))


@given(anyday, counts)
def test_the_nth_working_day_is_what_counting_one_by_one_finds(start_on: date, n: int) -> None:
    assert add_working_days(start_on, n, CHINA).end_on == _slow(start_on, n)


@given(anyday, counts)
def test_counting_back_gives_what_was_added(start_on: date, n: int) -> None:
    assert working_days_between(start_on, add_working_days(start_on, n, CHINA).end_on, CHINA) == n


@given(anyday, counts, counts)
def test_adding_twice_is_adding_the_sum(start_on: date, a: int, b: int) -> None:
    halfway = add_working_days(start_on, a, CHINA)
    end = add_working_days(halfway.end_on, b, CHINA)
    whole = add_working_days(start_on, a + b, CHINA)
    assert end.end_on == whole.end_on
    assert whole.provisional == (halfway.provisional or end.provisional)


@given(anyday, anyday, counts)
def test_a_later_start_never_ends_earlier(one: date, other: date, n: int) -> None:
    early, late = sorted((one, other))
    assert add_working_days(early, n, CHINA).end_on <= add_working_days(late, n, CHINA).end_on


@given(anyday, st.integers(1, 400))
def test_a_count_ends_on_a_working_day(start_on: date, n: int) -> None:
    assert CHINA.is_working(add_working_days(start_on, n, CHINA).end_on)


@given(anyday, anyday)
def test_between_is_antisymmetric(one: date, other: date) -> None:
    assert working_days_between(one, other, CHINA) == -working_days_between(other, one, CHINA)


@given(anyday, st.integers(0, 40))
def test_the_explanation_ends_where_the_count_ends(start_on: date, n: int) -> None:
    steps = explain(start_on, n, CHINA)
    span = add_working_days(start_on, n, CHINA)
    assert (steps[-1].day, steps[-1].counted) == (span.end_on, n)
    assert [step.day for step in steps] == [start_on + timedelta(days=i) for i in range(len(steps))]
    assert any(step.provisional for step in steps) == span.provisional


@pytest.mark.parametrize(
    ("start_on", "n", "end_on", "provisional"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8), False),
        (date(2026, 10, 8), 2, date(2026, 10, 10), False),
        (date(2026, 2, 14), 1, date(2026, 2, 24), False),
        (date(2026, 12, 30), 1, date(2026, 12, 31), False),
        (date(2026, 12, 31), 1, date(2027, 1, 1), True),
        (date(2026, 12, 10), 15, date(2026, 12, 31), False),
        (date(2026, 12, 11), 15, date(2027, 1, 1), True),
    ],
)
def test_known_counts(start_on: date, n: int, end_on: date, provisional: bool) -> None:
    span = add_working_days(start_on, n, CHINA)
    assert (span.end_on, span.provisional) == (end_on, provisional)


def test_the_explanation_names_holidays_and_made_up_weekends() -> None:
    words = [step.because for step in explain(date(2026, 9, 30), 3, CHINA)]
    assert words[0] == "2026年9月30日 星期三，起算当日不计入"
    assert words[1] == "2026年10月1日 星期四（国庆节放假），不计入"
    assert words[-1] == "2026年10月10日 星期六（国庆节调休上班），第 3 个工作日"


def test_the_explanation_says_when_a_year_is_guessed() -> None:
    assert "未载入" in explain(date(2026, 12, 31), 1, CHINA)[-1].because


def test_an_empty_calendar_counts_monday_to_friday_provisionally() -> None:
    span = add_working_days(date(2026, 11, 20), 1, Calendar.of([]))
    assert (span.end_on, span.provisional) == (date(2026, 11, 23), True)


def test_a_year_with_a_missing_day_is_not_known() -> None:
    days = [day for day in published() if day.day.year == 2026 and day.day != date(2026, 5, 6)]
    assert Calendar.of(days).years == frozenset()


def test_a_day_given_twice_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        Calendar.of([Day(date(2026, 1, 1), False), Day(date(2026, 1, 1), True)])
    assert refused.value.code == "duplicate_day"


@pytest.mark.parametrize("n", [-1, 3661])
def test_absurd_counts_are_refused(n: int) -> None:
    with pytest.raises(Invalid) as refused:
        add_working_days(date(2026, 1, 1), n, CHINA)
    assert refused.value.code == "days_out_of_range"


def test_a_day_off_moves_to_the_next_working_day() -> None:
    assert next_working_day(date(2026, 10, 1), CHINA) == date(2026, 10, 8)
    assert next_working_day(date(2026, 10, 8), CHINA) == date(2026, 10, 8)
