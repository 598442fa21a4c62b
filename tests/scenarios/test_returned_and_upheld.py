"""退单后裁决维持：原承办单位继续办，不得再退，办理时限不重新计算。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import CONTENT, NOT_OURS, OFFICES

WORDS = "天河区城管局执法标准前后不一致。"


def test_the_arbiter_upholds_and_the_office_handles_it(taken_in: TakenIn) -> None:
    """区局说不归自己管，市局裁决人维持原派单。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    due = case.told["due_at"]
    given = {**NOT_OURS, "claimed_office": OFFICES["越秀区司法局"]}
    case.returned("天河承办人", "天河审核人", **given)
    assert case.told["due_at"] == due, "退单不重置时限"
    assert case.told["stage_due_at"], "裁决也有时限"

    # 待裁决期间谁也不能签收；本单位的人不能自己裁决
    case.refused("天河另一承办人", "签收", code="conflict")
    case.refused("天河审核人", "裁决退单", code="not_allowed", ruling="uphold", reason="仍由我局办理")

    case.step("广州裁决人", "裁决退单", then="待签收", ruling="uphold", reason="事发地在天河区，原派单正确")
    assert (case.office, case.told["due_at"]) == ("天河区司法局", due)
    told = case.refused("天河承办人", "退单", code="may_not_return", **given)
    assert "已退过一次" in told
    case.handled("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)
