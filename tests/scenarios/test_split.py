"""拆分：一段话里说了两件事，拆成两张各有编号、单位和期限的工单；诉求人和回访留在原工单，各件办完再一并答复。"""

from tests.scenarios.conftest import NightWatch, TakenIn
from tests.scenarios.steps import CONTENT, DISSATISFIED, OFFICES, REPLY

WORDS = (
    "天河区城管局执法标准前后不一致，同样的招牌别家不罚；越秀区市场监督管理局一个月查了我六次，没有检查通知。"
)
SIGNS = {
    "title": "招牌执法标准不一",
    "content": "天河区城管局执法标准前后不一致，同样的招牌别家不罚。",
    "category": "C1",
}
VISITS = {
    "title": "一个月检查六次",
    "content": "越秀区市场监督管理局一个月查了我六次，没有检查通知。",
    "category": "A3",
    "office": OFFICES["越秀区司法局"],
}
TWO = {"parts": [SIGNS, VISITS], "reason": "涉及两个区两个部门的两件事"}
PAPER_REPLY = {**REPLY, "public_text": "经核查，该所一个月检查六次，其中四次无计划，已责令改正。"}


def test_each_matter_goes_its_own_way_and_the_whole_is_answered_once(taken_in: TakenIn) -> None:
    """拆成两件：天河的归天河，越秀的归越秀；都办结了，原工单才答复；只回访诉求人一次。"""
    whole = taken_in("广州话务员", WORDS, category_code="C1")
    whole.step("天河承办人", "签收", then="办理中")
    whole.refused("天河审核人", "拆分", code="invalid", parts=[SIGNS], reason="只有一件")
    whole.step("天河承办人", "拆分", then="办理中", **TWO)
    signs, visits = whole.parts("天河承办人")
    assert (signs.office, visits.office) == ("天河区司法局", "越秀区司法局")
    assert signs.number != visits.number != whole.number
    assert signs.told["due_at"]
    assert visits.told["parent"] == whole.number
    assert "拆分" not in signs.offered("天河承办人")

    # 诉求人凭原工单看得到分件办理，别的单位看不到原工单
    seen = whole.as_the_complainant_sees_it()
    assert [one["title"] for one in seen["parts"]] == ["招牌执法标准不一", "一个月检查六次"]
    assert whole.hidden_from("越秀承办人")

    told = whole.refused("天河承办人", "答复", code="parts_open", **REPLY)
    assert "2件拆分出的工单未办结" in told
    signs.concluded("天河承办人", "天河审核人")
    assert (whole.history()[-1], REPLY["public_text"] in whole.last_note()) == ("part-ended", True)
    whole.looked_at("天河承办人").refused("天河承办人", "答复", code="parts_open", **REPLY)
    visits.concluded("越秀承办人", "广州审核人", **PAPER_REPLY)
    assert visits.history()[-1] == "close"
    visits.refused("广州话务员", "回访", code="conflict", **CONTENT)

    seen = whole.as_the_complainant_sees_it()
    assert [one["reply"] for one in seen["parts"]] == [REPLY["public_text"], PAPER_REPLY["public_text"]]
    assert seen["reply"] is None
    whole.replied(
        "天河承办人",
        "天河审核人",
        public_text="您反映的两件事均已办结：招牌问题已责令改正，检查问题已责令改正。",
    )
    whole.step("广州话务员", "回访", then="已办结", **CONTENT)


def test_the_parent_may_answer_first_with_a_reason_and_the_part_goes_on(
    taken_in: TakenIn, night_watch: NightWatch
) -> None:
    """一件久办不下：写明理由可以先答复、办结；没办完的那件继续办，结果仍记到原工单、诉求人仍查得到。"""
    whole = taken_in("广州话务员", WORDS, category_code="C1")
    whole.step("天河承办人", "签收", then="办理中")
    whole.step("广州话务员", "拆分", then="办理中", **TWO)
    signs, visits = whole.parts("天河承办人")
    signs.concluded("天河承办人", "天河审核人")
    why = {"overrule_reason": "越秀一件需委托鉴定，先答复已查清的部分"}
    whole.replied("天河承办人", "天河审核人", **why)
    whole.step("广州话务员", "回访", then="已办结", **CONTENT)
    assert visits.read("越秀承办人")["status"] == "dispatched", "原工单办结，没办完的一件不会悄悄办结"
    visits.concluded("越秀承办人", "广州审核人", **PAPER_REPLY)
    assert whole.history()[-1] == "part-ended"
    assert whole.as_the_complainant_sees_it()["parts"][1]["reply"] == PAPER_REPLY["public_text"]
    night_watch()


def test_the_whole_does_not_end_over_open_parts(taken_in: TakenIn) -> None:
    """诉求人要撤回：先把拆出去的各件撤回，原工单才能撤回，不留没人要的工单。"""
    whole = taken_in("广州话务员", WORDS, category_code="C1")
    whole.step("广州话务员", "拆分", then="待签收", **TWO)
    gone = {"reason": "诉求人来电撤回"}
    told = whole.refused("广州话务员", "诉求人撤回", code="parts_open", **gone)
    assert "撤销拆分" in told
    for part in whole.parts("广州话务员"):
        part.step("广州话务员", "诉求人撤回", then="已撤回", **gone)
    assert whole.history()[-2:] == ["part-ended", "part-ended"]
    whole.step("广州话务员", "诉求人撤回", then="已撤回", **gone)
    assert not whole.offered("天河承办人") & {"签收", "拆分"}
    assert whole.read("天河审核人")["status"] == "withdrawn"


def test_a_part_is_done_again_before_the_whole_is_answered(taken_in: TakenIn) -> None:
    """一件办得不实：原工单答复之前可以只要求这件重办；答复之后，重办要对原工单提。"""
    whole = taken_in("广州话务员", WORDS, category_code="C1")
    whole.step("天河承办人", "签收", then="办理中")
    whole.step("广州话务员", "拆分", then="办理中", **TWO)
    signs, visits = whole.parts("天河承办人")
    visits.concluded("越秀承办人", "广州审核人", **PAPER_REPLY)
    signs.concluded("天河承办人", "天河审核人")
    signs.step("广州话务员", "重办", then="重办", reason="处罚依据没有说明")
    assert whole.history()[-1] == "part-reopened"
    whole.looked_at("天河承办人").refused("天河承办人", "答复", code="parts_open", **REPLY)
    signs.step("天河另一承办人", "答复", then="待审核", **REPLY, evidence=[])
    signs.step("天河审核人", "审核答复", then="已办结", approve=True)
    whole.replied("天河承办人", "天河审核人")
    signs.refused("广州话务员", "重办", code="parent_answered", reason="还是不实")
    whole.step("广州话务员", "回访", then="重办", **DISSATISFIED)


def test_somebody_in_charge_sees_the_parts_of_his_ticket(taken_in: TakenIn) -> None:
    """原工单的承办人看得到拆到别处的那件办到哪一步，但不能替人办。"""
    whole = taken_in("天河话务员", WORDS, category_code="C1")
    whole.step("天河承办人", "签收", then="办理中")
    whole.step("天河承办人", "拆分", then="办理中", **TWO)
    _, visits = whole.parts("天河承办人")
    assert visits.read("天河承办人")["office"]["code"] == OFFICES["越秀区司法局"]
    visits.refused("天河承办人", "签收", code="not_your_office")
    visits.refused("越秀承办人", "拆分", code="may_not_split", **TWO)
    assert [one["light"] for one in whole.read("天河审核人")["parts"]] == ["green", "green"]
