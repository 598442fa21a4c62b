"""A table is refused for a rule at odds, for nothing, round or nowhere, and for nothing else."""

from dataclasses import replace
from datetime import date
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.offices.rules import BodyKind, Level
from tracker.routing.conditions import VALUES, case_of, features_of, first_match, in_force, matches, resolved
from tracker.routing.facts import DecisionKind, Duty, DutyMatch, Facts, Place, Respondent, Rule, Target
from tracker.routing.seed_rules import seed_rules
from tracker.routing.validity import Fault, Offices, findings, introduced
from tracker.routing.witness import exists

DAY = date(2026, 3, 2)
OFFICES = Offices(frozenset({"440106"}), frozenset({"440183"}))


def rule(code: str, priority: int, condition: dict[str, object] | None = None, **more: object) -> Rule:
    given = {"outcome": DecisionKind.DISPATCH, "target": Target.SAME_LEVEL} | more
    return Rule(
        code, priority, condition or {}, because="因", basis="据", verified=False, effective_from=DAY, **given
    )  # type: ignore[arg-type]


def faults(*rules: Rule) -> list[tuple[str, str, str]]:
    return [one.key for one in findings(rules, OFFICES)]


def test_the_rules_we_ship_are_sound() -> None:
    assert findings(seed_rules(), OFFICES) == ()


@pytest.mark.parametrize(
    ("fault", "other", "rules"),
    [
        (
            "void",
            "a",
            [rule("a", 1, {"kind": "department"}), rule("b", 2, {"kind": "department", "level": "city"})],
        ),
        ("void", "a", [rule("a", 1), rule("b", 2, {"kind": "department"})]),
        ("void", "", [rule("b", 1, {"kind": "none", "level": "city"})]),
        ("void", "", [rule("b", 1, {"kind": "none", "joint": "yes"})]),
        ("void", "", [rule("b", 1, {"ambiguous": "yes", "province": "440000"})]),
        ("void", "", [rule("b", 1, {"joint": "no", "supervision_level": "city", "level": "county"})]),
        (
            "void",
            "",
            [
                rule("a1", 1, {"vertical": "yes"}),
                rule("a2", 2, {"vertical": "no"}),
                rule("b", 3, {"kind": "department", "joint": "no"}),
            ],
        ),
        ("void", "a", [rule("a", 1, {"category": "A"}), rule("b", 2, {"category": ["A1", "A2"]})]),
        ("overlap", "a", [rule("a", 1, {"kind": "department"}), rule("b", 1, {"level": "city"})]),
        ("cycle", "b", [rule("b", 1, target=Target.RULE, refers_to="b")]),
        ("unreachable", "gone", [rule("b", 1, target=Target.RULE, refers_to="gone")]),
        ("unreachable", "", [rule("b", 1, target=Target.RULE)]),
        ("unreachable", "440183", [rule("b", 1, target=Target.OFFICE, office_code="440183")]),
        ("unreachable", "999999", [rule("b", 1, target=Target.OFFICE, office_code="999999")]),
        ("unreachable", "ministry", [rule("b", 1, target=Target.MINISTRY)]),
        ("unreachable", "person", [rule("b", 1, outcome=DecisionKind.REDIRECT, target=Target.PERSON)]),
    ],
)
def test_what_is_refused(fault: str, other: str, rules: list[Rule]) -> None:
    found = findings(rules, OFFICES)
    assert [one.key for one in found] == [(fault, "b", other)]
    assert found[0].sentence.endswith("。")
    assert "b" in found[0].sentence


@pytest.mark.parametrize(
    "rules",
    [
        [rule("a", 1, {"kind": "department", "level": "city"}), rule("b", 2, {"kind": "department"})],
        [rule("a", 1, {"kind": "department"}), rule("b", 1, {"kind": "government", "joint": "no"})][1:],
        [
            rule("a", 1, {"joint": "yes"}),
            rule("b", 2, {"kind": "department"}),
            rule("c", 2, {"kind": "government"}),
        ],
        [rule("a", 1, {"category": "A1"}), rule("b", 2, {"category": "A"})],
        [rule("a", 1, {"province": {"not": "440000"}}), rule("b", 2, {"province": "440000"})],
        [rule("a", 1, {"named": "no"}), rule("b", 2, {"kind": "none", "named": "yes"})],
        [rule("a", 1, target=Target.OFFICE, office_code="440106")],
        [rule("a", 1, {"kind": "none"}), rule("b", 2, target=Target.RULE, refers_to="a")],
    ],
)
def test_what_is_let_through(rules: list[Rule]) -> None:
    assert faults(*rules) == []


def test_a_circle_of_references_is_told_with_its_members() -> None:
    rules = [
        rule("a", 1, {"kind": "department"}, target=Target.RULE, refers_to="b"),
        rule("b", 2, {"kind": "government"}, target=Target.RULE, refers_to="a"),
    ]
    found = findings(rules, OFFICES)
    assert [one.fault for one in found] == [Fault.CYCLE, Fault.CYCLE]
    assert "a→b→a" in found[0].sentence
    assert resolved(rules) == ()


def test_a_reference_takes_over_what_the_other_rule_says() -> None:
    end = rule("c", 3, {"kind": "none"}, target=Target.OFFICE, office_code="440106", leadership=True)
    rules = [
        rule("a", 1, {"kind": "department"}, target=Target.RULE, refers_to="b"),
        rule("b", 2, {"kind": "government"}, target=Target.RULE, refers_to="c"),
        end,
    ]
    first, second, third = resolved(rules)
    assert (first.code, first.target, first.office_code, first.leadership) == (
        "a",
        Target.OFFICE,
        "440106",
        True,
    )
    assert (second.condition, second.target) == ({"kind": "government"}, Target.OFFICE)
    assert third is end


def test_the_latest_version_begun_decides_until_one_retires_it() -> None:
    first = rule("a", 1)
    second = replace(first, version=2, priority=2, effective_from=date(2026, 3, 5))
    third = replace(first, version=3, is_active=False, effective_from=date(2026, 3, 9))
    told = (first, second, third)
    assert in_force(told, date(2026, 3, 1)) == ()
    assert in_force(told, DAY) == (first,)
    assert in_force(told, date(2026, 3, 8)) == (second,)
    assert in_force(told, date(2026, 3, 9)) == ()
    sooner = replace(first, version=4, effective_from=DAY)
    assert in_force((*told, sooner), date(2026, 3, 9)) == (sooner,)


def test_old_faults_do_not_stop_a_change() -> None:
    old = rule("old", 5, {"kind": "none"}, target=Target.OFFICE, office_code="440183")
    before = findings([old], OFFICES)
    after = findings([old, rule("new", 1, {"kind": "none"})], OFFICES)
    assert [one.code for one in introduced(before, after)] == []
    assert [one.code for one in before] == ["old"]


def _conditions() -> st.SearchStrategy[dict[str, object]]:
    free = {"province": ("440000", "430000"), "category": ("A", "A1", "B2")}

    def part(name: str) -> st.SearchStrategy[tuple[str, object]]:
        several = st.lists(
            st.sampled_from(free.get(name) or VALUES[name]), min_size=1, max_size=3, unique=True
        )
        wanted = st.one_of(several, several.map(lambda listed: {"not": listed}))
        return wanted.map(lambda value: (name, value))

    names = st.sampled_from([*VALUES, *free])
    return st.lists(names.flatmap(part), max_size=3).map(dict)


CONDITIONS = _conditions()
TABLES = st.lists(st.tuples(st.integers(1, 4), CONDITIONS), min_size=1, max_size=6).map(
    lambda rows: [rule(f"r{at}", priority, condition) for at, (priority, condition) in enumerate(rows)]
)

PROVINCES = {"440000": "/440000/440100/", "430000": "/430000/430100/", "other": "/450000/450100/"}
PLACES = st.builds(
    lambda path, level: Place(path, level, "某地"),
    st.sampled_from(sorted(PROVINCES.values())),
    st.sampled_from(Level),
)


def _bodies() -> st.SearchStrategy[Respondent]:
    plain = st.builds(
        Respondent,
        name=st.sampled_from(["甲", "乙", "丙"]),
        kind=st.sampled_from(BodyKind),
        level=st.sampled_from(Level),
        place=st.one_of(st.none(), PLACES),
        is_vertical=st.booleans(),
    )
    return st.one_of(plain, st.builds(lambda one, founder: replace(one, founder=founder), plain, plain))


FACTS = st.builds(
    Facts,
    respondents=st.lists(_bodies(), max_size=3).map(tuple),
    place=st.one_of(st.none(), PLACES),
    candidates=st.one_of(st.just(()), st.tuples(PLACES, PLACES)),
    is_conduct=st.booleans(),
    category=st.sampled_from(["", "A1", "A2", "B2", "C1"]),
    duty=st.one_of(st.none(), st.sampled_from([Duty(one, "项", "甲") for one in DutyMatch])),
)


def _features(facts: Facts) -> dict[str, frozenset[str]]:
    cases = []
    for one in facts.respondents:
        place = one.place or facts.place or (one.founder and one.founder.place)
        if place:
            cases.append(case_of(one, place))
    return dict(features_of(list(dict.fromkeys(cases)), facts))


@settings(max_examples=80, deadline=None)
@given(table=TABLES, facts=st.lists(FACTS, min_size=20, max_size=20))
def test_no_complaint_ever_contradicts_a_finding(table: list[Rule], facts: list[Facts]) -> None:
    found = findings(table, OFFICES)
    void = {one.code for one in found if one.fault is Fault.VOID}
    tied = {frozenset((one.code, one.other)) for one in found if one.fault is Fault.OVERLAP}
    ordered = sorted(table, key=lambda one: (one.priority, one.code))
    for features in map(_features, facts):
        first = first_match(table, features)
        if first is None:
            continue
        assert first.code not in void
        for other in ordered:
            if (
                other.code != first.code
                and other.priority == first.priority
                and matches(other.condition, features)
            ):
                assert frozenset((first.code, other.code)) in tied or other.code in void


SMALL = {
    "kind": ("department", "supervision", "none"),
    "level": ("city", "county"),
    "supervision_level": ("city", "county"),
    "joint": ("yes", "no"),
    "conduct": ("yes", "no"),
}
KINDS, LEVELS = ("department", "supervision", "government"), ("city", "county", "province")
"""The values the conditions speak of, and one that stands for all others."""


def _subsets(values: tuple[str, ...]) -> list[frozenset[str]]:
    return [frozenset(some) for n in (1, 2, 3) for some in combinations(values, n)]


def _worlds() -> list[dict[str, frozenset[str]]]:
    """Every complaint as the conditions of SMALL see it."""
    none: frozenset[str] = frozenset()
    told = [(frozenset({"none"}), none, none, "no")]
    for kind, level in product(KINDS, LEVELS):
        alone = frozenset({level})
        told.append((frozenset({kind}), alone, alone if kind == "supervision" else none, "no"))
    for kinds, levels in product(_subsets(KINDS), _subsets(LEVELS)):
        above = _subsets(LEVELS) if "supervision" in kinds else [none]
        told += [(kinds, levels, one, "yes") for one in above]
    names = ("kind", "level", "supervision_level", "joint", "conduct")
    return [
        dict(zip(names, (*three, frozenset({joint}), frozenset({conduct})), strict=True))
        for (*three, joint), conduct in product(told, ("yes", "no"))
    ]


WORLDS = _worlds()


def _small() -> st.SearchStrategy[dict[str, object]]:
    def part(name: str) -> st.SearchStrategy[tuple[str, object]]:
        some = st.lists(st.sampled_from(SMALL[name]), min_size=1, max_size=2, unique=True)
        return st.one_of(some, some.map(lambda value: {"not": value})).map(lambda value: (name, value))

    return st.lists(st.sampled_from(sorted(SMALL)).flatmap(part), max_size=3).map(dict)


@settings(max_examples=200, deadline=None)
@given(wanted=_small(), missing=st.lists(_small(), max_size=5))
def test_the_search_agrees_with_trying_every_complaint(
    wanted: dict[str, object], missing: list[dict[str, object]]
) -> None:
    truly = any(
        matches(wanted, world) and not any(matches(other, world) for other in missing) for world in WORLDS
    )
    assert exists([wanted], missing) == truly
