"""申诉剔除：单位认为评价不合理，附证明申诉，由单位以外的人裁定。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import CONTENT, DISSATISFIED

PROOF = {"reason": "诉求人要求超出法律规定", "proof": "回访录音第2分钟"}


def test_the_office_appeals_and_somebody_outside_decides(taken_in: TakenIn) -> None:
    """不满意评价申诉一次；中间有别的动作，裁定的按钮仍在。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.handled("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="重办", **DISSATISFIED)
    case.step("天河承办人", "申诉剔除", then="重办", **PROOF)
    case.refused("天河承办人", "申诉剔除", code="appealed_already", **PROOF)
    case.step("天河话务员", "催办", then="重办", reason="诉求人来电催问")
    assert "裁定申诉" in case.offered("广州裁决人")
    case.refused("天河审核人", "裁定申诉", code="not_allowed", approve=True, opinion="同意")
    case.step("广州裁决人", "裁定申诉", then="重办", approve=True, opinion="理由成立")
    assert "裁定申诉" not in case.offered("广州裁决人")
    case.refused("广州裁决人", "裁定申诉", code="no_appeal", approve=True, opinion="理由成立")


def test_there_is_nothing_to_appeal_in_a_good_mark(taken_in: TakenIn) -> None:
    """满意且已解决的，没有什么可申诉。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.handled("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)
    case.refused("天河承办人", "申诉剔除", code="nothing_to_appeal", **PROOF)


def test_a_lawful_outcome_is_kept_out_of_the_ranking(taken_in: TakenIn) -> None:
    """依法作出的处罚，诉求人不满意：评价照记，由承办单位以外的裁决人定为不计入排名，也可恢复。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.handled("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="重办", **DISSATISFIED)
    case.refused("天河承办人", "不计入排名", code="not_allowed", reason="依法处罚")
    case.step("广州裁决人", "不计入排名", then="重办", reason="处罚依法作出，诉求人要求超出法律规定")
    assert "不计入排名" not in case.offered("广州裁决人")
    case.step("广州裁决人", "恢复计入排名", then="重办", reason="复查后认为应当计入")
