"""`tracker import`: a file from the command line, with a progress bar and the refused rows given back."""

import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.campaigns import ledger
from tracker.campaigns.models import Campaign
from tracker.db import Database
from tracker.errors import Invalid
from tracker.imports import queries, service, sheets
from tracker.imports.models import ImportBatch
from tracker.imports.rules import BatchState
from tracker.offices.models import Office
from tracker.permissions import Actor, Role
from tracker.tickets import triage

PATIENCE_S = 6.0
"""How long no row may move before this process reads rows itself: no worker is there, or all are busy."""


@dataclass(frozen=True)
class Outcome:
    """What came of a file: rows read, taken in, known already, refused; and where the refused ones are."""

    n_rows: int
    n_ok: int
    n_same: int
    n_bad: int
    rejects: Path | None


def run(
    database: Database,
    file: Path,
    *,
    channel: str = "12345-push",
    campaign_id: int | None = None,
    office_code: str = "440000",
    dry_run: bool = False,
) -> Outcome:
    """Import the file for the office and wait until its last ticket is triaged; with `dry_run` only say what is wrong.

    Raises Invalid when the file cannot be used at all.
    """
    content = file.read_bytes()
    with database.unit_of_work() as session:
        plan = service.plan(session, file.name, content, channel=channel, campaign_id=campaign_id)
        if dry_run:
            wrong = list(service.problems(plan))
            for one in wrong:
                Console(stderr=True).print(f"第{one.row_no}行 {one.title}：{one.problem}", markup=False)
            return Outcome(len(plan.rows), len(plan.rows) - len(wrong), 0, len(wrong), None)
        actor = _actor(session, campaign_id, office_code)
        batch_id = service.start(session, actor, file.name, content, plan, now=clock.now()).id
    _wait(database, batch_id)
    with database.unit_of_work() as session:
        batch = session.get_one(ImportBatch, batch_id)
        rejects = _write_rejects(session, batch, file) if batch.n_bad else None
        return Outcome(batch.n_rows, batch.n_ok, batch.n_same, batch.n_bad, rejects)


def _actor(session: Session, campaign_id: int | None, office_code: str) -> Actor:
    campaign = session.get(Campaign, campaign_id) if campaign_id is not None else None
    which = Office.id == campaign.issuing_office_id if campaign else Office.code == office_code
    office = session.scalar(select(Office).where(which))
    if office is None:
        raise Invalid(f"没有代码为 {office_code} 的监督机构。", code="unknown_office")
    return Actor(None, "命令行导入", Role.SYSTEM, office.id, office.path, str(office.level))


def _wait(database: Database, batch_id: int) -> None:
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    with bar:
        rows, sorting = bar.add_task("导入", total=None), bar.add_task("分类派单", total=None)
        moved_at, last, helping = time.monotonic(), -1.0, False
        while True:
            done, left = _shown(database, batch_id, bar, rows, sorting)
            if done and not left:
                return
            if bar.tasks[0].completed != last:
                moved_at, last = time.monotonic(), bar.tasks[0].completed
            helping = helping or time.monotonic() - moved_at > PATIENCE_S
            if not _help(database, rows=helping and not done, tickets=left > 0):
                time.sleep(0.3)


def _shown(
    database: Database, batch_id: int, bar: Progress, rows: TaskID, sorting: TaskID
) -> tuple[bool, int]:
    """Move the bars; return (all rows taken, tickets not yet triaged)."""
    with database.unit_of_work() as session:
        batch = session.get_one(ImportBatch, batch_id)
        left = service.n_untriaged(session, batch)
        bar.update(rows, total=batch.n_rows, completed=batch.n_ok + batch.n_same + batch.n_bad)
        bar.update(sorting, total=batch.n_rows - batch.n_bad - batch.n_same, completed=batch.n_ok - left)
        taken = batch.n_ok + batch.n_same + batch.n_bad == batch.n_rows
        return taken or batch.state != BatchState.RUNNING, left


def _help(database: Database, *, rows: bool, tickets: bool) -> int:
    """Do one round of the workers' work here and return how much; what they hold is skipped, so nothing is done twice.

    Tickets are triaged beside the worker that reads the rows, which halves the time on two processors.
    """
    done = 0
    if tickets:
        with database.unit_of_work() as session:
            done += triage.drain(session, now=clock.now())
    if rows:
        with database.unit_of_work() as session:
            done += service.drain(session, now=clock.now())
    return done


def _write_rejects(session: Session, batch: ImportBatch, file: Path) -> Path:
    heads = service.HEADS if batch.campaign_id is None else ledger.HEADS
    content = sheets.rejects(queries.refused(session, batch), heads)
    for folder in (file.parent, Path.cwd()):
        target = folder / f"{file.name}.rejects.xlsx"
        try:
            target.write_bytes(content)
        except OSError:
            continue
        return target
    raise Invalid("未受理的行无处可写：文件所在目录和当前目录都不能写入。", code="nowhere_to_write")
