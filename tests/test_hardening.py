"""What every answer carries and what none may do: headers, forms, inline code, spreadsheets, bodies without a token."""

import ast
import io
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, IntegerConverter, Rule
from werkzeug.test import TestResponse

from classifiers import predict
from tests import factories
from tests.seeded import app, by, client, clock, database_url, engine
from tracker import web
from tracker.accounts import entry, queries
from tracker.commissions import keys, pages
from tracker.discipline import create_discipline_app
from tracker.tickets.models import Ticket

__all__ = ["app", "by", "client", "clock", "database_url", "engine"]

ROOT = Path(__file__).parent.parent
PEOPLE = ("operator", "reviewer", "arbiter", "administrator", "auditor", None)
FORMULA = '=HYPERLINK("http://evil.example","点我")'
CELLS = ("=1+1", "+1+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1")
WRITES = {"write_string", "write_number", "write_datetime", "write_blank", "write_boolean"}
SAFE_TYPES = {
    "text/html",
    "application/json",
    "text/plain",
    "image/svg+xml",
    "text/css",
    "text/javascript",
    "application/problem+json",
}


class Page(HTMLParser):
    """What is wrong with a page: code or style inside it, and forms that change something without a token."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self._form: list[str] | None = None

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in given}
        if (tag == "script" and "src" not in attributes) or tag == "style":
            self.wrong.append(f"<{tag}> inside the page")
        for name, value in attributes.items():
            if name == "style" or name.startswith("on") or value.strip().lower().startswith("javascript:"):
                self.wrong.append(f"{tag} {name}={value}")
        if tag == "form":
            self._form = [] if attributes.get("method", "get").lower() == "post" else None
        elif tag == "input" and self._form is not None:
            self._form.append(attributes.get("name", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            if self._form is not None and "csrf_token" not in self._form:
                self.wrong.append(f"form without a token: {self._form}")
            self._form = None


def assert_guarded(answer: TestResponse, where: str) -> None:
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy or "default-src 'none'" in policy, where
    assert "unsafe" not in policy, where
    assert headers["X-Content-Type-Options"] == "nosniff", where
    assert headers["X-Frame-Options"] == "DENY", where
    assert headers["Referrer-Policy"] == "same-origin", where
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", where
    assert "Server" not in headers, where
    if answer.mimetype == "text/html":
        page = Page()
        page.feed(answer.text)
        assert page.wrong == [], where
    elif answer.mimetype not in SAFE_TYPES and answer.data:
        how = headers.get("Content-Disposition", "")
        assert how.startswith("attachment") or answer.mimetype == "application/pdf", (where, answer.mimetype)


def formulas(workbook: bytes) -> list[str]:
    """Return the formulas and links of a workbook."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as file:
        sheets = [file.read(name).decode() for name in file.namelist() if name.startswith("xl/worksheets/")]
    return [found for sheet in sheets for found in re.findall(r"<f[ >].*?</f>|<hyperlink .*?/>", sheet)]


def addresses(app: Flask, method: str, ticket: str = "4401060000001") -> Iterator[tuple[Rule, str]]:
    """Yield each address of the application that takes the method, its blanks filled in."""
    texts = {
        "filename": "style.css",
        "number": ticket,
        "name": "accept",
        "code": "440106",
        "token": "x" * 20,
        "receipt": "1" * 16,
    }
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            filled = {name: _fitting(rule, name, texts) for name in rule.arguments}
            yield rule, adapter.build(rule.endpoint, filled, method=method)


def _fitting(rule: Rule, name: str, texts: dict[str, str]) -> str | int:
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else texts.get(name, "x")


@pytest.fixture
def ticket(session) -> Ticket:
    """A ticket whose title would act as a formula."""
    return factories.take_in(session, title=FORMULA, complainant=factories.caller())


@pytest.mark.parametrize("login", PEOPLE)
def test_every_answer_of_the_supervision_side_is_guarded(app, by, ticket, login):
    """Headers, no code inside pages, tokens in forms; and in every export the title above stays a text."""
    caller, exports = by(login), set()
    for rule, address in addresses(app, "GET", ticket.number):
        answer = caller.get(address, buffered=True)
        assert answer.status_code < 500 or rule.rule == "/readyz", (rule.rule, answer.text)
        assert_guarded(answer, f"{login} {address}")
        assert answer.mimetype != "text/csv", rule.rule  # one that comes has to neutralise its cells
        if "spreadsheet" in answer.mimetype:
            assert formulas(answer.data) == [], rule.rule
            exports.add(rule.rule)
    if login == "operator":
        assert any("/tickets" in one for one in exports), exports


@pytest.fixture
def desk(settings, database) -> FlaskClient:
    """The discipline side, nobody signed in."""
    keys.ensure(settings.home)
    door = web.Doorway(database, pages.identify, sign_in_endpoint=pages.SIGN_IN)
    return create_discipline_app(settings, door=door).test_client()


def test_every_answer_of_the_discipline_side_is_guarded(desk):
    for rule, address in addresses(desk.application, "GET"):
        answer = desk.get(address, buffered=True)
        assert answer.status_code < 500 or rule.rule == "/readyz", (rule.rule, answer.text)
        assert_guarded(answer, address)


def test_an_encrypted_site_says_so_on_every_answer(app, client):
    app.config["SESSION_COOKIE_SECURE"] = True
    try:
        for path in ("/login", "/nothing", "/api/v1/me", "/static/style.css", "/healthz"):
            assert (
                client.get(path, buffered=True)
                .headers["Strict-Transport-Security"]
                .startswith("max-age=31536000")
            )
    finally:
        app.config["SESSION_COOKIE_SECURE"] = False


def test_who_may_send_large_files_needs_the_token_as_well(client, session, clock):
    person = queries.by_name(session, "officer")
    secret = entry.begin(session, person, browser="", now=clock())
    with client.session_transaction() as held:
        held["sign_in"] = secret
    for path in ("/api/v1/tickets/202603020000001/clues", "/clues/new"):
        refused = client.post(path, data={"person": "张三"}, content_type="multipart/form-data")
        assert refused.status_code == 400, path
        assert "刷新后再提交" in refused.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_whoever_rides_on_a_cookie_needs_the_token(app, client, desk, method):
    for side in (client, desk):
        with side.session_transaction() as held:
            held["anything"] = "kept"
        for rule, address in addresses(side.application, method):
            answer = side.open(address, method=method, buffered=True)
            if method == "POST" and hasattr(side.application.view_functions[rule.endpoint], "intake"):
                # of a large body nothing is read before it is known who sends it
                assert answer.status_code in {401, 302}, (rule.rule, answer.status_code)
                continue
            assert answer.status_code == 400, (rule.rule, answer.status_code)
            assert "刷新后再提交" in answer.text, rule.rule


def test_every_export_writes_texts_as_texts():
    files = [
        path for path in (ROOT / "tracker").rglob("*.py") if "import xlsxwriter" in path.read_text("utf-8")
    ]
    assert len(files) >= 4
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                name = node.func.attr
                assert not name.startswith("write") or name in WRITES, f"{path.name}:{node.lineno} {name}"


@pytest.mark.parametrize("cell", CELLS)
def test_a_label_does_not_act_as_a_formula_in_the_table_of_predictions(cell):
    assert predict.inert(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["A1", "-1", "+3.5", "", "执法不公", "a=b"])
def test_other_labels_stay_as_they_are(cell):
    assert predict.inert(cell) == cell


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_who_may_not_enter_learns_nothing_of_the_input(app, client, desk, method):
    """401 comes before 422: a stranger's nonsense is not even read."""
    for asked, site in ((client, app), (desk, desk.application)):
        for rule, address in addresses(site, method):
            if rule.rule.startswith("/api/v1"):
                answer = asked.open(address, method=method, json={"nonsense": 1})
                assert answer.status_code == 401, (method, rule.rule)
