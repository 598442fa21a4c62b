"""Working days against the published arrangements, and as arithmetic."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.calendar.arrangements import published
from tracker.calendar.rules import (
    FURTHEST,
    Calendar,
    Day,
    Step,
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
    assert (refused.value.code, refused.value.message) == (
        "duplicate_day",
        "工作日历中 2026-01-01 重复，请删去其中一行。",
    )


@pytest.mark.parametrize("n", [-1, FURTHEST + 1])
def test_absurd_counts_are_refused(n: int) -> None:
    with pytest.raises(Invalid) as refused:
        add_working_days(date(2026, 1, 1), n, CHINA)
    assert (refused.value.code, refused.value.message) == (
        "days_out_of_range",
        "工作日数应在 0 至 3660 之间，请检查期限设置。",
    )


def test_ten_years_are_not_absurd() -> None:
    assert add_working_days(date(2026, 1, 1), FURTHEST, CHINA).end_on == _slow(date(2026, 1, 1), FURTHEST)


def test_a_day_off_moves_to_the_next_working_day() -> None:
    assert next_working_day(date(2026, 10, 1), CHINA) == date(2026, 10, 8)
    assert next_working_day(date(2026, 10, 8), CHINA) == date(2026, 10, 8)


# The smallest arrangement with every kind of day. What follows is made anew in each test, so that it is the making that
# is tested; the one above is made once for all.
FRIDAY, SATURDAY, SUNDAY = date(2026, 6, 5), date(2026, 6, 6), date(2026, 6, 7)
MONDAY, TUESDAY = date(2026, 6, 8), date(2026, 6, 9)
NEXT_SATURDAY = date(2026, 6, 13)


def a_week() -> Calendar:
    """From a Friday off to a Saturday made up, Sunday and Wednesday to Friday not given at all."""
    return Calendar.of(
        [
            Day(FRIDAY, False, "放假"),
            Day(SATURDAY, False),
            Day(MONDAY, True, "值守"),
            Day(TUESDAY, False),
            Day(NEXT_SATURDAY, True, "调休上班", "08:30-12:00"),
        ]
    )


def test_a_calendar_holds_every_day_from_the_first_to_the_last_given() -> None:
    week = a_week()
    assert (week.first, week.last) == (FRIDAY.toordinal(), NEXT_SATURDAY.toordinal())
    assert week.sums == (0, 0, 0, 0, 1, 1, 2, 3, 4, 5)
    assert week.notes == {FRIDAY: "放假", MONDAY: "值守", NEXT_SATURDAY: "调休上班"}
    assert week.hours == {NEXT_SATURDAY: "08:30-12:00"}
    assert week.years == frozenset()


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 6, 4), True),  # before the first: a Thursday
        (FRIDAY, False),
        (SATURDAY, False),
        (SUNDAY, False),  # not given: as any Sunday
        (MONDAY, True),
        (TUESDAY, False),
        (date(2026, 6, 10), True),  # not given: as any Wednesday
        (NEXT_SATURDAY, True),
        (date(2026, 6, 14), False),  # after the last: a Sunday
        (date(2026, 6, 15), True),
    ],
)
def test_which_days_work(day: date, works: bool) -> None:
    assert a_week().is_working(day) is works


def test_a_saturday_not_given_is_off() -> None:
    assert not Calendar.of([Day(FRIDAY, True), Day(MONDAY, True)]).is_working(SATURDAY)


@pytest.mark.parametrize("year", [2024, 2026])
def test_a_year_is_known_when_its_last_day_is_given_and_not_before(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=i) for i in range(366)]
    whole = [Day(day, day.weekday() < 5) for day in days if day.year == year]
    assert Calendar.of(whole).years == frozenset({year})
    assert Calendar.of(whole[:-1]).years == frozenset()
    assert Calendar.of(whole[1:]).years == frozenset()
    assert Calendar.of(whole[:-2]).years == frozenset()


def test_ranks_are_counted_from_the_first_monday_there_was() -> None:
    empty = Calendar.of([])
    assert (empty.first, empty.last, dict(empty.notes), dict(empty.hours)) == (1, 0, {}, {})
    assert [empty.rank(date(1, 1, day)) for day in (1, 5, 6, 7, 8)] == [1, 5, 5, 5, 6]
    assert [empty.day_of_rank(rank) for rank in (1, 5, 6)] == [date(1, 1, 1), date(1, 1, 5), date(1, 1, 8)]


def test_ranks_at_the_edges_of_what_is_held() -> None:
    week, plain = a_week(), Calendar.of([])
    before = plain.rank(date(2026, 6, 4))
    assert week.rank(date(2026, 6, 4)) == before
    assert week.rank(FRIDAY) == before  # off, though a Friday
    assert week.rank(NEXT_SATURDAY) == before + 5
    assert week.rank(date(2026, 6, 14)) == before + 5
    assert week.rank(date(2026, 6, 15)) == before + 6
    assert week.day_of_rank(before) == date(2026, 6, 4)
    assert week.day_of_rank(before + 1) == MONDAY
    assert week.day_of_rank(before + 5) == NEXT_SATURDAY  # working, though a Saturday
    assert week.day_of_rank(before + 6) == date(2026, 6, 15)


def test_the_working_day_before_a_calendar_that_begins_on_a_monday() -> None:
    calendar = Calendar.of([Day(MONDAY, True)])
    assert calendar.day_of_rank(calendar.rank(SUNDAY)) == FRIDAY


def test_a_closure_on_the_first_and_on_the_last_day_held() -> None:
    for day in (MONDAY, NEXT_SATURDAY):
        assert not a_week().closed({day: "停工"}).is_working(day)
    begins = Calendar.of([Day(MONDAY, True), Day(TUESDAY, True, "", "09:00-12:00")])
    shut = begins.closed({MONDAY: "停工"})
    assert not shut.is_working(MONDAY)
    assert shut.rank(MONDAY) == begins.rank(MONDAY) - 1 == shut.rank(SUNDAY)
    assert (shut.hours, shut.notes) == ({TUESDAY: "09:00-12:00"}, {MONDAY: "停工"})


def test_each_kind_of_day_in_its_own_words() -> None:
    guessed = "（当年放假安排未载入，暂按周一至周五推算）"
    words = (
        (date(2026, 6, 4), True, 0, "2026年6月4日 星期四，起算当日不计入"),
        (FRIDAY, False, 0, "2026年6月5日 星期五（放假），不计入" + guessed),
        (SATURDAY, False, 0, "2026年6月6日 星期六（周末），不计入" + guessed),
        (SUNDAY, False, 0, "2026年6月7日 星期日（周末），不计入" + guessed),
        (MONDAY, True, 1, "2026年6月8日 星期一（值守），第 1 个工作日" + guessed),
        (TUESDAY, False, 1, "2026年6月9日 星期二（放假），不计入" + guessed),
        (date(2026, 6, 10), True, 2, "2026年6月10日 星期三，第 2 个工作日" + guessed),
    )
    assert explain(date(2026, 6, 4), 2, a_week()) == tuple(Step(*one, provisional=True) for one in words)
    firm = explain(date(2026, 6, 6), 1, CHINA)
    assert [(one.is_working, one.provisional) for one in firm] == [
        (False, False),
        (False, False),
        (True, False),
    ]
    assert firm[-1].because == "2026年6月8日 星期一，第 1 个工作日"


def test_a_closure_leaves_days_off_and_days_not_held_as_they_are() -> None:
    week = a_week()
    assert week.closed({SATURDAY: "停工", date(2026, 6, 4): "停工", date(2026, 6, 15): "停工"}) is week
    shut = week.closed({MONDAY: "停工", SATURDAY: "停工"})
    assert shut.sums == (0, 0, 0, 0, 0, 0, 1, 2, 3, 4)
    assert shut.notes == {FRIDAY: "放假", MONDAY: "停工", NEXT_SATURDAY: "调休上班"}
    assert CHINA.closed({MONDAY: "停工"}).years == CHINA.years
