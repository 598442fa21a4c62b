import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.world import World
from tracker.campaigns import queries as ledgers
from tracker.campaigns import schemas as campaign_schemas
from tracker.campaigns import service as campaigns
from tracker.db import Database
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.imports import command, files, queries, service, sheets
from tracker.imports.models import ImportBatch, ImportRow
from tracker.imports.rules import BatchState
from tracker.permissions import SYSTEM
from tracker.tickets.models import Complainant, Ticket
from tracker.tickets.rules import Kind, Status

GOOD = "编号,标题,内容,电话,label\n1,乱罚款,城管罚款不开票,13800001111,x\n2,态度差,执法人员态度恶劣,,y\n"
MIXED = GOOD + "3,空的,,,\n4,电话错,执法人员不亮证,12,\n"
LEDGER = (
    "序号,问题描述,问题类型,责任单位,整改时限,返还金额\n"
    "1,某街道重复收费,乱收费,广州市天河区司法局,2026/4/1,1200.5\n"
    "2,某镇无证执法,别的类型,广州市天河区司法局,,\n"
    "3,某局罚款畸重,,没有这个单位,,-5\n"
)


def start(world: World, text: str, *, campaign_id: int | None = None) -> ImportBatch:
    content = text.encode()
    plan = service.plan(world.session, "a.csv", content, channel="12345-push", campaign_id=campaign_id)
    return service.start(world.session, world.operator, "a.csv", content, plan, now=world.now)


def drained(world: World, batch: ImportBatch) -> ImportBatch:
    while service.drain(world.session, now=world.now, limit=3):
        pass
    world.session.refresh(batch)
    return batch


def tickets(world: World) -> int:
    return world.session.scalar(select(func.count(Ticket.id))) or 0


def test_good_rows_come_in_and_bad_ones_keep_their_reason(world: World) -> None:
    batch = drained(world, start(world, MIXED))
    assert (batch.n_rows, batch.n_ok, batch.n_bad, batch.n_same) == (4, 2, 2, 0)
    assert (batch.state, batch.finished_at) == (BatchState.DONE, world.now)
    refused = list(queries.refused(world.session, batch))
    assert [row_no for row_no, _, _ in refused] == [4, 5]
    assert "内容" in refused[0][2]
    assert "电话" in refused[1][2]
    mended = files.read("r.xlsx", sheets.rejects(refused, service.HEADS))
    assert mended.header[-2:] == ["原行号", "未受理原因"]
    ticket = world.session.scalars(select(Ticket).where(Ticket.source_no == "1")).one()
    assert (ticket.title, ticket.status, ticket.intake_office_id) == (
        "乱罚款",
        Status.RECEIVED,
        world.operator.office_id,
    )
    assert world.session.get(Complainant, ticket.id) is not None


def test_the_same_file_twice_doubles_nothing(world: World) -> None:
    drained(world, start(world, GOOD))
    again = drained(world, start(world, GOOD))
    assert (again.n_ok, again.n_same, tickets(world)) == (0, 2, 2)
    unnumbered = "内容\n执法人员不亮证\n执法人员不亮证\n"
    batch = drained(world, start(world, unnumbered))
    assert (batch.n_ok, batch.n_same) == (1, 1)


def test_a_number_used_by_another_text_is_refused(world: World) -> None:
    drained(world, start(world, GOOD))
    batch = drained(world, start(world, "编号,内容\n1,完全不同的事\n"))
    assert batch.n_bad == 1


def test_rows_are_sealed_at_rest(world: World) -> None:
    start(world, GOOD)
    for sealed in world.session.scalars(select(ImportRow.raw_sealed)):
        assert b"13800001111" not in sealed
        assert json.dumps("城管").strip('"').encode() not in sealed


def test_a_dry_run_writes_nothing(world: World) -> None:
    plan = service.plan(world.session, "a.csv", MIXED.encode(), channel="12345-push")
    assert [one.row_no for one in service.problems(plan)] == [4, 5]
    assert tickets(world) == 0


@pytest.mark.parametrize(
    ("text", "channel", "campaign_id", "code"),
    [
        ("编号,备注\n1,x\n", "12345-push", None, "column_missing"),
        (GOOD, "pigeon", None, "unknown_channel"),
        (GOOD, "12345-push", 10**9, "unknown_campaign"),
    ],
)
def test_files_that_fit_nothing_are_refused(
    world: World, text: str, channel: str, campaign_id: int | None, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        service.plan(world.session, "a.csv", text.encode(), channel=channel, campaign_id=campaign_id)
    assert refused.value.code == code


def test_a_batch_is_undone_where_nobody_signed(world: World) -> None:
    batch = start(world, GOOD)
    with pytest.raises(Conflict):
        service.undo(world.session, world.operator, batch.id, now=world.now)
    drained(world, batch)
    with pytest.raises(NotFound):
        service.undo(world.session, world.stranger, batch.id, now=world.now)
    assert service.undo(world.session, world.operator, batch.id, now=world.now) == 2
    assert {one.status for one in world.session.scalars(select(Ticket))} == {Status.WITHDRAWN}
    again = drained(world, start(world, GOOD))
    assert again.n_ok == 2


def test_only_those_who_may_import_do(world: World) -> None:
    plan = service.plan(world.session, "a.csv", GOOD.encode(), channel="12345-push")
    with pytest.raises(NotAllowed):
        service.start(world.session, world.officer, "a.csv", b"x", plan, now=world.now)


def test_a_ledger_becomes_findings(world: World) -> None:
    plan = {
        "name": "专项",
        "starts_on": "2026-03-01",
        "ends_on": "2026-12-31",
        "problem_types": ["乱收费、乱罚款"],
        "offices": ["440100"],
    }
    campaign = campaigns.open_campaign(
        world.session, world.city_reviewer(), campaign_schemas.CampaignIn().load(plan), now=world.now
    )
    batch = drained(world, start(world, LEDGER, campaign_id=campaign.id))
    assert (batch.n_ok, batch.n_bad) == (1, 2)
    again = drained(world, start(world, LEDGER, campaign_id=campaign.id))
    assert (again.n_same, again.n_ok) == (1, 0)
    [line], _ = ledgers.ledger(world.session, SYSTEM, {"campaign": campaign.id}, now=world.now)
    assert (line.item_no, line.amount_returned, line.problem_type) == (1, 120050, "乱收费、乱罚款")
    assert (line.ticket.kind, line.ticket.office.code) == (Kind.FINDING, "440106")
    assert line.due_on is not None
    assert len(list(queries.refused(world.session, again))) == 2


def test_the_command_does_the_work_itself_when_no_worker_does(
    world: World, database: Database, tmp_path: Path
) -> None:
    world.session.commit()
    file = tmp_path / "投诉.csv"
    file.write_text(MIXED, encoding="gbk")
    tried = command.run(database, file, dry_run=True)
    assert (tried.n_ok, tried.n_bad, tried.rejects) == (2, 2, None)
    done = command.run(database, file)
    assert (done.n_ok, done.n_bad) == (2, 2)
    assert done.rejects == tmp_path / "投诉.csv.rejects.xlsx"
    states = set(world.session.scalars(select(Ticket.status)))
    assert Status.RECEIVED not in states
