"""协办：主办单位负总责，协办单位各交意见；协办没完，主办不能答复，除非写明理由。"""

from tests.scenarios.conftest import NightWatch, TakenIn
from tests.scenarios.steps import CONTENT, OFFICES, REPLY

WORDS = "天河区城管局执法标准前后不一致，越秀区也有同样情况。"
TASK = {"office": OFFICES["越秀区司法局"], "task": "请调取贵区同类案件案卷"}


def test_the_lead_waits_for_the_other_office(taken_in: TakenIn) -> None:
    """天河主办，越秀协办：越秀交了意见，天河才答复。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    assert case.hidden_from("越秀承办人")
    case.step("天河承办人", "签收", then="办理中")
    own = {"office": OFFICES["天河区司法局"], "task": "请协助调取案卷"}
    case.refused("天河承办人", "请求协办", code="invalid", **own)
    case.step("天河承办人", "请求协办", then="办理中", **TASK)
    case.refused("天河承办人", "请求协办", code="already_co_handling", **TASK)

    # 协办单位看得到、能交意见，但不能替主办答复
    assert case.offered("越秀承办人") == {"提交协办意见"}
    case.refused("越秀承办人", "答复", code="not_your_office", **REPLY)
    told = case.refused("天河承办人", "答复", code="co_handlers_open", **REPLY)
    assert "1个协办单位" in told
    case.step("越秀承办人", "提交协办意见", then="办理中", opinion="同类案件裁量一致，附清单。")
    case.refused("越秀承办人", "提交协办意见", code="not_your_office", opinion="再补充一点意见。")
    case.replied("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)


def test_the_lead_may_go_on_with_a_reason(taken_in: TakenIn) -> None:
    """协办单位迟迟不回：主办写明理由后可以先答复。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.step("天河承办人", "请求协办", then="办理中", **TASK)
    case.days_later(7)
    case.step(
        "天河承办人", "答复", then="待审核", **REPLY, overrule_reason="协办单位逾期未复，本区情况已查清"
    )
    case.step("天河审核人", "审核答复", then="待回访", approve=True)
    case.refused("越秀承办人", "提交协办意见", code="conflict", opinion="现补交协办意见。")


def test_a_co_handler_who_becomes_the_lead_owes_himself_nothing(taken_in: TakenIn) -> None:
    """协办单位被改派为主办：自己那份协办就此了结，不会卡住自己的答复。"""
    case = taken_in("广州话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.step("天河承办人", "请求协办", then="办理中", **TASK)
    given = {"office": OFFICES["越秀区司法局"], "reason": "主要事实在越秀区"}
    case.step("广州话务员", "派单/改派", then="待签收", **given)
    case.step("越秀承办人", "签收", then="办理中")
    case.step("越秀承办人", "答复", then="待审核", **REPLY)
    case.step("广州审核人", "审核答复", then="待回访", approve=True)


def test_the_other_office_has_days_of_its_own(taken_in: TakenIn, night_watch: NightWatch) -> None:
    """给协办单位三个工作日：列表上看得到自己的期限；过了没交，记超期，双方都知道；晚交了也算交。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    told = case.refused("天河承办人", "请求协办", code="after_the_lead", **TASK, days=40)
    assert "不能晚于主办期限" in told
    case.step("天河承办人", "请求协办", then="办理中", **TASK, days=3)
    (part,) = case.read("越秀承办人")["co_handlers"]
    assert (part["state"], part["light"], part["due_at"][:10]) == ("open", "green", "2026-03-05")
    assert case.listed("越秀承办人", tab="helping")
    case.days_later(4)
    night_watch()
    (part,) = case.read("天河承办人")["co_handlers"]
    assert part["light"] == "red"
    assert case.history()[-1] == "co_overdue"
    assert "越秀区司法局未在协办期限内提交协办意见" in case.last_note()
    case.step("越秀承办人", "提交协办意见", then="办理中", opinion="同类案件裁量一致，附清单。")
    (part,) = case.read("天河承办人")["co_handlers"]
    assert (part["state"], part["late"]) == ("done", True)
    assert not case.listed("越秀承办人", tab="helping")
    case.replied("天河承办人", "天河审核人")


def test_the_lead_calls_it_off(taken_in: TakenIn) -> None:
    """主办自己查清了：撤回协办，对方不必再办、也看不到工单了；主办随即答复。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    assert "撤回协办" not in case.offered("天河承办人")
    case.step("天河承办人", "请求协办", then="办理中", **TASK)
    off = {"office": OFFICES["越秀区司法局"], "reason": "案卷已在本区调到"}
    wrong = {**off, "office": OFFICES["广州市司法局"]}
    case.refused("天河承办人", "撤回协办", code="not_co_handling", **wrong)
    case.refused("越秀承办人", "撤回协办", code="not_your_office", **off)
    case.step("天河承办人", "撤回协办", then="办理中", **off)
    assert case.hidden_from("越秀承办人")
    assert case.read("天河承办人")["co_handlers"][0]["state"] == "recalled"
    case.step("天河承办人", "请求协办", then="办理中", **TASK)
    assert case.offered("越秀承办人") == {"提交协办意见"}
    case.step("天河承办人", "撤回协办", then="办理中", **off)
    case.replied("天河承办人", "天河审核人")


def test_days_of_a_suspension_are_given_back_to_the_other_office_too(
    taken_in: TakenIn, night_watch: NightWatch
) -> None:
    """工单挂起，协办也停表；恢复后挂起的工作日还给协办单位。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.step("天河承办人", "请求协办", then="办理中", **TASK, days=3)
    case.step("天河承办人", "挂起", then="挂起", reason="相关行政复议正在审理")
    assert case.read("越秀承办人")["co_handlers"][0]["light"] == "suspended"
    case.days_later(7)
    night_watch()
    assert "co_overdue" not in case.history()
    case.step("天河审核人", "恢复办理", then="办理中")
    assert case.read("越秀承办人")["co_handlers"][0]["due_at"][:10] == "2026-03-12"


def test_a_lead_that_is_late_must_name_the_days(taken_in: TakenIn) -> None:
    """主办自己已超期，再请人协办须写明给几天，不能让人一接手就超期。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.days_later(30)
    case.refused("天河承办人", "请求协办", code="days_needed", **TASK)
    case.step("天河承办人", "请求协办", then="办理中", **TASK, days=2)
    assert case.read("天河审核人")["co_handlers"][0]["light"] == "green"
