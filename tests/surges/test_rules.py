"""What is usual and what is a surge, on counts made up for the purpose."""

import math
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.calendar.arrangements import published
from tracker.calendar.rules import Calendar
from tracker.surges.baseline import (
    HISTORY_DAYS,
    SPAN_DAYS,
    DayKind,
    day_weights,
    kind_of,
    spread_of,
    tail,
    upper,
    usual_rate,
)
from tracker.surges.rules import (
    Ground,
    Level,
    Told,
    Usual,
    is_over,
    judge,
    rolled_up,
    same_alarm,
    sentence,
    survey,
)

ON = date(2026, 6, 10)
"""A plain Wednesday."""
PLACES = {
    "440000": ("440000",),
    "440100": ("440000", "440100"),
    "440106": ("440000", "440100", "440106"),
    "440104": ("440000", "440100", "440104"),
    "440106006": ("440000", "440100", "440106", "440106006"),
    "440106007": ("440000", "440100", "440106", "440106007"),
}


@cache
def calendar() -> Calendar:
    return Calendar.of(published())


def kind(day: date) -> DayKind:
    return kind_of(day, calendar())


def days(on: date = ON, n: int = 120) -> list[date]:
    return [on - timedelta(days=back) for back in reversed(range(n))]


def above(code: str) -> tuple[str, ...]:
    return PLACES[code]


def ground(rows, on: date = ON) -> Ground:
    counts = rolled_up(rows, above)
    return Ground(counts, {day: cells[("", "")] for day, cells in counts.items()}, on, kind, above)


def steady(on: date = ON, n: int = 120) -> list[tuple[date, str, str, int]]:
    """Two categories in three places, the same every day."""
    usual = (("A1", "440106006", 1), ("A1", "440106007", 1), ("B1", "440104", 3), ("A1", "440104", 2))
    return [(day, category, place, n_) for day in days(on, n) for category, place, n_ in usual]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 6, 8), DayKind.MONDAY),
        (date(2026, 6, 13), DayKind.SATURDAY),
        (date(2026, 2, 17), DayKind.HOLIDAY),
        (date(2026, 2, 24), DayKind.AFTER_BREAK),
        (date(2026, 2, 14), DayKind.MADE_UP),
        (date(2026, 10, 8), DayKind.AFTER_BREAK),
    ],
)
def test_kinds_of_days(day, expected):
    assert kind(day) is expected


def test_tail_is_that_of_the_distribution():
    mean, size = 3.0, 4.0
    share = mean / (mean + size)
    chances = [
        math.exp(math.lgamma(n + size) - math.lgamma(size) - math.lgamma(n + 1))
        * (1 - share) ** size
        * share**n
        for n in range(400)
    ]
    for n in (0, 1, 3, 4, 10, 40):
        assert tail(n, mean, size) == pytest.approx(sum(chances[n:]), rel=1e-6)


def test_tail_comes_near_poisson_when_nothing_scatters_beyond_chance():
    poisson = 1 - sum(math.exp(-2) * 2**n / math.factorial(n) for n in range(7))
    assert tail(7, 2.0, 1e7) == pytest.approx(poisson, rel=1e-4)


@given(st.integers(0, 60), st.floats(0.001, 40), st.floats(0.1, 500))
def test_tail_is_a_chance_that_falls_with_the_count(n, mean, size):
    assert 0 <= tail(n + 1, mean, size) <= tail(n, mean, size) <= 1


@given(st.floats(0.001, 40), st.floats(0.1, 500))
def test_above_the_band_is_rare(mean, size):
    most = upper(mean, size)
    assert tail(most + 1, mean, size) <= 0.01 + 1e-9
    assert most >= math.floor(mean)


def test_weights_know_weekends_holidays_and_the_rush_after_them():
    on = date(2026, 2, 27)
    effect = {DayKind.SATURDAY: 40, DayKind.SUNDAY: 40, DayKind.HOLIDAY: 20, DayKind.AFTER_BREAK: 160}
    totals = {day: effect.get(kind(day), 100) for day in days(on, 380)}
    span = days(on, SPAN_DAYS)
    weights = dict(zip(span, day_weights(totals, span, kind), strict=True))
    assert weights[date(2026, 2, 27)] > 2 * weights[date(2026, 1, 17)]
    assert weights[date(2026, 2, 18)] < 0.7 * weights[date(2026, 1, 17)]
    assert weights[date(2026, 2, 24)] > 1.3 * weights[date(2026, 2, 26)]


def test_weights_follow_a_slow_trend_within_limits():
    span = days(ON, SPAN_DAYS)
    flat = day_weights(dict.fromkeys(days(n=200), 100), span, kind)
    rising = day_weights({day: 100 + at for at, day in enumerate(days(n=200))}, span, kind)
    wild = day_weights({day: 1.05**at for at, day in enumerate(days(n=200))}, span, kind)
    assert flat[-1] == pytest.approx(1.0)
    assert 1.02 < rising[-1] / flat[-1] < 1.15
    assert wild[-1] / wild[HISTORY_DAYS - 1] < 1.6


def test_days_before_the_first_count_weigh_nothing():
    span = days(ON, SPAN_DAYS)
    weights = day_weights(dict.fromkeys(days(n=30), 10), span, kind)
    assert weights[0] == 0
    assert weights[-20] > 0
    assert day_weights({}, span, kind) == (0.0,) * SPAN_DAYS


def test_a_past_surge_raises_the_level_little():
    weights = (1.0,) * HISTORY_DAYS
    quiet = [2] * HISTORY_DAYS
    loud = [*quiet[:40], 30, 35, 28, 31, 30, *quiet[45:]]
    plain, _ = usual_rate(quiet, weights, 2.0, 0.1)
    robust, _ = usual_rate(loud, weights, 2.0, 0.1)
    assert plain == pytest.approx(2.0, rel=0.05)
    assert robust < 1.5 * plain
    assert sum(loud) / HISTORY_DAYS > 2 * plain


def test_spread_is_found_and_bounded():
    even = [[5] * HISTORY_DAYS for _ in range(8)]
    uneven = [[2, 9] * (HISTORY_DAYS // 2) for _ in range(8)]
    weights = (1.0,) * HISTORY_DAYS
    assert spread_of(even, weights) == 0.02
    assert spread_of(uneven, weights) > 0.1
    assert spread_of(even[:2], weights, otherwise=0.3) == 0.3


history = st.lists(st.integers(0, 8), min_size=HISTORY_DAYS, max_size=HISTORY_DAYS)


@settings(max_examples=60)
@given(history, st.lists(st.integers(0, 20), min_size=7, max_size=7), st.integers(1, 30))
def test_more_seen_is_never_less_alarming(past, week, more):
    rate, knowledge = usual_rate(past, (1.0,) * HISTORY_DAYS, 2.0, 0.1)
    usual = Usual((rate,) * SPAN_DAYS, knowledge, 0.1)
    before = judge([*past, *week], usual)
    after = judge([*past, *week[:-1], week[-1] + more], usual)
    order = [None, Level.YELLOW, Level.RED]
    assert order.index(after.level) >= order.index(before.level)
    assert after.on_last_day <= before.on_last_day


@given(st.integers(0, 40))
def test_what_never_changes_is_no_surge(n):
    usual = Usual((float(n),) * SPAN_DAYS, n * HISTORY_DAYS + 2.0, 0.05)
    assert judge([n] * SPAN_DAYS, usual).level is None


@pytest.mark.parametrize(("seen", "alarming"), [(3, False), (4, False), (6, True), (20, True)])
def test_a_few_are_no_surge_however_rare(seen, alarming):
    usual = Usual((0.02,) * SPAN_DAYS, 20.0, 0.05)
    assert (judge([0] * 62 + [seen], usual).level is not None) is alarming


def test_a_slow_surge_is_seen_over_a_week():
    usual = Usual((1.0,) * SPAN_DAYS, 58.0, 0.05)
    verdict = judge([1] * 56 + [4, 3, 4, 4, 3, 4, 4], usual)
    assert verdict.level is not None
    assert verdict.n_days == 7
    assert (verdict.seen, verdict.expected) == (26, 7.0)


def test_a_steady_province_has_no_surge():
    for off in range(14):
        on = ON - timedelta(days=off)
        assert survey(ground([row for row in steady() if row[0] <= on], on)) == []


def test_holidays_are_no_surge():
    on = date(2026, 2, 25)
    of_day = {DayKind.HOLIDAY: 2, DayKind.SATURDAY: 5, DayKind.SUNDAY: 5, DayKind.AFTER_BREAK: 18}
    rows = [(day, "A1", "440106", of_day.get(kind(day), 12)) for day in days(on, 390)]
    for off in range(12):
        day = on - timedelta(days=off)
        assert survey(ground([row for row in rows if row[0] <= day], day)) == []


def test_the_lowest_place_that_explains_it_is_reported_alone():
    found = survey(ground([*steady(), (ON, "A1", "440106006", 14)]))
    assert [surge.cell for surge in found] == [("A1", "440106006")]
    verdict = found[0].verdict
    assert verdict.seen == 15
    assert verdict.expected == pytest.approx(1.0, rel=0.2)
    assert verdict.level is Level.RED


def test_what_the_places_below_do_not_explain_is_reported_above():
    many = [f"440106{n:03d}" for n in range(100, 130)]
    PLACES.update({code: (*PLACES["440106"], code) for code in many})
    rows = [*steady(), *((ON, "A1", code, 1) for code in many)]
    assert [surge.cell for surge in survey(ground(rows))] == [("A1", "440106")]


def test_two_places_at_once_are_two_surges_and_no_third():
    rows = [*steady(), (ON, "A1", "440106006", 14), (ON, "B1", "440104", 30)]
    assert {surge.cell for surge in survey(ground(rows))} == {("A1", "440106006"), ("B1", "440104")}


def test_a_new_place_is_judged_by_what_is_usual_elsewhere():
    PLACES["440106099"] = (*PLACES["440106"], "440106099")
    assert survey(ground([*steady(), (ON, "A1", "440106099", 3)])) == []
    assert [s.cell for s in survey(ground([*steady(), (ON, "A1", "440106099", 12)]))] == [("A1", "440106099")]


def test_without_history_nothing_is_judged():
    assert survey(ground([(ON, "A1", "440106", 50)])) == []
    assert (
        survey(ground([row for row in steady() if (ON - row[0]).days < 20] + [(ON, "A1", "440106", 50)]))
        == []
    )
    new_category = [*steady(), *((day, "F1", "440106", 9) for day in days(n=5))]
    assert survey(ground(new_category)) == []


def test_the_course_of_an_alarm():
    assert same_alarm(ON, ON + timedelta(days=7))
    assert not same_alarm(ON, ON + timedelta(days=8))
    assert not is_over(ON, ON + timedelta(days=2))
    assert is_over(ON, ON + timedelta(days=3))


def told(**changes) -> Told:
    given = {
        "place": "天河区石牌街道",
        "category": "乱收费",
        "on": ON,
        "n_days": 1,
        "seen": 14,
        "n_tickets": 14,
        "expected": 3.2,
        "level": Level.YELLOW,
        "parts": (("天河区城管局", 9),),
    }
    return Told(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "today", "expected"),
    [
        (
            {},
            ON,
            "天河区石牌街道 乱收费：今天已有 14 件，往常这一天 3 件左右（过去 8 周），超出明显；主要来自天河区城管局 9 件。",
        ),
        (
            {"parts": (), "level": Level.RED, "expected": 0.2, "n_tickets": 20},
            ON + timedelta(days=1),
            "天河区石牌街道 乱收费：昨天 20 件（14 人），往常这一天不到 1 件（过去 8 周），大幅超出。",
        ),
        (
            {"parts": (), "n_days": 3},
            ON + timedelta(days=4),
            "天河区石牌街道 乱收费：6月8日至6月10日 14 件，往常这样 3 天 3 件左右（过去 8 周），超出明显。",
        ),
    ],
)
def test_the_sentence_is_one_a_leader_understands(changes, today, expected):
    assert sentence(told(**changes), today) == expected
