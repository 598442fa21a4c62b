"""Taking files in: rows are stored first, then drained into tickets; good rows are never held up by bad ones."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from classifiers.hiding import hide
from tracker import jobs
from tracker.audit import service as audit
from tracker.campaigns import ledger
from tracker.campaigns.models import Campaign
from tracker.errors import Conflict, Invalid, NotFound, TrackerError
from tracker.fields import cipher
from tracker.imports import files, rules
from tracker.imports.models import ImportBatch, ImportRow
from tracker.imports.rules import BatchState, RowState
from tracker.offices.models import Office
from tracker.permissions import Actor, Permission, Role, require, require_seen
from tracker.tickets import receive, schemas, service
from tracker.tickets.models import Channel, Ticket
from tracker.tickets.rules import Status

FINDINGS_CHANNEL = "campaign"


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be taken in; row_no as the spreadsheet counts."""

    row_no: int
    title: str
    problem: str


@dataclass(frozen=True)
class Plan:
    """What a file would bring: its rows as fields, in order, and to which channel or campaign."""

    rows: list[dict[str, str]]
    channel: str
    campaign_id: int | None


def plan(
    session: Session, name: str, content: bytes, *, channel: str, campaign_id: int | None = None
) -> Plan:
    """Read the file and return its rows; raises Invalid for a file, header or channel that cannot be used."""
    if campaign_id is not None and session.get(Campaign, campaign_id) is None:
        raise Invalid(
            "没有这个专项整治，请先建立。", code="unknown_campaign", fields={"campaign": ["不存在。"]}
        )
    known = session.get(Channel, channel)
    if campaign_id is None and (known is None or not known.is_active):
        raise Invalid("没有这个来源渠道。", code="unknown_channel", fields={"channel": ["不存在。"]})
    table = files.read(name, content)
    meanings = rules.COMPLAINT_COLUMNS if campaign_id is None else ledger.COLUMNS
    where = rules.columns(table.header, meanings)
    needed = "content" if campaign_id is None else "description"
    if needed not in where:
        heads = "、".join(head for head in table.header if head)[:200]
        raise Invalid(
            f"没有找到“{meanings[needed][2] if campaign_id is None else meanings[needed][0]}”一列；现有列：{heads}。请使用导入模板。",
            code="column_missing",
        )
    rows = [rules.pick(cells, where) for cells in table.rows]
    return Plan(rows, FINDINGS_CHANNEL if campaign_id is not None else channel, campaign_id)


def problems(plan_: Plan) -> Iterator[Problem]:
    """Yield the rows that would be refused, without writing anything."""
    for row_no, values in enumerate(plan_.rows, start=2):
        try:
            _checked(values, plan_.channel, plan_.campaign_id)
        except TrackerError as refused:
            yield Problem(row_no, values.get("title", values.get("content", ""))[:40], _words(refused))


def start(
    session: Session, actor: Actor, name: str, content: bytes, plan_: Plan, *, now: datetime
) -> ImportBatch:
    """Store the rows of the plan as pending work and return their batch; the workers do the rest."""
    require(actor, Permission.IMPORT)
    if actor.office_id is None:
        raise Invalid("您的账号没有所属单位，不能导入。", code="no_office")
    batch = ImportBatch(
        file_name=hide(name)[-200:],
        sha256=hashlib.sha256(content).hexdigest(),
        channel_code=plan_.channel,
        campaign_id=plan_.campaign_id,
        office_id=actor.office_id,
        account_id=actor.account_id,
        account_name=actor.name,
        state=BatchState.RUNNING.value,
        n_rows=len(plan_.rows),
        n_ok=0,
        n_bad=0,
        n_same=0,
        started_at=now,
    )
    session.add(batch)
    session.flush()
    seal = cipher(session)
    rows = [
        {
            "batch_id": batch.id,
            "row_no": row_no,
            "raw_sealed": seal.seal(json.dumps(values, ensure_ascii=False)),
            "state": RowState.WAITING.value,
        }
        for row_no, values in enumerate(plan_.rows, start=2)
    ]
    session.execute(insert(ImportRow), rows)
    audit.record(
        session,
        actor,
        "import",
        "import_batch",
        batch.id,
        {"file": batch.file_name, "rows": len(rows)},
        now=now,
    )
    jobs.after_commit(session, jobs.Job.IMPORTS)
    return batch


def drain(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Take up to `limit` waiting rows in, oldest batch first; return how many. Rows others hold are skipped."""
    _finish(session, now)
    found = session.execute(
        select(ImportRow, ImportBatch, Office)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .join(Office, Office.id == ImportBatch.office_id)
        .where(ImportBatch.state == BatchState.RUNNING.value, ImportRow.state == RowState.WAITING.value)
        .order_by(ImportRow.batch_id, ImportRow.row_no)
        .limit(limit)
        .with_for_update(of=ImportRow, skip_locked=True)
    ).all()
    # held while the rows are taken: the session forgets what nobody holds, and every row would ask for its channel
    channels = session.scalars(select(Channel)).all()
    taken = [_take(session, row, batch, office, now) for row, batch, office in found]
    del channels
    counts: dict[int, dict[str, int]] = {}
    for (row, batch, _), outcome in zip(found, taken, strict=True):
        row.state, row.ticket_id, row.problem = outcome
        tally = counts.setdefault(batch.id, {})
        tally[row.state] = tally.get(row.state, 0) + 1
    session.flush()
    for batch_id, tally in counts.items():
        _count(session, batch_id, tally)
    return len(found)


def _count(session: Session, batch_id: int, tally: Mapping[str, int]) -> None:
    session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id)
        .values(
            n_ok=ImportBatch.n_ok + tally.get(RowState.OK.value, 0),
            n_same=ImportBatch.n_same + tally.get(RowState.SAME.value, 0),
            n_bad=ImportBatch.n_bad + tally.get(RowState.BAD.value, 0),
        )
        .execution_options(synchronize_session=False)
    )


def _finish(session: Session, now: datetime) -> None:
    waiting = select(ImportRow.id).where(
        ImportRow.batch_id == ImportBatch.id, ImportRow.state == RowState.WAITING.value
    )
    session.execute(
        update(ImportBatch)
        .where(ImportBatch.state == BatchState.RUNNING.value, ~waiting.exists())
        .values(state=BatchState.DONE.value, finished_at=now)
        .execution_options(synchronize_session=False)
    )


_Outcome = tuple[str, int | None, str | None]
"""State of a row, id of its ticket, why it was refused."""


def _take(session: Session, row: ImportRow, batch: ImportBatch, office: Office, now: datetime) -> _Outcome:
    values = json.loads(cipher(session).open(row.raw_sealed))
    actor = Actor(
        batch.account_id, batch.account_name, Role.SYSTEM, office.id, office.path, str(office.level)
    )
    try:
        ticket, created = _taken(session, actor, batch, values, now)
    except TrackerError as refused:
        return RowState.BAD.value, None, _words(refused)
    return (RowState.OK if created else RowState.SAME).value, ticket.id, None


def _taken(
    session: Session, actor: Actor, batch: ImportBatch, values: Mapping[str, str], now: datetime
) -> tuple[Ticket, bool]:
    checked = _checked(values, batch.channel_code, batch.campaign_id)
    if batch.campaign_id is not None:
        with session.begin_nested():
            return ledger.take_in(session, actor, batch.campaign_id, checked, now=now)
    done = receive.receive(session, actor, checked, now=now, triage_now=False)
    if not done.created and done.ticket.content != checked["content"].replace("\x00", "").strip():
        raise Conflict(
            f"来源编号 {checked['source_no']} 已被内容不同的工单 {done.ticket.number} 使用，请核对编号。",
            code="source_no_taken",
        )
    return done.ticket, done.created


def _checked(values: Mapping[str, str], channel: str, campaign_id: int | None) -> dict[str, Any]:
    """Return the row as its schema reads it; a row without a number of its own is known by its content."""
    if campaign_id is not None:
        return ledger.check(values)
    try:
        checked: dict[str, Any] = schemas.TicketIn().load(rules.intake(values, channel=channel))
    except ValidationError as error:
        raise Invalid("这一行有误。", fields=_fields(error.messages)) from error
    if not checked.get("source_no"):
        checked["source_no"] = "h" + hashlib.sha256(checked["content"].encode()).hexdigest()[:32]
    return checked


def _fields(messages: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for field, value in messages.items() if isinstance(messages, dict) else (("_", messages),):
        if isinstance(value, dict):
            found.update(_fields(value))
        else:
            found[str(field)] = [str(one) for one in value]
    return found


HEADS = {field: names[2] if len(names) > 2 else names[-1] for field, names in rules.COMPLAINT_COLUMNS.items()}


def _words(refused: TrackerError) -> str:
    """Return the refusal as the reader of the rejects file understands it."""
    if not refused.fields:
        return refused.message
    return "；".join(f"{HEADS.get(field, field)}：{''.join(told)}" for field, told in refused.fields.items())


def batch_of(session: Session, actor: Actor, batch_id: int) -> ImportBatch:
    """Return a batch of the own subtree; raises NotFound."""
    require(actor, Permission.IMPORT)
    found = session.execute(
        select(ImportBatch, Office.path)
        .join(Office, Office.id == ImportBatch.office_id)
        .where(ImportBatch.id == batch_id)
    ).one_or_none()
    if found is None:
        raise NotFound("没有找到这个导入批次，或不在您的权限范围内。")
    require_seen(actor, found.path, "这个导入批次")
    return found.ImportBatch  # type: ignore[no-any-return]  # typed by the select


def undo(session: Session, actor: Actor, batch_id: int, *, now: datetime) -> int:
    """Withdraw the batch's tickets that nobody signed yet; return how many. Raises Conflict while it runs."""
    batch = batch_of(session, actor, batch_id)
    if batch.state != BatchState.DONE:
        raise Conflict("该批次正在导入或已撤销，不能撤销。", code="batch_not_done")
    tickets = session.scalars(
        select(Ticket)
        .join(ImportRow, ImportRow.ticket_id == Ticket.id)
        .where(ImportRow.batch_id == batch.id, ImportRow.state == RowState.OK.value)
        .where(
            Ticket.status.in_(
                [s.value for s in (Status.RECEIVED, Status.MANUAL, Status.TRIAGED, Status.DISPATCHED)]
            )
        )
        .with_for_update(of=Ticket)
    ).all()
    for ticket in tickets:
        service.move(
            session, ticket, actor, "withdraw", Status.WITHDRAWN, now=now, note=f"撤销导入批次 {batch.id}"
        )
        ticket.next_check_at = ticket.stage_due_at = None
        ticket.source_no = f"undone-{batch.id}-{ticket.source_no}"[-80:]
    batch.state, batch.undone_at = BatchState.UNDONE.value, now
    audit.record(session, actor, "undo_import", "import_batch", batch.id, {"tickets": len(tickets)}, now=now)
    return len(tickets)


def n_untriaged(session: Session, batch: ImportBatch) -> int:
    """Return how many tickets of the batch still wait for triage."""
    return (
        session.scalar(
            select(func.count())
            .select_from(ImportRow)
            .join(Ticket, Ticket.id == ImportRow.ticket_id)
            .where(ImportRow.batch_id == batch.id, Ticket.status == Status.RECEIVED.value)
        )
        or 0
    )
