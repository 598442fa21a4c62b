"""二、反映部门的，由同级政府的监督机构办理。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import CONTENT, DISCOVERY, REPLY


def test_a_district_department_is_answered_for_by_the_district(taken_in: TakenIn) -> None:
    """区城管局乱罚款：归区司法局；四乱事项答复须附证据。"""
    case = taken_in("天河话务员", "天河区城管局乱罚款，罚了我两千块不给票据。", category_code="A2")
    assert case.office == "天河区司法局"
    assert "由同级政府的广州市天河区司法局承办" in case.told["because"]
    assert case.hidden_from("越秀承办人"), "邻区无关，看不到"

    case.step("天河承办人", "签收", then="办理中")
    case.refused("天河承办人", "答复", code="evidence_needed", **REPLY)
    case.step("天河承办人", "答复", then="待审核", **REPLY, evidence=[DISCOVERY])
    case.step("天河审核人", "审核答复", then="待回访", approve=True)
    case.step("天河话务员", "回访", then="已办结", **CONTENT)
    case.step("天河话务员", "归档", then="已归档")
    assert case.offered("天河审核人") == set(), "归档之后没有下一步"


def test_a_city_department_is_answered_for_by_the_city(taken_in: TakenIn) -> None:
    """市级部门被反映：归市司法局，区里接的电话也转到市里。"""
    case = taken_in("天河话务员", "广州市市场监督管理局检查时态度粗暴，推搡店员。", category_code="G1")
    assert case.office == "广州市司法局"
    case.handled("广州承办人", "广州审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)
