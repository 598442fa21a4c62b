"""协办: another office does its part of a ticket in a time of its own; the lead stays responsible and may call it off."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, object_session

from tracker.errors import Conflict, Invalid
from tracker.offices.models import Office
from tracker.permissions import Actor
from tracker.screens import moment
from tracker.tickets import clocks, co_clocks, service
from tracker.tickets.dispatch import office_by_code, refuse_respondent
from tracker.tickets.models import CoHandler, Ticket


def co_handle(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """请求协办: in so many working days, or until the lead's own time is up."""
    office = office_by_code(session, given["office"])
    refuse_respondent(session, ticket, office)
    if office.id == ticket.office_id:
        raise Invalid("本单位就是主办单位，不必协办。", fields={"office": ["请选择其他单位。"]})
    part = session.scalar(
        select(CoHandler).where(CoHandler.ticket_id == ticket.id, CoHandler.office_id == office.id)
    )
    if part is not None and part.done_at is None:
        raise Conflict(f"{office.name}已在协办。", code="already_co_handling")
    due_at = _own_time(session, ticket, office, given.get("days"), now)
    if part is None:
        part = CoHandler(ticket_id=ticket.id, office_id=office.id)
        session.add(part)
    part.asked_at, part.task, part.days, part.due_at = now, given["task"], given.get("days"), due_at
    part.done_at = part.opinion = part.recalled_at = part.overdue_at = None
    data = {"office": office.name, "office_code": office.code, "until": moment(due_at or ticket.due_at)}
    service.append(session, ticket, actor, "co-handle", now=now, note=given["task"], data=data)


def _own_time(
    session: Session, ticket: Ticket, office: Office, days: int | None, now: datetime
) -> datetime | None:
    """Return when the days asked for end, None to follow the lead; never after a lead's time that is still ahead."""
    ahead = ticket.due_at is not None and now < ticket.due_at
    if days is None:
        if not ahead:
            raise Invalid(
                "主办期限已过，请写明给协办单位几个工作日。",
                code="days_needed",
                fields={"days": ["主办超期后必填。"]},
            )
        return None
    due_at = clocks.co_due(session, ticket, office, now, days)
    if ahead and ticket.due_at is not None and due_at > ticket.due_at:
        raise Invalid(
            f"协办期限不能晚于主办期限（{moment(ticket.due_at)}），请减少天数，或先申请延期。",
            code="after_the_lead",
            fields={"days": ["晚于主办期限。"]},
        )
    return due_at


def co_reply(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """协办意见: the co-handling office closes its part."""
    mine = _open_part(session, ticket, actor.office_id)
    if mine is None:
        raise Conflict("本单位没有待办的协办事项。")
    _close(mine, ticket, now)
    mine.opinion = given["opinion"]
    service.append(session, ticket, actor, "co-reply", now=now, note=given["opinion"])


def recall(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """撤回协办: the lead asks no longer; the office need not answer and sees the ticket no more."""
    office = office_by_code(session, given["office"])
    part = _open_part(session, ticket, office.id)
    if part is None:
        raise Conflict(f"{office.name}没有待办的协办事项，不必撤回。", code="not_co_handling")
    _close(part, ticket, now)
    part.recalled_at = now
    data = {"office": office.name, "office_code": office.code}
    service.append(session, ticket, actor, "co-recall", now=now, note=given["reason"], data=data)


def _open_part(session: Session, ticket: Ticket, office_id: int | None) -> CoHandler | None:
    return session.scalar(
        select(CoHandler).where(
            CoHandler.ticket_id == ticket.id, CoHandler.office_id == office_id, CoHandler.done_at.is_(None)
        )
    )


def _close(part: CoHandler, ticket: Ticket, now: datetime) -> None:
    part.done_at, part.due_at = now, co_clocks.due_at(part, ticket)  # what it was due is told later too


def n_open(session: Session, ticket: Ticket) -> int:
    """Return how many co-handling offices have not closed their part."""
    parts = select(func.count()).select_from(CoHandler)
    return session.scalar(parts.where(CoHandler.ticket_id == ticket.id, CoHandler.done_at.is_(None))) or 0


def is_asking(_: Actor, ticket: Ticket) -> bool:
    """Return whether there is a part to call off."""
    session = object_session(ticket)
    return session is not None and n_open(session, ticket) > 0
