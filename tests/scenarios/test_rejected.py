"""不予受理：理由有编码，正确的途径一定告诉诉求人。"""

from tests.scenarios.conftest import TakenIn

COURT = {"reason": "other_route", "route": "请向天河区人民法院提起行政诉讼"}


def test_reason_and_right_way_are_always_told(taken_in: TakenIn) -> None:
    """已经起诉的处罚：话务员不予受理，写明途径；只有受理一方能这样做。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.refused("天河承办人", "不予受理", code="not_allowed", **COURT)
    case.refused("天河话务员", "不予受理", code="invalid", reason="other_route")
    case.refused("天河话务员", "不予受理", code="invalid", reason="busy", route="改日再来")
    case.step("天河话务员", "不予受理", then="不予受理", **COURT)
    seen = case.as_the_complainant_sees_it()
    assert seen["status"] == "不予受理"
    assert "请向天河区人民法院提起行政诉讼" in seen["ended_because"]
    assert not seen["may_add_facts"]
    assert case.offered("天河审核人") == set()
