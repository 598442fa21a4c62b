"""Administrative divisions named in a text, from rows given by the caller (no database here).

Full names (天河区, 石牌街道) count wherever they stand; short names (天河, 石牌) only directly after a division above them, or
as a province, a city, or a county of the home division. A name that several divisions bear is settled by what else the
text names, before or after it, then by the home division; else it yields one place per candidate with a low confidence: a
person picks. Short names of townships at home (市桥) count, doubtfully, where somebody acts there (在市桥被…, 市桥城管) and no other
scene is told. Names inside those of roads, dishes and estates are no places; those in an enterprise's name and where the
caller lives only count when the text names nothing better. Not covered: streets, villages, buildings.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from classifiers.place_context import ROAD, Role, acts_at, role_of
from classifiers.place_names import Division, DivisionRow, Gazetteer, Kind, Name, outermost

__all__ = ["DivisionRow", "Place", "Places"]

MAX_CANDIDATES: Final = 8
"""Divisions reported for one ambiguous name; more bearers help nobody to choose, and none is reported."""

AFTER_PARENT: Final = 0.98
NEAR_PARENT: Final = 0.9
AT_HOME: Final = 0.85
UNIQUE: Final = 0.8
SHORT_AT_HOME: Final = 0.7
FAR_TOWNSHIP: Final = 0.6
SHORT: Final = 0.6
IN_A_NAME: Final = 0.55
AMBIGUOUS: Final = 0.5
PART: Final = 0.45
"""Confidences by the way a name was understood [P]; an ambiguous one is shared among its candidates."""

_SURE: Final = 0.55
_REMEMBERED: Final = 16
"""Places that a doubtful name is held against; a list of hundreds would take quadratic time and tell nothing."""
_ADJACENT: Final = 2
_BETWEEN: Final = frozenset(" ·的-/(、")
_ENDINGS: Final = ("街道办事处", "街道办", "街道", "街办", "街", "镇", "乡")
_COUNTY_ENDINGS: Final = ("区", "县")
_NUMBER: Final = frozenset("0123456789一二三四五六七八九十")


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


@dataclass(slots=True)
class _Found:
    """A stretch of text with what it may mean: one division, or several that a person or the rest of the text decides.

    bare: a short name with nothing above it. role: what its surroundings make of it. rivals: all bearers of a name that was
    given to the one at home for want of anything better.
    """

    start: int
    end: int
    divisions: tuple[Division, ...]
    confidence: float
    bare: bool
    role: Role = Role.SCENE
    rivals: tuple[Division, ...] = ()

    @property
    def only(self) -> Division | None:
        """The division when there is no doubt."""
        return self.divisions[0] if len(self.divisions) == 1 else None


class Places:
    """An index over division names; build once, use for every text."""

    def __init__(self, rows: Iterable[DivisionRow], home_code: str = "") -> None:
        """Index the rows, in any order; `home_code` is the division the system is run for (empty: none)."""
        self._home = home_code
        self._names = Gazetteer(rows, home_code)

    def find(self, text: str) -> tuple[Place, ...]:
        """Return the places of a cleaned text in order; of a chain (市, 区, 街道) only the lowest is reported."""
        read = self._read(text, self._names.find(text))
        for one in read:
            at_home = one.only is not None and self._is_home(one.only)
            one.role = role_of(text, one.start, one.end, bare=one.bare, at_home=at_home)
        found = _without_weaker([one for one in self._settled(read) if one.role is not Role.NOTHING])
        if all(one.role is not Role.SCENE for one in found):
            found = list(self._parts(text, found)) or found
        return _lowest([place for one in found for place in self._as_places(one)])

    def _parts(self, text: str, weaker: list[_Found]) -> Iterator[_Found]:
        """Yield the short names of townships at home where somebody acts, each with all its bearers."""
        for end in acts_at(text):
            for start in self._names.parts_before(text, end):
                bearers = self._names.parts[text[start:end]]
                meant = self._near(bearers, weaker)
                if meant or len(bearers) <= MAX_CANDIDATES:
                    yield _Found(start, end, (meant,) if meant else bearers, PART, bare=True)

    def _read(self, text: str, names: list[tuple[int, int, Name]]) -> list[_Found]:
        """Return what the names mean, those of a chain joined, doubtful ones left open."""
        found: list[_Found] = []
        position = 0
        for number, (start, end, name) in enumerate(names):
            if start < position or not name.bearers:
                continue
            following = names[number + 1] if number + 1 < len(names) else None
            one = self._understood(text, (start, self._end(text, start, end, name)), name, found)
            if one is None:
                continue
            if found and one.start < found[-1].end:
                found.pop()  # joined to the name above it
            one = self._descend(text, one, following)
            found.append(one)
            position = one.end
        return found

    def _end(self, text: str, start: int, end: int, name: Name) -> int:
        """Return where the name ends without a 市 of the next word: 番禺 and 市桥, not 番禺市."""
        bearers = name.bearers if text[end - 1] == "市" else ()
        if any(d.name == text[start:end] for d in bearers):
            bearers = ()
        below = any(self._names.short_below(d.code, text, end - 1) for d in bearers)
        return end - 1 if below else _trimmed(text, start, end)

    def _understood(
        self, text: str, span: tuple[int, int], name: Name, earlier: list[_Found]
    ) -> _Found | None:
        start, end = span
        if start == end or (name.kind is Kind.SHORT and earlier and _of_a_word(text, end)):
            return None
        if earlier and 0 <= start - earlier[-1].end <= _ADJACENT:
            above = earlier[-1]
            pairs = [d for d in name.bearers if any(d.lies_in(a.code) for a in above.divisions)]
            if inside := outermost(pairs):
                return _Found(above.start, end, tuple(inside), AFTER_PARENT, bare=False)
        if name.kind is Kind.SHORT:
            return self._short(span, name)
        if name.kind is Kind.STREET and text[end : end + 1] in _NUMBER:
            return None
        near = None if name.adjacent else self._near(name.bearers, earlier, around=not name.needs_parent)
        if near is not None:
            return _Found(start, end, (near,), NEAR_PARENT, bare=False)
        return None if name.needs_parent else self._alone(name, span)

    def _short(self, span: tuple[int, int], name: Name) -> _Found | None:
        """Return a short name that nothing stands above: a province before a city before a county at home."""
        if name.needs_parent:
            return None
        at_home = outermost([d for d in name.bearers if self._is_home(d)])
        if len(at_home) == 1:
            return _Found(*span, tuple(at_home), SHORT_AT_HOME, bare=True)
        for level in ("province", "city"):
            high = [d for d in name.bearers if d.level == level]
            if len(high) == 1:
                return _Found(*span, tuple(high), SHORT, bare=True)
        return None

    def _alone(self, name: Name, span: tuple[int, int]) -> _Found | None:
        """Return a full name without anything above it in the text so far."""
        at_home = outermost([d for d in name.bearers if self._is_home(d)])
        if len(at_home) == 1:
            return _Found(*span, tuple(at_home), AT_HOME, bare=False, rivals=name.bearers)
        bearers = tuple(at_home) or name.bearers
        far = bearers[0].level == "township" and bool(self._home) and not at_home
        if name.kind is Kind.STREET or (far and len(bearers) > 1):
            return None
        if len(bearers) > 1:
            return _Found(*span, bearers, AMBIGUOUS, bare=False)
        return _Found(*span, bearers, FAR_TOWNSHIP if far else UNIQUE, bare=False)

    def _near(
        self, bearers: tuple[Division, ...], places: list[_Found], *, around: bool = True
    ) -> Division | None:
        """Return the only bearer inside the nearest named division, or (`around`) inside one around that."""
        for place in reversed(places[-_REMEMBERED:]):
            if place.only is None:
                continue
            for code in reversed(place.only.path if around else (place.only.code,)):
                inside = outermost([d for d in bearers if d.lies_in(code)])
                if len(inside) == 1:
                    return inside[0]
        return None

    def _descend(self, text: str, one: _Found, following: tuple[int, int, Name] | None) -> _Found:
        """Return the mention prolonged by the short names that follow it directly (天河石牌, 番禺大石镇)."""
        while True:
            at = one.end
            while at < one.end + _ADJACENT and text[at : at + 1] in _BETWEEN:
                at += 1
            hits = [(d, hit) for d in one.divisions if (hit := self._names.short_below(d.code, text, at))]
            end = max((hit[0] for _, hit in hits), default=0)
            if not end or (following and following[0] <= at and following[1] >= end):
                return one
            below = tuple(d for _, hit in hits if hit[0] == end for d in hit[1])
            whole = _with_ending(text, end, below[0].level)
            if whole == end and _of_a_word(text, end):
                return one
            one = _Found(one.start, whole, below, AFTER_PARENT, bare=False)

    def _settled(self, found: list[_Found]) -> Iterator[_Found]:
        """Yield the mentions, doubtful names settled by the certain ones that stand anywhere in the text."""
        certain = {one.only.code: one for one in found if one.only and one.role is Role.SCENE}
        near = list(certain.values())[:_REMEMBERED]
        for one in found:
            rivals = one.divisions if one.only is None else one.rivals
            if len(rivals) > 1:
                self._settle(one, rivals, near)
            if len(one.divisions) <= MAX_CANDIDATES:
                yield one

    def _settle(self, one: _Found, rivals: tuple[Division, ...], certain: list[_Found]) -> None:
        """Make of the mention what the others make it; one at home stays so while any other place is at home too."""
        others = [other for other in certain if other.only != one.only]
        if one.only and any(other.only and self._is_home(other.only) for other in others):
            return
        meant = self._near(rivals, others) or (None if one.only else _around(rivals, others))
        if meant:
            one.divisions, one.confidence = (meant,), NEAR_PARENT

    def _is_home(self, division: Division) -> bool:
        return bool(self._home) and self._home in division.path

    def _as_places(self, one: _Found) -> Iterator[Place]:
        sure = one.confidence / len(one.divisions)
        if one.role is Role.RESIDENCE:
            sure = min(sure, IN_A_NAME)
        if one.role is Role.IN_A_NAME and one.only:
            sure = min(sure, SHORT_AT_HOME if not one.bare else IN_A_NAME)
        for division in one.divisions:
            # Municipalities bear one name on two levels (北京市北京市).
            parts = dict.fromkeys(self._names.divisions[code].name for code in division.path)
            yield Place(
                division.code,
                "".join(parts),
                division.level,
                division.path,
                round(sure, 3),
                (one.start, one.end),
            )


def _around(bearers: tuple[Division, ...], certain: list[_Found]) -> Division | None:
    """Return the only bearer that one of the certain places lies in."""
    above = {code for one in certain if one.only for code in one.only.path}
    around = [d for d in bearers if d.code in above]
    return around[0] if len(around) == 1 else None


def _trimmed(text: str, start: int, end: int) -> int:
    """Return where the name ends when its 市 belongs to the next word: 广州市监局; `start` when it is no name (阳春市场)."""
    if text[end - 1] != "市":
        return end
    after = text[end : end + 2]
    if after[:1] == "场":
        return end - 1 if after == "场监" else start
    return end - 1 if after[:1] == "监" and after not in ("监狱", "监察", "监控", "监护", "监测") else end


def _with_ending(text: str, end: int, level: str) -> int:
    """Return the end of the short name with the ending people give it, be it the official one or not."""
    for ending in _ENDINGS if level == "township" else _COUNTY_ENDINGS:
        if text.startswith(ending, end) and not ROAD.match(text, end):
            return end + len(ending)
    return end


def _of_a_word(text: str, end: int) -> bool:
    """Return whether the short name is the beginning of a road, market or the like called after it."""
    return bool(ROAD.match(text, end)) or text.startswith(
        ("山", "公园", "市场", "大厦", "大桥", "水库", "机场"), end
    )


def _without_weaker(found: list[_Found]) -> list[_Found]:
    """Leave out homes and names inside other names when the text tells a scene that they do not lie in.

    A home also gives way to a scene that several places may be, because a person can choose among those.
    """
    scenes = {one.only.code for one in found if one.only and one.role is Role.SCENE}
    if any(one.role is Role.SCENE and one.only is None for one in found):
        found = [one for one in found if one.role is not Role.RESIDENCE]
    return [
        one
        for one in found
        if one.role is Role.SCENE or not scenes or any(scenes.intersection(d.path) for d in one.divisions)
    ]


def _lowest(found: list[Place]) -> tuple[Place, ...]:
    """Drop repeats and those that contain another certain one."""
    above = {code for place in found if place.confidence >= _SURE for code in place.path[:-1]}
    kept: dict[str, Place] = {}
    for place in found:
        if place.code not in above:
            kept.setdefault(place.code, place)
    return tuple(kept.values())
