"""办理中的各步: extension, suspension, urging, supervision, notes, reading a contact in clear."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.calendar.deadlines import Clock
from tracker.clock import local_date
from tracker.errors import Conflict, Invalid
from tracker.permissions import Actor, require_other
from tracker.tickets import clocks, service
from tracker.tickets.models import Extension, Ticket
from tracker.tickets.rules import Status


def pending_extension(session: Session, ticket: Ticket) -> Extension | None:
    """Return the extension that waits for a decision, or None."""
    return session.scalar(
        select(Extension).where(Extension.ticket_id == ticket.id, Extension.approved.is_(None)).limit(1)
    )


def extend(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """申请延期: before expiry, within the days and the number of times the table allows; another person decides."""
    if ticket.due_at is not None and now > ticket.due_at:
        raise Conflict("工单已超期，不能再申请延期；请尽快办结并说明原因。", code="already_overdue")
    if pending_extension(session, ticket) is not None:
        raise Conflict("已有一个延期申请等待审批。", code="extension_pending")
    table = clocks.timetable(session)
    most = table.rule(Clock.EXTENSION, on=local_date(now)).amount
    times = table.rule(Clock.EXTENSION_COUNT, on=local_date(now)).amount
    if given["days"] > most:
        raise Invalid(f"一次延期最多{most}个工作日。", fields={"days": [f"最多{most}个工作日。"]})
    granted = session.scalar(
        select(func.count())
        .select_from(Extension)
        .where(Extension.ticket_id == ticket.id, Extension.approved.is_(True))
    )
    if (granted or 0) >= times:
        raise Conflict(f"已延期{granted}次，再次延期须报上级专门批准。", code="extension_spent")
    session.add(
        Extension(
            ticket_id=ticket.id,
            days=given["days"],
            reason=given["reason"],
            basis=given["basis"],
            requested_by_id=actor.account_id,
            requested_at=now,
        )
    )
    service.append(
        session, ticket, actor, "extend", now=now, note=given["reason"], data={"days": given["days"]}
    )


def decide_extension(
    session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime
) -> None:
    """审批延期: by another person; the complainant sees the new date."""
    extension = pending_extension(session, ticket)
    if extension is None:
        raise Conflict("没有待审批的延期申请。", code="no_extension")
    require_other(actor, extension.requested_by_id, "延期")
    extension.approved, extension.opinion = given["approve"], given["opinion"]
    extension.decided_by_id, extension.decided_at = actor.account_id, now
    before: dict[str, Any] = {}
    if given["approve"]:
        before = clocks.due_before(ticket)
        clocks.on_extended(session, ticket, extension.days, now)
    service.append(
        session,
        ticket,
        actor,
        "decide-extension",
        now=now,
        note=given["opinion"],
        data={"approved": given["approve"], "days": extension.days, **before},
        internal=not given["approve"],
    )


def suspend(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """挂起: the handling clock stands still until the ticket is resumed."""
    ticket.suspended_at, ticket.status_before = now, Status(ticket.status).value
    service.move(session, ticket, actor, "suspend", Status.SUSPENDED, now=now, note=given["reason"])
    clocks.reschedule(session, ticket, now)


def resume(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """恢复办理: the working days suspended are given back."""
    target = Status(ticket.status_before or Status.IN_PROGRESS)
    note, before = given.get("note") or "", clocks.due_before(ticket)
    service.move(session, ticket, actor, "resume", target, now=now, note=note, data=before)
    clocks.on_resumed(session, ticket, now)


def urge(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """催办."""
    ticket.n_urged += 1
    service.append(session, ticket, actor, "urge", now=now, note=given["reason"], internal=False)


def supervise(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """督办: marks the ticket for the supervision board."""
    if ticket.supervised:
        raise Conflict("该工单已在督办。", code="already_supervised")
    put_under(session, actor, ticket, given["reason"], now)


def put_under(
    session: Session, actor: Actor, ticket: Ticket, reason: str, now: datetime, **data: Any
) -> None:
    """Put a ticket under supervision; data: what for, kept in the event."""
    ticket.supervised = True
    service.append(session, ticket, actor, "supervise", now=now, note=reason, data=data)


def release(session: Session, actor: Actor, ticket: Ticket, reason: str, now: datetime) -> None:
    """解除督办: what it was put under supervision for is done."""
    ticket.supervised = False
    service.append(session, ticket, actor, "release", now=now, note=reason)


def add_note(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """内部备注: never shown to the complainant."""
    service.append(session, ticket, actor, "note", now=now, note=given["note"])
