"""退单后裁决改派：换一个单位办；第二个单位再退，由裁决人一锤定音。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import NOT_OURS, OFFICES

WORDS = "城管局执法标准前后不一致，事情发生在天河区和越秀区交界处。"


def test_it_goes_to_the_office_that_was_claimed(taken_in: TakenIn) -> None:
    """区局的退单成立，改派邻区；原单位从此看不到。"""
    case = taken_in("广州话务员", WORDS, category_code="C1", division_code="440106")
    here, there = OFFICES["天河区司法局"], OFFICES["越秀区司法局"]
    case.step("广州话务员", "派单/改派", then="待签收", office=here, reason="按接报地点派单")
    due = case.told["due_at"]
    case.returned("天河承办人", "天河审核人", claimed_office=there)
    case.refused("广州裁决人", "裁决退单", code="invalid", ruling="redispatch", reason="请改由他局办理")
    case.refused(
        "广州裁决人", "裁决退单", code="invalid", ruling="redispatch", reason="由你局办理", office=here
    )
    case.step(
        "广州裁决人", "裁决退单", then="待签收", ruling="redispatch", reason="事发地在越秀区", office=there
    )
    assert (case.office, case.told["due_at"]) == ("越秀区司法局", due)
    assert case.hidden_from("天河承办人")
    case.step("越秀承办人", "签收", then="办理中")


def test_a_second_return_ends_in_a_designation(taken_in: TakenIn) -> None:
    """两个区先后退单：第二次裁决指定一家，指定的不得再退，改派回来也不得退。"""
    case = taken_in("广州话务员", WORDS, category_code="C1", division_code="440106")
    here, there = OFFICES["天河区司法局"], OFFICES["越秀区司法局"]
    case.step("广州话务员", "派单/改派", then="待签收", office=here, reason="按接报地点派单")
    case.returned("天河承办人", "天河审核人", claimed_office=there)
    case.step(
        "广州裁决人", "裁决退单", then="待签收", ruling="redispatch", reason="事发地在越秀区", office=there
    )
    case.returned("越秀承办人", "广州审核人", claimed_office=here)
    assert case.read("广州裁决人")["n_returns"] == 2
    case.step(
        "广州裁决人", "裁决退单", then="待签收", ruling="designate", reason="主要行为在越秀区", office=there
    )
    told = case.refused("越秀承办人", "退单", code="may_not_return", **NOT_OURS)
    assert "指定" in told

    # 话务员改派给同一单位，指定依然有效
    case.step("广州话务员", "派单/改派", then="待签收", office=there, reason="重新送达")
    assert "指定" in case.refused("越秀承办人", "退单", code="may_not_return", **NOT_OURS)
    case.step("越秀承办人", "签收", then="办理中")
    case.step("广州话务员", "诉求人撤回", then="已撤回", reason="诉求人来电撤回")


def test_an_unreturned_office_may_be_designated_too(taken_in: TakenIn) -> None:
    """第一次退单就指定：被指定的单位一次也不能退。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.returned("天河承办人", "天河审核人")
    there = OFFICES["越秀区司法局"]
    case.step(
        "广州裁决人", "裁决退单", then="待签收", ruling="designate", reason="指定越秀区管辖", office=there
    )
    case.refused("越秀承办人", "退单", code="may_not_return", **NOT_OURS)
    case.step("越秀承办人", "签收", then="办理中")
    assert case.read("天河话务员")["office"]["code"] == there, "受理单位仍跟得到进度"
    case.step("天河话务员", "催办", then="办理中", reason="诉求人来电催问")
