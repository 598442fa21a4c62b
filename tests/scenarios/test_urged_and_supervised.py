"""催办、督办、通报：超期自动亮红灯，次日催办，再过五个工作日通报并转督办。"""

from tests.scenarios.conftest import NightWatch, TakenIn
from tests.scenarios.steps import CONTENT

WORDS = "天河区城管局执法标准前后不一致。"


def test_people_urge_and_supervise(taken_in: TakenIn) -> None:
    """诉求人来电，话务员催办；市局裁决人督办，只督办一次。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.step("天河话务员", "催办", then="办理中", reason="诉求人来电催问")
    case.step("省厅领导", "催办", then="办理中", reason="领导批示从速")
    case.step("广州裁决人", "督办", then="办理中", reason="社会影响较大")
    seen = case.read("天河审核人")
    assert (seen["n_urged"], seen["supervised"]) == (2, True)
    case.refused("广州审核人", "督办", code="already_supervised", reason="再次督办")
    case.refused("天河话务员", "督办", code="not_allowed", reason="请督办")
    assert case.as_the_complainant_sees_it()["steps"][-1]["what"] == "已催办"
    case.replied("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)


def test_time_urges_by_itself(taken_in: TakenIn, night_watch: NightWatch) -> None:
    """没有人催，系统也会催：先记超期，次日催办，五个工作日后通报并转督办。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.days_later(40)  # 后台停了很久才恢复，一样补记
    night_watch()
    assert case.history()[-3:] == ["overdue", "auto_urge", "circulated"]
    seen = case.read("天河审核人")
    assert (seen["light"], seen["n_urged"], seen["supervised"]) == ("supervised", 1, True)
    night_watch()
    assert case.history()[-3:] == ["overdue", "auto_urge", "circulated"], "不会重复催办"
    case.told = seen
    case.replied("天河承办人", "天河审核人")


def test_an_unsigned_ticket_does_not_hide(taken_in: TakenIn, night_watch: NightWatch) -> None:
    """两天没人签收：记一次环节超时，话务员看得到，可以改派。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.days_later(3)
    night_watch()
    assert case.history()[-1] == "stage_overdue"
    case.told = case.read("天河审核人")
    case.step("天河话务员", "派单/改派", then="待签收", office="440106006", reason="就近办理")
    case.step("石牌司法所承办人", "签收", then="办理中")
