"""撤回：诉求人说不告了，受理单位登记，哪个环节都可以，办结以后不行。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import CONTENT

WORDS = "天河区城管局执法标准前后不一致。"
WISH = {"reason": "诉求人来电表示已协商解决"}


def test_even_a_suspended_ticket_can_be_withdrawn(taken_in: TakenIn) -> None:
    """挂起中撤回：承办单位不能替诉求人撤，话务员可以。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.step("天河承办人", "挂起", then="挂起", reason="等待鉴定意见")
    case.refused("天河承办人", "诉求人撤回", code="not_allowed", **WISH)
    case.step("天河话务员", "诉求人撤回", then="已撤回", **WISH)
    assert case.as_the_complainant_sees_it()["status"] == "已撤回"
    case.refused("天河审核人", "恢复办理", code="conflict")


def test_what_is_closed_is_not_withdrawn(taken_in: TakenIn) -> None:
    """已经办结的不能再撤回。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.handled("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)
    case.refused("天河话务员", "诉求人撤回", code="conflict", **WISH)
