"""The names that administrative divisions go by: full, short, old, and with another ending than the official one.

Which name may stand alone and which only after a division above it is decided here, once; what the words around a name
make of it is decided in `place_context`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from classifiers.matching import Matcher

DivisionRow = tuple[str, str, str, str | None]
"""(code, name, level, parent code): level is one of province, city, county, township."""

STOP_WORDS: Final = Path(__file__).parent / "data" / "place_stop_words.txt"
"""Words that are no place where they stand alone; with `!` before them they are none even after a division above, with
`~` they only keep a name from being read across their end (晚上海鲜)."""

_PEOPLE: Final = (
    "(?:[壮回藏苗彝侗瑶白傣黎佤畲水土羌怒满各]|布依|土家|哈尼|哈萨克|傈僳|拉祜|东乡|纳西|景颇|柯尔克孜|达斡尔|仫佬|布朗|撒拉|毛南|仡佬|锡伯"
    "|阿昌|普米|朝鲜|塔吉克|鄂温克|鄂伦春|保安|裕固|蒙古|独龙|门巴|珞巴|维吾尔|俄罗斯)"
)
_SUFFIX: Final = re.compile(
    rf"(?:特别行政区|(?:{_PEOPLE}族?)*自治[区州县旗]|(?:{_PEOPLE}族)+乡|地区|林区|新区|街道|苏木|[省市区县镇乡盟旗])$"
)
OUTSIDE: Final[tuple[DivisionRow, ...]] = (
    ("710000", "台湾省", "province", None),
    ("810000", "香港特别行政区", "province", None),
    ("820000", "澳门特别行政区", "province", None),
)
"""Divisions that the rows of the callers leave out; without them 香港海关 would be a customs office of nowhere."""
_SPOKEN: Final = {"内蒙古自治区": "内蒙"}
_OTHER_ENDINGS: Final = {"township": ("镇", "街道", "街", "乡"), "county": ("区", "市", "县")}
"""People go on calling a 街道 a 镇, and a 区 the 市 that it was."""
_LOWER: Final = {"province": ("city", "county"), "city": ("county", "township"), "county": ("township",)}
_TOWNSHIP_ENDINGS: Final = ("镇", "乡", "街道", "街", "街道办", "街办", "办事处", "苏木")
"""What the statistics list beside these (林业局, 工业集中区, 农场) is called like many other things."""
_LONGEST_PART: Final = 4
_BEFORE_PART: Final = re.compile(r"[在到于去来我们,，.。;；:：!！?？、\s\"“(（]")
_SHORTEST_ALONE: Final = 3
"""A full name of two characters (和县, 单县, 城区) is too often part of other words to stand alone."""


class Kind(Enum):
    """How a name in the text is written, which says how much it needs beside it."""

    FULL = "full"
    SHORT = "short"
    STREET = "street"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Division:
    """A division; path: codes from the top down to itself."""

    code: str
    name: str
    level: str
    path: tuple[str, ...]

    def lies_in(self, code: str) -> bool:
        """Return whether it is below the division `code`."""
        return code in self.path[:-1]


@dataclass(frozen=True, slots=True)
class Name:
    """One written form with the divisions that bear it.

    needs_parent: says nothing without a division above it in the text; adjacent: right before it.
    """

    kind: Kind
    bearers: tuple[Division, ...]
    needs_parent: bool
    adjacent: bool = False


class Gazetteer:
    """All names in one automaton, and for each division the short names of those below it."""

    def __init__(self, rows: Iterable[DivisionRow], home_code: str) -> None:
        """Index the rows, in any order."""
        given = {row[0]: row for row in (*OUTSIDE, *rows)}
        self.divisions = {code: _division(code, given) for code in given}
        self.stops, self.never, self._blocking = _stop_words()
        self._children: dict[str, list[Division]] = {}
        for division in self.divisions.values():
            if len(division.path) > 1:
                self._children.setdefault(division.path[-2], []).append(division)
        self._below: dict[str, tuple[tuple[int, ...], dict[str, list[Division]]]] = {}
        self._home = home_code
        self.parts = self._townships()
        self._names: Matcher[Name] = Matcher(self._forms(home_code))

    def find(self, text: str) -> list[tuple[int, int, Name]]:
        """Return the names and the stop words in the text, longest first, without overlap; none when no name is there."""
        found = list(self._names.find(text))
        return found if any(name.bearers for _, _, name in found) else []

    def short_below(self, code: str, text: str, at: int) -> tuple[int, list[Division]] | None:
        """Return (end, divisions) of the longest short name at `text[at:]` borne by a division one or two levels below."""
        if code not in self._below:
            self._below[code] = self._shorts_below(code)
        lengths, names = self._below[code]
        for length in lengths:
            piece = text[at : at + length]
            if piece in names:
                return at + len(piece), names[piece]
        return None

    def parts_before(self, text: str, end: int) -> Iterator[int]:
        """Yield where the longest short name of a township at home that ends at `end` begins; nothing inside a word."""
        for start in range(max(0, end - _LONGEST_PART), end - 1):
            if text[start:end] in self.parts and (not start or _BEFORE_PART.match(text[start - 1])):
                yield start
                return

    def _townships(self) -> dict[str, tuple[Division, ...]]:
        """Return the townships at home by their short names, without those that are words or names of something larger."""
        taken = {short_name(d.name) for d in self.divisions.values() if d.level != "township"}
        taken |= self.stops
        found: dict[str, list[Division]] = {}
        for division in self.divisions.values():
            if division.level == "township" and self._home and self._home in division.path:
                found.setdefault(short_name(division.name), []).append(division)
        return {name: tuple(bearers) for name, bearers in found.items() if name and name not in taken}

    def _shorts_below(self, code: str) -> tuple[tuple[int, ...], dict[str, list[Division]]]:
        names: dict[str, list[Division]] = {}
        children = self._children.get(code, [])
        for division in [*children, *(d for child in children for d in self._children.get(child.code, []))]:
            short = short_name(division.name)
            if short and short not in self.never and division.level in _LOWER[self.divisions[code].level]:
                names.setdefault(short, []).append(division)
        # 龙岗 after 深圳 is the district, not the 街道 of that name in it.
        highest = {name: outermost(found) for name, found in names.items()}
        return tuple(sorted({len(name) for name in names}, reverse=True)), highest

    def _forms(self, home_code: str) -> Iterator[tuple[str, Name]]:
        """Yield every written form once, stop words last: they only block where nothing is called so."""
        full: dict[str, list[Division]] = {}
        other: dict[str, list[Division]] = {}
        short: dict[str, list[Division]] = {}
        streets: dict[str, list[Division]] = {}
        for division in self.divisions.values():
            at_home = bool(home_code) and home_code in division.path
            for form in self._full_forms(division):
                full.setdefault(form, []).append(division)
            if division.name.endswith("街道"):
                streets.setdefault(division.name[:-1], []).append(division)
            name = short_name(division.name)
            if name and at_home:
                for form in _renamed(name, division):
                    other.setdefault(form, []).append(division)
            if name and (division.level in ("province", "city") or (at_home and division.level == "county")):
                short.setdefault(name, []).append(division)
        yield from self._named(Kind.FULL, full)
        yield from self._named(Kind.STREET, streets)
        yield from self._named(Kind.FULL, other)
        yield from self._named(Kind.SHORT, short)
        yield from ((word, Name(Kind.WORD, (), needs_parent=True)) for word in self.stops | self._blocking)

    def _full_forms(self, division: Division) -> Iterator[str]:
        yield division.name
        if division.name in _SPOKEN:
            yield division.name.removesuffix("自治区")
        if division.name.endswith("街道"):
            yield f"{division.name}办"
            yield f"{division.name}办事处"
            yield f"{division.name[:-2]}街办"
        above = self.divisions[division.path[-2]] if len(division.path) > 1 else None
        # Otherwise 青岛市南区 would be read as 青岛市 and 南区.
        if above and division.name.startswith("市") and above.name.endswith("市"):
            yield above.name[:-1] + division.name

    def _named(self, kind: Kind, forms: dict[str, list[Division]]) -> Iterator[tuple[str, Name]]:
        for form, bearers in forms.items():
            alone = form not in self.stops and (kind is Kind.SHORT or len(form) >= _SHORTEST_ALONE)
            told = bearers[0].level != "township" or form.endswith(_TOWNSHIP_ENDINGS)
            yield (
                form,
                Name(kind, tuple(bearers), needs_parent=not (alone and told), adjacent=form in self.never),
            )


def short_name(name: str) -> str:
    """Return the name without 省, 市, 街道 …, or nothing when too little would be left."""
    if name in _SPOKEN:
        return _SPOKEN[name]
    short = _SUFFIX.sub("", name)
    if len(short) < 2 and name.endswith("族自治县"):
        short = name.removesuffix("族自治县")
    return short if len(short) > 1 and short != name else ""


def outermost(divisions: list[Division]) -> list[Division]:
    """Return the divisions that do not lie in another one of them."""
    codes = {d.code for d in divisions}
    return [d for d in divisions if not codes.intersection(d.path[:-1])]


def _renamed(short: str, division: Division) -> Iterator[str]:
    for ending in _OTHER_ENDINGS.get(division.level, ()):
        if not division.name.endswith(ending):
            yield short + ending


def _division(code: str, given: dict[str, DivisionRow]) -> Division:
    path: list[str] = []
    at: str | None = code
    while at is not None and at in given and at not in path:
        path.append(at)
        at = given[at][3]
    return Division(code, given[code][1], given[code][2], tuple(reversed(path)))


def _stop_words() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return (words that are no place alone, those that never are, those that only block)."""
    words = STOP_WORDS.read_text(encoding="utf-8").split()
    never = frozenset(word[1:] for word in words if word[0] == "!")
    blocking = frozenset(word[1:] for word in words if word[0] == "~")
    return never | frozenset(word for word in words if word[0] not in "!~"), never, blocking
