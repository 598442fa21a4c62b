"""Working days as the State Council arranges them, counted in constant time and explained day by day.

A `Calendar` knows the years it was loaded with. Outside them it counts plain Monday to Friday, and everything that
touched such a year is called provisional. The first day is never counted (民法典 art 201): n working days from a day
end on the n-th working day after it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate, groupby, pairwise

from tracker.errors import Invalid

WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
FURTHEST = 3660
"""No rule counts further than ten years; more is a slip of the pen, and dates end at the year 9999."""


@dataclass(frozen=True)
class Day:
    """One day of the arrangement: whether offices work on it, and the note people know it by (国庆节, 调休上班 …).

    hours: local working hours of a day that has others than usual, as `hours.read` takes them; "" for the usual ones.
    """

    day: date
    is_working: bool
    note: str = ""
    hours: str = ""


@dataclass(frozen=True)
class Span:
    """Where a count ends; `provisional` when a year not yet arranged was counted as plain Monday to Friday."""

    end_on: date
    provisional: bool


@dataclass(frozen=True)
class Step:
    """One day of an explanation: its date, the working days counted so far, and one Chinese sentence."""

    day: date
    is_working: bool
    counted: int
    because: str
    provisional: bool


def _weekdays_until(ordinal: int) -> int:
    """Return how many Mondays to Fridays lie in days 1..ordinal; day 1 of the proleptic calendar is a Monday."""
    weeks, rest = divmod(ordinal, 7)
    return 5 * weeks + min(rest, 5)


def _ordinal_of_weekday(rank: int) -> int:
    """Return the ordinal of the rank-th Monday-to-Friday day; the inverse of `_weekdays_until`."""
    weeks, rest = divmod(rank - 1, 5)
    return 7 * weeks + rest + 1


@dataclass(frozen=True)
class Calendar:
    """The arranged days, with prefix sums so that counting costs the same for two days and for two years.

    years: the years fully known. first: ordinal of the first day held in `sums`. sums[i]: working days among the
    first i days held. notes: what a day is called, where it has a name. hours: of the days with unusual hours.
    """

    years: frozenset[int]
    first: int
    sums: tuple[int, ...] = field(repr=False)
    notes: Mapping[date, str] = field(repr=False, compare=False)
    hours: Mapping[date, str] = field(repr=False, compare=False, default_factory=dict)

    @staticmethod
    def of(days: Iterable[Day]) -> "Calendar":
        """Return a calendar of the days given; days between them that are missing count as Monday to Friday.

        A year is known only when all its days are given. Raises Invalid when a day is given twice.
        """
        known: dict[date, Day] = {}
        for day in days:
            if day.day in known:
                raise Invalid(f"工作日历中 {day.day} 重复，请删去其中一行。", code="duplicate_day")
            known[day.day] = day
        if not known:
            return Calendar(frozenset(), 1, (0,), {})
        first, last = min(known).toordinal(), max(known).toordinal()
        flags = (_works(known, date.fromordinal(at)) for at in range(first, last + 1))
        years = (
            year
            for year, held in groupby(sorted(known), key=lambda day: day.year)
            if len(list(held)) == (date(year, 12, 31) - date(year, 1, 1)).days + 1
        )
        notes = {day.day: day.note for day in known.values() if day.note}
        hours = {day.day: day.hours for day in known.values() if day.hours}
        return Calendar(frozenset(years), first, tuple(accumulate(flags, initial=0)), notes, hours)

    def closed(self, closures: Mapping[date, str]) -> "Calendar":
        """Return the calendar of a place where offices were closed on the given days, each with its reason.

        Days off stay as they are, and so do days outside those held.
        """
        shut = [
            day
            for day in sorted(closures)
            if self.first <= day.toordinal() <= self.last and self.is_working(day)
        ]
        if not shut:
            return self
        flags = [after - before for before, after in pairwise(self.sums)]
        for day in shut:
            flags[day.toordinal() - self.first] = 0
        notes = {**self.notes, **{day: closures[day] for day in shut}}
        return Calendar(self.years, self.first, tuple(accumulate(flags, initial=0)), notes, self.hours)

    @property
    def last(self) -> int:
        """Ordinal of the last day held in `sums`."""
        return self.first + len(self.sums) - 2

    def rank(self, day: date) -> int:
        """Return the number of working days from the beginning of time up to and including the day."""
        at = day.toordinal()
        if at < self.first:
            return _weekdays_until(at)
        inside = min(at, self.last)
        counted = _weekdays_until(self.first - 1) + self.sums[inside - self.first + 1]
        return counted + _weekdays_until(max(at, self.last)) - _weekdays_until(self.last)

    def day_of_rank(self, rank: int) -> date:
        """Return the day on which the rank-th working day falls; the inverse of `rank` on working days."""
        before = _weekdays_until(self.first - 1)
        if rank <= before:
            return date.fromordinal(_ordinal_of_weekday(rank))
        if rank <= before + self.sums[-1]:
            return date.fromordinal(self.first + bisect_left(self.sums, rank - before) - 1)
        return date.fromordinal(
            _ordinal_of_weekday(rank - before - self.sums[-1] + _weekdays_until(self.last))
        )

    def is_working(self, day: date) -> bool:
        """Return whether offices work on the day; Monday to Friday where the year is not arranged yet."""
        at = day.toordinal()
        if self.first <= at <= self.last:
            return self.sums[at - self.first + 1] > self.sums[at - self.first]
        return day.weekday() < 5

    def is_provisional(self, start_on: date, end_on: date) -> bool:
        """Return whether a year between the two days, both included, is not arranged yet."""
        return any(year not in self.years for year in range(start_on.year, end_on.year + 1))


def _works(known: Mapping[date, Day], day: date) -> bool:
    arranged = known.get(day)
    return arranged.is_working if arranged else day.weekday() < 5


def add_working_days(start_on: date, n: int, calendar: Calendar) -> Span:
    """Return the n-th working day after the start day, which itself is not counted; n = 0 gives the start day.

    Raises Invalid for a negative or absurd n.
    """
    if not 0 <= n <= FURTHEST:
        raise Invalid(f"工作日数应在 0 至 {FURTHEST} 之间，请检查期限设置。", code="days_out_of_range")
    end_on = calendar.day_of_rank(calendar.rank(start_on) + n) if n else start_on
    return Span(end_on, calendar.is_provisional(start_on, end_on))


def working_days_between(start_on: date, end_on: date, calendar: Calendar) -> int:
    """Return how many working days lie after the start day up to and including the end day; negative backwards."""
    return calendar.rank(end_on) - calendar.rank(start_on)


def next_working_day(day: date, calendar: Calendar) -> date:
    """Return the day itself when offices work on it, else the first working day after it (民法典 art 203)."""
    return day if calendar.is_working(day) else add_working_days(day, 1, calendar).end_on


def explain(start_on: date, n: int, calendar: Calendar) -> tuple[Step, ...]:
    """Return every day from the start day to the n-th working day after it, each with its reason.

    Raises Invalid as `add_working_days` does.
    """
    end_on = add_working_days(start_on, n, calendar).end_on
    steps, counted = [_first(start_on, calendar)], 0
    for after in range(1, (end_on - start_on).days + 1):
        day = start_on + timedelta(days=after)
        counted += calendar.is_working(day)
        steps.append(_step(day, counted, calendar))
    return tuple(steps)


def _first(day: date, calendar: Calendar) -> Step:
    words = f"{name_of(day)}，起算当日不计入"
    return Step(day, calendar.is_working(day), 0, words, calendar.is_provisional(day, day))


def _step(day: date, counted: int, calendar: Calendar) -> Step:
    provisional = calendar.is_provisional(day, day)
    working = calendar.is_working(day)
    note = calendar.notes.get(day, "" if working else "周末" if day.weekday() >= 5 else "放假")
    called = f"{name_of(day)}（{note}）" if note else name_of(day)
    words = f"{called}，第 {counted} 个工作日" if working else f"{called}，不计入"
    if provisional:
        words += "（当年放假安排未载入，暂按周一至周五推算）"
    return Step(day, working, counted, words, provisional)


def name_of(day: date) -> str:
    """Return the day as people read it: 2026年10月1日 星期四."""
    return f"{day.year}年{day.month}月{day.day}日 {WEEKDAYS[day.weekday()]}"
