import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Api
from sqlalchemy.orm import Session

from tracker import web
from tracker.categories import service
from tracker.categories.api import blp
from tracker.db import Database
from tracker.permissions import Actor, Role


@pytest.fixture
def client(session: Session, database: Database) -> FlaskClient:
    service.seed(session)
    session.commit()
    app = Flask(__name__)
    app.config.update(SECRET_KEY="x" * 32, API_TITLE="t", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    someone = Actor(None, "管理员", Role.ADMINISTRATOR, None, "/", "province")
    web.install(app, web.Doorway(database, lambda session, now: someone))
    Api(app).register_blueprint(blp)
    return app.test_client()


def test_the_tree(client: FlaskClient) -> None:
    items = client.get("/api/v1/categories").json["items"]
    assert [one["code"] for one in items] == list("ABCDEFGHIJ")
    assert items[0]["children"][1]["name"] == "乱罚款"


def test_changing(client: FlaskClient) -> None:
    changed = client.patch("/api/v1/categories/J2", json={"redirect_channel": "请拨打12315。"})
    assert changed.json["redirect_channel"] == "请拨打12315。"
    assert client.patch("/api/v1/categories/A1", json={"name": "x"}).status_code == 422
    assert client.get("/api/v1/categories/Z9").json["code"] == "category_not_found"
