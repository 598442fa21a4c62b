"""Who works on a ticket together, as pages and JSON show it: co-handlers, with their own time and light."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.permissions import Actor
from tracker.tickets import co_clocks, queries, view
from tracker.tickets.models import CoHandler, Ticket
from tracker.tickets.present import iso, office
from tracker.tickets.rules import HANDLING, Status


def co_handlers(session: Session, ticket: Ticket, now: datetime) -> list[dict[str, Any]]:
    """Return the co-handling offices in the order they were asked: office, task, state, due moment, light, words left."""
    return [_part(session, part, ticket, now) for part in queries.co_handlers(session, ticket)]


def _part(session: Session, part: CoHandler, ticket: Ticket, now: datetime) -> dict[str, Any]:
    due_at = co_clocks.due_at(part, ticket)
    tone = _tone(session, part, ticket, due_at, now)
    state = "recalled" if part.recalled_at else "done" if part.done_at else "open"
    late = part.done_at is not None and due_at is not None and part.done_at > due_at
    return {
        "office": part.office,
        "task": part.task,
        "state": state,
        "asked_at": part.asked_at,
        "due_at": due_at,
        "follows_lead": part.days is None,
        "light": {"tone": tone, "label": view.LIGHT_WORDS[tone]},
        "left": _left(session, part, due_at, tone, now),
        "done_at": part.done_at,
        "late": late,
        "opinion": part.opinion,
    }


def _tone(session: Session, part: CoHandler, ticket: Ticket, due_at: datetime | None, now: datetime) -> str:
    if part.done_at is None and ticket.status == Status.SUSPENDED:
        return "suspended"
    if part.done_at is not None or ticket.status not in HANDLING or due_at is None:
        return "none"
    return co_clocks.table_of(session, part).light(due_at, now).value


def _left(session: Session, part: CoHandler, due_at: datetime | None, tone: str, now: datetime) -> str:
    if tone == "suspended":
        return "时限暂停"
    return "" if tone == "none" else view.left(co_clocks.table_of(session, part).calendar, due_at, now)


def told(session: Session, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return all of it as JSON."""
    return {"co_handlers": _co_handlers_json(session, ticket, now)}


def _co_handlers_json(session: Session, ticket: Ticket, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            **{name: one[name] for name in ("task", "state", "follows_lead", "late", "opinion")},
            "office": office(one["office"]),
            "asked_at": iso(one["asked_at"]),
            "due_at": iso(one["due_at"]),
            "light": one["light"]["tone"],
            "done_at": iso(one["done_at"]),
        }
        for one in co_handlers(session, ticket, now)
    ]


def of_own_office(
    session: Session, actor: Actor, tickets: Sequence[Ticket], now: datetime
) -> dict[int, dict[str, Any]]:
    """Return, by ticket id, the open part the reader's office has in the tickets of a list."""
    if actor.office_id is None or not tickets:
        return {}
    by_id = {one.id: one for one in tickets}
    parts = session.scalars(
        select(CoHandler)
        .where(
            CoHandler.ticket_id.in_(by_id),
            CoHandler.office_id == actor.office_id,
            CoHandler.done_at.is_(None),
        )
        .options(joinedload(CoHandler.office))
    )
    return {one.ticket_id: _part(session, one, by_id[one.ticket_id], now) for one in parts}
