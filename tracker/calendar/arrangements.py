"""The published holiday arrangements 2004–2026, as the package `chinesecalendar` carries them."""

from collections.abc import Iterator
from datetime import date, timedelta

from chinese_calendar import constants

from tracker.calendar.rules import Day

SOURCE = "国务院办公厅历年节假日安排通知（chinesecalendar 软件包整理）"


def published_years() -> range:
    """Return the years the package knows; it raises for any other."""
    return range(min(constants.holidays).year, max(constants.holidays).year + 1)


def published() -> Iterator[Day]:
    """Yield every day of the known years with the name of its holiday or made-up working day."""
    years = published_years()
    day = date(years[0], 1, 1)
    while day.year in years:
        # what is_workday answers, without its search for the known years on every call
        is_working = day in constants.workdays or (day.weekday() < 5 and day not in constants.holidays)
        yield Day(day, is_working, _note(day))
        day += timedelta(days=1)


def _note(day: date) -> str:
    if day in constants.workdays:
        return f"{_named(constants.workdays[day])}调休上班"
    if day in constants.in_lieu_days:
        return f"{_named(constants.in_lieu_days[day])}调休放假"
    if day in constants.holidays:
        return f"{_named(constants.holidays[day])}放假"
    return ""


def _named(english: str) -> str:
    return next(str(one.chinese) for one in constants.Holiday if one.value == english)
