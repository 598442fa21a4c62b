"""一、反映政府的，由上一级监督机构办理。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import CONTENT


def test_a_district_government_is_answered_for_by_the_city(taken_in: TakenIn) -> None:
    """区政府被反映：不归区司法局，归市司法局。"""
    case = taken_in("天河话务员", "天河区人民政府强拆我家房子，没有任何文书。", category_code="E5")
    assert (case.office, case.status) == ("广州市司法局", "待签收")
    assert "由上一级广州市司法局承办" in case.told["because"]

    # 区里的承办人不能签收市局的工单
    case.refused("天河承办人", "签收", code="not_your_office")

    # 市局签收、答复，市局另一人审核，受理的话务员回访
    case.handled("广州承办人", "广州审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)
    assert case.as_the_complainant_sees_it()["stage"] == "办结"


def test_a_city_government_is_answered_for_by_the_province(taken_in: TakenIn) -> None:
    """市政府被反映：归省司法厅，市局看得到但办不了。"""
    case = taken_in("广州话务员", "广州市人民政府违法强拆，没有公告。", category_code="E5")
    assert case.office == "广东省司法厅"
    case.refused("广州承办人", "签收", code="not_your_office")
    case.step("省厅审核人", "签收", then="办理中")
