"""不满意重办：另行办理，最多两轮；第三次仍不满意转督办，不再空转。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import AGREED, CONTENT, DISSATISFIED, MORE_TIME, REPLY

WORDS = "天河区城管局执法标准前后不一致。"


def test_two_rounds_and_then_supervision(taken_in: TakenIn) -> None:
    """两轮重办之后仍不满意：转督办，由话务员说明后办结。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.handled("天河承办人", "天河审核人")
    for n in (1, 2):
        before = case.days_later(1).told["due_at"]
        case.step("天河话务员", "回访", then="重办", **DISSATISFIED)
        seen = case.read("天河审核人")
        assert seen["n_reworks"] == n
        assert seen["due_at"] > before, "重办有自己的时限"
        assert case.as_the_complainant_sees_it()["steps"][-1]["what"] == "重新办理"
        case.days_later(2)
        former, other = ("天河承办人", "天河另一承办人") if n == 1 else ("天河另一承办人", "天河承办人")
        told = case.refused(former, "答复", code="another_handler_needed", **REPLY)
        assert "上一轮承办人以外" in told
        assert "答复" not in case.offered(former)
        case.replied(other, "天河审核人")
    case.step("天河话务员", "回访", then="待办结", **DISSATISFIED)
    assert case.read("广州裁决人")["supervised"]
    assert case.told["stage_due_at"], "待办结也有时限"
    case.step("天河话务员", "办结", then="已办结", reason="督办核实，已依法处理并说明")


def test_solved_but_not_content_and_content_but_not_solved(taken_in: TakenIn) -> None:
    """说满意但问题没解决，也要重办；解决了再回访办结。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.handled("天河承办人", "天河审核人")
    answer = {"reached": True, "grade": "basically_satisfied", "solved": False}
    case.step("天河话务员", "回访", then="重办", **answer)
    case.replied("天河另一承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)


def test_a_closed_ticket_can_be_reopened_until_it_is_archived(taken_in: TakenIn) -> None:
    """办结后反弹，话务员要求重办；归档之后不行。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.handled("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)
    case.step("天河话务员", "重办", then="重办", reason="诉求人来电说问题又出现")
    case.replied("天河另一承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)
    case.step("天河话务员", "归档", then="已归档")
    case.refused("天河话务员", "重办", code="conflict", reason="诉求人又来电")


def test_a_reviewer_may_let_the_same_officer_do_it_again(taken_in: TakenIn) -> None:
    """本单位确无他人可派：审核人说明理由，同意由原承办人重办，只限这一轮；原承办人自己不能同意自己。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.handled("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="重办", **DISSATISFIED)
    case.refused("天河承办人", "答复", code="another_handler_needed", **REPLY)
    case.refused("天河承办人", "同意原承办人重办", code="not_allowed", reason="没有其他人")
    assert "同意原承办人重办" in case.offered("天河审核人")
    case.step("天河审核人", "同意原承办人重办", then="重办", reason="另一承办人外出办案，本周无人可派")
    assert "无人可派" in case.last_note()
    case.replied("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="重办", **DISSATISFIED)
    case.refused("天河承办人", "答复", code="another_handler_needed", **REPLY)


def test_an_extension_nobody_decided_ends_with_the_round(taken_in: TakenIn) -> None:
    """答复时还没批的延期申请，重办后失效，不能拿来延长重办的期限。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.step("天河承办人", "申请延期", then="办理中", **MORE_TIME)
    case.replied("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="重办", **DISSATISFIED)
    case.refused("天河审核人", "审批延期", code="no_extension", **AGREED)
    case.step("天河另一承办人", "申请延期", then="重办", **MORE_TIME)
