"""撤销: taking back what was just done in bulk, as a new event; the history keeps both.

Each function leads one ticket back to where it stood; `bulk` sees to it that nobody touched the ticket since.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from tracker.offices.models import Office
from tracker.permissions import Actor
from tracker.tickets import clocks, handover, service
from tracker.tickets.bulk_models import BulkBatch, BulkItem
from tracker.tickets.models import CoHandler, Extension, ReturnRequest, Ticket
from tracker.tickets.rules import Status

_MOMENTS = (
    *("accepted_at", "dispatched_at", "replied_at"),
    *("due_at", "due_from_at", "stage_due_at", "stage_from_at"),
)
_STAGE = ("stage_due_at", "stage_rule", "stage_from_at", "stage_amount")
_HOLDER = ("handler_id", "accepted_at")
_DISPATCH = (
    *(*_HOLDER, *_STAGE, "dispatched_at", "routing_rule", "because", "designated", "category_code"),
    *("category_by", "due_at", "due_rule", "due_provisional", "due_from_at", "due_days"),
)
_REPLY = ("handler_id", "replied_at", *_STAGE)
_KEPT = ("status", "office_id", "replied_at", *_DISPATCH)


def before(ticket: Ticket) -> dict[str, Any]:
    """Return what undoing any of the actions needs to know of the ticket as it stands, as plain JSON."""
    found = {name: getattr(ticket, name) for name in _KEPT}
    moments = {name: found[name].isoformat() if found[name] else None for name in _MOMENTS}
    return {**found, "status": Status(ticket.status).value, **moments}


def _restore(ticket: Ticket, kept: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        value = kept[name]
        setattr(ticket, name, datetime.fromisoformat(value) if value and name in _MOMENTS else value)


def _told(item: BulkItem, *names: str) -> dict[str, Any]:
    """Return what the event says: which event it takes back, and what is so again."""
    return {"undid": item.seq, "batch": item.batch_id, **{name: item.before[name] for name in names}}


def accept(session: Session, actor: Actor, ticket: Ticket, item: BulkItem, now: datetime) -> None:
    """撤销签收: the ticket waits for its signature again, under the signing clock that ran before."""
    note = "撤销批量签收"
    data = _told(item, *_HOLDER)
    service.move(session, ticket, actor, "undo-accept", Status.DISPATCHED, now=now, note=note, data=data)
    _restore(ticket, item.before, (*_HOLDER, *_STAGE))
    clocks.reschedule(session, ticket, now)


def reply(session: Session, actor: Actor, ticket: Ticket, item: BulkItem, now: datetime) -> None:
    """撤销答复: back to the handling it came from; what was written is the replies room's to withdraw."""
    target, note = Status(item.before["status"]), "撤销批量答复"
    data = _told(item, "handler_id", "replied_at")
    service.move(session, ticket, actor, "undo-reply", target, now=now, note=note, data=data)
    _restore(ticket, item.before, _REPLY)
    clocks.reschedule(session, ticket, now)


def urge(session: Session, actor: Actor, ticket: Ticket, item: BulkItem, now: datetime) -> None:
    """撤销催办: the urging stands in the history as withdrawn and no longer counts."""
    ticket.n_urged -= 1
    service.append(session, ticket, actor, "undo-urge", now=now, note="撤销批量催办", data=_told(item))


def redispatch(session: Session, actor: Actor, ticket: Ticket, item: BulkItem, now: datetime) -> None:
    """撤销改派: back to the office that had it, with its clocks, its category and what it had begun.

    A ticket that had no office yet waits for a person (人工研判), also when it was only on its way through the triage.
    """
    stood = Status(item.before["status"])
    target = stood if stood in {Status.DISPATCHED, Status.IN_PROGRESS} else Status.MANUAL
    office = session.get_one(Office, item.before["office_id"])
    left = ticket.office.code
    _revive(session, ticket, item)
    ticket.office, ticket.office_id = office, office.id
    data = {"office": office.name, "office_code": office.code, "category": item.before["category_code"]}
    data["left_office"] = left
    told = _told(item, *_HOLDER, "dispatched_at", "designated")
    _write(session, actor, ticket, target, {**told, **data}, now)
    _restore(ticket, item.before, _DISPATCH)
    clocks.reschedule(session, ticket, now)


def _write(
    session: Session, actor: Actor, ticket: Ticket, target: Status, data: dict[str, Any], now: datetime
) -> None:
    action, note = "undo-redispatch", "撤销批量派单"
    if target is Status(ticket.status):  # from one office that had not signed to another
        service.append(session, ticket, actor, action, now=now, note=note, data=data)
    else:
        service.move(session, ticket, actor, action, target, now=now, note=note, data=data)


def _revive(session: Session, ticket: Ticket, item: BulkItem) -> None:
    """Open again what the hand-over closed: an extension asked for, a return not yet signed, a part of co-handling."""
    at = session.get_one(BulkBatch, item.batch_id).at
    session.execute(
        update(Extension)
        .where(
            Extension.ticket_id == ticket.id,
            Extension.decided_at == at,
            Extension.opinion == handover.LAPSED,
        )
        .values(approved=None, decided_at=None, opinion=None)
    )
    session.execute(
        update(ReturnRequest)
        .where(
            ReturnRequest.ticket_id == ticket.id,
            ReturnRequest.ended_at == at,
            ReturnRequest.ended_why == handover.RETURN_LAPSED,
        )
        .values(ended_at=None, ended_why=None)
    )
    session.execute(
        update(CoHandler)
        .where(
            CoHandler.ticket_id == ticket.id,
            CoHandler.done_at == at,
            CoHandler.opinion == handover.LEADS_NOW,
        )
        .values(done_at=None, opinion=None)
    )
