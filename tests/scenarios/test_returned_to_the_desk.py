"""首次退单由派单的受理单位处理，第二次一律由上级裁决人裁决；谁也不能裁自己派给自己的单。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import OFFICES

WORDS = "城管局执法标准前后不一致，事情发生在天河区和越秀区交界处。"


def test_the_desk_decides_the_first_and_the_arbiter_the_second(taken_in: TakenIn) -> None:
    """市局派给天河，天河退回，市局话务员改派越秀；越秀再退，话务员就不能再处理了。"""
    case = taken_in("广州话务员", WORDS, category_code="C1", division_code="440106")
    here, there = OFFICES["天河区司法局"], OFFICES["越秀区司法局"]
    case.step("广州话务员", "派单/改派", then="待签收", office=here, reason="按接报地点派单")
    due = case.told["due_at"]
    case.returned("天河承办人", "天河审核人", claimed_office=there)
    assert "处理退单" in case.offered("广州话务员")
    case.refused(
        "广州话务员", "处理退单", code="invalid", ruling="designate", reason="指定越秀", office=there
    )
    case.step(
        "广州话务员", "处理退单", then="待签收", ruling="redispatch", reason="事发地在越秀区", office=there
    )
    assert (case.office, case.told["due_at"]) == ("越秀区司法局", due)

    case.returned("越秀承办人", "广州审核人", claimed_office=here)
    assert "处理退单" not in case.offered("广州话务员")
    told = case.refused(
        "广州话务员", "处理退单", code="arbiter_needed", ruling="uphold", reason="仍由越秀办理"
    )
    assert "第二次" in told
    case.step(
        "广州裁决人", "裁决退单", then="待签收", ruling="designate", reason="主要行为在越秀", office=there
    )
    case.step("越秀承办人", "签收", then="办理中")


def test_a_county_that_took_it_in_itself_goes_to_the_arbiter_at_once(taken_in: TakenIn) -> None:
    """天河自己受理、派给自己又退：第一次就由市局裁决人裁决。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.returned("天河承办人", "天河审核人")
    case.refused("天河话务员", "处理退单", code="not_the_desk", ruling="uphold", reason="仍由我局办理")
    case.step("广州裁决人", "裁决退单", then="待签收", ruling="uphold", reason="事发地在天河区")
