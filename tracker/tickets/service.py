"""The one writer of a ticket's status, and the one way to lay hands on a ticket."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from tracker import jobs
from tracker.errors import Conflict, NotAllowed, NotFound, Stale
from tracker.permissions import Actor
from tracker.rights import SEEN, Relation, Relations
from tracker.tickets import handover, originals, rules, sight
from tracker.tickets.history import event_hash
from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.rules import Status

READERS: Relations = frozenset({Relation.SHARED})
"""What a share alone makes of an office."""

NOT_FOUND = "没有找到该工单，或不在您的权限范围内。"


def sees(session: Session, actor: Actor, ticket: Ticket) -> bool:
    """Return whether the actor may know of the ticket; `sight.visible` asks the same of the database."""
    return bool(sight.stands(session, actor, ticket) & SEEN)


def find(session: Session, actor: Actor, number: str) -> Ticket:
    """Return the ticket with its offices and body loaded; raises NotFound when absent or outside the actor's sight."""
    ticket = session.scalar(
        select(Ticket)
        .where(Ticket.number == number)
        .options(
            joinedload(Ticket.office),
            joinedload(Ticket.intake_office),
            joinedload(Ticket.assisting_office),
            joinedload(Ticket.respondent_body),
            joinedload(Ticket.complainant),
        )
    )
    relations = frozenset() if ticket is None else sight.stands(session, actor, ticket)
    if ticket is None or not relations & SEEN:
        raise NotFound(NOT_FOUND)
    if relations == READERS:
        session.info["by_share"] = True  # the log of readings tells on what ground it was read
    return ticket


def lock(session: Session, actor: Actor, number: str, *, version: int | None = None) -> Ticket:
    """Return the ticket locked for this transaction.

    version: what the caller last read; raises Stale with the last change in words when somebody was faster.
    """
    ticket = session.scalar(
        select(Ticket)
        .join(Ticket.office)
        .where(Ticket.number == number)
        .options(
            contains_eager(Ticket.office),
            joinedload(Ticket.intake_office),
            joinedload(Ticket.respondent_body),
        )
        .with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    )
    relations = frozenset() if ticket is None else sight.stands(session, actor, ticket)
    if ticket is None or not relations & SEEN:
        raise NotFound(NOT_FOUND)
    if relations == READERS:
        raise NotAllowed("工单是其他单位共享来的，只能查阅，不能办理。", code="share_reads_only")
    if version is not None and ticket.version != version:
        last = session.scalar(
            select(TicketEvent)
            .where(TicketEvent.ticket_id == ticket.id)
            .order_by(TicketEvent.seq.desc())
            .limit(1)
        )
        who = last.actor_name if last else "他人"
        raise Stale(f"工单刚被{who}改动过，请看过最新内容再操作。")
    return ticket


def append(
    session: Session,
    ticket: Ticket,
    actor: Actor,
    action: str,
    *,
    now: datetime,
    note: str = "",
    data: dict[str, Any] | None = None,
    internal: bool = True,
) -> TicketEvent:
    """Append an event that leaves the status as it is; returns the event."""
    return _write(session, ticket, actor, action, ticket.status, now, note, data or {}, internal)


def move(
    session: Session,
    ticket: Ticket,
    actor: Actor,
    action: str,
    target: Status,
    *,
    now: datetime,
    note: str = "",
    data: dict[str, Any] | None = None,
    internal: bool = True,
) -> TicketEvent:
    """Set the status and append the event of the step; returns the event.

    Raises Conflict when the target may not follow the present status.
    """
    if not rules.may_move(Status(ticket.status), target):
        raise Conflict(rules.refusal(Status(ticket.status), f"转为“{rules.STATUS_LABELS[target]}”"))
    handover.leave(session, ticket, target, now)
    event = _write(session, ticket, actor, action, target, now, note, data or {}, internal)
    if ticket.parent_id is not None:
        _tell_parent(session, ticket, actor, event)
    return event


def _tell_parent(session: Session, part: Ticket, actor: Actor, event: TicketEvent) -> None:
    """Write into the parent's history that a part of it has ended, with its answer, or is worked on again."""
    ended, was_ended = event.to_status in rules.SETTLED, event.from_status in rules.SETTLED
    if ended == was_ended:
        return
    session.flush()
    parent = session.get_one(Ticket, part.parent_id, with_for_update=True)
    label = rules.STATUS_LABELS[Status(event.to_status)]
    note = f"{part.number}《{part.title}》{label}：{event.data.get('public_text') or event.note}"
    data = {"number": part.number, "status": event.to_status}
    append(
        session,
        parent,
        actor,
        "part-ended" if ended else "part-reopened",
        now=event.at,
        note=note,
        data=data,
    )


def _write(
    session: Session,
    ticket: Ticket,
    actor: Actor,
    action: str,
    target: Status,
    at: datetime,
    note: str,
    data: dict[str, Any],
    internal: bool,
) -> TicketEvent:
    event = TicketEvent(
        ticket=ticket,
        ticket_id=ticket.id,
        seq=ticket.n_events + 1,
        action=action,
        at=at,
        actor_id=actor.account_id,
        actor_name=actor.name,
        office_id=actor.office_id,
        from_status=ticket.status if ticket.n_events else None,
        to_status=Status(target).value,
        note=note if actor.is_system else originals.hidden(session, ticket, ticket.n_events + 1, note, actor),
        data=data,
        is_internal=internal,
    )
    event.hash = event_hash(ticket.head_hash, event)
    session.add(event)
    ticket.status = Status(target)
    ticket.n_events = event.seq
    ticket.head_hash = event.hash
    ticket.version = (ticket.version or 0) + 1
    ticket.last_event = action
    ticket.last_event_at = at
    jobs.after_commit(session, jobs.Job.FOLLOW_UP)
    return event
