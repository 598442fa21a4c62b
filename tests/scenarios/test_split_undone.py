"""撤销拆分：拆错了，还没有单位动手办时可以并回来；有人办了，就不能当没发生过。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import REPLY
from tests.scenarios.test_split import SIGNS, TWO, VISITS, WORDS


def test_a_split_nobody_worked_on_is_undone(taken_in: TakenIn) -> None:
    """拆错了：撤销后拆出的两件撤回，原工单恢复一件；还可以重新拆。"""
    whole = taken_in("广州话务员", WORDS, category_code="C1")
    whole.step("广州话务员", "拆分", then="待签收", **TWO)
    parts = whole.parts("广州话务员")
    whole.refused("广州话务员", "拆分", code="may_not_split", **TWO)
    whole.step("广州话务员", "撤销拆分", then="待签收", reason="诉求人说是一件事")
    for part in parts:
        assert part.read("广州话务员")["status"] == "withdrawn"
        assert whole.number in part.last_note()
    assert whole.read("广州话务员")["parts"] == []
    assert whole.as_the_complainant_sees_it()["parts"] == []
    whole.refused("广州话务员", "撤销拆分", code="not_split", reason="两个人同时点了撤销")
    whole.step("天河承办人", "签收", then="办理中")
    whole.step("天河承办人", "拆分", then="办理中", parts=[VISITS, SIGNS], reason="核实后确是两件事")
    assert whole.read("天河审核人")["n_parts"] == 2


def test_a_split_somebody_works_on_stays(taken_in: TakenIn) -> None:
    """有一件已签收：不能撤销拆分，按钮也不出现；不需要的那件可以单独撤回。"""
    whole = taken_in("广州话务员", WORDS, category_code="C1")
    whole.step("广州话务员", "拆分", then="待签收", **TWO)
    signs, visits = whole.parts("广州话务员")
    assert "撤销拆分" in whole.offered("广州话务员")
    signs.step("天河承办人", "签收", then="办理中")
    assert "撤销拆分" not in whole.offered("广州话务员")
    whole.refused("广州话务员", "撤销拆分", code="parts_begun", reason="想并回来")
    visits.step("广州话务员", "诉求人撤回", then="已撤回", reason="诉求人不再反映这件")
    assert whole.read("天河审核人")["parts"][1]["settled"]
    signs.step("天河承办人", "答复", then="待审核", **REPLY)
    signs.step("天河审核人", "审核答复", then="已办结", approve=True)


def test_what_is_split_is_not_merged(taken_in: TakenIn) -> None:
    """拆分和并案不混在一起：拆了的不再并入别的工单，拆出的一件也不并回原工单。"""
    whole = taken_in("天河话务员", WORDS, category_code="C1")
    other = taken_in("天河话务员", WORDS, category_code="C1")
    whole.step("天河话务员", "拆分", then="待签收", **TWO)
    signs, _ = whole.parts("天河话务员")
    whole.refused("天河话务员", "并案", code="split_not_merged", lead=other.number, reason="同一事项")
    signs.refused("天河话务员", "并案", code="own_part", lead=whole.number, reason="同一事项")
    signs.step("天河话务员", "并案", then="已并案", lead=other.number, reason="与该单同一事项")
    other.handled("天河承办人", "天河审核人")
    assert signs.read("天河审核人")["status"] == "closed", "主工单答复了，拆出的这件也就有了结果"
    assert whole.history()[-1] == "part-ended"
