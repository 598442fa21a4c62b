"""三、几个单位共同实施的，由它们共同的上级政府的监督机构办理。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import CONTENT


def test_two_districts_together_are_answered_for_by_the_city(taken_in: TakenIn) -> None:
    """两个区的城管局联合执法：归市司法局，任何一个区都不能办。"""
    words = "天河区城管局和越秀区城管局联合执法，把我的车拉走，一起罚款。"
    case = taken_in("天河话务员", words, category_code="B1")
    assert case.office == "广州市司法局"
    assert "共同" in case.told["because"]
    case.refused("天河承办人", "签收", code="not_your_office")
    case.handled("广州承办人", "广州审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)


def test_two_departments_of_one_district_stay_in_the_district(taken_in: TakenIn) -> None:
    """同一个区的两个局：共同的上级政府就是区政府，归区司法局。"""
    case = taken_in("天河话务员", "天河区市场监管局和城管局联合检查，标准不一样。", category_code="C1")
    assert case.office == "天河区司法局"
    case.handled("天河承办人", "天河审核人")
