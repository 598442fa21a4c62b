"""One action on many tickets: first what would happen to each, then each by itself, with its own result.

What was done can be taken back for ten minutes by whoever did it, ticket by ticket, where nobody touched it since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import exists, select
from sqlalchemy.orm import Session, contains_eager

from tracker.errors import Conflict, Invalid, NotFound, TrackerError
from tracker.permissions import SYSTEM, Actor, allowed, require
from tracker.tickets import actions, queries, rules, service, undo
from tracker.tickets.actions import Action
from tracker.tickets.bulk_models import BulkBatch, BulkItem
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

BULK = ("accept", "redispatch", "urge", "reply")
"""Actions that make sense for many tickets at once."""

LABELS = {"accept": "签收", "redispatch": "转派", "urge": "催办", "reply": "套用回复"}
"""What the queue calls them."""

CAP = 500
"""[P] The most tickets of one bulk action."""

UNDO_MINUTES = 10
"""[P] How long a batch can be undone."""


@dataclass(frozen=True)
class Result:
    """What became, or would become, of one ticket; `told` is why not."""

    number: str
    title: str
    fine: bool
    told: str


@dataclass(frozen=True)
class Done:
    """A batch that was carried out: its id (None when nothing was done) and what became of each ticket."""

    batch_id: int | None
    results: list[Result]


def offered(actor: Actor, registry: Mapping[str, Action]) -> list[Action]:
    """Return the bulk actions the actor's post may perform at all."""
    return [registry[name] for name in BULK if name in registry and allowed(actor, registry[name].permission)]


def _checked(action: Action, numbers: Sequence[str]) -> None:
    if action.name not in BULK:
        raise Invalid(f"“{action.label}”不能批量办理，请逐件办理。", code="not_in_bulk")
    if not numbers:
        raise Invalid("请先勾选工单。", code="nothing_chosen")
    if len(numbers) > CAP:
        raise Invalid(f"一次最多批量办理{CAP}件，请分批选择。", code="too_many_chosen")


def preview(
    session: Session,
    actor: Actor,
    action: Action,
    numbers: Sequence[str],
    given: Mapping[str, Any],
    registry: Mapping[str, Action],
    *,
    now: datetime,
) -> list[Result]:
    """Return for each ticket in the actor's sight whether the action is lawful now, and what it would do; writes nothing.

    What it would do is told as soon as the input given is complete.
    """
    _checked(action, numbers)
    clean = _complete(action, given)
    found = []
    for ticket in queries.by_numbers(session, actor, numbers):
        lawful = {one.name for one in actions.lawful(session, actor, ticket, registry)}
        if action.name not in lawful:
            state = rules.STATUS_LABELS[Status(ticket.status)]
            told = f"当前为“{state}”或不由您办理，将跳过"
            found.append(Result(ticket.number, ticket.title, fine=False, told=told))
        else:
            found.append(_foreseen(session, actor, action, ticket, clean, now))
    return found


def _complete(action: Action, given: Mapping[str, Any]) -> dict[str, Any] | None:
    if action.foresee is None:
        return None
    try:
        loaded: dict[str, Any] = action.schema().load(given)
    except ValidationError:
        return None
    return loaded


def _foreseen(
    session: Session,
    actor: Actor,
    action: Action,
    ticket: Ticket,
    clean: Mapping[str, Any] | None,
    now: datetime,
) -> Result:
    if action.foresee is None or clean is None:
        return Result(ticket.number, ticket.title, fine=True, told="可以办理")
    try:
        told = action.foresee(session, actor, ticket, clean, now)
    except TrackerError as refused:
        return Result(ticket.number, ticket.title, fine=False, told=refused.message)
    return Result(ticket.number, ticket.title, fine=True, told=told)


def perform(
    session: Session,
    actor: Actor,
    action: Action,
    numbers: Sequence[str],
    given: Mapping[str, Any],
    *,
    now: datetime,
) -> Done:
    """Do the action on each ticket in a savepoint of its own; a refused one stops no other."""
    _checked(action, numbers)
    titles = {one.number: one.title for one in queries.by_numbers(session, actor, numbers)}
    batch = BulkBatch(action=action.name, by_id=actor.account_id, by_name=actor.name, at=now)
    session.add(batch)
    session.flush()
    found = []
    for number in sorted(
        set(numbers)
    ):  # each once, in one order for everybody, so that two clerks cannot block each other
        try:
            with session.begin_nested():
                _one(session, actor, action, batch, number, given)
            found.append(Result(number, titles.get(number, ""), fine=True, told=f"已{LABELS[action.name]}"))
        except TrackerError as refused:
            found.append(Result(number, titles.get(number, ""), fine=False, told=refused.message))
    return Done(batch.id if any(one.fine for one in found) else None, found)


def _one(
    session: Session, actor: Actor, action: Action, batch: BulkBatch, number: str, given: Mapping[str, Any]
) -> None:
    kept = undo.before(service.lock(session, actor, number))
    ticket = actions.perform(session, actor, action, number, given, now=batch.at)
    item = BulkItem(
        batch_id=batch.id, ticket_id=ticket.id, version=ticket.version, seq=ticket.n_events, before=kept
    )
    session.add(item)
    session.flush()


def latest(session: Session, actor: Actor, now: datetime) -> BulkBatch | None:
    """Return the actor's last batch that can still be undone, or None."""
    if actor.account_id is None:
        return None
    mine = select(BulkBatch).where(
        BulkBatch.by_id == actor.account_id,
        BulkBatch.at >= now - timedelta(minutes=UNDO_MINUTES),
        BulkBatch.undone_at.is_(None),
        exists().where(BulkItem.batch_id == BulkBatch.id),
    )
    return session.scalar(mine.order_by(BulkBatch.id.desc()).limit(1))


def take_back(
    session: Session, actor: Actor, batch_id: int, registry: Mapping[str, Action], *, now: datetime
) -> tuple[Action, list[Result]]:
    """Undo the actor's own batch; a ticket touched since is left as it is and reported.

    Raises NotFound for somebody else's batch, Conflict when it is too late or was undone already.
    """
    batch = session.get(BulkBatch, batch_id, with_for_update=True)
    if batch is None or batch.by_id != actor.account_id or actor.account_id is None:
        raise NotFound("没有找到这次批量办理，或不是您办理的。")
    if batch.undone_at is not None:
        raise Conflict("这次批量办理已经撤销过。", code="already_undone")
    if now > batch.at + timedelta(minutes=UNDO_MINUTES):
        raise Conflict(f"批量办理只能在{UNDO_MINUTES}分钟内撤销，请逐件更正。", code="too_late_to_undo")
    action = registry[batch.action]
    require(actor, action.permission)
    batch.undone_at = now
    items = session.scalars(
        select(BulkItem)
        .join(BulkItem.ticket)
        .where(BulkItem.batch_id == batch.id)
        .options(contains_eager(BulkItem.ticket))
        .order_by(Ticket.number)
    ).all()
    return action, [_back(session, actor, action, item, now) for item in items]


def _back(session: Session, actor: Actor, action: Action, item: BulkItem, now: datetime) -> Result:
    number, title = item.ticket.number, item.ticket.title
    try:
        with session.begin_nested():
            _undo(session, actor, action, item, now)
        item.undone, item.told = True, f"已撤销{LABELS[action.name]}"
    except TrackerError as refused:
        item.undone, item.told = False, refused.message
    return Result(number, title, item.undone, item.told)


def _undo(session: Session, actor: Actor, action: Action, item: BulkItem, now: datetime) -> None:
    ticket = service.lock(
        session, SYSTEM, item.ticket.number
    )  # it may have left the author's sight by his own hand
    if ticket.version != item.version:
        raise Conflict("办理后又有人处理过这件工单，没有撤销。", code="touched_since")
    if action.undo is None:
        raise Conflict(f"“{action.label}”不能撤销。", code="not_undoable")
    action.undo(session, actor, ticket, item, now)
    session.flush()
