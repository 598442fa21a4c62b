"""八、被反映单位永远不能办理对自己的反映；没有规则可用的交上级兜底，说不清的由人研判，一件不丢。"""

from flask.testing import FlaskClient

from tests import factories
from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import OFFICES


def test_without_a_rule_the_superior_office_takes_it(taken_in: TakenIn, client: FlaskClient) -> None:
    """管理员停用“反映部门”这条规则后：区城管局的投诉交上级市司法局兜底。"""
    answer = client.patch(
        "/api/v1/routing/rules/department",
        json={"is_active": False, "reason": "文件修订期间暂停"},
        headers=factories.headers("administrator"),
    )
    assert answer.status_code == 200, answer.get_json()
    case = taken_in("天河话务员", "天河区城管局乱罚款，罚了我两千块。", category_code="C1")
    assert (case.office, case.status) == ("广州市司法局", "待签收")
    case.step("广州承办人", "签收", then="办理中")
    assert case.read("广州审核人")["routing_rule"] == "fallback"


def test_what_nobody_can_place_waits_for_a_person_with_a_deadline(taken_in: TakenIn) -> None:
    """说不清单位和地点的：留在受理单位人工研判，有派单时限，话务员问清后派出。"""
    case = taken_in("天河话务员", "我要投诉，请你们管一管这件事情。")
    assert (case.office, case.status) == ("天河区司法局", "人工研判")
    assert case.told["stage_due_at"], "人工研判也有时限"
    case.refused("天河承办人", "派单/改派", code="not_allowed", office=OFFICES["石牌司法所"], reason="转办")
    sent = {"office": OFFICES["石牌司法所"], "reason": "电话问清，事发石牌街道", "category": "F3"}
    case.step("天河话务员", "派单/改派", then="待签收", **sent)
    case.step("石牌司法所承办人", "签收", then="办理中")
    case.replied("石牌司法所承办人", "石牌司法所审核人")
