"""Whether a routing table is sound: no two rules at odds, none for nothing, none that leads round or nowhere; pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.routing.conditions import chain
from tracker.routing.facts import DecisionKind, Rule, Target
from tracker.routing.witness import exists

OUTCOMES: dict[Target, DecisionKind | None] = {
    Target.SAME_LEVEL: DecisionKind.DISPATCH,
    Target.SUPERIOR: DecisionKind.DISPATCH,
    Target.FOUNDER: DecisionKind.DISPATCH,
    Target.LOWEST_COMMON: DecisionKind.DISPATCH,
    Target.PLACE: DecisionKind.DISPATCH,
    Target.OTHER_PROVINCE: DecisionKind.REDIRECT,
    Target.MINISTRY: DecisionKind.REDIRECT,
    Target.PERSON: DecisionKind.MANUAL,
    Target.OFFICE: DecisionKind.DISPATCH,
    Target.RULE: None,
}
"""Which outcome each target serves; None for any, since the rule followed decides."""


class Fault(StrEnum):
    """What may be wrong with a rule among the others."""

    OVERLAP = "overlap"
    """重叠: same priority as another rule that fits the same complaints."""
    VOID = "void"
    """空转: no complaint can ever reach it."""
    CYCLE = "cycle"
    """循环: follows rules that lead back to it."""
    UNREACHABLE = "unreachable"
    """落空: names an office or a rule that is not there, or a target that cannot serve its outcome."""


@dataclass(frozen=True)
class Finding:
    """One fault of one rule, with a Chinese sentence that says what to do. other: what it is at odds with."""

    fault: Fault
    code: str
    other: str
    sentence: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same fault in another table."""
        return self.fault.value, self.code, self.other


@dataclass(frozen=True)
class Offices:
    """The offices a rule may name, by code."""

    active: frozenset[str]
    abolished: frozenset[str] = frozenset()


def findings(rules: Sequence[Rule], offices: Offices) -> tuple[Finding, ...]:
    """Return every fault of a table, rule by rule in the order they are tried. rules: those in force on one day."""
    ordered = sorted(rules, key=lambda rule: (rule.priority, rule.code))
    found: list[Finding] = []
    for at, rule in enumerate(ordered):
        ahead = [one for one in ordered[:at] if one.priority < rule.priority]
        beside = [one for one in ordered[:at] if one.priority == rule.priority]
        told = _led_nowhere(rule, ordered, offices) or _void(rule, ahead)
        found += [told] if told else _overlaps(rule, beside, ahead)
    return tuple(found)


def introduced(before: Collection[Finding], after: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the faults a change brings in; what was wrong already must not keep anybody from mending something else."""
    known = {one.key for one in before}
    return tuple(one for one in after if one.key not in known)


def _led_nowhere(rule: Rule, rules: Sequence[Rule], offices: Offices) -> Finding | None:
    if rule.target is Target.RULE:
        return _followed(rule, rules)
    if OUTCOMES[rule.target] is not rule.outcome:
        sentence = f"规则“{rule.code}”的处理方式与去向不相配，请按说明重新选择去向。"
        return Finding(Fault.UNREACHABLE, rule.code, rule.target.value, sentence)
    if rule.target is not Target.OFFICE or rule.office_code in offices.active:
        return None
    if rule.office_code in offices.abolished:
        sentence = f"规则“{rule.code}”指定的机构（{rule.office_code}）已撤销，请改为承接其职责的机构。"
    else:
        named = rule.office_code or "未填写"
        sentence = f"规则“{rule.code}”指定的机构（{named}）不存在，请从机构列表中选择。"
    return Finding(Fault.UNREACHABLE, rule.code, rule.office_code, sentence)


def _followed(rule: Rule, rules: Sequence[Rule]) -> Finding | None:
    known = {one.code: one for one in rules}
    codes = chain(rule, known)
    if codes[-1] in codes[:-1]:
        sentence = f"规则“{rule.code}”的比照关系成了循环（{'→'.join(codes)}），请把其中一条改为直接写明去向。"
        return Finding(Fault.CYCLE, rule.code, codes[-1], sentence)
    if codes[-1] in known:
        return None
    named = codes[-1] or "未填写"
    sentence = f"规则“{rule.code}”比照的规则（{named}）不存在或已停用，请改为现行规则。"
    return Finding(Fault.UNREACHABLE, rule.code, codes[-1], sentence)


def _void(rule: Rule, ahead: Sequence[Rule]) -> Finding | None:
    if not exists([rule.condition]):
        sentence = f"规则“{rule.code}”的条件互相矛盾，没有诉求能同时符合，请修改条件。"
        return Finding(Fault.VOID, rule.code, "", sentence)
    if exists([rule.condition], [one.condition for one in ahead]):
        return None
    alone = next((one.code for one in ahead if not exists([rule.condition], [one.condition])), "")
    before = f"“{alone}”" if alone else "几条规则"
    sentence = (
        f"规则“{rule.code}”（优先级{rule.priority}）永远轮不到：排在它前面的{before}已包含它的全部情形，"
        "请把它的优先级数字调小或修改条件。"
    )
    return Finding(Fault.VOID, rule.code, alone, sentence)


def _overlaps(rule: Rule, beside: Sequence[Rule], ahead: Sequence[Rule]) -> list[Finding]:
    """Return the rules of the same priority that fit the same complaints, where only their codes would decide."""
    taken = [one.condition for one in ahead]
    return [
        Finding(
            Fault.OVERLAP,
            rule.code,
            one.code,
            f"规则“{rule.code}”与“{one.code}”优先级同为{rule.priority}且条件重叠，请分出先后（数字小的先用）。",
        )
        for one in beside
        if exists([rule.condition, one.condition], taken)
    ]
