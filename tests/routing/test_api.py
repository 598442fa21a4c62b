from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Api
from sqlalchemy.orm import Session

from tracker import web
from tracker.db import Database
from tracker.offices import service as offices
from tracker.permissions import Actor, Role
from tracker.routing import service
from tracker.routing.api import blp

TEST, RULES = "/api/v1/routing/test", "/api/v1/routing/rules"


@pytest.fixture
def client(session: Session, database: Database) -> Callable[[Role], FlaskClient]:
    offices.seed(session, below="440106")
    service.seed(session)
    session.commit()

    def make(role: Role) -> FlaskClient:
        app = Flask(__name__)
        app.config.update(
            SECRET_KEY="x" * 32, API_TITLE="t", API_VERSION="v1", OPENAPI_VERSION="3.1.0", TESTING=True
        )
        someone = Actor(None, "某人", role, None, "/440000/", "province")
        Api(app).register_blueprint(blp)
        web.install(app, web.Doorway(database, lambda session, now: someone))
        return app.test_client()

    return make


def test_the_table_and_its_tester(client: Callable[[Role], FlaskClient]) -> None:
    operator = client(Role.OPERATOR)
    table = operator.get(RULES).json
    assert [row["priority"] for row in table["items"]] == sorted(row["priority"] for row in table["items"])
    assert {"kind", "level"} <= set(table["features"])
    told = {"division_code": "440106006", "respondents": [{"name": "城管", "level": "county"}]}
    found = operator.post(TEST, json=told).json
    assert (found["kind"], found["office_code"], found["rule_id"]) == ("dispatch", "440106", "department")
    assert "天河区司法局" in found["because"]
    joint = {"respondents": [{"body_code": "440106-SC"}, {"body_code": "440106-CG"}]}
    assert operator.post(TEST, json=joint).json["rule_id"] == "joint"
    assert operator.post(TEST, json={}).json["kind"] == "manual"


def test_what_is_refused(client: Callable[[Role], FlaskClient]) -> None:
    operator = client(Role.OPERATOR)
    for told, status in (
        ({"division_code": "天河"}, 422),
        ({"division_code": "999999"}, 404),
        ({"respondents": [{"body_code": "999999-XX"}]}, 404),
        ({"respondents": [{"level": "village"}]}, 422),
        ({"respondents": [{"name": "某局"}] * 21}, 422),
        ([], 422),
    ):
        answer = operator.post(TEST, json=told)
        assert answer.status_code == status, told
        assert answer.json["code"], told
    assert operator.patch(f"{RULES}/place", json={"is_active": False}).status_code == 403


def test_administrators_edit_rows(client: Callable[[Role], FlaskClient]) -> None:
    admin = client(Role.ADMINISTRATOR)
    changed = admin.patch(f"{RULES}/place", json={"priority": 122, "reason": "排在市级规定之后"})
    assert (changed.json["version"], changed.json["priority"]) == (2, 122)
    assert admin.get(RULES).json["faults"] == []
    for change in (
        {"condition": {"colour": "red"}},
        {"condition": {"level": "village"}},
        {"because": "{x}"},
        {"priority": -1},
        {"effective_from": "2020-01-01"},
        {"reason": ""},
    ):
        told = {"reason": "试改"} | change
        assert admin.patch(f"{RULES}/place", json=told).status_code == 422, change
    assert admin.patch(f"{RULES}/gone", json={"priority": 1, "reason": "试改"}).status_code == 404
    stale = admin.patch(f"{RULES}/place", json={"priority": 123, "reason": "试改", "expected": 1})
    assert (stale.status_code, stale.json["code"]) == (409, "stale_rule")
    listed = admin.get(f"{RULES}/place/versions").json["items"]
    assert [(one["version"], one["reason"]) for one in listed] == [(1, ""), (2, "排在市级规定之后")]
    assert admin.get(f"{RULES}/gone/versions").status_code == 404
