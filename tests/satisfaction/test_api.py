import pytest
from flask.testing import FlaskClient

from tests.doors import visitor
from tests.world import World
from tracker import web
from tracker.config import Settings
from tracker.db import Database
from tracker.permissions import Actor


@pytest.fixture
def client(world: World, database: Database, settings: Settings):
    def make(who: Actor | None) -> FlaskClient:
        door = web.Doorway(database, lambda session, now: who, now=lambda: world.now)
        return visitor(settings, door)

    world.session.commit()
    return make


def test_rating_by_link(world: World, client) -> None:
    ticket = world.reviewed()
    world.session.commit()
    made = client(world.operator).post(f"/api/v1/tickets/{ticket.number}/rating-link")
    assert made.status_code == 201
    visitor = client(None)
    shown = visitor.get(made.json["api"])
    assert shown.json["number"] == ticket.number
    assert len(shown.json["grades"]) == 5
    assert client(None).get(made.json["page"]).status_code == 200
    assert visitor.post(made.json["api"], json={"grade": "satisfied"}).status_code == 422
    told = visitor.post(made.json["api"], json={"grade": "satisfied", "solved": True, "tags": []})
    assert (told.status_code, told.json["outcome"]) == (200, "closed")
    assert visitor.post(made.json["api"], json={"grade": "satisfied", "solved": True}).status_code == 409
    assert visitor.get("/public/rate/nonsense").status_code == 404
    assert "已经评价过" in visitor.get(made.json["page"]).text


def test_the_rework_table_is_open_to_readers(world: World, client) -> None:
    assert len(client(world.arbiter).get("/api/v1/rework-rules").json["items"]) == 5


def test_call_backs_over_http(world: World, client) -> None:
    ticket = world.closed()
    world.session.commit()
    items = client(world.operator).get(f"/api/v1/tickets/{ticket.number}/call-backs").json["items"]
    assert [(one["grade_label"], one["outcome"]) for one in items] == [("满意", "close")]
