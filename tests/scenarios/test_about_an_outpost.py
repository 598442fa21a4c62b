"""四、反映政府派出机关的，由设立它的政府的监督机构办理。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import CONTENT


def test_a_street_office_belongs_to_the_district_that_set_it_up(taken_in: TakenIn) -> None:
    """街道办事处是区政府的派出机关：归区司法局，街道司法所不办自己街道的事。"""
    case = taken_in("天河话务员", "石牌街道办事处强拆我家雨棚，没有告知。", category_code="E1")
    assert case.office == "天河区司法局"
    assert "设立的派出机关" in case.told["because"]
    assert case.hidden_from("石牌司法所承办人")
    case.handled("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)


def test_a_development_zone_belongs_to_the_city_that_set_it_up(taken_in: TakenIn) -> None:
    """开发区管委会是市政府的派出机关：归市司法局。"""
    case = taken_in("天河话务员", "广州开发区管委会检查标准前后不一。", category_code="C1")
    assert case.office == "广州市司法局"
    case.handled("广州承办人", "广州审核人")


def test_a_branch_counts_as_the_department_that_set_it_up(taken_in: TakenIn) -> None:
    """部门的分局不是派出机关：视同设立它的市局，归市司法局。"""
    case = taken_in("天河话务员", "天河区生态环境分局来检查不出示证件。", category_code="D1")
    assert case.office == "广州市司法局"
    assert "视同设立它的部门" in case.told["because"]
    case.handled("广州承办人", "广州审核人")
