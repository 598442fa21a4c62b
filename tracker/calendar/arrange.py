"""Reading an arrangement as people paste it: one line a day or span of days, 休 or 班, and its name; pure."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from tracker.calendar.rules import Day
from tracker.errors import Invalid

_LINE = re.compile(
    r"(?P<first>\d{4}-\d{1,2}-\d{1,2})(?:\s*(?:至|到|~|—)\s*(?P<last>\d{4}-\d{1,2}-\d{1,2}))?"
    r"\s+(?P<how>休|班)(?:\s+(?P<note>\S.{0,49}))?"
)
LINES_MOST = 200


def read(text: str) -> list[Day]:
    """Return the days named by lines such as "2027-10-01 至 2027-10-07 休 国庆节放假" and "2027-10-09 班 国庆节调休上班".

    Blank lines are passed over. Raises Invalid naming the first line that cannot be read, or names a day again.
    """
    found: dict[date, Day] = {}
    lines = text.splitlines()
    if len(lines) > LINES_MOST:
        raise Invalid(f"放假安排最多 {LINES_MOST} 行，请合并连续的日期。", code="too_many_lines")
    for number, line in enumerate(lines, start=1):
        for day in _days(number, line.strip()):
            if day.day in found:
                raise Invalid(f"第 {number} 行的 {day.day} 前面已经写过，请删去其一。", code="duplicate_day")
            found[day.day] = day
    return list(found.values())


def _days(number: int, line: str) -> Iterator[Day]:
    if not line:
        return
    said = _LINE.fullmatch(line)
    if said is None:
        raise _unread(number)
    try:
        first = _date(said["first"])
        last = _date(said["last"] or said["first"])
    except ValueError as error:
        raise _unread(number) from error
    if not timedelta() <= last - first <= timedelta(days=31):
        raise Invalid(f"第 {number} 行的起止日期不对，应先后有序、不超过一个月。", code="bad_span")
    for after in range((last - first).days + 1):
        yield Day(first + timedelta(days=after), said["how"] == "班", said["note"] or "")


def _date(text: str) -> date:
    year, month, day = map(int, text.split("-"))
    return date(year, month, day)


def _unread(number: int) -> Invalid:
    return Invalid(
        f"第 {number} 行看不懂，请写成“2027-10-01 至 2027-10-07 休 国庆节放假”。", code="line_unreadable"
    )
