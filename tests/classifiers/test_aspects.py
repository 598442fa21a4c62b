import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.aspects import ACT_TYPES, KINDS, PARTIES, PHRASES, Aspects, find_aspects
from classifiers.bodies import Bodies


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请问办理食品经营许可证需要什么材料", "enquiry"),
        ("建议在夜市旁边划一块疏导区", "suggestion"),
        ("我要投诉城管乱罚款", "complaint"),
        ("实名举报隔壁工厂偷排", "report"),
        ("求助,请帮忙协调解决", "help"),
        ("天气很好", None),
    ],
)
def test_kind(text: str, kind: str | None) -> None:
    assert find_aspects(text).kind == kind


@pytest.mark.parametrize(
    ("text", "act_type"),
    [
        ("城管罚款五千元,没有处罚决定书", "处罚"),
        ("许可证审批三个月了还没办下来", "许可"),
        ("把我的车查封扣押了", "强制"),
        ("征地补偿没有公示就征收", "征收"),
        ("征用我的仓库不给钱", "征用"),
        ("低保补贴一直没有发", "给付"),
        ("工伤认定书写错了", "确认"),
        ("不动产登记一直办不了", "登记"),
        ("山林权属争议的行政裁决不公", "裁决"),
        ("一个月来检查八次", "检查"),
        ("我不同意", None),
    ],
)
def test_act_type(text: str, act_type: str | None) -> None:
    assert find_aspects(text).act_type == act_type


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("我公司被罚", "enterprise"),
        ("我开的店被罚,我是市民", "sole_trader"),
        ("本人开车被拦", "person"),
        ("他们来了", None),
    ],
)
def test_party(text: str, party: str | None) -> None:
    assert find_aspects(text).party == party


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("城管说我的食品过期", "城市管理"),  # the body complained about goes before the matter
        ("尊敬的司法局领导,交警贴条", "公安交管"),
        ("向环保局反映过工地扬尘", "生态环境"),
        ("占道摆摊被收走", "城市管理"),
        ("灭火器过期被罚", "消防"),
        ("他们来了", None),
    ],
)
def test_domain(text: str, domain: str | None) -> None:
    assert find_aspects(text, Bodies().find(text, ())).domain == domain


def test_what_is_denied_does_not_count() -> None:
    assert find_aspects("没有罚款").act_type is None


def test_nothing_told_leaves_everything_open() -> None:
    assert find_aspects("") == Aspects(None, None, None, None)


def test_the_table_speaks_of_known_values_only() -> None:
    with PHRASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = {
        aspect: {row["value"] for row in rows if row["aspect"] == aspect}
        for aspect in ("kind", "act_type", "party")
    }
    assert told == {"kind": set(KINDS), "act_type": set(ACT_TYPES), "party": set(PARTIES)}
    assert len({row["value"] for row in rows if row["aspect"] == "domain"}) == 17


@given(st.text(max_size=100))
def test_no_text_breaks_it(text: str) -> None:
    found = find_aspects(text)
    assert found.kind is None or found.kind in KINDS
