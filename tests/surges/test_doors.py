"""Alarms on the page and over HTTP: who sees them, the answer, and the list of exactly their tickets."""

import re

import pytest

from tests import factories
from tests.surges.made import NEIGHBOUR, TODAY, quiet_weeks, tickets
from tests.surges.test_service import alarms, run

PAGE, API = "/surges", "/api/v1/surges"


@pytest.fixture
def surge(session):
    quiet_weeks(session)
    tickets(session, TODAY, 15)
    run(session)
    return alarms(session)[0]


def page(client, login, path=PAGE):
    return client.get(path, headers=factories.headers(login))


def test_the_page_says_what_is_the_matter(client, surge):
    answer = page(client, "leader")
    assert answer.status_code == 200
    assert "石牌街道" in answer.text
    said = re.search(r"今天已有 .*?。", answer.text)
    assert said
    assert said[0] == "今天已有 15 件，往常这一天 1 件左右（过去 8 周），大幅超出。"
    assert "红色预警" in answer.text
    assert "您可查看 15 件" in answer.text
    assert "预警</a>" in answer.text or ">预警" in answer.text
    assert "style=" not in answer.text.partition("<main")[2]


def test_the_page_without_alarms_says_so(client):
    answer = page(client, "leader")
    assert "没有正在发生的预警" in answer.text


def test_the_link_opens_exactly_those_tickets_in_the_readers_own_sight(client, by, session, surge):
    tickets(session, TODAY, 3, category="C1")
    tickets(session, TODAY, 2, division=NEIGHBOUR, office=NEIGHBOUR)
    tickets(session, TODAY, 2, kind="finding")
    (href,) = {
        found.replace("&amp;", "&")
        for found in re.findall(r'href="(/tickets\?[^"]+)"', page(client, "leader").text)
    }
    query = href.partition("?")[2]
    listed = by("leader").get(f"/api/v1/tickets?{query}&limit=200").json["items"]
    assert len(listed) == 15
    assert {one["category"]["code"] for one in listed} == {"B1"}
    assert page(client, "leader", href).status_code == 200
    assert by("neighbour").get(f"/api/v1/tickets?{query}").json["items"] == []


def test_who_may_not_see_alarms_is_refused(by, client, surge):
    for login in ("operator", "officer", "auditor"):
        assert by(login).get(API).status_code == 403
        assert page(client, login).status_code == 403
    assert by(None).get(API).status_code == 401


def test_the_list_is_paged_and_filtered(by, surge):
    leader = by("leader")
    (item,) = leader.get(API).json["items"]
    assert item["state"] == "open"
    assert item["seen"] == 15
    assert item["division"]["name"] == "石牌街道"
    assert item["sentence"].endswith("。")
    assert leader.get(f"{API}?state=closed").json == {"items": [], "next": None}
    assert leader.get(f"{API}?cursor={item['id']}").json["items"] == []
    assert leader.get(f"{API}/{item['id']}").json == item
    assert leader.get(f"{API}/999999").status_code == 404
    for wrong in ("state=x", "limit=0", "cursor=x"):
        assert leader.get(f"{API}?{wrong}").status_code == 422


def test_an_answer_over_http(by, surge):
    path = f"{API}/{surge.id}/answer"
    answered = by("reviewer").post(path, {"remark": "已到现场核查", "is_false": False})
    assert answered.status_code == 200
    assert answered.json["answered_by"] == "梁国栋"
    assert answered.json["is_false"] is False
    assert by("reviewer").post(path, {"remark": ""}).status_code == 422
    assert by("administrator").post(path, {"remark": "试一试"}).status_code == 403


def test_an_answer_on_the_page(client, surge):
    headers = factories.headers("leader")
    refused = client.post(f"{PAGE}/{surge.id}/answer", data={"remark": " "}, headers=headers)
    assert refused.status_code == 422
    assert "请写明核查情况" in refused.text
    done = client.post(
        f"{PAGE}/{surge.id}/answer", data={"remark": "集中导入", "is_false": "true"}, headers=headers
    )
    assert done.status_code == 303
    shown = page(client, "leader")
    assert "已标为误报" in shown.text
    assert "近一年 1 起，答复 1 起，标为误报 1 起" in shown.text


def test_the_administrator_sees_alarms_but_no_tickets(client, surge):
    answer = page(client, "administrator")
    assert answer.status_code == 200
    assert "石牌街道" in answer.text
    assert "/tickets?" not in answer.text
    assert "保存答复" not in answer.text


@pytest.mark.parametrize("wrong", ["received_from=2026-13-01", "received_to=x", "without_findings=perhaps"])
def test_a_list_filter_that_cannot_be_is_refused(by, wrong):
    assert by("leader").get(f"/api/v1/tickets?{wrong}").status_code == 422


def test_closed_alarms_stand_below(client, session, surge, clock):
    for later in (1, 2, 3):
        run(session, factories.NOW + later * factories.DAY)
    clock.forward(days=3)
    answer = page(client, "leader")
    assert "没有正在发生的预警" in answer.text
    assert "2026-03-02（周一） 止" in answer.text
