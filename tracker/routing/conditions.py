"""What the conditions of the routing table are matched against, and whether they fit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tracker.errors import Invalid
from tracker.offices.rules import BodyKind, Level, path_codes
from tracker.routing.facts import Facts, Place, Respondent, Rule, Target

FEATURES: Mapping[str, str] = {
    "kind": "被反映单位性质：department 部门、government 政府、government_outpost 派出机关、"
    "township_team 镇街综合执法队、supervision 行政执法监督机构、none 未写明",
    "level": "被反映单位层级：province、city、county、township",
    "supervision_level": "被反映的监督机构的层级",
    "branch": "是否为部门的分局或派出机构：yes、no",
    "vertical": "是否垂直管理：yes、no",
    "joint": "是否两个以上单位共同实施：yes、no",
    "conduct": "是否仅反映个人作风：yes、no",
    "province": "所在省级行政区划代码",
    "place_level": "发生地层级：province、city、county、township、none",
    "ambiguous": "发生地是否有多个可能：yes、no",
    "named": "是否写明被反映单位（哪怕不知在何处）：yes、no",
    "reached": "地点是否具体到被反映单位的层级：yes、no",
    "category": "事项分类代码：一级（如 A）或二级（如 A1）",
    "duty": "被反映单位由职责清单推定的方式：item 事项匹配、category 分类匹配、none 不是推定",
}
_YES_NO = ("yes", "no")
_LEVELS = tuple(level.value for level in Level)
VALUES: Mapping[str, tuple[str, ...]] = {
    "kind": (
        "department",
        "government",
        "government_outpost",
        "outpost",
        "township_team",
        "supervision",
        "none",
    ),
    "level": _LEVELS,
    "supervision_level": _LEVELS,
    "branch": _YES_NO,
    "vertical": _YES_NO,
    "joint": _YES_NO,
    "conduct": _YES_NO,
    "place_level": (*_LEVELS, "none"),
    "ambiguous": _YES_NO,
    "named": _YES_NO,
    "reached": _YES_NO,
    "duty": ("item", "category", "none"),
}
"""All values of a feature; provinces and categories are not listed here."""
PLACEHOLDERS = ("body", "level", "office", "founder", "assisting", "province", "place", "candidates")

Features = Mapping[str, frozenset[str]]


def matches(condition: Mapping[str, Any], features: Features) -> bool:
    """Return whether every part of the condition fits: a value or one of a list is present, `not` ones are absent.

    A feature that nothing is known about fits no condition at all.
    """
    return all(_fits(wanted, features.get(name, frozenset())) for name, wanted in condition.items())


def _fits(wanted: Any, present: frozenset[str]) -> bool:
    if isinstance(wanted, Mapping):
        return bool(present) and present.isdisjoint(_listed(wanted["not"]))
    return not present.isdisjoint(_listed(wanted))


def _listed(value: Any) -> list[str]:
    """Return the values of a condition part, `not` taken away before."""
    return [value] if isinstance(value, str) else list(value)


def check(condition: Mapping[str, Any], because: str) -> None:
    """Raise Invalid when a condition or a sentence of an edited row could not be evaluated."""
    for name, wanted in condition.items():
        if name not in FEATURES:
            raise Invalid(f"条件“{name}”不存在，可用：{'、'.join(FEATURES)}。", code="bad_condition")
        value = wanted.get("not") if isinstance(wanted, Mapping) and len(wanted) == 1 else wanted
        listed: list[Any] = value if isinstance(value, list) else [value]
        if not listed or not all(isinstance(one, str) and one for one in listed):
            raise Invalid(f'条件“{name}”的取值应为文字、文字列表或 {{"not": …}}。', code="bad_condition")
        strange = [one for one in listed if one not in VALUES.get(name, listed)]
        if strange:
            raise Invalid(
                f"条件“{name}”没有取值“{'、'.join(strange)}”，可用：{'、'.join(VALUES[name])}。",
                code="bad_condition",
            )
    try:
        because.format_map(dict.fromkeys(PLACEHOLDERS, ""))
    except (KeyError, ValueError, IndexError, AttributeError) as error:
        allowed = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise Invalid(f"理由中的占位符有误，可用：{allowed}。", code="bad_sentence") from error


@dataclass(frozen=True)
class Case:
    """A respondent as routing counts it: a branch as the department that set it up.

    named: as complained about. counted: as counted. kind: the value of the feature.
    """

    named: Respondent
    counted: Respondent
    place: Place
    kind: str

    @property
    def is_branch(self) -> bool:
        """True for a branch counted as its department."""
        return self.named is not self.counted

    @property
    def is_reached(self) -> bool:
        """False when only a division above the respondent is known: 区住建局 in a city, but which 区?"""
        return self.place.level.depth >= self.counted.level.depth


def case_of(respondent: Respondent, place: Place) -> Case:
    """Return how the respondent counts; `place` is where it is looked for when it has no place of its own."""
    counted = respondent
    while (
        counted.kind is BodyKind.OUTPOST
        and counted.founder
        and counted.founder.kind is not BodyKind.GOVERNMENT
    ):
        counted = counted.founder
    kind = counted.kind.value
    if counted.kind is BodyKind.OUTPOST:
        kind = "government_outpost" if counted.founder else "outpost"
    return Case(respondent, counted, counted.place or respondent.place or place, kind)


def features_of(cases: Sequence[Case], facts: Facts) -> Features:
    """Return what the conditions are matched against; several respondents contribute several values."""
    places = [case.place for case in cases] or ([facts.place] if facts.place else [])
    return {
        "kind": frozenset(case.kind for case in cases) or frozenset({"none"}),
        "level": frozenset(case.counted.level.value for case in cases),
        "supervision_level": frozenset(
            case.counted.level.value for case in cases if case.kind == "supervision"
        ),
        "branch": frozenset(_yes(case.is_branch) for case in cases),
        "vertical": frozenset(_yes(case.named.is_vertical or case.counted.is_vertical) for case in cases),
        "joint": frozenset({_yes(len(cases) > 1)}),
        "conduct": frozenset({_yes(facts.is_conduct)}),
        "province": frozenset(path_codes(place.path)[0] for place in places if path_codes(place.path)),
        "place_level": frozenset({facts.place.level.value if facts.place else "none"}),
        "ambiguous": frozenset({_yes(bool(facts.candidates) and not places)}),
        "named": frozenset({_yes(bool(facts.respondents))}),
        "reached": frozenset(_yes(case.is_reached) for case in cases),
        "category": frozenset({facts.category, facts.category[:1]} - {""}),
        "duty": frozenset({facts.duty.match.value if facts.duty else "none"}),
    }


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def first_match(rules: Iterable[Rule], features: Features) -> Rule | None:
    """Return the rule of the smallest priority (then code) whose condition fits, or None."""
    fitting = [rule for rule in rules if matches(rule.condition, features)]
    return min(fitting, key=lambda rule: (rule.priority, rule.code), default=None)


def in_force(versions: Iterable[Rule], on: date) -> tuple[Rule, ...]:
    """Return the rules in force on a local date: of each code the latest version begun by then, unless it retires it."""
    latest: dict[str, Rule] = {}
    for rule in versions:
        known = latest.get(rule.code)
        if rule.effective_from <= on and (known is None or known.version < rule.version):
            latest[rule.code] = rule
    return tuple(rule for rule in latest.values() if rule.is_active)


def resolved(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return the rules with what another rule says put in the place of every reference to it (比照).

    A reference that leads nowhere or round in a circle is left out, so that the next rule that fits decides.
    """
    known = {rule.code: rule for rule in rules}
    found = []
    for rule in rules:
        end = known.get(chain(rule, known)[-1])
        if end is not None and end.target is not Target.RULE:
            found.append(
                rule
                if end is rule
                else replace(
                    rule,
                    outcome=end.outcome,
                    target=end.target,
                    office_code=end.office_code,
                    assisting=rule.assisting or end.assisting,
                    leadership=rule.leadership or end.leadership,
                )
            )
    return tuple(found)


def chain(rule: Rule, known: Mapping[str, Rule]) -> tuple[str, ...]:
    """Return the codes from a rule along its references; the last is the rule that decides, an unknown one, or met before."""
    codes = [rule.code]
    at: Rule | None = rule
    while at is not None and at.target is Target.RULE:
        codes.append(at.refers_to)
        if at.refers_to in codes[:-1]:
            break
        at = known.get(at.refers_to)
    return tuple(codes)
