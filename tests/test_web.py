from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Blueprint, Flask, jsonify, session
from flask_smorest import Blueprint as ApiBlueprint
from itsdangerous import URLSafeTimedSerializer
from marshmallow import Schema, fields
from sqlalchemy import text

from tracker import screens, web
from tracker.app import bare_app
from tracker.db import Database, connect
from tracker.errors import Conflict, Invalid, NotFound, Stale, TrackerError, Unavailable
from tracker.jobs import Job, after_commit
from tracker.permissions import Actor, Permission, Role
from tracker.web import allow, flat_fields, public

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
REFUSALS = {
    "conflict": Conflict("状态不允许。"),
    "invalid": Invalid("内容有误。", fields={"title": ["必填"]}),
    "not_found": NotFound("没有找到。"),
    "stale": Stale("别人改过。"),
    "unavailable": Unavailable("稍后再试。"),
}


class Note(Schema):
    title = fields.String(required=True)
    lines = fields.List(fields.Integer())


def pages_of_the_test() -> Blueprint:
    pages = Blueprint("pages", __name__)

    @pages.get("/login")
    @public
    def sign_in():
        return "login"

    @pages.route("/page", methods=["GET", "POST"])
    @allow(Permission.TICKET_READ)
    def page():
        return web.actor().name

    @pages.get("/refused/<code>")
    @public
    def refused_page(code):
        raise REFUSALS[code]

    return pages


def api_of_the_test() -> ApiBlueprint:
    api = ApiBlueprint("api", __name__, url_prefix="/api/v1")

    @api.route("/refused/<code>")
    @public
    def refused(code):
        raise REFUSALS[code]

    @api.route("/open", methods=["GET", "POST"])
    @public
    def everyone():
        return jsonify(now=web.now().isoformat(), address=web.session().info["address"])

    @api.route("/notes", methods=["POST"])
    @allow(Permission.TICKET_READ)
    @api.arguments(Note)
    @api.response(201, Note)
    def write(note):
        web.session().execute(text("CREATE TABLE IF NOT EXISTS note (title text)"))
        web.session().execute(text("INSERT INTO note VALUES (:title)"), {"title": note["title"]})
        after_commit(web.session(), Job.TRIAGE)
        if note["title"] == "half":
            raise Conflict("写到一半。")
        return note

    @api.route("/broken")
    @public
    def broken():
        raise RuntimeError("secret inside")

    return api


def build(database: Database, actor: Actor | None, **outside: Any) -> Flask:
    app = bare_app("s" * 40, name="tracker", cookie="tracker", **outside)
    register = web.open_api(app)
    web.install(app, web.Doorway(database, lambda session, now: actor, lambda: NOW, "pages.sign_in"))
    screens.install(app)
    register.register_blueprint(api_of_the_test())
    app.register_blueprint(pages_of_the_test())
    return app


def someone(role: Role) -> Actor:
    return Actor(1, "张三", role, 1, "/440000/", "province")


@pytest.fixture
def officer(database):
    return build(database, someone(Role.OFFICER)).test_client()


@pytest.fixture
def nobody(database):
    return build(database, None).test_client()


def test_who_is_not_signed_in_is_asked_to(nobody):
    told = nobody.post("/api/v1/notes", json={"title": "x"})
    assert (told.status_code, told.json["code"]) == (401, "not_signed_in")
    led = nobody.get("/page?tab=due")
    assert (led.status_code, led.location) == (302, "/login?next=/page?tab%3Ddue")


def test_a_role_without_the_permission_is_refused(database):
    app = build(database, someone(Role.ADMINISTRATOR))
    assert app.test_client().get("/page").status_code == 403
    told = app.test_client().post("/api/v1/notes", json={"title": "x"})
    assert (told.status_code, told.json["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("path", ["/nothing-there", "/refused/conflict"])
def test_an_error_page_knows_who_is_signed_in(officer, nobody, path):
    assert "张三" in officer.get(path).text
    assert "工作人员登录" not in officer.get(path).text
    assert "工作人员登录" in nobody.get(path).text


def test_an_error_page_is_shown_without_a_database_too():
    lost = Database(connect("postgresql://nobody@127.0.0.1:1/none"), lambda job: None, "k" * 40)
    app = build(lost, None)
    app.extensions["doorway"] = web.Doorway(lost, lambda session, now: session.scalar(text("SELECT 1")))
    page = app.test_client().get("/nothing-there")
    assert page.status_code == 404
    assert "没有这个地址" in page.text


def test_permission_comes_before_validity(nobody):
    assert nobody.post("/api/v1/notes", json={}).status_code == 401


def test_everyone_may_enter_a_public_view(nobody):
    told = nobody.get("/api/v1/open", environ_base={"REMOTE_ADDR": "10.1.2.3"}).json
    assert told == {"now": NOW.isoformat(), "address": "10.1.2.3"}


def test_what_a_view_wrote_is_committed_and_rung(officer, session, rung):
    assert officer.post("/api/v1/notes", json={"title": "whole"}).status_code == 201
    assert session.scalars(text("SELECT title FROM note")).all() == ["whole"]
    assert rung == [Job.TRIAGE]


def test_a_refused_view_leaves_nothing(officer, session, rung):
    assert officer.post("/api/v1/notes", json={"title": "half"}).status_code == 409
    assert session.scalar(text("SELECT to_regclass('note')")) is None
    assert rung == []


@pytest.mark.parametrize(("code", "status"), [(code, one.http_status) for code, one in REFUSALS.items()])
def test_refusals_are_sentences(nobody, code, status):
    told = nobody.get(f"/api/v1/refused/{code}")
    assert (told.status_code, told.json["code"], told.json["message"]) == (
        status,
        code,
        REFUSALS[code].message,
    )
    page = nobody.get(f"/refused/{code}")
    assert page.status_code == status
    assert REFUSALS[code].message in page.text


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"json": {}}, 422, "invalid"),
        ({"json": {"title": 1}}, 422, "invalid"),
        ({"json": {"title": "x", "unknown": 1}}, 422, "invalid"),
        ({"json": [1]}, 422, "invalid"),
        ({"data": "{", "content_type": "application/json"}, 400, "unreadable"),
        ({"data": b"\xff\xfe", "content_type": "application/json"}, 400, "unreadable"),
        ({"json": {"title": "a\x00b"}}, 422, "unstorable"),
        ({"data": '{"title": "\\ud800"}', "content_type": "application/json"}, 422, "unstorable"),
    ],
)
def test_input_that_cannot_be_taken(officer, sent, status, code):
    told = officer.post("/api/v1/notes", **sent)
    assert (told.status_code, told.json["code"]) == (status, code)
    assert isinstance(told.json["message"], str)


def test_the_fields_at_fault_are_named(officer):
    told = officer.post("/api/v1/notes", json={"lines": [1, "x"]}).json
    assert set(told["fields"]) == {"title", "lines.1"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/v1/nothing", 404, "not_found"),
        ("delete", "/api/v1/notes", 405, "method_not_allowed"),
        ("get", "/nothing", 404, "not_found"),
    ],
)
def test_what_does_not_exist(nobody, method, path, status, code):
    told = getattr(nobody, method)(path)
    assert told.status_code == status
    assert code in told.text


def test_a_surprise_tells_nothing_of_itself(nobody):
    told = nobody.get("/api/v1/broken")
    assert (told.status_code, told.json["code"]) == (500, "error")
    assert "secret" not in told.text


def test_a_missing_database_is_said():
    gone = Database(connect("postgresql://nobody@127.0.0.1:1/none"), lambda job: None, "k" * 40)
    client = build(gone, someone(Role.OFFICER)).test_client()
    told = client.post("/api/v1/notes", json={"title": "x"})
    assert (told.status_code, told.json["code"]) == (503, "unavailable")


@pytest.mark.parametrize(
    ("cookie", "headers", "status"),
    [
        (False, {}, 200),  # no cookie, nothing to borrow
        (True, {}, 400),
        (True, {"Authorization": "Bearer trk_x"}, 200),  # judged by the token alone
        (True, {"X-CSRFToken": "forged"}, 400),
    ],
)
def test_a_foreign_page_cannot_use_the_cookie(nobody, cookie, headers, status):
    if cookie:
        with nobody.session_transaction() as held:
            held["sign_in"] = "x"
    told = nobody.post("/api/v1/open", headers=headers)
    assert told.status_code == status
    if status == 400:
        assert told.json["code"] == "csrf"


def test_forms_need_their_token(officer):
    refused = officer.post("/page")
    assert refused.status_code == 400
    assert "刷新" in refused.text
    raw = "0" * 40
    with officer.session_transaction() as held:
        held["csrf_token"] = raw
    token = URLSafeTimedSerializer("s" * 40, salt="wtf-csrf-token").dumps(raw)
    assert officer.post("/page", data={"csrf_token": token}).status_code == 200
    assert officer.post("/page", headers={"X-CSRFToken": token}).status_code == 200


def test_headers_guard_the_pages(nobody):
    headers = nobody.get("/login").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"


def test_only_an_encrypted_site_promises_to_stay_so(database):
    plain = build(database, None).test_client()
    assert "Strict-Transport-Security" not in plain.get("/login").headers
    told = build(database, None, public_url="https://jd.example.cn").test_client().get("/login")
    assert "max-age=31536000" in told.headers["Strict-Transport-Security"]


def test_the_cookie_of_an_encrypted_site_travels_encrypted(database):
    app = build(database, None, public_url="https://jd.example.cn")
    app.add_url_rule("/keep", "keep", public(lambda: session.setdefault("x", "y")))
    kept = app.test_client().get("/keep").headers["Set-Cookie"]
    assert kept.startswith("__Host-tracker=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in kept.split(";")}


@pytest.mark.parametrize(
    ("trusted", "address"), [(0, "10.0.0.9"), (1, "10.0.0.2"), (2, "203.0.113.7"), (3, "10.0.0.9")]
)
def test_only_ones_own_proxies_say_where_somebody_comes_from(database, trusted, address):
    client = build(database, None, trusted_proxies=trusted).test_client()
    told = client.get(
        "/api/v1/open",
        headers={"X-Forwarded-For": "203.0.113.7, 10.0.0.2"},
        environ_base={"REMOTE_ADDR": "10.0.0.9"},
    )
    assert told.json["address"] == address


def test_strangers_may_not_send_much(nobody):
    much = {"data": b'"' + b"x" * (web.STRANGERS_BYTES + 1) + b'"', "content_type": "application/json"}
    told = nobody.post("/api/v1/open", **much)
    assert (told.status_code, told.json["code"]) == (413, "too_large")
    assert nobody.post("/page", data={"x": "y" * (web.STRANGERS_BYTES + 1)}).status_code == 413
    assert nobody.post("/api/v1/open", headers={"Authorization": "Bearer x"}, **much).status_code == 200


def test_a_view_without_a_mark_is_found(database):
    app = build(database, None)
    app.add_url_rule("/forgotten", "forgotten", lambda: "x")
    assert web.unmarked(app) == ["forgotten"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Longer than maximum length 20.", "长度不能超过20。"),
        ("Must be greater than or equal to 1 and less than or equal to 5.", "应在1至5之间。"),
        ("Must be one of: a, b.", "不在可选范围内，可选：a, b。"),
        ("Not a valid mapping type.", "格式不对。"),
        ("请写明理由。", "请写明理由。"),
    ],
)
def test_what_the_library_says_is_told_in_chinese(said, told):
    assert TrackerError("有误。", fields={"x": [said]}).fields == {"x": [told]}


def test_no_sentence_of_the_library_stays_english():
    missing = Schema.from_dict({"a": fields.Integer(required=True), "b": fields.List(fields.Boolean())})
    found: list[str] = []
    for given in ({"b": 1, "c": 2}, {"a": "x", "b": ["x", None]}, {"a": None}, []):
        refused = flat_fields(missing().validate(given))
        found += [one for sentences in TrackerError("", fields=refused).fields.values() for one in sentences]
    assert len(found) == 8
    assert all(one.isascii() is False for one in found), found


def test_every_refusal_has_a_status_and_a_code():
    for kind in TrackerError.__subclasses__():
        assert 400 <= kind.http_status < 600
        assert kind.default_code
