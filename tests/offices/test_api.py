import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Api
from sqlalchemy.orm import Session

from tracker import web
from tracker.db import Database
from tracker.offices import service
from tracker.offices.api import blp
from tracker.permissions import Actor, Role


def _client(database: Database, role: Role) -> FlaskClient:
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="x" * 32, API_TITLE="t", API_VERSION="v1", OPENAPI_VERSION="3.1.0", TESTING=True
    )
    someone = Actor(None, "某人", role, None, "/440000/440100/", "city")
    web.install(app, web.Doorway(database, lambda session, now: someone))
    Api(app).register_blueprint(blp)
    return app.test_client()


@pytest.fixture
def seeded(session: Session) -> Session:
    service.seed(session, below="440106")
    session.commit()
    return session


def test_pickers(seeded: Session, database: Database) -> None:
    client = _client(database, Role.OPERATOR)
    place = client.get("/api/v1/divisions", query_string={"q": "天河 石牌"}).json["items"][0]
    assert (place["code"], place["level"]) == ("440106006", "township")
    body = client.get("/api/v1/bodies", query_string={"q": "城管", "division": place["code"]}).json["items"][
        0
    ]
    assert (body["code"], body["superior_code"], body["domain"]) == ("440106-CG", "440100-CG", "城市管理")
    office = client.get("/api/v1/offices/440106").json
    assert (office["name"], office["parent_code"]) == ("广州市天河区司法局", "440100")
    top = client.get("/api/v1/offices").json["items"]
    assert [(one["code"], one["parent_code"]) for one in top] == [("440000", None)]
    assert client.get("/api/v1/bodies/440000-SC").json["superior_code"] is None
    assert client.get("/api/v1/divisions/440106").json["full_name"] == "广东省广州市天河区"


def test_editing(seeded: Session, database: Database) -> None:
    client = _client(database, Role.ADMINISTRATOR)
    new = {"code": "440106-LY", "name": "天河区林业站", "division_code": "440106", "domain": "其他"}
    made = client.post("/api/v1/bodies", json=new)
    assert (made.status_code, made.json["level"]) == (201, "county")
    changed = client.patch(
        "/api/v1/bodies/440106-LY", json={"aliases": ["林业"], "superior_code": "440106-NY"}
    )
    assert (changed.json["aliases"], changed.json["superior_code"]) == (["林业"], "440106-NY")
    renamed = client.patch("/api/v1/offices/440106", json={"short_name": "天河局"})
    assert renamed.json["short_name"] == "天河局"


def test_refusals(seeded: Session, database: Database) -> None:
    client = _client(database, Role.OPERATOR)
    assert client.patch("/api/v1/offices/440106", json={"name": "别的名称"}).status_code == 403
    assert client.get("/api/v1/offices/999").json["code"] == "office_not_found"
    assert client.get("/api/v1/bodies", query_string={"domain": "没有"}).status_code == 422
    assert client.get("/api/v1/divisions", query_string={"limit": 1000}).status_code == 422
    assert client.get("/api/v1/divisions", query_string={"q": "天\x00河"}).status_code in {200, 422}
