"""延期：到期之前申请，另一人审批，诉求人看到新的日期；只此一次。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import AGREED, CONTENT, MORE_TIME

WORDS = "天河区城管局执法标准前后不一致。"


def test_more_time_is_asked_by_one_and_granted_by_another(taken_in: TakenIn) -> None:
    """承办人申请五个工作日，第一次不同意，第二次同意。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.refused("天河承办人", "申请延期", code="conflict", **MORE_TIME)  # 没签收不能延期
    case.step("天河承办人", "签收", then="办理中")
    due, shown = case.told["due_at"], case.as_the_complainant_sees_it()["next_on"]
    case.refused("天河承办人", "申请延期", code="invalid", **{**MORE_TIME, "days": 11})
    case.step("天河承办人", "申请延期", then="办理中", **MORE_TIME)
    assert case.told["due_at"] == due, "批准之前时限不变"
    case.refused("天河承办人", "审批延期", code="not_allowed", **AGREED)
    case.step("天河审核人", "审批延期", then="办理中", approve=False, opinion="材料不足")
    assert case.told["due_at"] == due

    case.step("天河承办人", "申请延期", then="办理中", **MORE_TIME)
    case.step("天河审核人", "审批延期", then="办理中", **AGREED)
    assert case.told["due_at"] > due
    told = case.as_the_complainant_sees_it()
    assert told["next_on"] > shown
    assert told["steps"][-1]["what"] == "经批准延长办理时间"
    assert "上级专门批准" in case.refused("天河承办人", "申请延期", code="extension_spent", **MORE_TIME)
    case.replied("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)


def test_after_the_deadline_it_is_too_late_to_ask(taken_in: TakenIn) -> None:
    """已经超期的，不能再申请延期。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.days_later(40)
    case.refused("天河承办人", "申请延期", code="already_overdue", **MORE_TIME)
    assert case.read("天河审核人")["light"] == "red"
    case.replied("天河承办人", "天河审核人")


def test_who_asked_does_not_decide(taken_in: TakenIn) -> None:
    """审核人自己申请的延期，自己不能批，由上级批。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.step("天河审核人", "申请延期", then="办理中", **MORE_TIME)
    case.refused("天河审核人", "审批延期", code="second_person_needed", **AGREED)
    case.step("广州审核人", "审批延期", then="办理中", **AGREED)


def test_a_new_office_does_not_inherit_an_open_request(taken_in: TakenIn) -> None:
    """延期还没批就改派：原单位的申请作废，新单位可以自己申请。"""
    case = taken_in("广州话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.step("天河承办人", "申请延期", then="办理中", **MORE_TIME)
    case.step("广州话务员", "派单/改派", then="待签收", office="440104", reason="事发地在越秀区")
    case.step("越秀承办人", "签收", then="办理中")
    case.refused("广州审核人", "审批延期", code="no_extension", **AGREED)
    case.step("越秀承办人", "申请延期", then="办理中", **MORE_TIME)
    case.step("广州审核人", "审批延期", then="办理中", **AGREED)
