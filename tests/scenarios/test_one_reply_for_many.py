"""一件答复、多件告知：同一件事多人反映，主工单答复一次，每个人都在自己的编号下看到答复、各自评价。"""

from tests.scenarios.conftest import NightWatch, TakenIn
from tests.scenarios.steps import CONTENT, DISSATISFIED, OFFICES, REPLY

WORDS = "天河区城管局执法标准前后不一致。"
SAME = "同一时间同一事项"


def test_everyone_reads_the_reply_and_is_called_back(taken_in: TakenIn) -> None:
    """两人并入一张主工单：主工单答复审核后，三人各自看到答复；各自回访，各自办结。"""
    lead = taken_in("天河话务员", WORDS, category_code="C1")
    others = [taken_in("天河话务员", WORDS, category_code="C1") for _ in range(2)]
    for other in others:
        other.step("天河话务员", "并案", then="已并案", lead=lead.number, reason=SAME)
        seen = other.as_the_complainant_sees_it()
        assert (seen["stage"], seen["reply"]) == ("办理", None)
        assert seen["next_on"] == lead.as_the_complainant_sees_it()["next_on"]
        assert seen["steps"][-1]["what"] == "与同一事项的诉求一并办理"
    lead.step("天河承办人", "签收", then="办理中")
    lead.step("天河承办人", "答复", then="待审核", **REPLY)
    assert others[0].read("天河话务员")["status"] == "merged", "没审核的答复谁也看不到"
    lead.step("天河审核人", "审核答复", then="待回访", approve=True)
    for other in others:
        other.told = other.read("天河话务员")
        assert (other.status, bool(other.told["stage_due_at"])) == ("待回访", True)
        seen = other.as_the_complainant_sees_it()
        assert (seen["stage"], seen["reply"]) == ("回访", REPLY["public_text"])
        assert lead.number in other.last_note()
        other.step("天河话务员", "回访", then="已办结", **CONTENT)
    assert lead.read("天河话务员")["status"] == "reviewed", "别人满意不等于主工单的诉求人满意"
    lead.step("天河话务员", "回访", then="已办结", **CONTENT)
    others[0].step("天河话务员", "归档", then="已归档")


def test_only_who_is_dissatisfied_is_handled_again(taken_in: TakenIn) -> None:
    """一人不满意：只有这一件重办，由答复的单位另派人办，有自己的期限；其他人不受影响。"""
    lead = taken_in("天河话务员", WORDS, category_code="C1")
    other = taken_in("天河话务员", WORDS, category_code="C1")
    other.step("天河话务员", "并案", then="已并案", lead=lead.number, reason=SAME)
    lead.handled("天河承办人", "天河审核人")
    other.told = other.read("天河话务员")
    assert other.told["due_at"] is None
    other.step("天河话务员", "回访", then="重办", **DISSATISFIED)
    assert other.told["due_at"] is not None
    assert lead.read("天河话务员")["status"] == "reviewed"
    other.replied("天河另一承办人", "天河审核人")
    assert len(other.get("天河审核人", "replies")["items"]) == 2
    other.step("天河话务员", "回访", then="已办结", **CONTENT)


def test_the_office_that_answered_answers_for_it(taken_in: TakenIn) -> None:
    """并入的原先派在别的单位：答复后转由答复的单位负责，评价也算在答复的单位。"""
    lead = taken_in("广州话务员", WORDS, category_code="C1")
    other = taken_in("广州话务员", WORDS, category_code="C1")
    elsewhere = {"office": OFFICES["越秀区司法局"], "reason": "诉求人住越秀"}
    other.step("广州话务员", "派单/改派", then="待签收", **elsewhere)
    other.step("广州话务员", "并案", then="已并案", lead=lead.number, reason=SAME)
    lead.handled("天河承办人", "广州审核人")
    other.told = other.read("广州话务员")
    assert other.office == "天河区司法局"
    other.step("广州话务员", "回访", then="已办结", **CONTENT)


def test_what_a_merged_complainant_adds_reaches_who_handles_it(taken_in: TakenIn) -> None:
    """并案后又补充情况：主工单的承办人看得到，主工单的诉求人看不到别人说了什么。"""
    lead = taken_in("天河话务员", WORDS, category_code="C1")
    other = taken_in("天河话务员", WORDS, category_code="C1")
    other.step("天河话务员", "并案", then="已并案", lead=lead.number, reason=SAME)
    other.adds("昨天又来检查了，有录像。")
    assert (lead.history()[-1], lead.last_note()) == ("facts", "昨天又来检查了，有录像。")
    assert "您补充了情况" not in {one["what"] for one in lead.as_the_complainant_sees_it()["steps"]}
    lead.handled("天河承办人", "天河审核人")


def test_nobody_joins_when_the_answer_is_out(taken_in: TakenIn, night_watch: NightWatch) -> None:
    """主工单已答复，后来的不能再并进去等一个不会再来的答复；可以单独办理。"""
    lead = taken_in("天河话务员", WORDS, category_code="C1")
    lead.handled("天河承办人", "天河审核人")
    late = taken_in("天河话务员", WORDS, category_code="C1")
    told = late.refused("天河话务员", "并案", code="lead_answered", lead=lead.number, reason=SAME)
    assert "单独办理" in told
    night_watch()
    late.handled("天河承办人", "天河审核人")
