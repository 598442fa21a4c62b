"""Nothing a client can send to these rooms ends in a 500."""

import json

import pytest

from tests.doors import visitor
from tests.world import World
from tracker import web
from tracker.config import Settings
from tracker.db import Database

HUGE = 10**30


@pytest.fixture
def client(world: World, database: Database, settings: Settings):
    world.session.commit()
    door = web.Doorway(database, lambda session, now: world.city_reviewer(), now=lambda: world.now)
    return visitor(settings, door)


def test_huge_numbers_and_nonsense(client) -> None:
    asked = [
        f"/api/v1/campaigns/{HUGE}",
        f"/api/v1/findings?campaign={HUGE}",
        f"/api/v1/findings?campaign=1&cursor={HUGE}",
        f"/campaigns/{HUGE}",
        f"/api/v1/imports/{HUGE}",
        f"/imports/{HUGE}/rejects.xlsx",
        f"/api/v1/notices?cursor={HUGE}",
        f"/notices?before={HUGE}",
        f"/api/v1/tickets/1/evidence/{HUGE}",
        "/api/v1/reports/indicators?from=0001-01-01&to=9999-12-31",
        "/api/v1/reports/indicators?from=9999-12-30&to=9999-12-31",
        "/api/v1/reports/indicators?from=0001-01-01&to=0001-01-02",
        "/api/v1/reports/indicators?office=%00",
        "/public/rate/%00",
    ]
    answers = {address: client.get(address).status_code for address in asked}
    assert {address: code for address, code in answers.items() if code >= 500} == {}


def test_huge_numbers_in_bodies(client) -> None:
    campaign = {"name": "x\x00y", "starts_on": "0001-01-01", "ends_on": "9999-12-31"}
    sent = [
        ("/api/v1/notices/read", {"ids": [HUGE, -HUGE]}),
        ("/api/v1/campaigns", campaign),
        ("/api/v1/campaigns", {**campaign, "look_back_months": HUGE}),
        ("/api/v1/campaigns", {**campaign, "offices": ["\x00"]}),
        (f"/api/v1/campaigns/{HUGE}/findings", {"content": "x"}),
        ("/api/v1/campaigns/1/findings", {"content": "x", "amount_returned": "1e99"}),
    ]
    sent.append(("/api/v1/campaigns", {**campaign, "name": "\ud800\ud800"}))
    told = [
        (address, client.post(address, data=json.dumps(body), content_type="application/json").status_code)
        for address, body in sent
    ]
    assert [one for one in told if one[1] >= 500] == []
