"""Whether any complaint at all could fit some conditions and none of others; pure, and exact up to a bound on work.

A complaint shows itself to the table as a set of values for each feature. Which sets go together is told by a few
shapes: nobody named, one body, several bodies. Within a shape the features are free of each other, so that a search
over ways to miss each of the other conditions finds a complaint when there is one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.routing.conditions import VALUES

MOST_STEPS = 20_000
"""Steps after which a complaint is taken to exist: rather let a doubtful rule pass than refuse a good one [P]."""
_OTHER = "*"
"""Stands for every province or category that no condition speaks of."""
_OF_BODY = ("level", "branch", "vertical", "reached")

Condition = Mapping[str, Any]


@dataclass(frozen=True)
class _Range:
    """The values a feature may still have: exactly one of `values`, or when `many` some of them that meet every hit."""

    values: frozenset[str]
    many: bool = False
    hits: tuple[frozenset[str], ...] = ()

    @property
    def is_possible(self) -> bool:
        return bool(self.values) and all(hit & self.values for hit in self.hits)

    def meeting(self, wanted: frozenset[str]) -> "_Range":
        if not self.many:
            return _Range(self.values & wanted)
        return self if wanted in self.hits else _Range(self.values, True, (*self.hits, wanted))

    def without(self, wanted: frozenset[str]) -> "_Range":
        return _Range(self.values - wanted, self.many, self.hits)


_Shape = Mapping[str, _Range]
"""Feature → its range; a feature that is not there has no value, and fits nothing."""


def exists(fitting: Sequence[Condition], missing: Sequence[Condition] = ()) -> bool:
    """Return whether some complaint fits all of `fitting` and none of `missing`."""
    every = [*fitting, *missing]
    provinces, categories = _mentioned(every, "province"), _categories(every)
    steps = iter(range(MOST_STEPS))
    for shape in _shapes(provinces, categories):
        narrowed: _Shape | None = shape
        for condition in fitting:
            narrowed = _fit(narrowed, condition, categories) if narrowed is not None else None
        if narrowed is not None and _misses(narrowed, sorted(missing, key=len), categories, steps):
            return True
    return False


def _mentioned(conditions: Sequence[Condition], name: str) -> frozenset[str]:
    return frozenset({_OTHER}.union(*(_wanted(one[name])[1] for one in conditions if name in one)))


def _categories(conditions: Sequence[Condition]) -> frozenset[str]:
    """Return the leaves spoken of, and for each class one that stands for its other leaves."""
    told = _mentioned(conditions, "category") - {_OTHER}
    return frozenset({one for one in told if len(one) > 1} | {one[0] + _OTHER for one in told} | {_OTHER})


def _wanted(value: Any) -> tuple[bool, frozenset[str]]:
    """Return (whether the values are to be absent, the values)."""
    absent = isinstance(value, Mapping)
    listed = value["not"] if absent else value
    return absent, frozenset([listed] if isinstance(listed, str) else listed)


def _shapes(provinces: frozenset[str], categories: frozenset[str]) -> Iterator[_Shape]:
    """Yield the kinds of complaint there are; see `conditions.features_of`, which they must mirror."""
    both, no, yes = frozenset(VALUES["joint"]), frozenset({"no"}), frozenset({"yes"})
    somewhere = frozenset(VALUES["place_level"]) - {"none"}
    bodies = frozenset(VALUES["kind"]) - {"none", "supervision"}
    for known in ({}, {"category": _Range(categories)}):
        free = {"conduct": _Range(both), "duty": _Range(frozenset(VALUES["duty"])), **known}
        nobody = {**free, "kind": _Range(frozenset({"none"})), "joint": _Range(no)}
        nowhere = {
            "place_level": _Range(frozenset({"none"})),
            "ambiguous": _Range(both),
            "named": _Range(both),
        }
        yield {**nobody, **nowhere}
        there = {"province": _Range(provinces), "place_level": _Range(somewhere)}
        yield {**nobody, **there, "ambiguous": _Range(no), "named": _Range(no)}
        somebody = {
            **free,
            "ambiguous": _Range(no),
            "named": _Range(yes),
            "place_level": _Range(frozenset(VALUES["place_level"])),
        }
        for many in (False, True):
            told = {name: _Range(frozenset(VALUES[name]), many) for name in _OF_BODY}
            told |= {"province": _Range(provinces, many), "joint": _Range(yes if many else no)}
            yield {**somebody, **told, "kind": _Range(bodies, many)}
            supervisors = frozenset({"supervision"})
            kinds = _Range(bodies | supervisors, True, (supervisors,)) if many else _Range(supervisors)
            levels = {"supervision_level": _Range(frozenset(VALUES["level"]), True)} if many else {}
            yield {**somebody, **told, "kind": kinds, **levels}


def _own(shape: _Shape, name: str) -> str:
    """Return the feature that holds the value: the level of a supervision office alone is that of the respondent."""
    alone = name == "supervision_level" and name not in shape and shape["kind"].values == {"supervision"}
    return "level" if alone else name


def _values(name: str, told: frozenset[str], categories: frozenset[str]) -> frozenset[str]:
    if name != "category":
        return told
    return frozenset(leaf for leaf in categories if leaf in told or leaf[0] in told)


def _fit(shape: _Shape, condition: Condition, categories: frozenset[str]) -> _Shape | None:
    narrowed = dict(shape)
    for told_name, value in condition.items():
        name = _own(narrowed, told_name)
        if name not in narrowed:
            return None
        absent, told = _wanted(value)
        values = _values(name, told, categories)
        narrowed[name] = narrowed[name].without(values) if absent else narrowed[name].meeting(values)
        if not narrowed[name].is_possible:
            return None
    return narrowed


def _misses(
    shape: _Shape, missing: Sequence[Condition], categories: frozenset[str], steps: Iterator[int]
) -> bool:
    """Return whether a complaint of that shape can miss each condition, by one of its features."""
    if not missing or next(steps, None) is None:
        return True
    first, rest = missing[0], missing[1:]
    ways: list[_Shape] = []
    for told_name, value in first.items():
        name = _own(shape, told_name)
        if name not in shape:
            return _misses(shape, rest, categories, steps)
        absent, told = _wanted(value)
        values = _values(name, told, categories)
        narrowed = shape[name].meeting(values) if absent else shape[name].without(values)
        if narrowed == shape[name]:
            return _misses(shape, rest, categories, steps)
        if narrowed.is_possible:
            ways.append({**shape, name: narrowed})
    return any(_misses(way, rest, categories, steps) for way in ways)
