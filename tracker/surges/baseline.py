"""What is usual: the effect of the day, the level of one place and category, and how far counts scatter.

Everything robust: medians for the effect of the day, capped counts for the level, so that a surge of last month does
not hide the one of today. Counts are small, so tails are those of the negative binomial distribution and never normal.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate
from statistics import median

from tracker.calendar.rules import Calendar

WEEKS = 8
HISTORY_DAYS = 7 * WEEKS
"""[P] Days the usual is read from: short enough for the seasons, long enough for a cell with few tickets."""
WINDOW_DAYS = 7
"""Days that are judged, and kept out of the history: a surge of a week must not become its own yardstick."""
SPAN_DAYS = HISTORY_DAYS + WINDOW_DAYS
PRIOR_TICKETS = 2.0
"""[P] How many tickets the guess from place and category weighs, beside those truly seen in a cell."""
_CAP_DEVIATIONS = 4.0
_CAP_LEAST = 3
_DEFAULT_SPREAD = 0.1
_LEAST_SPREAD, _MOST_SPREAD = 0.02, 1.0
_GROWTH = (0.8, 1.3)
_RARE = 3


class DayKind(StrEnum):
    """What a day is to people who complain; days of one kind are alike."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    AFTER_BREAK = "after_break"
    """The first working day after three or more days off."""
    MADE_UP = "made_up"
    """A Saturday or Sunday worked in exchange for a holiday (调休)."""
    HOLIDAY = "holiday"
    """A day off that is no plain weekend."""


_WEEK = tuple(DayKind)[:7]
_LIKE = {
    DayKind.AFTER_BREAK: DayKind.MONDAY,
    DayKind.MADE_UP: DayKind.FRIDAY,
    DayKind.HOLIDAY: DayKind.SUNDAY,
}
"""What a rare kind of day is taken for while few of them were seen."""


def kind_of(day: date, calendar: Calendar) -> DayKind:
    """Return what kind of day it is by the working calendar."""
    if not calendar.is_working(day):
        plain = day.weekday() >= 5 and not calendar.notes.get(day)
        return _WEEK[day.weekday()] if plain else DayKind.HOLIDAY
    if day.weekday() >= 5:
        return DayKind.MADE_UP
    before = (day - timedelta(days=back) for back in (1, 2, 3))
    return DayKind.AFTER_BREAK if not any(map(calendar.is_working, before)) else _WEEK[day.weekday()]


def day_weights(
    totals: Mapping[date, int], days: Sequence[date], kind: Callable[[date], DayKind]
) -> tuple[float, ...]:
    """Return for each day how much of an average day's count is usual on it; 0 for days before the first count.

    totals: all tickets of each day, up to the last closed one. The kinds' factors are medians over everything given,
    against the median of the four weeks around each day; the judged week also carries the slow trend.
    """
    if not totals:
        return (0.0,) * len(days)
    first = min(totals)
    factors = _factors(totals, kind)
    judged = days[-WINDOW_DAYS:]
    plain = {
        day: totals.get(day, 0) / max(factors[kind(day)], 0.05) for day in days[:-WINDOW_DAYS] if day >= first
    }
    growth = _growth([plain[day] for day in sorted(plain)])
    return tuple(
        0.0 if day < first else factors[kind(day)] * (growth if day in judged else 1.0) for day in days
    )


def _factors(totals: Mapping[date, int], kind: Callable[[date], DayKind]) -> dict[DayKind, float]:
    ratios: dict[DayKind, list[float]] = {one: [] for one in DayKind}
    first = min(totals)
    counts = [totals.get(first + timedelta(days=at), 0) for at in range((max(totals) - first).days + 1)]
    sums = [0, *accumulate(counts)]
    for at, n in enumerate(counts):
        start, end = max(at - 14, 0), min(at + 15, len(counts))
        scale = (sums[end] - sums[start]) / (end - start)
        if scale > 0:
            ratios[kind(first + timedelta(days=at))].append(n / scale)
    found = {one: median(ratios[one]) if ratios[one] else 1.0 for one in _WEEK}
    for one, like in _LIKE.items():
        seen = ratios[one]
        own = median(seen) if seen else 0.0
        found[one] = (len(seen) * own + _RARE * found[like]) / (len(seen) + _RARE)
    return found


def _growth(plain: Sequence[float]) -> float:
    """Return how the last two weeks of the history stand to all of it, within limits."""
    whole = median(plain) if plain else 0.0
    if len(plain) < 28 or whole <= 0:
        return 1.0
    return min(max(median(plain[-14:]) / whole, _GROWTH[0]), _GROWTH[1])


def usual_rate(
    history: Sequence[int], weights: Sequence[float], prior: float, spread: float
) -> tuple[float, float]:
    """Return (the usual count of an average day, how many tickets that knowledge rests on).

    prior: the rate guessed from place and category alone. Counts far above the usual are capped before they are
    added up, so that past surges raise the level little.
    """
    total = sum(weights)
    if prior <= 0 or total <= 0:
        return prior, PRIOR_TICKETS
    shrink = PRIOR_TICKETS / prior
    weeks = [sum(history[at : at + 7]) for at in range(0, len(history), 7)]
    rate = (median(weeks) * len(weeks) + PRIOR_TICKETS) / (total + shrink)
    kept = float(sum(history))
    for _ in range(2 if max(history) > _CAP_LEAST else 0):
        kept = 0.0
        for n, weight in zip(history, weights, strict=True):
            kept += min(n, _cap(rate * weight, spread)) if n > _CAP_LEAST else n
        rate = (kept + PRIOR_TICKETS) / (total + shrink)
    rate = (kept + PRIOR_TICKETS) / (total + shrink)
    return rate, kept + PRIOR_TICKETS


def _cap(mean: float, spread: float) -> float:
    return max(_CAP_LEAST, mean + _CAP_DEVIATIONS * math.sqrt(mean + spread * mean * mean))


def spread_of(
    cells: Sequence[Sequence[int]], weights: Sequence[float], *, otherwise: float = _DEFAULT_SPREAD
) -> float:
    """Return how far days scatter beyond chance: the variance is mean + spread × mean², with surges capped.

    otherwise: the answer when fewer than five cells have enough tickets to tell.
    """
    above, square, n_cells = 0.0, 0.0, 0
    total = sum(weights)
    for history in cells:
        rate = sum(history) / total if total else 0.0
        if rate < 0.3:
            continue
        n_cells += 1
        for n, weight in zip(history, weights, strict=True):
            mean = rate * weight
            above += (min(n, _cap(mean, _DEFAULT_SPREAD)) - mean) ** 2 - mean
            square += mean * mean
    if n_cells < 5 or square <= 0:
        return otherwise
    return min(max(above / square, _LEAST_SPREAD), _MOST_SPREAD)


def tail(n: int, mean: float, size: float) -> float:
    """Return the chance of n or more where `mean` are expected: negative binomial, variance mean + mean² / size."""
    if n <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    share = mean / (mean + size)
    at = n if n > mean else 0
    term = math.exp(
        math.lgamma(at + size)
        - math.lgamma(size)
        - math.lgamma(at + 1)
        + size * math.log1p(-share)
        + at * math.log(share)
    )
    added = 0.0
    if n > mean:
        while term > added * 1e-9 and term > 0:
            added += term
            term *= (at + size) / (at + 1) * share
            at += 1
        return min(added, 1.0)
    while at < n:
        added += term
        term *= (at + size) / (at + 1) * share
        at += 1
    return max(1.0 - added, 0.0)


def upper(mean: float, size: float, chance: float = 0.01) -> int:
    """Return the highest count that is still usual: one more happens with at most that chance."""
    if mean <= 0:
        return 0
    share, n = mean / (mean + size), 0
    term = math.exp(size * math.log1p(-share))
    left = 1.0 - term
    while left > chance:
        term *= (n + size) / (n + 1) * share
        left -= term
        n += 1
    return max(n, math.floor(mean))
