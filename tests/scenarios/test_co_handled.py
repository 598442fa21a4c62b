"""协办：主办单位负总责，协办单位各交意见；协办没完，主办不能答复，除非写明理由。"""

from tests.scenarios.conftest import TakenIn
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
