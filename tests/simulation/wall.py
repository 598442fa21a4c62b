"""The calendar on the wall of spring 2026, counted by hand: one day after the other, nothing of the product's own."""

from datetime import date, datetime, time, timedelta, timezone

GUANGZHOU = timezone(timedelta(hours=8))
"""China keeps no summer time, so a fixed offset tells the same as the zone."""

OFF = {date(2026, 4, 6), *(date(2026, 5, n) for n in range(1, 6)), date(2026, 6, 19)}
"""清明、劳动节、端午: days off as the State Council arranged them, as far as they fall on weekdays or in the row."""

MADE_UP = {date(2026, 5, 9)}
"""调休上班的星期六."""

DAY = timedelta(days=1)


def on(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), GUANGZHOU)


def works(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


def nth(after: date, n: int) -> date:
    """The n-th working day after the day."""
    day = after
    while n:
        day += DAY
        n -= works(day)
    return day


def between(begin: date, end: date) -> int:
    """How many working days lie after the first day, up to and with the last."""
    n, day = 0, begin
    while day < end:
        day += DAY
        n += works(day)
    return n


def the_day(at: datetime) -> date:
    return at.astimezone(GUANGZHOU).date()


def closing(day: date) -> datetime:
    return on(day, 17, 30)


def opening(day: date) -> datetime:
    return on(day, 8, 30)
