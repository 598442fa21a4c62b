import re

import pytest
from flask.testing import FlaskClient

from tests.doors import visitor
from tests.world import World
from tracker import web
from tracker.config import Settings
from tracker.db import Database
from tracker.permissions import Actor

PLAN = {"name": "规范涉企执法专项整治", "starts_on": "2026-03-01", "ends_on": "2026-12-31"}
LINE = {"content": "街道执法队重复收取清运费。", "office": "440106", "category_code": "C1"}


@pytest.fixture
def client(world: World, database: Database, settings: Settings):
    world.session.commit()

    def make(who: Actor | None) -> FlaskClient:
        door = web.Doorway(database, lambda session, now: who, now=lambda: world.now)
        return visitor(settings, door)

    return make


def test_a_campaign_over_http(world: World, client) -> None:
    boss = client(world.reviewer)
    made = boss.post("/api/v1/campaigns", json=PLAN)
    assert made.status_code == 201
    at = f"/api/v1/campaigns/{made.json['id']}"
    assert boss.post("/api/v1/campaigns", json=PLAN).status_code == 409
    assert boss.post("/api/v1/campaigns", json={**PLAN, "ends_on": "2025-01-01"}).status_code == 422
    line = boss.post(f"{at}/findings", json={**LINE, "source_no": "7", "amount_returned": 12.5})
    assert (line.status_code, line.json["amount_returned"]) == (201, "12.50")
    assert boss.post(f"{at}/findings", json={**LINE, "source_no": "7"}).status_code == 200
    assert boss.post(f"{at}/findings", json={}).status_code == 422
    number = line.json["number"]
    assert boss.patch(f"/api/v1/findings/{number}", json={"progress": "已约谈"}).json["progress"] == "已约谈"
    assert boss.get(f"/api/v1/findings/{number}").json["item_no"] == 1
    assert len(boss.get(f"{at}/findings").json["items"]) == 1
    assert len(boss.get(f"/api/v1/findings?campaign={made.json['id']}").json["items"]) == 1
    assert boss.get("/api/v1/findings").status_code == 422
    assert boss.get(at).json["by_office"][0]["n_items"] == 1
    assert client(world.stranger).get(at).status_code == 404
    assert client(world.officer).post("/api/v1/campaigns", json=PLAN).status_code == 403


def test_campaign_pages(world: World, client) -> None:
    boss = client(world.reviewer)
    page = boss.get("/campaigns")
    assert "没有与本单位有关" in page.text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    token = {"csrf_token": found[1]}
    assert boss.post("/campaigns", data={**token, "name": "x"}).status_code == 422
    opened = boss.post("/campaigns", data={**token, **PLAN, "problem_types": "乱收费\n乱检查"})
    assert opened.status_code == 302
    at = opened.headers["Location"]
    assert "台账还是空的" in boss.get(at).text
    assert boss.post(at, data={**token, **LINE, "problem_type": "没有的"}).status_code == 422
    assert boss.post(at, data={**token, **LINE, "problem_type": "乱收费"}).status_code == 302
    assert "清运费" in boss.get(at).text
    assert "没有符合条件" in boss.get(f"{at}?stage=cleared").text
    assert boss.post(at, data={**token, "number": "1"}).status_code == 404
    number = re.search(r'href="/tickets/(\d+)"', boss.get(at).text)
    assert number is not None
    ticket = f"/tickets/{number[1]}"
    assert "填写台账" in boss.get(ticket).text
    filled = {**token, "progress": "已约谈", "amount_returned": "88.80"}
    assert boss.post(f"/findings/{number[1]}", data=filled).status_code == 302
    assert "88.80 元" in boss.get(ticket).text
    assert boss.post(f"/findings/{number[1]}", data={**token, "amount_returned": "x"}).status_code == 422
