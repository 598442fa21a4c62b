"""The page and the program's way in: files go in, refusals are told, batches can be looked up and undone."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.doors import visitor
from tests.world import World
from tracker import web
from tracker.config import Settings
from tracker.db import Database
from tracker.imports import files, service, sheets
from tracker.imports.models import ImportBatch
from tracker.permissions import Actor
from tracker.tickets.models import Ticket

GOOD = "编号,内容,电话\n1,城管罚款不开票,13800001111\n2,执法人员态度恶劣,\n"
FORMULA = '=HYPERLINK("http://evil.example","点我")'
PROGRAM = {"Authorization": "Bearer of-a-program"}
"""What spares a request the token of a form; `door` knows the caller anyway."""
Door = Callable[[Actor | None], FlaskClient]


@pytest.fixture
def door(world: World, database: Database, settings: Settings) -> Door:
    world.session.commit()

    def make(who: Actor | None) -> FlaskClient:
        doorway = web.Doorway(database, lambda session, now: who, now=lambda: world.now)
        return visitor(settings, doorway)

    return make


def sent(text: str, name: str = "投诉.csv", **fields: str) -> dict[str, Any]:
    return {"data": {"file": (io.BytesIO(text.encode()), name), **fields}, "headers": PROGRAM}


def drain(world: World) -> None:
    while service.drain(world.session, now=world.now):
        pass
    world.session.commit()


def n_batches(world: World) -> int:
    return world.session.scalar(select(func.count(ImportBatch.id))) or 0


def test_a_program_sends_a_file_and_follows_it(world: World, door: Door) -> None:
    client = door(world.operator)
    begun = client.post("/api/v1/imports", **sent(GOOD))
    assert begun.status_code == 202
    assert (begun.json["n_rows"], begun.json["state"]) == (2, "running")
    drain(world)
    batch = client.get(f"/api/v1/imports/{begun.json['id']}").json
    assert (batch["state"], batch["n_ok"], batch["n_bad"]) == ("done", 2, 0)
    assert [one["id"] for one in client.get("/api/v1/imports").json["items"]] == [batch["id"]]
    assert client.post(f"/api/v1/imports/{batch['id']}/undo").json == {"n_withdrawn": 2}
    assert client.post(f"/api/v1/imports/{batch['id']}/undo").status_code == 409


def test_a_trial_writes_nothing(world: World, door: Door) -> None:
    tried = door(world.operator).post("/api/v1/imports", **sent(GOOD + "3,,\n", dry_run="true"))
    assert (tried.json["n_rows"], tried.json["n_bad"]) == (3, 1)
    assert tried.json["problems"][0]["row_no"] == 4
    assert n_batches(world) == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (lambda: {"data": {}, "headers": PROGRAM}, "file_missing"),
        (lambda: sent("", "空.csv"), "file_empty"),
        (lambda: sent("编号,备注\n1,x\n"), "column_missing"),
        (lambda: sent("PK broken", "a.xlsx"), "file_unreadable"),
        (lambda: sent(GOOD, channel="pigeon"), "unknown_channel"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_at_both_doors(
    world: World, door: Door, given: Callable[[], dict[str, Any]], code: str
) -> None:
    answer = door(world.operator).post("/api/v1/imports", **given())
    assert (answer.status_code, answer.json["code"]) == (422, code)
    page = door(world.operator).post("/imports", **given())
    assert page.status_code == 422
    assert answer.json["message"] in page.text
    assert n_batches(world) == 0


def test_only_posts_that_import_come_in(world: World, door: Door) -> None:
    for path in ("/api/v1/imports", "/imports"):
        assert door(world.officer).get(path).status_code == 403
        assert door(world.officer).post(path, **sent(GOOD)).status_code == 403
    assert door(None).get("/api/v1/imports").status_code == 401
    assert n_batches(world) == 0


def test_batches_of_others_are_not_there(world: World, door: Door) -> None:
    begun = door(world.operator).post("/api/v1/imports", **sent(GOOD)).json
    client = door(_at_county(world))
    assert client.get(f"/api/v1/imports/{begun['id']}").status_code == 404
    assert client.get(f"/imports/{begun['id']}/rejects.xlsx").status_code == 404
    assert client.get("/api/v1/imports").json["items"] == []


def _at_county(world: World) -> Actor:
    office = world.office("440105")
    return Actor(None, "别处", world.operator.role, office.id, office.path, str(office.level), office.name)


def test_the_page_tries_imports_and_gives_the_refused_rows_back(world: World, door: Door) -> None:
    client = door(world.operator)
    tried = client.post("/imports", **sent(GOOD + "3,,\n", deed="try"))
    assert "3 行，2 行可以导入，1 行有误" in tried.text
    assert n_batches(world) == 0
    assert client.post("/imports", **sent(GOOD + "3,,\n", deed="import")).location == "/imports"
    assert "投诉.csv" in client.get("/imports").text
    drain(world)
    batch = world.session.scalars(select(ImportBatch)).one()
    refused = client.get(f"/imports/{batch.id}/rejects.xlsx")
    assert files.read("未受理.xlsx", refused.data).rows[0][-2] == "4"
    assert client.post(f"/imports/{batch.id}/undo", headers=PROGRAM).location == "/imports"


def test_the_template_can_be_imported_as_it_is(world: World, door: Door) -> None:
    client = door(world.operator)
    template = client.get("/imports/template.xlsx").data
    plan = service.plan(world.session, "模板.xlsx", template, channel="12345-push")
    assert list(service.problems(plan)) == []
    [row] = plan.rows
    assert set(row) >= {"source_no", "title", "content", "kind", "occurred_at", "phone"}


def test_a_mended_rejects_file_comes_in(world: World) -> None:
    wrong = [(2, {"source_no": "7", "content": "执法人员不亮证", "phone": "12"}, "电话：不对")]
    mended = files.read("r.xlsx", sheets.rejects(wrong, service.HEADS))
    at = mended.header.index(service.HEADS["phone"])
    mended.rows[0][at] = "13800001111"
    text = "\n".join(",".join(cells) for cells in (mended.header, *mended.rows)).encode()
    plan = service.plan(world.session, "r.csv", text, channel="12345-push")
    assert plan.rows == [{"source_no": "7", "content": "执法人员不亮证", "phone": "13800001111"}]
    assert list(service.problems(plan)) == []


def test_a_formula_in_a_complaint_stays_text_in_what_we_hand_out() -> None:
    handed = sheets.rejects([(2, {"content": FORMULA}, "有误")], service.HEADS)
    assert files.read("r.xlsx", handed).rows[0][0] == FORMULA
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(handed)).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ("1,有内容,12,", "电话"),
        ("1,有内容,,91440101MA5XXXXXX", "统一社会信用代码"),
        ("1,,,", "内容"),
    ],
)
def test_a_bad_cell_is_told_by_the_name_of_its_column(world: World, cells: str, told: str) -> None:
    text = f"编号,内容,电话,统一社会信用代码\n{cells}\n".encode()
    plan = service.plan(world.session, "a.csv", text, channel="12345-push")
    [problem] = service.problems(plan)
    assert told in problem.problem


def test_a_date_to_come_is_refused_when_the_row_is_taken(world: World, door: Door) -> None:
    tomorrow = world.now + timedelta(days=1)
    text = f"编号,内容,受理时间\n1,执法人员不亮证,{tomorrow:%Y-%m-%d %H:%M}\n2,执法人员不亮证据,\n"
    begun = door(world.operator).post("/api/v1/imports", **sent(text)).json
    drain(world)
    batch = world.session.get_one(ImportBatch, begun["id"], populate_existing=True)
    assert (batch.n_ok, batch.n_bad) == (1, 1)
    assert [one.source_no for one in world.session.scalars(select(Ticket))] == ["2"]
