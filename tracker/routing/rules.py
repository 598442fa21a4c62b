"""Which office handles a complaint, by the rows of the routing table.

Two things are not rows, because no table edit may undo them: the office complained about never receives the
complaint, and a complaint that no row fits goes to the superior office. Acts of several bodies are decided one by
one first; the lowest office above all the answers is in charge.
"""

from collections.abc import Sequence
from dataclasses import replace

from tracker.offices.rules import LEVEL_NAMES, Level
from tracker.routing.conditions import Case, case_of, features_of, first_match
from tracker.routing.facts import Candidate, Decision, DecisionKind, Duty, DutyMatch, Facts, Rule, Target
from tracker.routing.tree import OfficeNode, Tree

FALLBACK = "fallback"
"""Rule id of a decision that no row made."""
RECUSAL = "recusal"
"""Rule id of a decision that had to leave the office complained about."""
DUTY = "duty"
"""Rule id of a decision that the duty list made by naming the office itself."""
PRECEDENT = "precedent"
"""Rule id of a decision that follows an earlier ruling on a return."""
MINISTRY_NAME = "司法部"
_UNNAMED = "（名称待核）"


def own_office(case: Case, tree: Tree) -> OfficeNode | None:
    """Return the office of the government the respondent belongs to."""
    return tree.at(case.place.path, case.counted.level)


def target_office(target: Target, case: Case, tree: Tree) -> OfficeNode | None:
    """Return the office a rule's target names for one respondent; None when there is none so high."""
    if target is Target.SUPERIOR:
        own = own_office(case, tree)
        if case.kind == "supervision":
            return tree.superior(own) if own else None
        return tree.above(case.place.path, case.counted.level)
    if target is Target.FOUNDER and case.counted.founder:
        founder = case.counted.founder
        return tree.at((founder.place or case.place).path, founder.level)
    return own_office(case, tree)


def choose(facts: Facts, tree: Tree, rules: Sequence[Rule]) -> Decision:
    """Return where the complaint goes: exactly one office (or one outside channel), never the one complained about.

    `rules` are those in force, references resolved; the tree must hold the offices on the paths of all places and
    founders in the facts, and those that rules, the duty list and the earlier ruling name.
    """
    if facts.duty is None:
        decision = _by_precedent(facts, tree, rules) or _by_table(facts, tree, rules)
        return replace(decision, because=_whereabouts(decision, facts))
    decision = _by_duty(facts.duty, facts, tree) or _by_table(facts, tree, rules)
    return replace(decision, because=_duty_sentence(facts.duty) + decision.because)


def _whereabouts(decision: Decision, facts: Facts) -> str:
    """Return the sentence of the decision, with what it took for the place or could not take for it."""
    if facts.assumed and decision.kind is DecisionKind.DISPATCH:
        return f"未写明地点，按受理单位所在地（{facts.assumed.name}）推定；{decision.because}"
    if facts.elsewhere and decision.kind is DecisionKind.MANUAL:
        names = "、".join(facts.elsewhere)
        return f"文中写到的{names}不在本系统辖区内或不能确定就是发生地，不作推定，请人工核实地点后派单。"
    return decision.because


def _by_precedent(facts: Facts, tree: Tree, rules: Sequence[Rule]) -> Decision | None:
    """Return the dispatch to the office an earlier ruling named; None where the table must decide.

    Above every precedent stand: what no office here may take (other provinces), what a person must look at, acts of
    several bodies, whatever is about a supervision office (rule 6), and that a government is never answered for by an
    office of its own or below (rule 1). The office complained about is never the one (rule 8).
    """
    cases = _cases(facts)
    node = tree.nodes.get(facts.settled.office_code) if facts.settled else None
    if facts.settled is None or node is None or len(cases) != 1 or facts.candidates:
        return None
    case = cases[0]
    rule = first_match(rules, features_of(cases, facts))
    if case.kind == "supervision" or node.code in _forbidden(cases, tree):
        return None
    if case.kind == "government" and node.level.depth >= case.counted.level.depth:
        return None
    if rule and rule.outcome is not DecisionKind.DISPATCH:
        return None
    decision = _dispatch(rule, node, cases, facts, tree)
    told = f"按裁决先例由{node.name}承办（工单号 {facts.settled.ticket_number}，{facts.settled.ruled_on} 裁决）。"
    return replace(decision, rule_id=PRECEDENT, because=told + _remarks(decision))


def _by_duty(duty: Duty, facts: Facts, tree: Tree) -> Decision | None:
    """Return the dispatch to the office that the duty list names; None when it names none that still exists."""
    node = tree.nodes.get(duty.office_code)
    if node is None:
        return None
    decision = _dispatch(None, node, _cases(facts), facts, tree)
    if decision.rule_id != FALLBACK:
        return decision
    return replace(decision, rule_id=DUTY, because=f"清单列明由{node.name}承办。{_remarks(decision)}")


def _duty_sentence(duty: Duty) -> str:
    basis = f"（{duty.basis}）" if duty.basis else ""
    if duty.match is DutyMatch.CATEGORY:
        return f"未写明被反映单位，按职责清单{basis}分类“{duty.name}”由{duty.body}负责；"
    over = f"，事项匹配优先于分类匹配（{duty.beaten}）" if duty.beaten else ""
    return f"未写明被反映单位，按职责清单{basis}事项“{duty.name}”由{duty.body}负责{over}；"


def _by_table(facts: Facts, tree: Tree, rules: Sequence[Rule]) -> Decision:
    cases = _cases(facts)
    features = features_of(cases, facts)
    rule = first_match(rules, features)
    if rule and rule.outcome is DecisionKind.REDIRECT:
        return _redirect(rule, cases, facts)
    if rule and rule.outcome is DecisionKind.MANUAL:
        return _manual(rule, facts, tree, rules)
    if len(cases) > 1:
        return _joint(rule, cases, facts, tree, rules)
    if cases:
        return _single(rule, cases[0], facts, tree)
    return _placed(rule, facts, tree)


def _cases(facts: Facts) -> list[Case]:
    """Return the distinct respondents whose whereabouts are known."""
    found = []
    for respondent in facts.respondents:
        place = respondent.place or facts.place or (respondent.founder and respondent.founder.place)
        if place:
            found.append(case_of(respondent, place))
    return list(dict.fromkeys(found))


def _listed(rule: Rule | None, tree: Tree) -> OfficeNode | None:
    """Return the office a rule names itself, None when it names none or one that is no more."""
    return tree.nodes.get(rule.office_code) if rule and rule.target is Target.OFFICE else None


def _single(rule: Rule | None, case: Case, facts: Facts, tree: Tree) -> Decision:
    told = _listed(rule, tree) or target_office(rule.target if rule else Target.SUPERIOR, case, tree)
    node = told or own_office(case, tree)
    return _dispatch(rule, node, [case], facts, tree)


def _placed(rule: Rule | None, facts: Facts, tree: Tree) -> Decision:
    there = tree.at(facts.place.path, Level.COUNTY) if facts.place else None
    node = _listed(rule, tree) or there
    return _dispatch(rule, node or _keeper(facts, tree), [], facts, tree)


def _joint(
    rule: Rule | None, cases: Sequence[Case], facts: Facts, tree: Tree, rules: Sequence[Rule]
) -> Decision:
    alone = [_by_table(replace(facts, respondents=(case.named,)), tree, rules) for case in cases]
    offices = [
        tree.nodes[one.office_code] for one in alone if one.kind is DecisionKind.DISPATCH and one.office_code
    ]
    node = _listed(rule, tree) or tree.common(offices) or _keeper(facts, tree)
    decided = _dispatch(rule, node, cases, facts, tree)
    return replace(decided, leadership=decided.leadership or any(one.leadership for one in alone))


def _forbidden(cases: Sequence[Case], tree: Tree) -> frozenset[str]:
    """Return the codes of the offices that are themselves complained about."""
    owns = (own_office(case, tree) for case in cases if case.kind == "supervision")
    names = {case.named.name for case in cases}
    return frozenset(own.code for own in owns if own) | frozenset(
        node.code for node in tree.nodes.values() if node.name in names
    )


def _dispatch(
    rule: Rule | None, node: OfficeNode | None, cases: Sequence[Case], facts: Facts, tree: Tree
) -> Decision:
    forbidden = _forbidden(cases, tree)
    proposed = node
    while node and node.code in forbidden:
        node = tree.superior(node)
    if node is None:
        return _out_of_reach(cases)
    assisting = _assisting(rule, cases, tree, forbidden | {node.code})
    told = [case.named for case in cases if case.named.is_vertical]
    decision = Decision(
        kind=DecisionKind.DISPATCH,
        office_code=node.code,
        rule_id=rule.code if rule else FALLBACK,
        because=_sentence(
            rule, cases, facts, office=node.name, assisting=assisting.name if assisting else ""
        ),
        assisting_office_code=assisting.code if assisting else None,
        leadership=bool(rule and rule.leadership),
        conduct=facts.is_conduct,
        tell_body="、".join(dict.fromkeys(one.superior_name or _UNNAMED for one in told)),
        tell_body_codes=tuple(dict.fromkeys(one.superior_code for one in told if one.superior_code)),
    )
    decision = replace(decision, because=decision.because + _remarks(decision))
    return decision if proposed is node else _recused(decision, node)


def _recused(decision: Decision, node: OfficeNode) -> Decision:
    because = f"按规则应承办的机构正是被反映单位，依回避规定改由上级{node.name}承办。"
    return replace(decision, rule_id=RECUSAL, because=because + _remarks(decision))


def _remarks(decision: Decision) -> str:
    conduct = "本件反映人员作风，已作标记。" if decision.conduct else ""
    told = f"同时告知上级主管部门{decision.tell_body}。" if decision.tell_body else ""
    return told + conduct


def _assisting(
    rule: Rule | None, cases: Sequence[Case], tree: Tree, taken: frozenset[str]
) -> OfficeNode | None:
    if not (rule and rule.assisting and len(cases) == 1):
        return None
    found = own_office(cases[0], tree)
    return found if found and found.level is Level.TOWNSHIP and found.code not in taken else None


def _out_of_reach(cases: Sequence[Case]) -> Decision:
    names = "、".join(case.named.name for case in cases)
    because = f"{names}在本省没有上级监督机构可以承办，请转{MINISTRY_NAME}。"
    return Decision(DecisionKind.REDIRECT, None, RECUSAL, because, redirect_to=MINISTRY_NAME)


def _redirect(rule: Rule, cases: Sequence[Case], facts: Facts) -> Decision:
    channel = MINISTRY_NAME
    if rule.target is Target.OTHER_PROVINCE:
        channel = f"{_province(cases, facts)}12345热线"
    because = _sentence(rule, cases, facts, office=channel)
    return Decision(
        DecisionKind.REDIRECT, None, rule.code, because, redirect_to=channel, conduct=facts.is_conduct
    )


def _province(cases: Sequence[Case], facts: Facts) -> str:
    places = [case.place for case in cases] + ([facts.place] if facts.place else [])
    return next((place.province for place in places if place.province), "当地")


def _manual(rule: Rule, facts: Facts, tree: Tree, rules: Sequence[Rule]) -> Decision:
    candidates: dict[str, Candidate] = {}
    for place in facts.candidates:
        one = _by_table(replace(facts, place=place, candidates=()), tree, rules)
        if one.kind is DecisionKind.DISPATCH and one.office_code:
            candidates.setdefault(
                one.office_code, Candidate(one.office_code, tree.nodes[one.office_code].name, place.name)
            )
    keeper = tree.common([tree.nodes[code] for code in candidates]) or _keeper(facts, tree)
    names = "、".join(place.name for place in facts.candidates)
    return Decision(
        kind=DecisionKind.MANUAL,
        office_code=keeper.code if keeper else None,
        rule_id=rule.code,
        because=_sentence(rule, [], facts, office=keeper.name if keeper else "", candidates=names),
        conduct=facts.is_conduct,
        candidates=tuple(candidates.values()),
    )


def _keeper(facts: Facts, tree: Tree) -> OfficeNode | None:
    """Return the office that keeps what cannot be placed: the one that took it in, else the top of the tree."""
    on_place = tree.on(facts.place.path) if facts.place else []
    tops = on_place or sorted(tree.nodes.values(), key=lambda node: (node.level.depth, node.code))
    return tree.nodes.get(facts.intake_office) or next(iter(tops), None)


def _sentence(rule: Rule | None, cases: Sequence[Case], facts: Facts, **names: str) -> str:
    body = "、".join(case.named.name for case in cases) or _names(facts)
    if rule is None:
        return f"没有规则适用于{body}，按兜底规定由上级{names['office']}承办。"
    first = cases[0] if cases else None
    founder = first.named.founder if first else None
    values = {
        "body": body,
        "level": LEVEL_NAMES[first.counted.level] if first else "",
        "founder": founder.name if founder else "",
        "province": _province(cases, facts),
        "place": first.place.name if first else facts.place.name if facts.place else "",
        "assisting": names.get("assisting") or "当地司法所",
        "candidates": names.get("candidates") or "无",
        "office": names["office"],
    }
    return rule.because.format_map(values)


def _names(facts: Facts) -> str:
    return "、".join(one.name for one in facts.respondents) or "被反映单位"
