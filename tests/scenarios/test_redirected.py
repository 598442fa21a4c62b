"""转其他渠道：不归行政执法监督管的，告诉诉求人该找谁。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import OFFICES

CONSUMER = {"channel": "12315", "reason": "消费纠纷，不涉及行政执法"}


def test_the_desk_redirects_what_was_taken_in_by_mistake(taken_in: TakenIn) -> None:
    """办理中发现是消费纠纷：承办人不能转，话务员转12315，诉求人查得到。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.refused("天河承办人", "转其他渠道", code="not_allowed", **CONSUMER)
    case.step("天河话务员", "转其他渠道", then="转其他渠道", **CONSUMER)
    seen = case.as_the_complainant_sees_it()
    assert "12315" in seen["ended_because"]
    assert seen["next_on"] is None
    case.refused("天河审核人", "签收", code="conflict")


def test_a_returned_ticket_is_ruled_before_it_is_redirected(taken_in: TakenIn) -> None:
    """退单待裁决期间不能一转了之，裁决之后才转。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.returned("天河承办人", "天河审核人", reason="not_enforcement")
    case.refused("天河话务员", "转其他渠道", code="conflict", **CONSUMER)
    ruled = {"ruling": "redispatch", "reason": "由市局核实后处理", "office": OFFICES["广州市司法局"]}
    case.step("广州裁决人", "裁决退单", then="待签收", **ruled)
    case.step("天河话务员", "转其他渠道", then="转其他渠道", **CONSUMER)
