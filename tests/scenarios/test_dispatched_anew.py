"""改派与更正分类：派错了不必等退单，受理单位可以直接改派，新单位自己签收，总时限不变。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import CONTENT, OFFICES

WORDS = "天河区城管局执法标准前后不一致。"


def test_the_desk_moves_a_ticket_to_another_office(taken_in: TakenIn) -> None:
    """办理中改派给司法所：原承办人的签收作废，总时限照旧。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    due = case.told["due_at"]
    moved = {"office": OFFICES["石牌司法所"], "reason": "由街道就近办理"}
    case.refused("天河承办人", "派单/改派", code="not_allowed", **moved)
    case.refused("天河话务员", "派单/改派", code="unknown_office", office="999999", reason="改派")
    case.step("天河话务员", "派单/改派", then="待签收", **moved)
    assert (case.office, case.told["due_at"]) == ("石牌司法所", due)
    case.refused("天河承办人", "签收", code="not_your_office")
    case.handled("石牌司法所承办人", "石牌司法所审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)


def test_a_wrong_category_is_corrected_and_kept(taken_in: TakenIn) -> None:
    """更正分类：旧的新的都留在记录里。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.refused("天河话务员", "更正分类", code="unknown_category", category="Z9")
    case.step("天河话务员", "更正分类", then="办理中", category="C2", reason="属选择性执法")
    assert case.read("天河审核人")["category"]["code"] == "C2"
    assert case.history()[-1] == "recategorise"
