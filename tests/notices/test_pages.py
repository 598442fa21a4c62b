"""The pages of outgoing notices: own addresses, letters to superior departments, the dead-letter list."""

import re

import pytest
from flask.testing import FlaskClient

from tests.doors import visitor
from tests.notices.test_outgoing import Kept, admin, drain, rows, urged, vertical
from tests.notices.test_service import follow_all
from tests.world import World
from tracker import config, web
from tracker.notices import letters
from tracker.notices.gateways import GatewayError


@pytest.fixture
def client(world: World, database, settings):
    told = config.load(
        {
            **{
                name.upper(): str(getattr(settings, name))
                for name in ("database_url", "redis_url", "secret_key")
            },
            "FIELD_KEY": settings.field_key,
            "TRACKER_HOME": str(settings.home),
            "NOTICE_SMTP": "smtp://mail.example.gov.cn",
        }
    )

    def make(who) -> FlaskClient:
        world.session.commit()
        door = web.Doorway(database, lambda session, now: who, now=lambda: world.now)
        return visitor(told, door)

    return make


def post(client: FlaskClient, path: str, **form: str):
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/notices").text)
    assert token
    return client.post(path, data={"csrf_token": token[1], **form})


def test_one_chooses_where_to_be_told(world: World, client) -> None:
    mine = client(world.officer)
    page = mine.get("/notices/settings").text
    assert 'name="email"' in page
    assert 'name="sms"' not in page
    refused = post(mine, "/notices/settings", email="not an address")
    assert refused.status_code == 422
    assert "邮箱地址不对" in refused.text
    assert post(mine, "/notices/settings", email="officer@example.gov.cn").status_code == 303
    assert "officer@example.gov.cn" in mine.get("/notices/settings").text
    assert "officer@example.gov.cn" not in client(world.reviewer).get("/notices/settings").text


def test_an_administrator_sees_retries_and_drops_what_nobody_took(world: World, client) -> None:
    urged(world, 2)
    drain(world, {"webhook": Kept(refusal=GatewayError("对方系统拒绝（HTTP 404）", is_final=True))})
    first, second = rows(world)
    clerk = client(admin(world))
    page = clerk.get("/admin/notices").text
    assert page.count("HTTP 404") == 2
    assert "其他系统" in page
    refused = post(clerk, f"/admin/notices/{first.id}", do="drop")
    assert refused.status_code == 422
    assert "请写明不再发送的原因" in refused.text
    assert post(clerk, f"/admin/notices/{first.id}", do="drop", reason="系统已下线").status_code == 303
    assert post(clerk, f"/admin/notices/{second.id}", do="retry").status_code == 303
    assert "没有未送达的通知" in clerk.get("/admin/notices").text
    assert client(world.officer).get("/admin/notices").status_code == 403


def test_a_letter_is_shown_and_settled(world: World, client) -> None:
    body, superior = vertical(world)
    ticket = world.dispatched()
    ticket.respondent_body_id = body.id
    follow_all(world)
    mine = client(world.reviewer)
    page = mine.get("/notices/letters").text
    assert superior.name in page
    [(letter, _, _)] = letters.owed(world.session, world.reviewer)
    assert post(mine, f"/notices/letters/{letter.id}", done="no").status_code == 422
    assert post(mine, f"/notices/letters/{letter.id}", done="sent").status_code == 303
    assert "没有待发的告知函" in mine.get("/notices/letters").text
    assert client(world.officer).get("/notices/letters").status_code == 403


def test_the_same_as_json(world: World, client) -> None:
    urged(world, 2)
    drain(world, {"webhook": Kept(refusal=GatewayError("对方系统拒绝（HTTP 404）", is_final=True))})
    clerk = client(admin(world))
    [second, first] = clerk.get("/api/v1/notices/dead").json["items"]
    assert (first["gateway"], first["n_tries"], first["error"]) == ("webhook", 1, "对方系统拒绝（HTTP 404）")
    page = clerk.get("/api/v1/notices/dead?limit=1").json
    assert [one["id"] for one in page["items"]] == [page["next"]] == [second["id"]]
    assert clerk.get(f"/api/v1/notices/dead?cursor={page['next']}").json["items"] == [first]
    assert clerk.get("/api/v1/notices/dead?cursor=x").status_code == 422
    path = f"/api/v1/notices/dead/{first['id']}"
    assert clerk.post(f"{path}/drop", json={}).status_code == 422
    assert clerk.post(f"{path}/drop", json={"reason": "系统已下线"}).json["state"] == "dropped"
    assert clerk.post(f"{path}/drop", json={"reason": "系统已下线"}).status_code == 409
    assert clerk.post(f"/api/v1/notices/dead/{second['id']}/retry").json["state"] == "owed"
    assert clerk.post("/api/v1/notices/dead/99999/retry").status_code == 404
    assert clerk.get("/api/v1/notices/dead").json["items"] == []
    assert client(world.officer).get("/api/v1/notices/dead").status_code == 403


def test_own_addresses_as_json(world: World, client) -> None:
    mine = client(world.officer)
    assert mine.get("/api/v1/notices/addresses").json["items"] == [
        {"gateway": "email", "label": "邮件", "address": None}
    ]
    refused = mine.put("/api/v1/notices/addresses", json={"email": "not an address"})
    assert (refused.status_code, refused.json["code"]) == (422, "bad_address")
    assert mine.put("/api/v1/notices/addresses", json={"pigeon": "屋顶"}).status_code == 422
    kept = mine.put("/api/v1/notices/addresses", json={"email": "officer@example.gov.cn"}).json["items"]
    assert kept[0]["address"] == "officer@example.gov.cn"
    assert client(world.reviewer).get("/api/v1/notices/addresses").json["items"][0]["address"] is None
    gone = mine.put("/api/v1/notices/addresses", json={"email": ""}).json["items"]
    assert gone[0]["address"] is None


def test_letters_as_json(world: World, client) -> None:
    body, superior = vertical(world)
    ticket = world.dispatched()
    ticket.respondent_body_id = body.id
    follow_all(world)
    mine = client(world.reviewer)
    [letter] = mine.get("/api/v1/notices/letters").json["items"]
    assert (letter["ticket"], letter["to"]) == (ticket.number, superior.name)
    path = f"/api/v1/notices/letters/{letter['id']}/settle"
    assert mine.post(path, json={"is_sent": False}).status_code == 422
    assert mine.post(path, json={"reason": "已电话告知"}).status_code == 422
    assert mine.post(path, json={"is_sent": True}).json == {"id": letter["id"], "is_sent": True}
    assert mine.post(path, json={"is_sent": True}).status_code == 409
    assert mine.get("/api/v1/notices/letters").json["items"] == []
    assert client(world.officer).get("/api/v1/notices/letters").status_code == 403
