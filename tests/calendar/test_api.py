from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Api
from sqlalchemy.orm import Session

from tracker import web
from tracker.calendar import service
from tracker.calendar.api import blp
from tracker.db import Database
from tracker.permissions import Actor, Role

NOW = datetime(2026, 12, 31, 17, tzinfo=UTC)  # already 2027 in Shanghai


@pytest.fixture
def client(session: Session, database: Database) -> Callable[[Role], FlaskClient]:
    service.seed(session)
    session.commit()

    def make(role: Role) -> FlaskClient:
        app = Flask(__name__)
        app.config.update(
            SECRET_KEY="x" * 32, API_TITLE="t", API_VERSION="v1", OPENAPI_VERSION="3.1.0", TESTING=True
        )
        someone = Actor(None, "某人", role, None, "/440000/", "province")
        Api(app).register_blueprint(blp)
        web.install(app, web.Doorway(database, lambda session, now: someone, now=lambda: NOW))
        return app.test_client()

    return make


def test_a_year_is_shown_day_by_day(client: Callable[[Role], FlaskClient]) -> None:
    year = client(Role.OPERATOR).get("/api/v1/calendar?year=2026").json
    assert (year["year"], year["provisional"], len(year["days"])) == (2026, False, 365)
    days = {day["day"]: day for day in year["days"]}
    assert days["2026-10-01"] == {"day": "2026-10-01", "is_working": False, "note": "国庆节放假", "hours": ""}
    assert days["2026-10-10"]["is_working"]
    assert year["n_working_days"] == sum(day["is_working"] for day in year["days"])


def test_the_present_year_is_the_local_one_and_may_be_provisional(
    client: Callable[[Role], FlaskClient],
) -> None:
    year = client(Role.OPERATOR).get("/api/v1/calendar").json
    assert (year["year"], year["provisional"], year["source"]) == (2027, True, "")


def test_a_year_is_loaded_and_a_day_changed(client: Callable[[Role], FlaskClient]) -> None:
    admin = client(Role.ADMINISTRATOR)
    off = [{"day": "2027-01-01", "is_working": False, "note": "元旦放假"}]
    loaded = admin.put("/api/v1/calendar/2027", json={"source": "试用安排", "days": off}).json
    assert (loaded["provisional"], loaded["source"], loaded["days"][0]["is_working"]) == (
        False,
        "试用安排",
        False,
    )
    day = admin.put("/api/v1/calendar/days/2027-01-04", json={"is_working": False, "note": "台风"})
    assert day.json == {"day": "2027-01-04", "is_working": False, "note": "台风", "hours": ""}


def test_deadline_rules_are_listed_and_changed(client: Callable[[Role], FlaskClient]) -> None:
    admin = client(Role.ADMINISTRATOR)
    rules = {rule["code"]: rule for rule in admin.get("/api/v1/deadline-rules").json["items"]}
    assert (rules["sign"]["amount"], rules["sign"]["unit"], rules["sign"]["verified"]) == (
        2,
        "working_day",
        False,
    )
    changed = admin.patch("/api/v1/deadline-rules/sign", json={"amount": 3, "closes_at": "18:00:00"}).json
    assert (changed["amount"], changed["closes_at"]) == (3, "18:00:00")


NOT_TAKEN: list[tuple[str, str, object, int]] = [
    ("GET", "/api/v1/calendar?year=1", None, 422),
    ("GET", "/api/v1/calendar?year=x", None, 422),
    ("PUT", "/api/v1/calendar/99999", {"source": "x", "days": []}, 422),
    ("PUT", "/api/v1/calendar/2027", {"days": []}, 422),
    (
        "PUT",
        "/api/v1/calendar/2027",
        {"source": "x", "days": [{"day": "2026-01-01", "is_working": True}]},
        422,
    ),
    ("PUT", "/api/v1/calendar/days/2026-02-30", {"is_working": True}, 422),
    ("PUT", "/api/v1/calendar/days/2031-01-01", {"is_working": True}, 404),
    ("PATCH", "/api/v1/deadline-rules/gone", {"amount": 1}, 404),
    ("PATCH", "/api/v1/deadline-rules/sign", {"amount": -1}, 422),
    ("PATCH", "/api/v1/deadline-rules/sign", {"unit": "times"}, 422),
]


def test_what_cannot_be_taken(client: Callable[[Role], FlaskClient]) -> None:
    admin = client(Role.ADMINISTRATOR)
    for method, url, body, status in NOT_TAKEN:
        answer = admin.open(url, method=method, json=body)
        assert answer.status_code == status, url
        assert answer.json["code"], url
        assert answer.json["message"], url


def test_only_administrators_change_tables(client: Callable[[Role], FlaskClient]) -> None:
    operator = client(Role.OPERATOR)
    year: dict[str, object] = {"source": "x", "days": []}
    assert operator.put("/api/v1/calendar/2027", json=year).status_code == 403
    assert operator.put("/api/v1/calendar/days/2026-01-01", json={"is_working": True}).status_code == 403
    assert operator.patch("/api/v1/deadline-rules/sign", json={"amount": 1}).status_code == 403
