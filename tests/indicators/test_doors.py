"""Every figure of page, API and workbook against the tickets behind its link, in the reader's own subtree."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from docx import Document as Word
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.conftest import FIELD_KEY, SECRET_KEY
from tests.doors import visitor
from tests.indicators.busy import MARCH, april, leader, march
from tests.world import World, build
from tracker import config, db, web
from tracker.fields import FieldCipher
from tracker.indicators import rules
from tracker.permissions import Actor

PERIOD = "from={}&to={}".format(*MARCH)
READERS = ("440100", "440106")


@dataclass(frozen=True)
class Office:
    """A leader's browser and program, and the report of March as JSON."""

    client: FlaskClient
    report: dict[str, Any]


@pytest.fixture(scope="module")
def made(
    engine: Engine, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, dict[str, Office]]]:
    """The busy world, made once for all figures and rolled back, and the leaders of city and county."""
    with engine.connect() as connection:
        transaction = connection.begin()
        mode = "create_savepoint"
        with Session(
            connection,
            join_transaction_mode=mode,  # type: ignore[arg-type]  # a literal
            expire_on_commit=False,
            info={"cipher": FieldCipher(FIELD_KEY)},
        ) as session:
            world = build(session)
            april(world, march(world))
            session.commit()
            settings = _settings(database_url, str(tmp_path_factory.mktemp("home")))
            database = db.Database(connection, lambda _: None, FIELD_KEY)
            yield world, {code: _office(world, code, settings, database) for code in READERS}
        transaction.rollback()


def _settings(url: str, home: str) -> config.Settings:
    environment = {"DATABASE_URL": url, "REDIS_URL": "redis://localhost:1", "TRACKER_HOME": home}
    return config.load({**environment, "SECRET_KEY": SECRET_KEY, "FIELD_KEY": FIELD_KEY})


def _office(world: World, code: str, settings: config.Settings, database: db.Database) -> Office:
    client = _client(leader(world, code), world, settings, database)
    return Office(client, client.get(f"/api/v1/reports/indicators?office={code}&{PERIOD}").get_json())


def _client(who: Actor | None, world: World, settings: config.Settings, database: db.Database) -> FlaskClient:
    door = web.Doorway(database, lambda session, now: who, now=lambda: world.now)
    return visitor(settings, door)


def n_behind(client: FlaskClient, address: str) -> int:
    """The rows listed behind a link, over all its pages."""
    n, following = 0, address + "&limit=5"
    while following:
        page = client.get(following)
        assert page.status_code == 200, page.text[:300]
        n += page.text.count("<tr data-number=")
        older = re.search(r'href="([^"]+)"\s+rel="next"', page.text)
        following = older.group(1).replace("&amp;", "&") if older else ""
    return n


@pytest.mark.parametrize("figure", [one.code for one in rules.FIGURES])
@pytest.mark.parametrize("code", READERS)
def test_a_figure_opens_exactly_so_many_tickets(made: Any, code: str, figure: str) -> None:
    office = made[1][code]
    told = office.report["figures"][figure]
    listed = office.client.get(
        f"/api/v1/reports/indicators/tickets?figure={figure}&office={code}&{PERIOD}&limit=200"
    ).get_json()
    assert n_behind(office.client, told["tickets"]) == told["n"] == listed["n"] == len(listed["items"])
    assert told["n"] > 0 or (code == "440106" and figure in {"not_accepted", "redirected", "late"})


@pytest.mark.parametrize("code", READERS)
def test_a_rate_says_what_its_links_hold(made: Any, code: str) -> None:
    office = made[1][code]
    assert set(office.report["adjusted"]) == {"solved", "satisfied"}
    for rate in [*office.report["raw"].values(), *office.report["adjusted"].values()]:
        assert n_behind(office.client, rate["tickets"]["numerator"]) == rate["numerator"]
        assert n_behind(office.client, rate["tickets"]["denominator"]) == rate["denominator"]
        assert rate["share"] == rules.share(rate["numerator"], rate["denominator"]) or rate["share"] == round(
            rate["numerator"] / rate["denominator"], 6
        )


class Links(HTMLParser):
    """Every link to tickets on the board with the number it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._address = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") or ""
        self._address = address if tag == "a" and address.startswith("/indicators/tickets") else ""

    def handle_data(self, data: str) -> None:
        if self._address and data.strip():
            self.found.append((self._address, data.strip()))


@pytest.mark.parametrize("code", READERS)
def test_every_number_on_the_board_is_the_number_behind_it(made: Any, code: str) -> None:
    office = made[1][code]
    page = office.client.get(f"/indicators?office={code}&{PERIOD}")
    links = Links()
    links.feed(page.text)
    shown = {address: words for address, words in links.found if re.fullmatch(r"\d+( 件)?", words)}
    trend = {address for address in shown if "figure=satisfied&" in address and PERIOD not in address}
    counted = {address: int(words.split()[0]) for address, words in shown.items() if address not in trend}
    assert len(counted) > 60
    wrong = {
        address: (n, behind) for address, n in counted.items() if (behind := _n(office.client, address)) != n
    }
    assert wrong == {}


def _n(client: FlaskClient, address: str) -> int:
    return int(client.get("/api/v1/reports" + address).get_json()["n"])


def test_the_board_keeps_to_the_content_security_policy(made: Any) -> None:
    page = made[1]["440100"].client.get(f"/indicators?{PERIOD}").text
    body = page[page.index("<main") : page.index("</main>")]
    assert "style=" not in body
    assert "<script" not in body
    assert "onclick" not in body
    assert "期后补录" in body
    assert "期后剔除评价" in body


def test_the_workbook_tells_the_same_numbers(made: Any) -> None:
    office = made[1]["440100"]
    answer = office.client.get(f"/indicators/export.xlsx?{PERIOD}")
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    assert book.sheet_names == ["通报", "单位对比", "事项分类与地区", "导出说明"]
    rows = {row[0]: row for row in book.get_sheet_by_name("通报").to_python()}
    for figure in rules.FIGURES:
        assert rows[f"{figure.label}（件）"][1] == office.report["figures"][figure.code]["n"]
    for rate in [*office.report["raw"].values(), *office.report["adjusted"].values()]:
        assert rows[rate["label"]][2:4] == [rate["numerator"], rate["denominator"]]
    grid = book.get_sheet_by_name("事项分类与地区").to_python()
    assert sum(row[-1] for row in grid[1:]) == office.report["figures"]["received"]["n"]
    assert b"<f>" not in answer.data


def test_word_and_workbook_tell_the_same_numbers(made: Any) -> None:
    office = made[1]["440100"]
    answer = office.client.get(f"/indicators/export.docx?{PERIOD}")
    assert answer.status_code == 200
    paper = Word(BytesIO(answer.data))
    rates, counts, shares, grid, meanings = (
        [[c.text for c in row.cells] for row in one.rows] for one in paper.tables
    )
    book = CalamineWorkbook.from_filelike(
        BytesIO(office.client.get(f"/indicators/export.xlsx?{PERIOD}").data)
    )
    sheet = {row[0]: row for row in book.get_sheet_by_name("通报").to_python()}
    for label, share, counted, of, _ in rates[1:]:
        assert [float(counted), float(of)] == sheet[label][2:4]
        assert share == ("—" if sheet[label][1] == "—" else f"{sheet[label][1]:.2%}")
    assert {row[0] for row in rates[1:]} == {rate.label for rate in rules.RATES}
    for label, n, meaning in meanings[1:]:
        assert [float(n), meaning] == [sheet[f"{label}（件）"][1], sheet[f"{label}（件）"][4]]
    assert len(meanings) == 1 + len(rules.FIGURES)
    offices = {row[0]: dict(zip(head, row, strict=True)) for head, row in _lines(book, "单位对比")}
    for row in counts[1:]:
        assert [float(n) for n in row[1:]] == [offices[row[0]][label] for label in counts[0][1:]]
    for row in shares[1:]:
        told = [offices[row[0]][label] for label in shares[0][1:]]
        assert row[1:] == ["—" if one == "—" else f"{one:.2%}" for one in told]
    areas = {row[0]: row[-1] for _, row in _lines(book, "事项分类与地区")}
    assert {row[0]: float(row[-1]) for row in grid[1:-1]} == areas
    assert float(grid[-1][-1]) == sum(areas.values()) == office.report["figures"]["received"]["n"]
    words = "\n".join(one.text for one in paper.paragraphs)
    for code in ("received", "dispatched", "closed", "overdue", "returned", "reworked", "supervised"):
        assert f"{office.report['figures'][code]['n']}件" in words
    for code in office.report["corrections"]:
        assert f"{rules.FIGURE[code].label}{office.report['corrections'][code]}件" in words
    assert office.client.get(f"/indicators/export.pdf?{PERIOD}").status_code == 404


def _lines(book: CalamineWorkbook, name: str) -> Iterator[tuple[list[Any], list[Any]]]:
    head, *lines = book.get_sheet_by_name(name).to_python()
    return ((head, line) for line in lines)


def test_every_rate_says_what_it_is_in_page_and_program(made: Any) -> None:
    office = made[1]["440100"]
    page = office.client.get(f"/indicators?{PERIOD}").text
    for rate in [*office.report["raw"].values(), *office.report["adjusted"].values()]:
        assert rate["meaning"].startswith(
            f"{rules.FIGURE[_figure(rate, 'numerator')].label} ÷ {rules.FIGURE[_figure(rate, 'denominator')].label}"
        )
    for rate in rules.RATES:
        assert rate.note in page
    assert page.count('class="why"') == 9
    assert "分母不同" in page


def _figure(rate: dict[str, Any], part: str) -> str:
    return parse_qs(urlsplit(rate["tickets"][part]).query)["figure"][0]


def test_strangers_and_nonsense_are_refused(made: Any) -> None:
    county = made[1]["440106"].client
    assert county.get("/indicators?office=440105").status_code == 404
    assert county.get("/api/v1/reports/indicators?office=440105").status_code == 404
    assert county.get("/api/v1/reports/indicators?from=yesterday").status_code == 422
    for wrong in ("figure=nothing", "figure=received&area=../..", "figure=received&cursor=0", ""):
        answer = county.get(f"/api/v1/reports/indicators/tickets?{wrong}")
        assert answer.status_code in {404, 422}, wrong
        assert answer.get_json()["message"].endswith("。")
    assert county.get("/indicators/tickets?figure=nothing").status_code == 404
    assert county.get("/indicators?from=x").status_code == 422


def test_links_stay_with_the_office_and_the_period(made: Any) -> None:
    for told in made[1]["440106"].report["figures"].values():
        query = parse_qs(urlsplit(told["tickets"]).query)
        assert (query["office"], query["from"], query["to"]) == (["440106"], ["2026-03-01"], ["2026-03-31"])
