"""Days named in a text, relative to the day of receipt."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from classifiers.numerals import read_number

LOCAL: Final = ZoneInfo("Asia/Shanghai")
"""The zone in which people say 昨天."""

_N: Final = r"\d{1,2}|[一二三四五六七八九十两]{1,3}"
_DAYS: Final = {"今天": 0, "今日": 0, "今早": 0, "今晚": 0, "今晨": 0, "刚刚": 0, "刚才": 0, "昨天": 1, "昨日": 1, "昨晚": 1,
                "昨夜": 1, "前天": 2, "前日": 2, "前晚": 2, "大前天": 3}  # fmt: skip
_WEEKDAYS: Final = {c: i for i, c in enumerate("一二三四五六")} | {"日": 6, "天": 6}
_YEARS: Final = {"今年": 0, "本年": 0, "去年": 1, "上年": 1, "前年": 2}
_FULL: Final = re.compile(
    r"(?<!\d)(20\d{2}|19\d{2})\s?[年\-./]\s?(\d{1,2})\s?[月\-./]\s?(\d{1,2})(?:日|号)?(?!\d)"
)
_MONTH_DAY: Final = re.compile(
    rf"(今年|本年|去年|上年|前年)?\s?(?<!\d)(?<!\d年)({_N})月(?:份)?\s?({_N})[日号]"
)
_LAST_MONTH: Final = re.compile(rf"(上个?月|这个月|本月)\s?({_N})[日号]")
_WEEK: Final = re.compile(r"(上上|上|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])")
_AGO: Final = re.compile(rf"({_N}|半|几)个?(天|日|周|星期|礼拜|月)(?:之?前|以前)")
_WORD: Final = re.compile("|".join(sorted(_DAYS, key=len, reverse=True)))
_DAYS_PER_WEEK: Final = 7
_HALF_MONTH: Final = 15


@dataclass(frozen=True, slots=True)
class DateMention:
    """A day. on: ISO date in Asia/Shanghai; phrase: as written; span: start and end in characters."""

    on: str
    phrase: str
    span: tuple[int, int]


def find_dates(text: str, received_on: date) -> tuple[DateMention, ...]:
    """Return the days named in the text in order; a day without a year is the last such day not after receipt."""
    found: dict[int, DateMention] = {}
    taken: set[int] = set()
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            if taken.intersection(range(match.start(), match.end())):
                continue
            if (day := read(match, received_on)) is not None:
                taken.update(range(match.start(), match.end()))
                found[match.start()] = DateMention(day.isoformat(), match.group().strip(), match.span())
    return tuple(found[start] for start in sorted(found))


def _full(match: re.Match[str], received_on: date) -> date | None:
    del received_on
    return _day(int(match[1]), int(match[2]), int(match[3]))


def _month_day(match: re.Match[str], received_on: date) -> date | None:
    month, day = _int(match[2]), _int(match[3])
    if match[1]:
        return _day(received_on.year - _YEARS[match[1]], month, day)
    this_year = _day(received_on.year, month, day)
    if this_year is not None and this_year <= received_on:
        return this_year
    return _day(received_on.year - 1, month, day)


def _last_month(match: re.Match[str], received_on: date) -> date | None:
    back = 1 if match[1].startswith("上") else 0
    year, month = _months_back(received_on, back)
    return _day(year, month, _int(match[2]))


def _week(match: re.Match[str], received_on: date) -> date | None:
    monday = received_on - timedelta(days=received_on.weekday())
    weeks = {"上上": 2, "上": 1}.get(match[1] or "", 0)
    day = monday + timedelta(days=_WEEKDAYS[match[2]] - _DAYS_PER_WEEK * weeks)
    return day - timedelta(days=_DAYS_PER_WEEK) if day > received_on and not match[1] else day


def _ago(match: re.Match[str], received_on: date) -> date | None:
    if match[1] == "几":
        return None
    if match[1] == "半":
        return received_on - timedelta(days=_HALF_MONTH) if match[2] == "月" else None
    count = _int(match[1])
    if match[2] == "月":
        year, month = _months_back(received_on, count)
        return date(year, month, min(received_on.day, calendar.monthrange(year, month)[1]))
    return received_on - timedelta(days=count * (1 if match[2] in "天日" else _DAYS_PER_WEEK))


def _spoken(match: re.Match[str], received_on: date) -> date | None:
    return received_on - timedelta(days=_DAYS[match.group()])


def _months_back(day: date, months: int) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 - months
    return index // 12, index % 12 + 1


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _int(text: str) -> int:
    return int(read_number(text) or 0)


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...]] = (
    (_FULL, _full),
    (_LAST_MONTH, _last_month),
    (_MONTH_DAY, _month_day),
    (_WEEK, _week),
    (_AGO, _ago),
    (_WORD, _spoken),
)
