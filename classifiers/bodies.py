"""Enforcement bodies named in a text: which domain, which kind, and of which division.

Aliases stand in `data/bodies.csv` (alias, domain, kind); the division is the place written right before the alias, or the
level word before it (区市监局, 市城管) read against the places of the text. Which office or body row that is, the caller
looks up by (domain, division). What the body is in the text — accused, told, asked, addressed — stands in `body_roles`.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from classifiers.body_roles import ACCUSED, ELSEWHERE, STRENGTH, role_of
from classifiers.matching import Matcher
from classifiers.places import Place

ALIASES: Final = Path(__file__).parent / "data" / "bodies.csv"

MAX_OF_A_KIND: Final = 20
"""Bodies of one trade reported for a text; a list of all the country's would take quadratic time and help nobody."""

NOT_A_BODY: Final = "none"
"""Kind of the aliases that only look like a body (消防通道)."""

_LEVEL_WORDS: Final = {
    "省": "province", "市": "city", "区": "county", "县": "county", "镇": "township", "街道": "township", "街": "township",
    "乡": "township",
}  # fmt: skip
_DEPTHS: Final = {"province": 0, "city": 1, "county": 2}
_LEVEL: Final = re.compile(
    r"(省|(?<![超城门夜菜早集股都])市|(?<![小园景社校厂辖山库片矿城郊])区|县|(?<![城])镇|街道|(?<![大行业老食条])街|(?<![家老同下回返])乡)"
    r"(?:里|上|里的|的|某)?$"
)
_OF_THE_PLACE: Final = re.compile(r"(?:的|某|这边的?|那边的?|当地的?|本地的?|辖区的?|[ ,、(])?$")
_LEAST_CONFIDENCE: Final = 0.5
_REACH: Final = 4


@dataclass(frozen=True, slots=True)
class BodyMention:
    """A body.

    name: as written, place included. domain: as in the domain table (市场监管 …), empty for a government or when the words
    do not tell (执法人员).
    kind: department, government, outpost, township_team or supervision. division_code: None when the text does not say.
    level: province, city, county or township when the text says so, else None. span: start and end in characters.
    role: accused, told, helper (asked to act), addressee, or elsewhere (of another region that is not named).
    """

    name: str
    domain: str
    kind: str
    division_code: str | None
    level: str | None
    span: tuple[int, int]
    role: str = ACCUSED


class Bodies:
    """The matcher over all aliases."""

    def find(self, text: str, places: tuple[Place, ...]) -> tuple[BodyMention, ...]:
        """Return the bodies of a cleaned text in order, each (domain, kind, division) once, in its strongest role.

        places: what `Places.find` returned for the same text. Of a body named several times the mention stays that
        accuses, else the first.
        """
        seen: dict[tuple[str, str], list[BodyMention]] = {}
        near = _Near(places)
        for start, end, what in _bodies_in(text):
            group = seen.setdefault(what, [])
            mention = _mention(text, (start, end), what, near)
            same = next((i for i, other in enumerate(group) if _may_be_one(other, mention)), None)
            if same is None and len(group) < MAX_OF_A_KIND:
                group.append(mention)
            elif same is not None:
                group[same] = _joined(group[same], mention)
        return tuple(sorted((one for group in seen.values() for one in group), key=lambda one: one.span))


def _may_be_one(one: BodyMention, other: BodyMention) -> bool:
    """Return whether nothing speaks against two mentions of a domain and kind meaning the same body."""
    if ELSEWHERE in (one.role, other.role):
        return one.role == other.role
    if one.division_code and other.division_code:
        return one.division_code == other.division_code
    return one.level == other.level or not (one.level and other.level)


def _joined(one: BodyMention, other: BodyMention) -> BodyMention:
    """Return the mention that tells the division, in the stronger role of both and where that role is said."""
    telling = other if other.division_code and not one.division_code else one
    stronger = other if STRENGTH[other.role] > STRENGTH[one.role] else one
    if telling is stronger or telling.division_code is None:
        return replace(stronger, level=stronger.level or telling.level)
    return replace(telling, role=stronger.role, span=stronger.span)


def names_body(text: str) -> bool:
    """Return whether a cleaned text names any enforcement body."""
    return next(_bodies_in(text), None) is not None


def _bodies_in(text: str) -> Iterator[tuple[int, int, tuple[str, str]]]:
    return (hit for hit in _matcher().find(text) if hit[2][1] != NOT_A_BODY)


def _mention(text: str, span: tuple[int, int], what: tuple[str, str], near: "_Near") -> BodyMention:
    start, end = span
    begin, code, level = _whose(text, start, near)
    role = role_of(text, begin, start, end)
    if role == ELSEWHERE:
        begin, code, level = start, None, None
    return BodyMention(text[begin:end], *what, code, level, (begin, end), role)


def _whose(text: str, start: int, near: "_Near") -> tuple[int, str | None, str | None]:
    """Return (where the name with its place begins, division code, level) of the body written at `start`."""
    for last in range(start, start - _REACH - 1, -1):
        place = near.by_end.get(last)
        if place and _OF_THE_PLACE.fullmatch(text, last, start):
            return place.span[0], place.code, place.level
    word = _LEVEL.search(text, max(0, start - _REACH), start)
    if word is None:
        return near.name_before(text, start), None, None
    level = _LEVEL_WORDS[word[1]]
    begin = near.name_before(text, word.end(1))
    return min(begin, word.start()), near.at_level(level), level


class _Near:
    """The places of a text that are sure enough, by where they end and by level."""

    def __init__(self, places: tuple[Place, ...]) -> None:
        sure = [place for place in places if place.confidence >= _LEAST_CONFIDENCE]
        self._places = sure[:MAX_OF_A_KIND]
        self.by_end = {place.span[1]: place for place in sure}

    def name_before(self, text: str, end: int) -> int:
        """Return where the name of a place, or of one around it, that ends at `end` begins; `end` when there is none.

        Of a chain only the lowest place is among the places: 广州市 is not, when 天河区 is named too.
        """
        begin = end
        for place in self._places:
            at = end
            while at > 0 and text[at - 1 : end] in place.name:
                at -= 1
            begin = min(begin, at)
        return begin if end - begin > 1 else end

    def at_level(self, level: str) -> str | None:
        """Return the one division of that level that the places lie in, or None when there is none or several."""
        depth = _DEPTHS.get(level)
        if depth is None:
            codes = {place.code for place in self._places if place.level == level}
        else:
            codes = {place.path[depth] for place in self._places if len(place.path) > depth}
        return codes.pop() if len(codes) == 1 else None


@cache
def _matcher() -> Matcher[tuple[str, str]]:
    with ALIASES.open(encoding="utf-8", newline="") as file:
        return Matcher((row["alias"], (row["domain"], row["kind"])) for row in csv.DictReader(file))
