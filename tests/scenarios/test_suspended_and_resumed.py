"""挂起与恢复：等别处的结果时停表，恢复后停了几个工作日就还几个；挂起太久有人过问。"""

from tests.scenarios.conftest import NightWatch, TakenIn
from tests.scenarios.steps import CONTENT, REPLY

WORDS = "天河区城管局执法标准前后不一致。"
WAITING = {"reason": "等待法院对同一处罚的裁判"}


def test_the_clock_stands_still(taken_in: TakenIn) -> None:
    """挂起一周，还五个工作日。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    due = case.told["due_at"]
    case.step("天河承办人", "挂起", then="挂起", **WAITING)
    case.refused("天河承办人", "答复", code="conflict", **REPLY)
    assert case.read("天河审核人")["light"] == "suspended"
    case.days_later(7)
    case.step("天河承办人", "恢复办理", then="办理中")
    assert case.told["due_at"][:10] == "2026-03-30"
    assert due[:10] == "2026-03-23"
    case.replied("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)


def test_nobody_forgets_a_suspended_ticket(taken_in: TakenIn, night_watch: NightWatch) -> None:
    """挂起十个工作日，系统记一笔请核对挂起原因；此后每十个工作日再记一次，恢复后不再记。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.step("天河承办人", "挂起", then="挂起", **WAITING)
    case.days_later(15)
    night_watch()
    assert case.history().count("still_suspended") == 1
    case.days_later(14)
    night_watch()
    assert case.history().count("still_suspended") == 2
    case.told = case.read("广州审核人")
    assert case.told["light"] == "suspended"
    case.step("天河承办人", "恢复办理", then="办理中")
    case.days_later(1)
    night_watch()
    assert case.history()[-1] == "resume"
