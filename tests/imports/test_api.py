import io
import re

import pytest
from flask.testing import FlaskClient

from tests.doors import visitor
from tests.world import World
from tracker import web
from tracker.campaigns import schemas as campaign_schemas
from tracker.campaigns import service as campaigns
from tracker.config import Settings
from tracker.db import Database
from tracker.imports import files, service
from tracker.permissions import Actor

MIXED = "编号,标题,内容,电话\n1,乱罚款,城管罚款不开票,13800001111\n2,空的,,\n"
PLAN = {"name": "专项", "starts_on": "2026-03-01", "ends_on": "2026-12-31", "offices": ["440105"]}


@pytest.fixture
def client(world: World, database: Database, settings: Settings):
    world.session.commit()

    def make(who: Actor | None) -> FlaskClient:
        door = web.Doorway(database, lambda session, now: who, now=lambda: world.now)
        return visitor(settings, door)

    return make


def sent(text: str = MIXED, **more: object) -> dict[str, object]:
    return {"file": (io.BytesIO(text.encode()), "a.csv"), **more}


def test_importing_over_http(world: World, client) -> None:
    mine = client(world.operator)
    tried = mine.post("/api/v1/imports", data=sent(dry_run="true"))
    assert (tried.json["n_rows"], tried.json["n_bad"]) == (2, 1)
    started = mine.post("/api/v1/imports", data=sent())
    assert started.status_code == 202
    at = f"/api/v1/imports/{started.json['id']}"
    assert mine.post(f"{at}/undo").status_code == 409
    while service.drain(world.session, now=world.now):
        pass
    world.session.commit()
    assert {name: mine.get(at).json[name] for name in ("state", "n_ok", "n_bad")} == {
        "state": "done",
        "n_ok": 1,
        "n_bad": 1,
    }
    refused = files.read("r.xlsx", mine.get(f"/imports/{started.json['id']}/rejects.xlsx").data)
    assert "内容" in refused.rows[0][-1]
    assert mine.post(f"{at}/undo").json == {"n_withdrawn": 1}
    assert mine.post("/api/v1/imports", data={}).status_code == 422
    assert mine.post("/api/v1/imports", data=sent("x,y\n1,2\n")).status_code == 422
    assert client(world.officer).post("/api/v1/imports", data=sent()).status_code == 403
    assert client(world.stranger).get(at).status_code == 404


def test_a_ledger_of_strangers_takes_no_file(world: World, client) -> None:
    plan = campaign_schemas.CampaignIn().load(PLAN)
    campaign = campaigns.open_campaign(world.session, world.city_reviewer(), plan, now=world.now)
    world.session.commit()
    outsider = client(world.reviewer)
    assert outsider.post("/api/v1/imports", data=sent(campaign=campaign.id)).status_code == 404
    assert outsider.post("/api/v1/imports", data=sent(campaign=10**9)).status_code == 404
    assert "台账：专项" not in outsider.get("/imports").text
    insider = client(world.operator)
    assert "台账：专项" in insider.get("/imports").text
    template = insider.get("/imports/ledger-template.xlsx").data
    tried = client(world.operator).post(
        "/api/v1/imports",
        data={"file": (io.BytesIO(template), "t.xlsx"), "campaign": campaign.id, "dry_run": "true"},
    )
    assert (tried.json["n_rows"], tried.json["n_bad"]) == (1, 0)


def test_the_import_page(world: World, client) -> None:
    mine = client(world.operator)
    page = mine.get("/imports")
    assert "还没有导入过文件" in page.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    given = {"csrf_token": token[1], "channel": "12345-push"}
    tried = mine.post("/imports", data=sent(**given, deed="try"))
    assert "1 行有误" in tried.text
    assert mine.post("/imports", data=sent("", **given, deed="import")).status_code == 422
    assert mine.post("/imports", data=sent(**given, deed="import")).status_code == 302
    assert "导入中" in mine.get("/imports").text
    template = mine.get("/imports/template.xlsx").data
    assert (
        mine.post(
            "/imports", data={**given, "deed": "try", "file": (io.BytesIO(template), "t.xlsx")}
        ).status_code
        == 200
    )
