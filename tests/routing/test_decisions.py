"""Every word of a decision, and where it turns when offices, founders or places are missing: rows as tables."""

from dataclasses import replace
from datetime import date

import pytest

from tests.routing.test_rules import RULES, TREE, K, L, at, body, decide
from tracker.routing.facts import (
    Candidate,
    Decision,
    DecisionKind,
    Duty,
    DutyMatch,
    Facts,
    Place,
    Respondent,
    Rule,
    Settled,
    Target,
)
from tracker.routing.rules import DUTY, FALLBACK, PRECEDENT, RECUSAL, choose
from tracker.routing.tree import Tree

GUANGDONG = Tree.of(node for node in TREE.nodes.values() if node.code.startswith("44"))
NOBODY = Tree.of(())
BUREAU = Respondent("城管局", K.DEPARTMENT, L.COUNTY)
GUANGZHOU = body("440100", K.GOVERNMENT, name="广州市人民政府")


def without(*codes: str) -> Tree:
    return Tree.of(node for node in GUANGDONG.nodes.values() if node.code not in codes)


def row(
    code: str = "x",
    condition: dict[str, object] | None = None,
    target: Target = Target.SAME_LEVEL,
    outcome: DecisionKind = DecisionKind.DISPATCH,
    because: str = "由{office}承办。",
    **more: object,
) -> Rule:
    own = {"priority": 1, "basis": "依据", "verified": False, "effective_from": date(2026, 1, 1), **more}
    return Rule(code=code, condition=condition or {}, target=target, outcome=outcome, because=because, **own)  # type: ignore[arg-type]


def told(decision: Decision) -> tuple[str, str | None, str]:
    return decision.rule_id, decision.office_code, decision.because


# ── the sentence a clerk reads out, whole ──


@pytest.mark.parametrize(
    ("facts", "because"),
    [
        (
            Facts((body("440106003", K.TOWNSHIP_TEAM, name="石牌执法队"),)),
            "石牌执法队是镇街综合执法队伍，由广州市天河区司法局承办，石牌街道司法所协办。",
        ),
        (
            Facts((body("440106", K.OUTPOST, name="临空区管委会", founder=GUANGZHOU),)),
            "临空区管委会是广州市人民政府设立的派出机关，由设立它的政府的广州市司法局承办。",
        ),
        (
            Facts((body("440106", name="天河区城管局"), body("440111", name="白云区城管局"))),
            "天河区城管局、白云区城管局共同实施，由它们共同上级政府的广州市司法局承办。",
        ),
        (
            Facts((body("430100", name="长沙市城管局"),)),
            "长沙市城管局属湖南省，不归本省监督机构管辖，请转湖南省12345热线办理。",
        ),
        (
            Facts((replace(BUREAU, name="甲局"), replace(BUREAU, name="乙局"))),
            "写明了被反映单位（甲局、乙局），但没有写明在哪里，请人工核实地点后派单。",
        ),
        (
            Facts((body("440106", name="天河区城管局"),), is_conduct=True),
            "反映的是县级部门（天河区城管局），由同级政府的广州市天河区司法局承办。本件反映人员作风，已作标记。",
        ),
        (
            Facts(candidates=(at("440106003"), at("441900101"))),
            "发生地有多个可能（石牌街道、石碣镇），请人工核对后点选承办单位。",
        ),
        (
            Facts(place=at("440106"), assumed=at("440106")),
            (
                "未写明地点，按受理单位所在地（广州市天河区）推定；"
                "没有写明被反映单位，按发生地由广州市天河区司法局承办，核实单位后可改派。"
            ),
        ),
        (
            Facts(elsewhere=("长沙", "株洲")),
            "文中写到的长沙、株洲不在本系统辖区内或不能确定就是发生地，不作推定，请人工核实地点后派单。",
        ),
        (Facts(assumed=at("440106")), "没有写明被反映单位和发生地，请人工联系反映人核实后派单。"),
        (
            Facts(place=at("440106"), elsewhere=("长沙",)),
            "没有写明被反映单位，按发生地由广州市天河区司法局承办，核实单位后可改派。",
        ),
        (
            Facts(
                (body("440106", name="天河区城管局"),),
                settled=Settled("440111", "20260302000017", date(2026, 3, 2)),
                is_conduct=True,
            ),
            "按裁决先例由广州市白云区司法局承办（工单号 20260302000017，2026-03-02 裁决）。本件反映人员作风，已作标记。",
        ),
    ],
)
def test_the_sentence(facts: Facts, because: str) -> None:
    assert choose(facts, TREE, RULES).because == because


def test_a_team_without_a_township_office_is_assisted_by_whoever_there_is() -> None:
    team = Facts((body("440106003", K.TOWNSHIP_TEAM, name="石牌执法队"),))
    found = choose(team, without("440106003"), RULES)
    assert found.assisting_office_code is None
    assert found.because == "石牌执法队是镇街综合执法队伍，由广州市天河区司法局承办，当地司法所协办。"


def test_only_a_township_office_assists_and_never_the_one_in_charge() -> None:
    team = Facts((body("440106003", K.TOWNSHIP_TEAM),))
    near, far = row(assisting=True), row(target=Target.OFFICE, office_code="440300", assisting=True)
    assert choose(team, TREE, [near]).office_code == "440106003"
    assert choose(team, TREE, [near]).assisting_office_code is None
    assert choose(team, TREE, [far]).assisting_office_code == "440106003"
    assert choose(team, without("440106003"), [far]).assisting_office_code is None


EVERYTHING = "{body}|{level}|{office}|{founder}|{assisting}|{province}|{place}|{candidates}"


@pytest.mark.parametrize(
    ("facts", "because"),
    [
        (
            Facts((body("440106", name="城管局"),)),
            "城管局|县级|广州市天河区司法局||当地司法所|广东省|广州市天河区|无",
        ),
        (
            Facts(place=at("440106003")),
            "被反映单位||广州市天河区司法局||当地司法所|广东省|石牌街道|无",
        ),
        (Facts(intake_office="440300"), "被反映单位||深圳市司法局||当地司法所|当地||无"),
    ],
)
def test_every_placeholder_has_something_to_say(facts: Facts, because: str) -> None:
    assert choose(facts, TREE, [row(because=EVERYTHING)]).because == because


# ── where it goes when something is missing ──


def test_a_supervision_office_that_is_no_more_is_answered_for_above_the_one_that_answers_for_it() -> None:
    found = choose(Facts((body("440106", K.SUPERVISION),)), without("440106"), RULES)
    assert (found.rule_id, found.office_code) == ("supervision", "440000")


@pytest.mark.parametrize("kind", [K.SUPERVISION, K.DEPARTMENT])
def test_without_any_office_on_the_way_it_is_for_the_ministry(kind: K) -> None:
    found = choose(Facts((body("440106", kind, name="甲"),)), NOBODY, [row(target=Target.SUPERIOR)])
    assert (found.kind, found.redirect_to, *told(found)) == (
        DecisionKind.REDIRECT,
        "司法部",
        RECUSAL,
        None,
        "甲在本省没有上级监督机构可以承办，请转司法部。",
    )


def test_several_that_nobody_stands_above_are_all_named() -> None:
    both = Facts((body("440000", name="广东省司法厅"), body("440106", name="乙")))
    found = choose(both, TREE, [row(target=Target.OFFICE, office_code="440000")])
    assert found.because == "广东省司法厅、乙在本省没有上级监督机构可以承办，请转司法部。"


def test_a_founder_counts_only_for_a_rule_that_asks_for_it() -> None:
    zone = Facts((body("440106", K.OUTPOST, founder=GUANGZHOU),))
    assert choose(zone, TREE, [row(target=Target.SAME_LEVEL)]).office_code == "440106"
    assert choose(zone, TREE, [row(target=Target.FOUNDER)]).office_code == "440100"
    alone = Facts((body("440106"),))
    assert choose(alone, TREE, [row(target=Target.FOUNDER)]).office_code == "440106"


def test_a_founder_from_elsewhere_and_one_without_a_place() -> None:
    abroad = body("440305", K.OUTPOST, founder=GUANGZHOU)
    assert decide(abroad).office_code == "440100"
    unplaced = replace(GUANGZHOU, place=None)
    assert decide(body("440305", K.OUTPOST, founder=unplaced)).office_code == "440300"


@pytest.mark.parametrize(
    ("respondent", "place", "rule_id", "office"),
    [
        (BUREAU, "440106003", "department", "440106"),
        (replace(BUREAU, founder=body("440111")), None, "department", "440111"),
        (replace(BUREAU, founder=body("440111")), "440106", "department", "440106"),
        (replace(BUREAU, place=at("440305")), "440106", "department", "440305"),
    ],
)
def test_where_a_respondent_is_looked_for(
    respondent: Respondent, place: str | None, rule_id: str, office: str
) -> None:
    found = decide(respondent, place=at(place) if place else None)
    assert (found.rule_id, found.office_code) == (rule_id, office)


def test_without_rule_and_place_it_stays_where_it_came_in_or_at_the_top() -> None:
    assert told(choose(Facts(intake_office="440300"), GUANGDONG, ())) == (
        FALLBACK,
        "440300",
        "没有规则适用于被反映单位，按兜底规定由上级深圳市司法局承办。",
    )
    assert choose(Facts(), GUANGDONG, ()).office_code == "440000"
    assert choose(Facts((replace(BUREAU, name="甲"), BUREAU)), GUANGDONG, ()).because == (
        "没有规则适用于甲、城管局，按兜底规定由上级广东省司法厅承办。"
    )


def test_where_there_is_no_office_at_all_a_person_decides() -> None:
    found = choose(Facts(), NOBODY, [row(target=Target.PERSON, outcome=DecisionKind.MANUAL)])
    assert (found.kind, *told(found)) == (DecisionKind.MANUAL, "x", None, "由承办。")
    kept = choose(
        Facts(intake_office="440300"), TREE, [row(target=Target.PERSON, outcome=DecisionKind.MANUAL)]
    )
    assert told(kept) == ("x", "440300", "由深圳市司法局承办。")


def test_the_hotline_of_the_place_or_of_wherever_it_is() -> None:
    assert told(decide(place=at("430100"), is_conduct=True))[:2] == ("other_province", None)
    assert decide(place=at("430100")).redirect_to == "湖南省12345热线"
    assert decide(place=Place("/430000/", L.PROVINCE, "某地")).redirect_to == "当地12345热线"


# ── marks that go along ──


@pytest.mark.parametrize("is_conduct", [True, False])
@pytest.mark.parametrize(
    "facts",
    [Facts((body("430100"),)), Facts(), Facts((body("440106"),)), Facts((body("440106"), body("440111")))],
)
def test_conduct_is_marked_whatever_becomes_of_it(facts: Facts, is_conduct: bool) -> None:
    assert choose(replace(facts, is_conduct=is_conduct), TREE, RULES).conduct is is_conduct


def test_acts_of_several_bodies_are_for_leaders_when_those_of_one_are() -> None:
    assert decide(body("440000"), body("440106")).leadership is True
    assert decide(body("440106"), body("440111")).leadership is False
    led = [row("led", {"joint": "yes"}, Target.LOWEST_COMMON, leadership=True), *RULES]
    assert choose(Facts((body("440106"), body("440111"))), TREE, led).leadership is True


def test_every_superior_department_is_told_once() -> None:
    several = [body("440106", name=n, is_vertical=True, superior_name=s) for n, s in ("甲A", "乙B", "丙B")]
    found = decide(*several)
    assert found.tell_body == "A、B"
    assert found.because.endswith("同时告知上级主管部门A、B。")


# ── acts of several bodies, and several places ──


def test_only_answers_that_are_an_office_count_for_the_lowest_above_all() -> None:
    rules = [
        row("person", {"level": "township"}, Target.PERSON, DecisionKind.MANUAL, priority=2),
        row("joint", {"joint": "yes"}, Target.LOWEST_COMMON),
        row("department", priority=3),
    ]
    two = Facts((body("440106"), body("440106003", K.GOVERNMENT)), intake_office="440300")
    assert choose(two, TREE, rules).office_code == "440106"


def test_acts_of_several_bodies_that_nobody_can_place_stay_where_they_came_in() -> None:
    rules = [
        row("joint", {"joint": "yes"}, Target.LOWEST_COMMON),
        row("person", target=Target.PERSON, outcome=DecisionKind.MANUAL, priority=2),
    ]
    two = Facts((body("440106"), body("440111")), intake_office="440300")
    assert choose(two, TREE, rules).office_code == "440300"


def test_a_rule_about_several_bodies_may_name_its_office() -> None:
    named = row("joint", {"joint": "yes"}, Target.OFFICE, office_code="440300")
    two = Facts((body("440106"), body("440111")))
    assert choose(two, TREE, [named, row("department", priority=2)]).office_code == "440300"


def test_a_place_that_leads_to_no_office_is_no_candidate() -> None:
    found = decide(candidates=(at("440000"), at("440106003"), at("441900101")))
    assert found.candidates == (
        Candidate("440106", "广州市天河区司法局", "石牌街道"),
        Candidate("441900", "东莞市司法局", "石碣镇"),
    )
    assert found.office_code == "440000"


# ── the duty list and earlier rulings ──


def test_a_duty_that_beat_nothing_says_nothing_of_it() -> None:
    duty = Duty(DutyMatch.ITEM, "占道经营", "城管", office_code="440106", basis="《条例》")
    assert decide(body("440100"), duty=duty).because == (
        "未写明被反映单位，按职责清单（《条例》）事项“占道经营”由城管负责；清单列明由广州市天河区司法局承办。"
    )
    marked = decide(body("440100"), duty=duty, is_conduct=True)
    assert (marked.rule_id, marked.because[-14:]) == (DUTY, "本件反映人员作风，已作标记。")


@pytest.mark.parametrize(
    ("respondent", "office", "rule_id"),
    [
        (body("440106", K.GOVERNMENT), "440100", PRECEDENT),  # one above
        (body("440106", K.GOVERNMENT), "440111", "government"),  # one beside
        (body("440106", K.DEPARTMENT), "440106003", PRECEDENT),  # a department may be answered for below
        (body("440106", K.DEPARTMENT, name="广州市白云区司法局"), "440111", "department"),
    ],
)
def test_how_far_an_earlier_ruling_reaches(respondent: Respondent, office: str, rule_id: str) -> None:
    found = decide(respondent, settled=Settled(office, "1", date(2026, 3, 2)))
    assert found.rule_id == rule_id


def test_an_earlier_ruling_needs_no_rule_but_gives_way_to_one_that_asks_a_person() -> None:
    one = Facts((body("440106"),), settled=Settled("440111", "1", date(2026, 3, 2)))
    assert told(choose(one, TREE, ()))[:2] == (PRECEDENT, "440111")
    asks = [row(target=Target.PERSON, outcome=DecisionKind.MANUAL)]
    assert choose(one, TREE, asks).kind is DecisionKind.MANUAL


def test_with_several_places_in_question_no_earlier_ruling_counts() -> None:
    one = Facts((body("440106"),), settled=Settled("440111", "1", date(2026, 3, 2)))
    assert choose(replace(one, candidates=(at("440106"), at("440111"))), TREE, RULES).rule_id == "department"


def test_an_earlier_ruling_changes_the_office_and_not_who_assists_or_leads() -> None:
    ruled = Settled("440100", "1", date(2026, 3, 2))
    team = decide(body("440106003", K.TOWNSHIP_TEAM), settled=ruled)
    assert (team.rule_id, team.office_code, team.assisting_office_code) == (PRECEDENT, "440100", "440106003")
    assert decide(body("440000"), settled=ruled).leadership is True
