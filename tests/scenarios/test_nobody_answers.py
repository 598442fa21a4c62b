"""回访三次未接通：不同的三天各打一次，才算无法联系，予以办结。"""

from tests.scenarios.conftest import NightWatch, TakenIn
from tests.scenarios.steps import CONTENT, UNANSWERED

WORDS = "天河区城管局执法标准前后不一致。"


def test_three_days_in_vain(taken_in: TakenIn, night_watch: NightWatch) -> None:
    """同一天打两次只算一次；第三天仍未接通办结，三十天后自动归档。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.handled("天河承办人", "天河审核人")
    case.refused("天河话务员", "办结", code="call_back_first", reason="没人接电话")
    case.step("天河话务员", "回访", then="待回访", **UNANSWERED)
    case.refused("天河话务员", "回访", code="tried_today", **UNANSWERED)
    case.days_later(1).step("天河话务员", "回访", then="待回访", **UNANSWERED)
    case.days_later(1).step("天河话务员", "回访", then="已办结", **UNANSWERED)
    case.days_later(29)
    night_watch()
    assert case.read("天河审核人")["status"] == "closed"
    case.days_later(2)
    night_watch()
    assert case.read("天河审核人")["status"] == "archived"


def test_who_answers_on_the_second_try_is_heard(taken_in: TakenIn) -> None:
    """当天没接通，晚些时候接通了，照样登记。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.handled("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="待回访", **UNANSWERED)
    case.step("天河话务员", "回访", then="已办结", **CONTENT)
