"""What the system itself writes into the histories of many tickets, in one statement: a row at a time takes ten times as long.

Only events that leave the status as it is; a step is written by `service.move`, one ticket at a time.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker import jobs
from tracker.permissions import SYSTEM
from tracker.tickets.history import Facts, event_hash
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

_ARRAYS = {
    "ticket_id": "bigint",
    "seq": "integer",
    "action": "text",
    "at": "timestamptz",
    "from_status": "text",
    "to_status": "text",
    "note": "text",
    "data": "jsonb",
    "hash": "bytea",
}
_INSERT = text(
    f"INSERT INTO ticket_event ({', '.join(_ARRAYS)}, actor_name) "  # nosec B608  # noqa: S608 # our own names of columns
    f"SELECT u.*, :actor_name FROM unnest("
    f"{', '.join(f'CAST(:{name} AS {kind}[])' for name, kind in _ARRAYS.items())}) AS u"
)


@dataclass(frozen=True)
class Told:
    """One event to be written: of which ticket, what happened, when (aware), in words, and its data."""

    ticket: Ticket
    action: str
    at: datetime
    note: str
    data: dict[str, Any]


def append_all(session: Session, told: Iterable[Told]) -> None:
    """Append the events to the histories of their tickets, each ticket's in the order given, in the system's name."""
    rows: dict[str, list[Any]] = {name: [] for name in _ARRAYS}
    for one in told:
        facts = _facts(one)
        ticket = one.ticket
        ticket.n_events, ticket.head_hash = facts.seq, event_hash(ticket.head_hash, facts)
        ticket.version = (ticket.version or 0) + 1
        ticket.last_event, ticket.last_event_at = one.action, one.at
        for name, values in rows.items():
            values.append(getattr(facts, name, None))
        rows["data"][-1], rows["hash"][-1] = json.dumps(one.data, ensure_ascii=False), ticket.head_hash
    if rows["seq"]:
        session.execute(_INSERT, rows | {"actor_name": SYSTEM.name})
        jobs.after_commit(session, jobs.Job.FOLLOW_UP)


def _facts(one: Told) -> Facts:
    status = Status(one.ticket.status).value
    return Facts(
        ticket_id=one.ticket.id,
        seq=one.ticket.n_events + 1,
        action=one.action,
        at=one.at,
        actor_id=None,
        actor_name=SYSTEM.name,
        office_id=None,
        from_status=status if one.ticket.n_events else None,
        to_status=status,
        note=one.note,
        data=one.data,
        is_internal=True,
    )
