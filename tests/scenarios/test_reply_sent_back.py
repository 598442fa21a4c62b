"""审核退回：答复须另一人审核，退回要写理由，改好再交。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import AGREED, CONTENT, REPLY


def test_a_second_person_reads_every_reply(taken_in: TakenIn) -> None:
    """第一稿缺核查过程被退回，第二稿通过；退回的稿子诉求人看不到。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.step("天河承办人", "答复", then="待审核", **REPLY)
    assert case.as_the_complainant_sees_it()["reply"] is None
    case.refused("天河承办人", "审核答复", code="not_allowed", **AGREED)
    case.refused("天河审核人", "审核答复", code="invalid", approve=False)  # 退回要写理由
    case.step("天河审核人", "审核答复", then="办理中", approve=False, opinion="缺少核查过程")
    assert case.last_note() == "缺少核查过程"
    better = "经调阅案卷并询问当事人，您反映的情况部分属实，已责令改正。"
    case.step("天河承办人", "答复", then="待审核", **{**REPLY, "public_text": better})
    case.step("天河审核人", "审核答复", then="待回访", **AGREED)
    assert case.as_the_complainant_sees_it()["reply"] == better
    case.step("天河话务员", "回访", then="已办结", **CONTENT)


def test_a_reviewer_does_not_read_his_own_reply(taken_in: TakenIn) -> None:
    """审核人自己写的答复，由上级审核。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.step("天河审核人", "答复", then="待审核", **REPLY)
    case.refused("天河审核人", "审核答复", code="second_person_needed", **AGREED)
    case.step("广州审核人", "审核答复", then="待回访", **AGREED)
