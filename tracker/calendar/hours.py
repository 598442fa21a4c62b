"""Working time to the minute: how much of it lies between two moments, and when so much of it has passed; pure.

A day's working minutes are those of the usual hours, or of the hours the calendar names for that day; a day off has
none. Counting takes the logarithm of the days at most, whatever lies between.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise

from tracker.calendar.rules import FURTHEST, Calendar
from tracker.clock import LOCAL, local
from tracker.errors import Invalid

USUAL = "08:30-12:00 14:30-17:30"
"""[P] The hours offices work on a day without hours of its own, in Asia/Shanghai."""

Spans = tuple[tuple[int, int], ...]
"""Beginnings and ends in minutes of the local day, in order, none touching the next."""

_BAD = "工作时间应写成“08:30-12:00 14:30-17:30”，先后有序、互不重叠。"


@lru_cache(maxsize=256)
def read(text: str) -> Spans:
    """Return the spans of "08:30-12:00 14:30-17:30"; raises Invalid (`bad_hours`) for anything else."""
    try:
        spans = tuple((_minute(begin), _minute(end)) for begin, end in map(_halves, text.split()))
    except ValueError as error:
        raise Invalid(_BAD, code="bad_hours") from error
    edges = [edge for span in spans for edge in span]
    if not edges or any(after <= before for before, after in pairwise(edges)):
        raise Invalid(_BAD, code="bad_hours")
    return spans


def _halves(span: str) -> tuple[str, str]:
    begin, end = span.split("-")
    return begin, end


def _minute(text: str) -> int:
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute


def minutes(spans: Spans) -> int:
    """Return how many minutes the spans hold."""
    return sum(end - begin for begin, end in spans)


@dataclass(frozen=True)
class WorkTime:
    """The working time of a calendar.

    odd: ordinals of working days with hours of their own. more: prefix sums of how many minutes longer those are.
    """

    calendar: Calendar
    usual: Spans
    odd: tuple[int, ...]
    more: tuple[int, ...]

    @staticmethod
    def of(calendar: Calendar, usual: str = USUAL) -> "WorkTime":
        """Return the working time of the calendar; raises Invalid for hours that cannot be read."""
        spans = read(usual)
        days = [day for day in sorted(calendar.hours) if calendar.is_working(day)]
        longer = (minutes(read(calendar.hours[day])) - minutes(spans) for day in days)
        return WorkTime(
            calendar, spans, tuple(day.toordinal() for day in days), tuple(accumulate(longer, initial=0))
        )

    def spans(self, day: date) -> Spans:
        """Return when offices work on the day, () on a day off."""
        if not self.calendar.is_working(day):
            return ()
        hours = self.calendar.hours.get(day)
        return read(hours) if hours else self.usual

    def total(self, at: datetime) -> timedelta:
        """Return the working time from the beginning of time up to the moment (aware)."""
        here = local(at)
        since_midnight = here.replace(tzinfo=None) - datetime.combine(here.date(), time())
        passed = timedelta(minutes=self._until(here.date().toordinal() - 1))
        for begin, end in self.spans(here.date()):
            inside = min(since_midnight, timedelta(minutes=end)) - timedelta(minutes=begin)
            passed += max(inside, timedelta())
        return passed

    def _until(self, ordinal: int) -> int:
        """Return the working minutes up to the end of the day."""
        days = self.calendar.rank(date.fromordinal(ordinal))
        return days * minutes(self.usual) + self.more[bisect_right(self.odd, ordinal)]

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """Return the working time between two moments (aware), negative when they stand the other way round."""
        return self.total(end) - self.total(begin)

    def after(self, at: datetime, span: timedelta) -> datetime:
        """Return the first moment (aware UTC) at which so much working time has passed; the moment itself for none.

        Raises Invalid for a negative or absurd span.
        """
        if not timedelta() <= span <= timedelta(minutes=FURTHEST * minutes(self.usual)):
            raise Invalid("工作小时数过大或为负，请检查期限设置。", code="days_out_of_range")
        if not span:
            return at.astimezone(UTC)
        wanted = self.total(at) + span
        first = local(at).date().toordinal()
        days = range(first, first + 3 * FURTHEST)
        found = days[bisect_left(days, wanted, key=lambda day: timedelta(minutes=self._until(day)))]
        left = wanted - timedelta(minutes=self._until(found - 1))
        day = date.fromordinal(found)
        for begin, end in self.spans(day):
            if left <= timedelta(minutes=end - begin):
                break
            left -= timedelta(minutes=end - begin)
        return (datetime.combine(day, time(), LOCAL) + timedelta(minutes=begin) + left).astimezone(UTC)
