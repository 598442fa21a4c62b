"""退单先由本单位审核：审核人不同意的，继续办理；审核之前签收时限照走；改派等使未审核的退单失效。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import AGREED, CONTENT, NOT_OURS, OFFICES

WORDS = "天河区城管局执法标准前后不一致。"
REFUSED = {"approve": False, "opinion": "事发地就在本区，属于本局职责，请继续办理"}


def test_the_reviewer_declines_and_the_office_goes_on(taken_in: TakenIn) -> None:
    """承办人要退，本单位审核人不同意：上级不知道，工单不动，照常办结。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    limits = case.told["due_at"], case.told["stage_due_at"]
    case.step("天河承办人", "退单", then="待签收", **NOT_OURS)
    assert (case.told["due_at"], case.told["stage_due_at"]) == limits, "签收和办理时限照走"
    case.refused("天河另一承办人", "退单", code="return_pending", **NOT_OURS)
    case.refused("天河承办人", "审核退单", code="not_allowed", **AGREED)
    case.refused("广州裁决人", "裁决退单", code="conflict", ruling="uphold", reason="仍由你局办理")
    assert "审核退单" in case.offered("天河审核人")
    case.step("天河审核人", "审核退单", then="待签收", **REFUSED)
    assert case.read("天河审核人")["n_returns"] == 0, "没有退出去的不算退单"
    case.handled("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)


def test_a_reviewers_own_return_is_signed_by_the_office_above(taken_in: TakenIn) -> None:
    """本单位只有一位审核人，他自己提的退单由上级单位审核人签。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河审核人", "退单", then="待签收", **NOT_OURS)
    told = case.refused("天河审核人", "审核退单", code="second_person_needed", **AGREED)
    assert "另一人" in told
    case.step("广州审核人", "审核退单", then="退单待裁决", **AGREED)
    case.step("广州裁决人", "裁决退单", then="待签收", ruling="uphold", reason="事发地在天河区")


def test_an_unsigned_return_ends_with_a_redispatch(taken_in: TakenIn) -> None:
    """还没审核，话务员已经改派：原来的退单失效，新单位不受影响。"""
    case = taken_in("广州话务员", WORDS, category_code="C1")
    case.step("广州话务员", "派单/改派", then="待签收", office=OFFICES["天河区司法局"], reason="按属地派单")
    case.step("天河承办人", "退单", then="待签收", **NOT_OURS)
    case.step(
        "广州话务员", "派单/改派", then="待签收", office=OFFICES["越秀区司法局"], reason="事发地在越秀区"
    )
    case.refused("广州审核人", "审核退单", code="no_return", **AGREED)
    assert case.read("广州话务员")["n_returns"] == 0
    case.step("越秀承办人", "签收", then="办理中")


def test_an_office_takes_its_return_back(taken_in: TakenIn) -> None:
    """退出去之后想通了：裁决之前可以撤回，但退单的机会已经用掉。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    due = case.told["due_at"]
    case.returned("天河承办人", "天河审核人")
    case.refused("天河另一承办人", "撤回退单", code="not_your_return", reason="我来办")
    case.step("天河承办人", "撤回退单", then="待签收", reason="核对地图，事发地在本区")
    assert case.told["due_at"] == due
    case.refused("天河承办人", "退单", code="may_not_return", **NOT_OURS)
    case.handled("天河承办人", "天河审核人")
