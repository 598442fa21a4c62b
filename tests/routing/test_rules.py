"""Who handles a complaint about whom: the eight rules and their readings, and that nothing is ever lost."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.errors import Invalid
from tracker.offices.rules import BodyKind, Level
from tracker.routing.conditions import check, matches
from tracker.routing.facts import (
    Decision,
    DecisionKind,
    Duty,
    DutyMatch,
    Facts,
    Place,
    Respondent,
    Settled,
    Target,
)
from tracker.routing.rules import DUTY, PRECEDENT, RECUSAL, choose
from tracker.routing.seed_rules import seed_rules
from tracker.routing.tree import OfficeNode, Tree

K, L = BodyKind, Level
RULES = seed_rules()

# code → (name, level, path); 441900 has towns directly under the city
DIVISIONS: dict[str, tuple[str, Level, str]] = {
    "440000": ("广东省", L.PROVINCE, "/440000/"),
    "440100": ("广州市", L.CITY, "/440000/440100/"),
    "440106": ("广州市天河区", L.COUNTY, "/440000/440100/440106/"),
    "440106001": ("五山街道", L.TOWNSHIP, "/440000/440100/440106/440106001/"),
    "440106003": ("石牌街道", L.TOWNSHIP, "/440000/440100/440106/440106003/"),
    "440111": ("广州市白云区", L.COUNTY, "/440000/440100/440111/"),
    "440300": ("深圳市", L.CITY, "/440000/440300/"),
    "440305": ("深圳市南山区", L.COUNTY, "/440000/440300/440305/"),
    "441900": ("东莞市", L.CITY, "/440000/441900/"),
    "441900101": ("石碣镇", L.TOWNSHIP, "/440000/441900/441900101/"),
    "430000": ("湖南省", L.PROVINCE, "/430000/"),
    "430100": ("长沙市", L.CITY, "/430000/430100/"),
}
SUFFIX = {L.PROVINCE: "司法厅", L.CITY: "司法局", L.COUNTY: "司法局", L.TOWNSHIP: "司法所"}
TREE = Tree.of(
    OfficeNode(code, name + SUFFIX[level], level, path) for code, (name, level, path) in DIVISIONS.items()
)


def at(code: str) -> Place:
    name, level, path = DIVISIONS[code]
    return Place(path, level, name, DIVISIONS[path[1:7]][0])


def body(
    code: str,
    kind: BodyKind = K.DEPARTMENT,
    name: str = "",
    founder: Respondent | None = None,
    **more: object,
) -> Respondent:
    place = at(code)
    named = name or f"{place.name}{kind.value}"
    return Respondent(
        named, kind, place.level, place, f"{code}-{kind.value}-{named}", founder=founder, **more
    )  # type: ignore[arg-type]


def decide(*respondents: Respondent, **more: object) -> Decision:
    return choose(Facts(respondents, **more), TREE, RULES)  # type: ignore[arg-type]


CITY_BUREAU = body("440100", name="广州市生态环境局")
ZONE_GOVERNMENT = body("440100", K.GOVERNMENT, name="广州市人民政府")


@pytest.mark.parametrize(
    ("respondent", "rule_id", "office", "assisting"),
    [
        (body("440106003", K.GOVERNMENT), "government", "440106", None),
        (body("440106", K.GOVERNMENT), "government", "440100", None),
        (body("440100", K.GOVERNMENT), "government", "440000", None),
        (body("440000", K.GOVERNMENT), "provincial_organ", "440000", None),
        (body("441900101", K.GOVERNMENT), "government", "441900", None),
        (body("440106"), "department", "440106", None),
        (body("440100"), "department", "440100", None),
        (body("440000"), "provincial_organ", "440000", None),
        (body("441900"), "department", "441900", None),
        (body("440106003"), "department", "440106003", None),
        (body("440106", K.OUTPOST, founder=ZONE_GOVERNMENT), "government_outpost", "440100", None),
        (
            body("440106003", K.OUTPOST, founder=body("440106", K.GOVERNMENT)),
            "government_outpost",
            "440106",
            None,
        ),
        (body("440106", K.OUTPOST, founder=CITY_BUREAU), "branch", "440100", None),
        (body("440106", K.OUTPOST), "fallback", "440100", None),
        (body("440106003", K.TOWNSHIP_TEAM), "township_team", "440106", "440106003"),
        (body("441900101", K.TOWNSHIP_TEAM), "township_team", "441900", "441900101"),
        (body("440106003", K.SUPERVISION), "supervision", "440106", None),
        (body("440106", K.SUPERVISION), "supervision", "440100", None),
        (body("441900", K.SUPERVISION), "supervision", "440000", None),
        (body("440106", is_vertical=True), "vertical", "440106", None),
    ],
)
def test_one_respondent(respondent: Respondent, rule_id: str, office: str, assisting: str | None) -> None:
    found = decide(respondent)
    assert (found.kind, found.rule_id) == (DecisionKind.DISPATCH, rule_id)
    assert (found.office_code, found.assisting_office_code) == (office, assisting)
    assert TREE.nodes[office].name in found.because
    assert found.leadership == (rule_id == "provincial_organ")


@pytest.mark.parametrize(
    ("respondents", "rule_id", "office"),
    [
        ([body("440106"), body("440106", name="天河区另一局", is_vertical=True)], "joint", "440106"),
        ([body("440106"), body("440111")], "joint", "440100"),
        ([body("440106"), body("440305")], "joint", "440000"),
        ([body("440106"), body("440106", K.GOVERNMENT)], "joint", "440100"),
        ([body("440106003", K.GOVERNMENT), body("440106001", K.GOVERNMENT)], "joint", "440106"),
        ([body("440106"), body("440106", K.SUPERVISION)], "supervision", "440100"),
        ([body("440100"), body("440106", K.SUPERVISION)], "supervision", "440100"),
        ([body("440106", K.SUPERVISION), body("440100", K.SUPERVISION)], "supervision", "440000"),
        ([body("440106"), body("430100")], "joint", "440106"),
    ],
)
def test_several_respondents(respondents: list[Respondent], rule_id: str, office: str) -> None:
    for order in (respondents, respondents[::-1]):
        found = decide(*order)
        assert (found.kind, found.rule_id, found.office_code) == (DecisionKind.DISPATCH, rule_id, office)


def test_the_same_body_twice_is_one_respondent() -> None:
    assert decide(body("440106"), body("440106")).rule_id == "department"


def test_a_body_of_another_province_is_redirected_to_its_hotline() -> None:
    found = decide(body("430100"))
    assert (found.kind, found.office_code, found.redirect_to) == (
        DecisionKind.REDIRECT,
        None,
        "湖南省12345热线",
    )
    assert "湖南省12345热线" in found.because


def test_the_provincial_office_itself_is_for_the_ministry() -> None:
    for others in ((), (body("440106"),)):
        found = decide(body("440000", K.SUPERVISION), *others)
        assert (found.kind, found.redirect_to) == (DecisionKind.REDIRECT, "司法部")


def test_the_superior_department_of_a_vertical_body_is_told() -> None:
    tax = body("440106", is_vertical=True, superior_name="广州市税务局", superior_code="440100-SW")
    found = decide(tax)
    assert (found.tell_body, found.tell_body_codes) == ("广州市税务局", ("440100-SW",))
    assert "同时告知上级主管部门广州市税务局" in found.because


def test_personal_conduct_goes_where_the_body_goes_and_is_marked() -> None:
    found = decide(body("440106"), is_conduct=True)
    assert found.conduct
    assert found.office_code == "440106"
    assert "作风" in found.because


def test_an_ambiguous_place_is_for_a_person_with_candidates_ready() -> None:
    places = (at("440106003"), at("441900101"))
    found = decide(candidates=places)
    assert found.kind is DecisionKind.MANUAL
    assert {one.office_code for one in found.candidates} == {"440106", "441900"}
    assert found.office_code == "440000"
    assert "石牌街道" in found.because


def test_candidates_follow_the_respondent_named() -> None:
    team = Respondent("综合行政执法队", K.TOWNSHIP_TEAM, L.TOWNSHIP)
    found = decide(team, candidates=(at("440106003"), at("440106001")))
    assert found.kind is DecisionKind.MANUAL
    assert [one.office_code for one in found.candidates] == ["440106"]


def test_a_named_body_without_a_place_is_looked_for_where_it_happened() -> None:
    bureau = Respondent("城管局", K.DEPARTMENT, L.COUNTY)
    assert decide(bureau, place=at("440106003")).office_code == "440106"
    assert decide(bureau, place=at("441900101")).office_code == "441900"


@pytest.mark.parametrize(
    ("place", "outcome", "office"),
    [
        ("440106003", DecisionKind.DISPATCH, "440106"),
        ("440106", DecisionKind.DISPATCH, "440106"),
        ("440100", DecisionKind.DISPATCH, "440100"),
        ("441900101", DecisionKind.DISPATCH, "441900"),
        ("440000", DecisionKind.MANUAL, "440000"),
        ("430100", DecisionKind.REDIRECT, None),
    ],
)
def test_a_place_without_a_respondent(place: str, outcome: DecisionKind, office: str | None) -> None:
    found = decide(place=at(place))
    assert (found.kind, found.office_code) == (outcome, office)


def test_a_place_too_wide_for_the_body_goes_to_the_office_that_covers_it() -> None:
    found = decide(Respondent("区住建局", K.DEPARTMENT, L.COUNTY, at("440100")))
    assert (found.rule_id, found.office_code) == ("level_unknown", "440100")
    assert "只写明在广州市" in found.because
    found = decide(Respondent("镇政府", K.GOVERNMENT, L.TOWNSHIP, at("440106")))
    assert (found.rule_id, found.office_code) == ("government", "440106")


def test_a_body_named_without_any_place_waits_for_a_person() -> None:
    found = decide(Respondent("城管局", K.DEPARTMENT, L.COUNTY))
    assert (found.kind, found.rule_id) == (DecisionKind.MANUAL, "unplaced")
    assert "城管局" in found.because


def test_nothing_known_waits_for_a_person_where_it_came_in() -> None:
    found = decide(intake_office="440300")
    assert (found.kind, found.rule_id, found.office_code) == (DecisionKind.MANUAL, "unknown", "440300")


def test_a_department_that_is_the_office_by_name_does_not_receive_its_own_complaint() -> None:
    found = decide(body("440106", name="广州市天河区司法局"))
    assert (found.rule_id, found.office_code) == (RECUSAL, "440100")
    assert "回避" in found.because


def test_without_any_rows_everything_goes_to_the_superior_office() -> None:
    found = choose(Facts((body("440106"),)), TREE, ())
    assert (found.rule_id, found.office_code) == ("fallback", "440100")
    assert choose(Facts((body("440000"),)), TREE, ()).office_code == "440000"


def test_an_inactive_office_is_answered_for_by_the_one_above() -> None:
    tree = Tree.of(node for node in TREE.nodes.values() if node.code != "440106")
    assert choose(Facts((body("440106"),)), tree, RULES).office_code == "440100"


def test_every_division_level_kind_and_vertical_gives_one_office_not_the_respondent() -> None:
    for code, level, kind, is_vertical, is_office in product(
        (one for one in DIVISIONS if one.startswith("44")), L, K, (True, False), (True, False)
    ):
        one = body(code, kind, TREE.nodes[code].name if is_office else "", is_vertical=is_vertical)
        one = replace(one, level=level)
        found, forbidden = decide(one), _offices_complained_about(one)
        assert found.because
        assert bool(found.tell_body) == (is_vertical and found.kind is DecisionKind.DISPATCH)
        if forbidden >= {"440000"}:
            assert (found.kind, found.redirect_to) == (DecisionKind.REDIRECT, "司法部"), one
        else:
            assert found.kind is DecisionKind.DISPATCH, one
            assert found.office_code in TREE.nodes.keys() - forbidden, one


HOME = [code for code in DIVISIONS if code.startswith("44")]


@st.composite
def bodies(draw: st.DrawFn, depth: int = 2) -> Respondent:
    code = draw(st.sampled_from(HOME))
    kind = draw(st.sampled_from(list(K)))
    founder = draw(st.none() | bodies(depth=depth - 1)) if depth and kind is K.OUTPOST else None
    name = draw(st.sampled_from(["某单位", TREE.nodes[code].name]))
    found = body(code, kind, name, founder, is_vertical=draw(st.booleans()))
    return replace(found, level=draw(st.sampled_from(list(L))))


def _offices_complained_about(respondent: Respondent) -> set[str]:
    assert respondent.place is not None
    named = {node.code for node in TREE.nodes.values() if node.name == respondent.name}
    counted = respondent
    while counted.kind is K.OUTPOST and counted.founder and counted.founder.kind is not K.GOVERNMENT:
        counted = counted.founder
    if counted.kind is K.SUPERVISION and counted.place:
        own = TREE.at(counted.place.path, counted.level)
        named |= {own.code} if own else set()
    return named


@settings(max_examples=300, deadline=None)
@given(st.lists(bodies(), min_size=1, max_size=3), st.booleans())
def test_any_combination_gives_exactly_one_office_and_never_the_respondent(
    respondents: list[Respondent], is_conduct: bool
) -> None:
    found = decide(*respondents, is_conduct=is_conduct)
    forbidden = set().union(*map(_offices_complained_about, respondents))
    assert found.because
    if found.kind is DecisionKind.REDIRECT:
        assert "440000" in forbidden, "only the top of the province has nobody above it"
        assert (found.office_code, found.redirect_to) == (None, "司法部")
    else:
        assert found.kind is DecisionKind.DISPATCH
        assert found.office_code in TREE.nodes
        assert found.office_code not in forbidden
        assert found.assisting_office_code not in forbidden | {found.office_code}
    assert decide(*respondents[::-1], is_conduct=is_conduct).office_code == found.office_code


def test_every_seeded_row_can_be_evaluated_and_named() -> None:
    for rule in RULES:
        check(rule.condition, rule.because)
    assert len({rule.priority for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("condition", "because", "code"),
    [
        ({"colour": "red"}, "", "bad_condition"),
        ({"kind": 3}, "", "bad_condition"),
        ({"kind": []}, "", "bad_condition"),
        ({"kind": {"is": "government"}}, "", "bad_condition"),
        ({}, "{nobody}", "bad_sentence"),
        ({}, "{body", "bad_sentence"),
        ({}, "{body.x}", "bad_sentence"),
    ],
)
def test_rows_that_cannot_be_evaluated_are_refused(
    condition: dict[str, object], because: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check(condition, because)
    assert refused.value.code == code


def test_conditions() -> None:
    features = {"kind": frozenset({"department", "supervision"}), "province": frozenset({"440000"})}
    assert matches({}, features)
    assert matches({"kind": ["supervision", "government"]}, features)
    assert not matches({"kind": "government"}, features)
    assert not matches({"province": {"not": "440000"}}, features)
    assert matches({"province": {"not": ["430000"]}}, features)
    assert not matches({"place_level": {"not": "city"}}, features)


def test_the_duty_list_names_the_office_but_never_the_one_complained_about() -> None:
    duty = Duty(
        DutyMatch.ITEM, "占道经营", "城管", office_code="440106", basis="《条例》", beaten="按分类应为市监局"
    )
    found = decide(body("440100"), duty=duty)
    assert (found.rule_id, found.office_code) == (DUTY, "440106")
    assert found.because == (
        "未写明被反映单位，按职责清单（《条例》）事项“占道经营”由城管负责，事项匹配优先于分类匹配（按分类应为市监局）；"
        "清单列明由广州市天河区司法局承办。"
    )
    recused = decide(body("440106", K.SUPERVISION, name="广州市天河区司法局"), duty=duty)
    assert (recused.rule_id, recused.office_code) == (RECUSAL, "440100")
    gone = decide(body("440100"), duty=replace(duty, office_code="440183"))
    assert (gone.rule_id, gone.office_code) == ("department", "440100")
    listed = decide(body("440100"), duty=Duty(DutyMatch.CATEGORY, "乱收费", "市监局"))
    assert listed.because.startswith("未写明被反映单位，按职责清单分类“乱收费”由市监局负责；反映的是市级部门")


@pytest.mark.parametrize("facts", [(body("440106"),), (), (body("440106"), body("440111"))])
def test_a_rule_may_name_its_office(facts: tuple[Respondent, ...]) -> None:
    first = replace(
        RULES[0], code="x", priority=0, condition={}, outcome=DecisionKind.DISPATCH, target=Target.OFFICE
    )
    told = Facts(facts, place=at("440106"))
    named = choose(told, TREE, [replace(first, office_code="440300")])
    assert (named.rule_id, named.office_code) == ("x", "440300")
    gone = choose(told, TREE, [replace(first, office_code="440183")])
    assert gone.office_code in {"440106", "440100"}


# ── what an arbiter ruled before ──


def settled(office: str) -> Settled:
    return Settled(office, "20260302000017", date(2026, 3, 2))


@pytest.mark.parametrize(
    ("respondent", "office"),
    [
        (body("440106"), "440111"),
        (body("440106"), "440106"),
        (body("440100"), "440106"),
        (body("440106003", K.TOWNSHIP_TEAM), "440100"),
        (body("440106", K.GOVERNMENT), "440000"),
    ],
)
def test_an_earlier_ruling_decides_and_names_its_ticket(respondent: Respondent, office: str) -> None:
    decision = decide(respondent, settled=settled(office))
    assert (decision.kind, decision.rule_id) == (DecisionKind.DISPATCH, PRECEDENT)
    assert decision.office_code == office
    assert decision.because.startswith("按裁决先例")
    assert "20260302000017" in decision.because


@pytest.mark.parametrize(
    ("respondents", "office", "why"),
    [
        ((body("440106", K.SUPERVISION),), "440106", "rule 6: never the office complained about"),
        ((body("440106", K.SUPERVISION),), "440111", "rule 6: the superior, whatever was ruled"),
        ((body("440106", K.GOVERNMENT),), "440106", "rule 1: no office of that government"),
        ((body("440106", K.GOVERNMENT),), "440106003", "rule 1: and none below"),
        ((body("440106"), body("440111")), "440106", "rule 3: acts of several bodies"),
        ((body("430100"),), "440106", "another province"),
        ((body("440106"),), "999999", "an office that is no more"),
    ],
)
def test_some_rules_stand_above_every_ruling(
    respondents: tuple[Respondent, ...], office: str, why: str
) -> None:
    decision = decide(*respondents, settled=settled(office))
    assert decision == decide(*respondents), why
    assert decision.rule_id != PRECEDENT


def test_the_office_complained_about_by_name_is_never_sent_its_own_complaint() -> None:
    named = body("440106", name=TREE.nodes["440106"].name)
    assert decide(named, settled=settled("440106")).office_code != "440106"


def test_an_ambiguous_place_still_asks_a_person() -> None:
    homeless = replace(body("440106"), place=None)
    facts = Facts((homeless,), candidates=(at("440106003"), at("440106001")), settled=settled("440106"))
    assert choose(facts, TREE, RULES) == choose(replace(facts, settled=None), TREE, RULES)
