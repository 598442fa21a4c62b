"""Grouping texts about one matter as they come in: each joins an event that is told already, or opens a new one.

A text is a vector of its heaviest words and names (小区, 路, 公司 …), weighed by how rare they are among the texts so
far. A group is the sum of its texts' vectors. A new text is a group of one; two groups become one while the average
likeness of their texts is high enough (average link, exact, since the average is the product of the sums), so that a
text that tells two halves of a story brings them together. Nothing here is random and nothing is read but words, area
and time. Texts that share no particular word (a name of a place to live, a company, an affair) must be near-copies, and
short ones must be more alike than long ones; the names of divisions are no evidence (`classifiers.group_words`).
Measured by `python -m benchmarks.bench_groups` on 4,192 messages of one city as a stream: pairwise precision 1.00 and
recall 0.88 on thirteen named events; of 9,324 sentences about different matters 0.3 % are grouped. The constants were
tried on both, so another city may do a little worse.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from classifiers.group_words import MARKS, Vector, terms

ENOUGH: Final = 0.06
"""Average likeness from which two large groups that share a name are one; chosen with all others on what is named above."""
FIRST: Final = 0.4
"""By how much more than ENOUGH two single texts that share a name must be alike; it wears off as the groups grow."""
SHORT: Final = 14
"""Breadth below which texts that share a name must be more alike, as its square: short ones share words by chance."""
ALIKE: Final = 0.85
"""Likeness that is always enough: near-copies."""
UNNAMED: Final = 0.25
"""Least likeness of texts that share no particular word, be they ever so long."""
SHORT_UNNAMED: Final = 14
"""Breadth up to which texts that share no particular word must be near-copies."""
NAME: Final = 1.5
"""What a name weighs above a word: words tell the kind of a matter, names which one it is."""
SHARPNESS: Final = 1.5
"""Power of the rarity: with less, common words join strangers; with more, an event splits into its retellings."""
HEAVIEST: Final = 40
"""Words and names kept of a text; a long story mentions much that is not the matter."""
LOOKED_UP: Final = 16
"""Of those, by how many others are looked for, and under how many a group can be found."""
KEPT: Final = 80
"""Words and names kept of a group."""
SHARE_OF_ALL: Final = 0.1
"""A word in more texts than this share says nothing."""
FEW: Final = 8
"""With fewer rare terms than this a long text is weighed by all it says: a form letter sent so often that it made its
own words common is still told from others."""
ALREADY_TOLD: Final = 200
"""Texts imagined before the first, so that the first hundred do not take every word for a rare one."""
ASLEEP_AFTER: Final = timedelta(days=365)
"""A group nobody adds to for that long takes no further texts; the same trouble a year later is a new one."""
LOOKED_OVER_AT: Final = (8, 16, 32, 64, 128)
"""Sizes at which a group is looked over: weighed anew by the rarities of that day, its texts may part."""
MOST_MERGES: Final = 8
"""Groups that one text may bring together."""


def weigh(found: Mapping[str, float], n_with: Mapping[str, int], n_texts: int) -> Vector:
    """Return the unit vector of a text: its HEAVIEST terms by frequency and rarity; empty when nothing in it is rare.

    n_with: texts so far that hold the term, this one included. n_texts: texts so far.
    """
    told = n_texts + ALREADY_TOLD
    rare = {term for term in found if n_with.get(term, 1) <= SHARE_OF_ALL * told}
    if len(rare) < FEW <= len(found) / 2:
        rare = set(found)
    weighed = [
        (
            (1 + math.log(found[term]))
            * math.log(told / (n_with.get(term, 1) + 0.5)) ** SHARPNESS
            * (NAME if term[0] in "@#" else 1),
            term,
        )
        for term in rare
    ]
    heaviest = heapq.nlargest(HEAVIEST, weighed)
    length = math.sqrt(sum(weight * weight for weight, _ in heaviest))
    return {term: weight / length for weight, term in heaviest}


@dataclass
class Group:
    """Texts about one matter. sums: of their vectors. area: where, "" when not known; at: when the last one came."""

    id: int
    sums: Vector
    at: datetime
    area: str = ""
    size: int = 1

    def heads(self) -> list[str]:
        """Return the terms under which the group is found, heaviest first."""
        return heapq.nlargest(LOOKED_UP, self.sums, key=lambda term: (self.sums[term], term))

    def breadth(self) -> float:
        """Return how many words, weighing alike, its average text would have; of a large group a little too few."""
        return (sum(self.sums.values()) / self.size) ** 2

    def absorb(self, other: "Group") -> None:
        """Take the other group's texts in."""
        for term, weight in other.sums.items():
            self.sums[term] = self.sums.get(term, 0.0) + weight
        if len(self.sums) > KEPT:
            kept = heapq.nlargest(KEPT, self.sums.items(), key=lambda one: (one[1], one[0]))
            self.sums = dict(kept)
        self.size += other.size
        self.area = self.area or other.area
        self.at = max(self.at, other.at)


def likeness(one: Group, other: Group) -> float:
    """Return the average likeness (0–1) of the texts of one to those of the other; 0 for different areas."""
    if one.area and other.area and one.area != other.area:
        return 0.0
    few, many = sorted((one.sums, other.sums), key=len)
    return sum(weight * many.get(term, 0.0) for term, weight in few.items()) / (one.size * other.size)


def enough(one: Group, other: Group) -> float:
    """Return the likeness from which two groups are one: more for short texts, and for texts that share no name."""
    few, many = sorted((one.sums, other.sums), key=len)
    shortest = min(one.breadth(), other.breadth())
    named = any(term[0] in MARKS and term in many for term in few)
    if not named:
        return min(ALIKE, max(UNNAMED, ALIKE * math.pow(SHORT_UNNAMED / max(shortest, 1), 0.6)))
    short = max(0.0, (SHORT / max(shortest, 1)) ** 2 - 1)
    return min(ALIKE, ENOUGH * (1 + (FIRST + short) / (one.size * other.size)))


def settle(
    text: Group, near: Callable[[Group], Iterable[Group]], apart: Callable[[Group, Group], bool]
) -> tuple[Group, list[Group]]:
    """Return the group in which a new text ends, the older one surviving each union, and the groups that went up in it.

    near: groups that may be like the given one, itself excluded. apart: True where a person wants two groups separate.
    """
    here: Group = text
    gone: dict[int, Group] = {}
    for _ in range(MOST_MERGES):
        closest = _closest(here, (one for one in near(here) if one.id not in gone), apart)
        if closest is None:
            break
        here, newer = (here, closest) if here.id < closest.id else (closest, here)
        here.absorb(newer)
        gone[newer.id] = newer
    return here, list(gone.values())


def _closest(here: Group, others: Iterable[Group], apart: Callable[[Group, Group], bool]) -> Group | None:
    awake = (one for one in others if abs(here.at - one.at) < ASLEEP_AFTER)
    likely = ((likeness(here, one), -one.id, one) for one in awake)
    for share, _, one in sorted(likely, key=lambda found: found[:2], reverse=True):
        if share < ENOUGH:
            return None
        if share >= enough(here, one) and not apart(here, one):
            return one
    return None


def is_due(here: Group, gone: Sequence[Group]) -> bool:
    """Return whether a group that a new text joined is to be looked over: at the set sizes, and after two became one."""
    least, most = LOOKED_OVER_AT[0], LOOKED_OVER_AT[-1]
    return here.size in LOOKED_OVER_AT or (len(gone) > 1 and least <= here.size <= most)


def look_over(texts: Sequence[Group], apart: Callable[[Group, Group], bool]) -> list[list[int]]:
    """Return the ids of a group's texts, weighed anew, as they group among themselves; the largest group first.

    texts: each a group of one, by id. The closest two become one until none are close enough (average link in full).
    """
    standing = {one.id: Group(one.id, dict(one.sums), one.at, one.area) for one in texts}
    inside = {one.id: [one.id] for one in texts}
    shares = {
        (a.id, b.id): likeness(a, b) for i, a in enumerate(texts) for b in texts[i + 1 :] if not apart(a, b)
    }
    while shares:
        (a, b), share = max(shares.items(), key=lambda one: (one[1], -one[0][0], -one[0][1]))
        if share < ENOUGH:
            break
        if share < enough(standing[a], standing[b]):
            del shares[a, b]
            continue
        here = standing[a]
        here.absorb(standing.pop(b))
        inside[a] += inside.pop(b)
        shares = {pair: one for pair, one in shares.items() if b not in pair}
        shares |= {pair: likeness(*(standing[one] for one in pair)) for pair in shares if a in pair}
    return sorted((sorted(ids) for ids in inside.values()), key=lambda ids: (-len(ids), ids))


@dataclass
class Stream:
    """A whole grouping in memory, for measuring and for small sets; the product keeps the same in its database."""

    n_with: Counter[str] = field(default_factory=Counter)
    n_texts: int = 0
    groups: dict[int, Group] = field(default_factory=dict)
    group_of: dict[int, int] = field(default_factory=dict)
    """Group of each text by its key, as it stands now."""
    _under: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _heads: dict[int, list[str]] = field(default_factory=dict)
    _members: dict[int, list[int]] = field(default_factory=dict)
    _told: dict[int, tuple[Vector, datetime, str]] = field(default_factory=dict)

    places: frozenset[str] = frozenset()
    """Names of divisions, which are no evidence."""
    known: frozenset[str] | None = None
    """The ordinary words, when not those of our own sentences."""

    def add(self, key: int, title: str, content: str, at: datetime, area: str = "") -> int:
        """Return the group of a new text; groups that it brings together keep the oldest one's number.

        key: the text's own number, each higher than those before.
        """
        found = terms(title, content, self.places, self.known)
        self.n_texts += 1
        self.n_with.update(found.keys())
        self._members[key], self._told[key] = [key], (found, at, area)
        text = self._weighed(key)
        here, gone = settle(text, self._near, lambda _one, _other: False)
        for one in gone:
            self._forget(one.id)
            self._members[here.id] += self._members.pop(one.id)
        self._list(here)
        if is_due(here, gone):
            self._look_over(here.id)
        return self.group_of[key]

    def _look_over(self, number: int) -> None:
        texts = [self._weighed(key) for key in sorted(self._members[number])]
        parts = look_over(texts, lambda _one, _other: False)
        by_key = {one.id: one for one in texts}
        self._forget(number)
        del self._members[number]
        for keys in parts:
            part = by_key[keys[0]]
            for key in keys[1:]:
                part.absorb(by_key[key])
            self._members[part.id] = keys
            self._list(part)

    def _weighed(self, key: int) -> Group:
        found, at, area = self._told[key]
        return Group(key, weigh(found, self.n_with, self.n_texts), at, area)

    def _near(self, one: Group) -> list[Group]:
        found = {other for term in one.heads() for other in self._under.get(term, ())}
        return [self.groups[other] for other in sorted(found - {one.id}) if other in self.groups]

    def _list(self, one: Group) -> None:
        self._forget(one.id)
        self.groups[one.id], self._heads[one.id] = one, one.heads()
        for term in self._heads[one.id]:
            self._under[term].add(one.id)
        for key in self._members[one.id]:
            self.group_of[key] = one.id

    def _forget(self, number: int) -> None:
        self.groups.pop(number, None)
        for term in self._heads.pop(number, ()):
            self._under[term].discard(number)


def heat(complainants: int, voices: int) -> float:
    """Return how hot a matter is: distinct complainants, plus the logarithm of all further voices.

    voices: further messages of the same people, messages nobody can be told from, urges, approvals. One person with 76
    messages thus weighs 1 + ln(76) ≈ 5.3, less than six neighbours with one message each.
    """
    return complainants + math.log1p(max(voices, 0))
