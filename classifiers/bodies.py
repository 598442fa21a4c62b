"""Enforcement bodies named in a text: which domain, which kind, and of which division.

Aliases stand in `data/bodies.csv` (alias, domain, kind); the division is the place written right before the alias, or the
level word before it (区市监局, 市城管) read against the places of the text. Which office or body row that is, the caller
looks up by (domain, division).
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from classifiers.matching import Matcher
from classifiers.places import Place

ALIASES: Final = Path(__file__).parent / "data" / "bodies.csv"

NOT_A_BODY: Final = "none"
"""Kind of the aliases that only look like a body (消防通道)."""

_LEVEL_WORDS: Final = {
    "省": "province", "市": "city", "区": "county", "县": "county", "镇": "township", "街道": "township", "街": "township",
    "乡": "township",
}  # fmt: skip
_LEVEL: Final = re.compile(r"(省|市|区|县|镇|街道|街|乡)(?:里|上|里的|的)?$")
_LEAST_CONFIDENCE: Final = 0.5
_REACH: Final = 4


@dataclass(frozen=True, slots=True)
class BodyMention:
    """A body.

    name: as written, place included. domain: as in the domain table (市场监管 …), empty for a government or when the words
    do not tell (执法人员).
    kind: department, government, outpost, township_team or supervision. division_code: None when the text does not say.
    level: province, city, county or township when the text says so, else None. span: start and end in characters.
    """

    name: str
    domain: str
    kind: str
    division_code: str | None
    level: str | None
    span: tuple[int, int]


class Bodies:
    """The matcher over all aliases."""

    def find(self, text: str, places: tuple[Place, ...]) -> tuple[BodyMention, ...]:
        """Return the bodies of a cleaned text in order, each (domain, kind, division) once.

        places: what `Places.find` returned for the same text.
        """
        seen: dict[tuple[str, str, str | None], BodyMention] = {}
        for start, end, (domain, kind) in _bodies_in(text):
            mention = _mention(text, (start, end), (domain, kind), places)
            key = (domain, kind, mention.division_code)
            vague = (domain, kind, None)
            if mention.division_code is None and any(k[:2] == key[:2] for k in seen):
                continue
            if mention.division_code is not None and vague in seen:
                del seen[vague]
            seen.setdefault(key, mention)
        return tuple(seen.values())


def names_body(text: str) -> bool:
    """Return whether a cleaned text names any enforcement body."""
    return next(_bodies_in(text), None) is not None


def _bodies_in(text: str) -> Iterator[tuple[int, int, tuple[str, str]]]:
    return (hit for hit in _matcher().find(text) if hit[2][1] != NOT_A_BODY)


def _mention(
    text: str, span: tuple[int, int], what: tuple[str, str], places: tuple[Place, ...]
) -> BodyMention:
    start, end = span
    domain, kind = what
    for place in places:
        if 0 <= start - place.span[1] <= 1 and place.confidence >= _LEAST_CONFIDENCE:
            whole = (place.span[0], end)
            return BodyMention(text[whole[0] : end], domain, kind, place.code, place.level, whole)
    word = _LEVEL.search(text[max(0, start - _REACH) : start])
    level = _LEVEL_WORDS[word[1]] if word else None
    begin = start - len(word.group()) if word else start
    return BodyMention(text[begin:end], domain, kind, _at_level(places, level), level, (begin, end))


def _at_level(places: tuple[Place, ...], level: str | None) -> str | None:
    """Return the one division of that level that the text's places lie in, or None when there is none or several."""
    depth = {"province": 0, "city": 1, "county": 2}.get(level or "")
    codes = {
        place.path[depth] if depth is not None else place.code
        for place in places
        if place.confidence >= _LEAST_CONFIDENCE
        and (len(place.path) > depth if depth is not None else place.level == level)
    }
    return codes.pop() if len(codes) == 1 else None


@cache
def _matcher() -> Matcher[tuple[str, str]]:
    with ALIASES.open(encoding="utf-8", newline="") as file:
        return Matcher((row["alias"], (row["domain"], row["kind"])) for row in csv.DictReader(file))
