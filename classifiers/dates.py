"""Days and stretches of days named in a text, relative to the day of receipt."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from classifiers import festivals
from classifiers.anchors import Anchored
from classifiers.numerals import read_number

LOCAL: Final = ZoneInfo("Asia/Shanghai")
"""The zone in which people say 昨天."""

Span = tuple[date, date]
"""First and last day, both included."""

_D: Final = "[0-9]{1,2}"
_N: Final = r"(?:[0-9]{1,2}|[一二三四五六七八九十两]{1,3})"
_DAYS: Final = {"今天": 0, "今日": 0, "今早": 0, "今晚": 0, "今晨": 0, "刚刚": 0, "刚才": 0, "昨天": 1, "昨日": 1, "昨晚": 1,
                "昨夜": 1, "前天": 2, "前日": 2, "前晚": 2, "大前天": 3}  # fmt: skip
_WEEKDAYS: Final = {c: i for i, c in enumerate("一二三四五六")} | {"日": 6, "天": 6}
_YEARS: Final = {"今年": 0, "本年": 0, "当年": 0, "去年": 1, "上年": 1, "前年": 2, "大前年": 3}
_YEAR: Final = r"(大前年|今年|本年|去年|上年|前年|(?<![0-9])(?:19|20)[0-9]{2}年度?)"
_PARTS: Final = {
    "初": (1, 10),
    "上旬": (1, 10),
    "中": (11, 20),
    "中旬": (11, 20),
    "底": (21, 31),
    "末": (21, 31),
    "下旬": (21, 31),
}
_YEAR_PARTS: Final = {
    "初": (1, 2),
    "中": (6, 7),
    "底": (12, 12),
    "末": (12, 12),
    "上半年": (1, 6),
    "下半年": (7, 12),
}
_FULL: Final = re.compile(
    rf"(?<![0-9])(20[0-9]{{2}}|19[0-9]{{2}})\s?[年\-./]\s?({_D})\s?[月\-./]\s?({_D})(?:日|号)?(?![0-9])"
)
_MONTH_DAY: Final = re.compile(
    rf"(?:{_YEAR}(?:的)?)?\s?(?<![0-9一二三四五六七八九十两])({_N})月(?:份)?\s?({_N})[日号]"
)
_LAST_MONTH: Final = re.compile(
    rf"(上上个?月|上个?月|这个月|本月)\s?(?:({_N})[日号]|(初|中旬|底|末|上旬|下旬))?"
)
_MONTH: Final = re.compile(
    rf"(?:{_YEAR}(?:的)?)?\s?(?<![0-9一二三四五六七八九十两])({_N})月(?:份)?(初|上旬|中旬|中|底|末|下旬)?(?![0-9一二三四五六七八九十]|饼|租|薪|子)"
)
_YEAR_ALONE: Final = re.compile(rf"{_YEAR}(?:的)?(年?初|年?中|年?底|年?末|上半年|下半年)?")
_WEEK: Final = re.compile(r"(上上|上|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天末])(?![个次条点家])")
_WHOLE_WEEK: Final = re.compile(r"(上上|上|这|本)个?(?:周|星期|礼拜)(?![一二三四五六日天末])")
_AGO: Final = re.compile(
    rf"(?<![0-9一二三四五六七八九十百千])({_N}|半|几)个?(天|日|周|星期|礼拜|月|年)(?:之?前|以前)"
)
_WORD: Final = re.compile("|".join(sorted(_DAYS, key=len, reverse=True)))
_NUMBERED: Final = re.compile(
    rf"(?<![0-9月A-Za-z第])({_D})[号日](?=早|晚|上午|下午|凌晨|中午|那天|当天|左右|夜)"
)
_FESTIVAL: Final = re.compile(
    rf"(?:{_YEAR}(?:的)?)?\s?(?<![一二三四五六七八九十周期拜])({'|'.join(festivals.NAMES)})(?:节|假期|长假|期间|前后)?(?![个路村些过条家广])"
)
_DAYS_PER_WEEK: Final = 7
_HALF_MONTH: Final = 15
_AROUND: Final = 14


@dataclass(frozen=True, slots=True)
class DateMention:
    """A day or a stretch of days.

    on: first day, ISO date in Asia/Shanghai; until: last day, the same as `on` for a single one. phrase: as written;
    span: start and end in characters.
    """

    on: str
    phrase: str
    span: tuple[int, int]
    until: str = ""


def find_dates(text: str, received_on: date) -> tuple[DateMention, ...]:
    """Return the days named in the text in order; what has no year is the last such day not after receipt."""
    found: dict[int, DateMention] = {}
    taken: set[int] = set()
    for number, match in _FORMS.find(text):
        covers = range(match.start(), match.end())
        if taken.intersection(covers):
            continue
        try:
            first, last = _READERS[number][2](match, received_on)
        except (ValueError, OverflowError):
            continue  # 2月30日, or thousands of years ago
        taken.update(covers)
        found[match.start()] = DateMention(
            first.isoformat(), match.group().strip(), match.span(), until=last.isoformat()
        )
    return tuple(found[start] for start in sorted(found))


def _full(match: re.Match[str], _: date) -> Span:
    return _one(date(int(match[1]), int(match[2]), int(match[3])))


def _month_day(match: re.Match[str], received_on: date) -> Span:
    month, day = _int(match[2]), _int(match[3])
    if match[1]:
        return _one(date(_year(match[1], received_on), month, day))
    return _one(_latest(received_on, lambda year: date(year, month, day)))


def _last_month(match: re.Match[str], received_on: date) -> Span:
    year, month = _months_back(
        received_on, {"上上": 2, "上": 1}.get(match[1][: 2 if match[1][:2] == "上上" else 1], 0)
    )
    if match[2]:
        return _one(date(year, month, _int(match[2])))
    return _of_month(year, month, match[3])


def _month(match: re.Match[str], received_on: date) -> Span:
    month = _int(match[2])
    if match[1]:
        return _of_month(_year(match[1], received_on), month, match[3])
    year = received_on.year if date(received_on.year, month, 1) <= received_on else received_on.year - 1
    return _of_month(year, month, match[3])


def _year_alone(match: re.Match[str], received_on: date) -> Span:
    year = _year(match[1], received_on)
    part = match[2] or ""
    months = _YEAR_PARTS.get(part if part.endswith("半年") else part.lstrip("年"), (1, 12))
    return date(year, months[0], 1), _of_month(year, months[1], None)[1]


def _week(match: re.Match[str], received_on: date) -> Span:
    monday = _monday(match[1], received_on)
    if match[2] == "末":
        return monday + timedelta(days=5), monday + timedelta(days=6)
    day = monday + timedelta(days=_WEEKDAYS[match[2]])
    return _one(day - timedelta(days=_DAYS_PER_WEEK) if day > received_on and not match[1] else day)


def _whole_week(match: re.Match[str], received_on: date) -> Span:
    monday = _monday(match[1], received_on)
    return monday, monday + timedelta(days=6)


def _ago(match: re.Match[str], received_on: date) -> Span:
    if match[1] == "几" or (match[1] == "半" and match[2] not in "月年"):
        raise ValueError(match.group())
    count = 0 if match[1] == "半" else _int(match[1])
    if match[1] == "半" and match[2] == "月":
        return _one(received_on - timedelta(days=_HALF_MONTH))
    if match[2] in "月年":
        year, month = _months_back(received_on, (count * 12 or 6) if match[2] == "年" else count)
        return _one(date(year, month, min(received_on.day, calendar.monthrange(year, month)[1])))
    return _one(received_on - timedelta(days=count * (1 if match[2] in "天日" else _DAYS_PER_WEEK)))


def _spoken(match: re.Match[str], received_on: date) -> Span:
    return _one(received_on - timedelta(days=_DAYS[match.group()]))


def _numbered(match: re.Match[str], received_on: date) -> Span:
    day = int(match[1])
    year, month = (
        (received_on.year, received_on.month) if day <= received_on.day else _months_back(received_on, 1)
    )
    return _one(date(year, month, day))


def _festival(match: re.Match[str], received_on: date) -> Span:
    if match[1]:
        return festivals.days(match[2], _year(match[1], received_on))
    this_year = festivals.days(match[2], received_on.year)
    return this_year if this_year[0] <= received_on else festivals.days(match[2], received_on.year - 1)


def _one(day: date) -> Span:
    return day, day


def _latest(received_on: date, made: Callable[[int], date]) -> date:
    """Return the day of this year, or of the last one when this year's is still to come or does not exist."""
    try:
        if (day := made(received_on.year)) <= received_on:
            return day
    except ValueError:
        pass
    return made(received_on.year - 1)


def _of_month(year: int, month: int, part: str | None) -> Span:
    last = calendar.monthrange(year, month)[1]
    first_day, last_day = _PARTS.get(part or "", (1, 31))
    return date(year, month, first_day), date(year, month, min(last_day, last))


def _monday(which: str | None, received_on: date) -> date:
    weeks = {"上上": 2, "上": 1}.get(which or "", 0)
    return received_on - timedelta(days=received_on.weekday() + _DAYS_PER_WEEK * weeks)


def _year(word: str, received_on: date) -> int:
    return received_on.year - _YEARS[word] if word in _YEARS else int(word[:4])


def _months_back(day: date, months: int) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 - months
    return index // 12, index % 12 + 1


def _int(text: str) -> int:
    return int(read_number(text) or 0)


_Reader = Callable[[re.Match[str], date], Span]
_READERS: Final[tuple[tuple[tuple[str, ...], re.Pattern[str], _Reader], ...]] = (
    (("20", "19"), _FULL, _full),
    (("上月", "上个月", "上上月", "上上个月", "这个月", "本月"), _LAST_MONTH, _last_month),
    (("月",), _MONTH_DAY, _month_day),
    (("月",), _MONTH, _month),
    (festivals.NAMES, _FESTIVAL, _festival),
    (("周", "星期", "礼拜"), _WEEK, _week),
    (("周", "星期", "礼拜"), _WHOLE_WEEK, _whole_week),
    (("前",), _AGO, _ago),
    (("今", "昨", "前", "刚"), _WORD, _spoken),
    (("年",), _YEAR_ALONE, _year_alone),
    (("号", "日"), _NUMBERED, _numbered),
)
_FORMS: Final = Anchored(
    [(anchors, pattern) for anchors, pattern, _ in _READERS], before=_AROUND, after=_AROUND
)
