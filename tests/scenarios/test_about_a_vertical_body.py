"""七、反映垂直管理单位的：同级监督机构登记跟进，并告知其上级主管部门。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import CONTENT


def test_the_district_leads_and_the_superior_department_is_told(taken_in: TakenIn) -> None:
    """区税务局被反映：不向税务局派单，区司法局牵头，告知市税务局。"""
    case = taken_in("天河话务员", "天河区税务局执法标准前后不一致。", category_code="C1")
    assert case.office == "天河区司法局"
    assert "不向该单位派单" in case.told["because"]
    assert "告知上级主管部门" in case.told["because"]
    assert "广州市税务局" in case.told["because"]
    case.handled("天河承办人", "天河审核人", outcome="other_route")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)
