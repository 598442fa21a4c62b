import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.doors import visitor
from tests.world import World
from tracker import web
from tracker.config import Settings
from tracker.db import Database
from tracker.notices import service
from tracker.permissions import Actor
from tracker.tickets.models import TicketEvent


@pytest.fixture
def client(world: World, database: Database, settings: Settings):
    world.dispatched()
    for one in world.session.scalars(select(TicketEvent)).all():
        service.follow(world.session, one, now=world.now)
    world.session.commit()

    def make(who: Actor | None) -> FlaskClient:
        door = web.Doorway(database, lambda session, now: who, now=lambda: world.now)
        return visitor(settings, door)

    return make


def test_inbox_over_http(world: World, client) -> None:
    mine = client(world.officer)
    assert mine.get("/api/v1/notices/unread").json["count"] == 1
    [item] = mine.get("/api/v1/notices").json["items"]
    assert item["read_at"] is None
    assert mine.get("/api/v1/notices?limit=0").status_code == 422
    assert mine.post("/api/v1/notices/read", json={"ids": [item["id"]]}).json == {"read": 1}
    assert mine.get("/api/v1/notices?unread=true").json["items"] == []
    assert client(None).get("/api/v1/notices").status_code == 401


def test_inbox_page(world: World, client) -> None:
    page = client(world.officer).get("/notices")
    assert page.status_code == 200
    assert "新派工单" in page.text
    assert "没有消息" in client(world.stranger).get("/notices").text
