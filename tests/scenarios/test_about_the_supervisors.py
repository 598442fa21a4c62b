"""六、反映监督机构自己的，由上级监督机构办理（回避）。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import CONTENT, OFFICES

WORDS = "天河区司法局行政执法监督科的人三个月不答复。"


def test_the_office_above_handles_it_and_the_office_itself_sees_nothing(taken_in: TakenIn) -> None:
    """市里接到对区司法局的投诉：归市司法局，区司法局看不到。"""
    case = taken_in("广州话务员", WORDS, category_code="F3")
    assert case.office == "广州市司法局"
    assert "回避" in case.told["because"]
    assert case.hidden_from("天河承办人")
    assert case.hidden_from("天河审核人")
    case.handled("广州承办人", "广州审核人")
    case.step("广州话务员", "回访", then="已办结", **CONTENT)


def test_it_can_be_neither_dispatched_nor_shared_with_the_office_complained_about(taken_in: TakenIn) -> None:
    """人工改派、请求协办、裁决，都不能把工单交给被反映的区司法局。"""
    case = taken_in("广州话务员", WORDS, category_code="F3")
    itself = OFFICES["天河区司法局"]
    case.refused("广州话务员", "派单/改派", code="recusal", office=itself, reason="由区里自查")
    below = OFFICES["石牌司法所"]
    case.refused("广州话务员", "派单/改派", code="recusal", office=below, reason="由司法所核查")
    case.step("广州承办人", "签收", then="办理中")
    case.refused("广州承办人", "请求协办", code="recusal", office=itself, task="请自查并报送材料")
    case.replied("广州承办人", "广州审核人")
