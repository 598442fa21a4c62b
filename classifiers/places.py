"""Administrative divisions named in a text, from rows given by the caller (no database here).

Full names (天河区, 石牌街道) count wherever they stand; short names (天河, 石牌) only directly after a division above them, or
when they are unique inside the home division and long enough. A name that several divisions bear yields one place per
candidate with a low confidence: a person picks. Not covered: streets, villages, buildings.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classifiers.matching import Matcher

DivisionRow = tuple[str, str, str, str | None]
"""(code, name, level, parent code): level is one of province, city, county, township."""

STOP_WORDS: Final = Path(__file__).parent / "data" / "place_stop_words.txt"
MAX_CANDIDATES: Final = 8
"""Divisions reported for one ambiguous name; more than these help nobody to choose."""

AFTER_PARENT: Final = 0.98
NEAR_PARENT: Final = 0.9
AT_HOME: Final = 0.85
UNIQUE: Final = 0.8
SHORT_AT_HOME: Final = 0.7
SHORT: Final = 0.6
AMBIGUOUS: Final = 0.5
"""Confidences by the way a name was understood [P]; an ambiguous one is shared among its candidates."""

_ROADS: Final = "路巷道弄桥站河江山湖"
_SUFFIX: Final = re.compile(
    r"(?:特别行政区|(?:[\u4e00-\u9fff]族)*自治[区州县]|[\u4e00-\u9fff]{2,3}林区|地区|新区|街道(?:办事处)?|[省市区县镇乡盟旗])$"
)
_HIGH: Final = ("province", "city")
_ADJACENT: Final = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A division meant by a stretch of text.

    name: from the province down, joined (广东省广州市天河区). level: as in the rows. path: codes from the top down to this one.
    confidence: 0–1. span: start and end in characters, ancestors written before it included.
    """

    code: str
    name: str
    level: str
    path: tuple[str, ...]
    confidence: float
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Division:
    code: str
    name: str
    level: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Mention:
    """A matched name with the divisions that bear it; `full` when written with its 区, 镇 …"""

    start: int
    end: int
    codes: tuple[str, ...]
    full: bool


class Places:
    """An index over division names; build once, use for every text."""

    def __init__(self, rows: Iterable[DivisionRow], home_code: str = "") -> None:
        """Index the rows, in any order; `home_code` is the division the system is run for (empty: none)."""
        given = {row[0]: row for row in rows}
        self._divisions = {code: _division(code, given) for code in given}
        self._home = home_code
        names: dict[str, list[str]] = {}
        full: set[str] = set()
        for division in self._divisions.values():
            for form, is_full in _forms(division.name, division.level):
                names.setdefault(form, []).append(division.code)
                if is_full:
                    full.add(form)
        self._full = full
        self._stops = stops = frozenset(STOP_WORDS.read_text(encoding="utf-8").split())
        self._matcher: Matcher[tuple[str, ...]] = Matcher(
            [(word, ()) for word in stops if word not in names]
            + [(name, tuple(codes)) for name, codes in names.items()]
        )

    def find(self, text: str) -> tuple[Place, ...]:
        """Return the places of a cleaned text in order; of a chain (市, 区, 街道) only the lowest is reported."""
        found: list[Place] = []
        for mention in self._mentions(text):
            before = found[-1] if found else None
            chosen = self._resolve(mention, found, text)
            adjacent = before is not None and 0 <= mention.start - before.span[1] <= _ADJACENT
            if before is not None and adjacent and any(before.code in p.path[:-1] for p in chosen):
                found = [p for p in found if p.span != before.span]
                start = before.span[0]
                chosen = [_respan(p, (start, mention.end)) for p in chosen]
            found.extend(chosen)
        return _lowest(found)

    def _mentions(self, text: str) -> Iterator[_Mention]:
        for start, end, codes in self._matcher.find(text):
            if codes:
                yield _Mention(start, end, codes, text[start:end] in self._full)

    def _resolve(self, mention: _Mention, earlier: list[Place], text: str) -> list[Place]:
        after = text[mention.end : mention.end + 1]
        if after in (("场",) if mention.full else tuple(_ROADS)):
            return []
        candidates = [self._divisions[code] for code in mention.codes]
        for confidence, within in self._contexts(mention, earlier):
            inside = _outermost([d for d in candidates if within in d.path[:-1]])
            if len(inside) == 1:
                return [_place(self._divisions, inside[0], confidence, mention)]
            if inside:
                candidates = inside
        if text[mention.start : mention.end] in self._stops:
            return []
        return self._without_context(candidates, mention)

    def _contexts(self, mention: _Mention, earlier: list[Place]) -> Iterator[tuple[float, str]]:
        """Yield (confidence, code of a division the name may lie in), nearest first."""
        for place in reversed(earlier):
            adjacent = 0 <= mention.start - place.span[1] <= _ADJACENT
            if adjacent:
                yield AFTER_PARENT, place.code
            elif mention.full:
                for code in reversed(place.path):
                    yield NEAR_PARENT, code

    def _without_context(self, candidates: list[_Division], mention: _Mention) -> list[Place]:
        at_home = _outermost([d for d in candidates if self._home and self._home in d.path])
        if len(at_home) == 1 and (mention.full or at_home[0].level != "township"):
            return [_place(self._divisions, at_home[0], AT_HOME if mention.full else SHORT_AT_HOME, mention)]
        high = _outermost([d for d in candidates if d.level in _HIGH])
        if not mention.full:
            return [_place(self._divisions, high[0], SHORT, mention)] if len(high) == 1 else []
        if len(candidates) == 1:
            return [_place(self._divisions, candidates[0], UNIQUE, mention)]
        shown = (at_home or candidates)[:MAX_CANDIDATES]
        return [_place(self._divisions, d, AMBIGUOUS / len(shown), mention) for d in shown]


def _division(code: str, given: dict[str, DivisionRow]) -> _Division:
    path: list[str] = []
    at: str | None = code
    while at is not None and at in given and at not in path:
        path.append(at)
        at = given[at][3]
    return _Division(code, given[code][1], given[code][2], tuple(reversed(path)))


def _outermost(candidates: list[_Division]) -> list[_Division]:
    """Leave out candidates that lie in another one: 龙岗 after 深圳 is the district, not the 街道 of that name in it."""
    codes = {d.code for d in candidates}
    return [d for d in candidates if not codes.intersection(d.path[:-1])]


def _forms(name: str, level: str) -> Iterator[tuple[str, bool]]:
    """Yield (written form, is it a full one) of a division's name."""
    yield name, True
    if level == "township" and name.endswith("街道"):
        yield name[:-1], True
        yield f"{name}办事处", True
    short = _SUFFIX.sub("", name)
    if len(short) > 1 and short != name:
        yield short, False


def _place(
    divisions: dict[str, _Division], division: _Division, confidence: float, mention: _Mention
) -> Place:
    # Municipalities bear one name on two levels (北京市北京市).
    name = "".join(dict.fromkeys(divisions[code].name for code in division.path))
    span = (mention.start, mention.end)
    return Place(division.code, name, division.level, division.path, round(confidence, 3), span)


def _respan(place: Place, span: tuple[int, int]) -> Place:
    return Place(place.code, place.name, place.level, place.path, place.confidence, span)


def _lowest(found: list[Place]) -> tuple[Place, ...]:
    """Drop repeats and those that contain another certain one."""
    above = {code for place in found if place.confidence >= SHORT for code in place.path[:-1]}
    kept: dict[str, Place] = {}
    for place in found:
        if place.code not in above:
            kept.setdefault(place.code, place)
    return tuple(kept.values())
