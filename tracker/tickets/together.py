"""What a ticket is tied to, as pages and JSON show it: co-handlers, the parts it was split into, what is merged with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.permissions import Actor
from tracker.tickets import co_clocks, queries, shares, view
from tracker.tickets.models import CoHandler, Ticket
from tracker.tickets.present import iso, office
from tracker.tickets.rules import HANDLING, SETTLED, Status

MOST_KIN = 100
"""[P] Tickets tied to one that are shown at once."""


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


def told(session: Session, actor: Actor, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return all of it as JSON."""
    found = kin(session, actor, ticket, now)
    return {
        "co_handlers": _co_handlers_json(session, ticket, now),
        "shares": [
            {
                "office": office(one.office),
                "reason": one.reason,
                "until": one.until.isoformat(),
                "shared_at": iso(one.shared_at),
                "ended_at": iso(one.ended_at),
            }
            for one in shares.of_ticket(session, ticket)
        ],
        "parent": found["parent"]["number"] if found["parent"] else None,
        "merged_into": found["lead"]["number"] if found["lead"] else None,
        "parts": [_kin_json(one) for one in found["parts"]],
        "merged": [_kin_json(one) for one in found["merged"]],
    }


def _kin_json(one: dict[str, Any]) -> dict[str, Any]:
    kept = {name: one[name] for name in ("number", "title", "settled", "office")}
    return {
        **kept,
        "status": one["status"]["value"],
        "light": one["light"]["tone"],
        "due_at": iso(one["due_at"]),
    }


def kin(session: Session, actor: Actor, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return parent and lead (None without), parts with how many are settled, and what is merged into the ticket.

    Of a ticket out of the reader's sight only the number is told, and where it stands.
    """
    above = [one for one in (ticket.parent_id, ticket.merged_into_id) if one is not None]
    found = session.scalars(
        select(Ticket)
        .where(
            Ticket.id.in_(above) | (Ticket.parent_id == ticket.id) | (Ticket.merged_into_id == ticket.id),
        )
        .options(joinedload(Ticket.office))
        .order_by(Ticket.id)
        .limit(MOST_KIN)
    ).all()
    seen = {one.number for one in queries.by_numbers(session, actor, [one.number for one in found])}
    shown = {one.id: _kin(session, one, now, seen=one.number in seen) for one in found}
    parts = [shown[one.id] for one in found if one.parent_id == ticket.id]
    return {
        "parent": shown.get(ticket.parent_id or 0),
        "lead": shown.get(ticket.merged_into_id or 0),
        "parts": parts,
        "n_settled": sum(one["settled"] for one in parts),
        "merged": [shown[one.id] for one in found if one.merged_into_id == ticket.id],
    }


def _kin(session: Session, ticket: Ticket, now: datetime, *, seen: bool) -> dict[str, Any]:
    clock = view.row_clock(session, ticket, now)
    return {
        "number": ticket.number,
        "title": ticket.title if seen else "",
        "seen": seen,
        "settled": ticket.status in SETTLED,
        "status": view.status(ticket.status),
        "light": view.light(session, ticket, now),
        "left": clock["words"],
        "due_at": ticket.due_at,
        "office": ticket.office.short_name,
    }


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
