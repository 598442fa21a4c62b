"""并案与撤销并案：同一件事并到一张主工单，各留各的编号和诉求人；分得开，主工单另有去向时并入的也不丢。"""

from tests.scenarios.conftest import TakenIn

WORDS = "天河区城管局执法标准前后不一致。"
SAME = "同一时间同一事项"


def test_a_merge_can_be_undone(taken_in: TakenIn) -> None:
    """两个人投诉同一件事：并案，发现不是一回事，再分开，各自签收办理。"""
    lead = taken_in("天河话务员", WORDS, category_code="C1")
    other = taken_in("天河话务员", WORDS, category_code="C1")
    other.refused("天河承办人", "并案", code="not_allowed", lead=lead.number, reason=SAME)
    other.refused("天河话务员", "并案", code="invalid", lead=other.number, reason=SAME)
    other.step("天河话务员", "并案", then="已并案", lead=lead.number, reason=SAME)
    assert lead.read("天河审核人")["n_repeats"] == 1
    assert other.as_the_complainant_sees_it()["number"] == other.number
    other.refused("天河承办人", "签收", code="conflict")
    other.step("天河话务员", "撤销并案", then="待签收", reason="并非同一事项")
    assert lead.read("天河审核人")["n_repeats"] == 0
    other.step("天河承办人", "签收", then="办理中")


def test_when_the_lead_is_withdrawn_the_others_go_on(taken_in: TakenIn) -> None:
    """主工单的诉求人撤回了，别人的诉求还在：并入的自动分开，回到原来的环节，重新计签收时限。"""
    lead = taken_in("天河话务员", WORDS, category_code="C1")
    other = taken_in("天河话务员", WORDS, category_code="C1")
    other.step("天河话务员", "并案", then="已并案", lead=lead.number, reason=SAME)
    lead.step("天河话务员", "诉求人撤回", then="已撤回", reason="诉求人来电撤回")
    seen = other.read("天河承办人")
    assert (seen["status"], bool(seen["stage_due_at"])) == ("dispatched", True)
    other.told = seen
    other.step("天河承办人", "签收", then="办理中")
    other.replied("天河承办人", "天河审核人")
