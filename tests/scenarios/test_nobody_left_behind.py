"""单位撤销、承办人停用：工单不会没人管，由上级单位或本单位其他人接着办，期限不变。"""

from flask.testing import FlaskClient

from tests import factories
from tests.scenarios.conftest import NightWatch, TakenIn
from tests.scenarios.steps import CONTENT, OFFICES

WORDS = "天河区城管局执法标准前后不一致。"


def administrator(client: FlaskClient, method: str, path: str, **given: object) -> None:
    answer = client.open(path, method=method, json=given or None, headers=factories.headers("administrator"))
    assert answer.status_code == 200, answer.get_json()


def test_an_abolished_office_leaves_its_tickets_to_the_one_above(
    taken_in: TakenIn, night_watch: NightWatch, client: FlaskClient
) -> None:
    """石牌司法所撤销：手里的工单转给天河区司法局，办理期限照旧，新单位签收后接着办。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    given = {"office": OFFICES["石牌司法所"], "reason": "由街道就近办理"}
    case.step("天河话务员", "派单/改派", then="待签收", **given)
    case.step("石牌司法所承办人", "签收", then="办理中")
    due = case.told["due_at"]
    administrator(client, "PATCH", "/api/v1/offices/440106006", is_active=False)
    night_watch()
    case.told = case.read("天河审核人")
    assert (case.office, case.status, case.told["due_at"]) == ("天河区司法局", "办理中", due)
    assert "石牌" in case.last_note()
    assert case.hidden_from("石牌司法所承办人")
    case.replied("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)


def test_the_tickets_of_a_handler_who_left_wait_for_another(
    taken_in: TakenIn, night_watch: NightWatch, client: FlaskClient
) -> None:
    """承办人账号停用：工单标为没有承办人，本单位收到提醒，另一承办人接着办。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    headers = factories.headers("administrator")
    found = client.get("/api/v1/accounts?q=officer", headers=headers).get_json()["items"]
    (account,) = [one["id"] for one in found if one["name"] == "officer"]
    administrator(client, "POST", f"/api/v1/accounts/{account}/disable")
    night_watch()
    assert case.history()[-1] == "unassign"
    assert "另行安排" in case.last_note()
    case.told = case.read("天河审核人")
    case.replied("天河另一承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)
