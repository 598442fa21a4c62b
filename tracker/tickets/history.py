"""The chain of a ticket's events: each carries the hash of the one before, the ticket carries the last.

A changed, removed, inserted or reordered event breaks the chain; a removed tail leaves `head_hash` without its event.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.tickets.models import Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class Facts:
    """What the hash of an event is made of; an event without its row."""

    ticket_id: int
    seq: int
    action: str
    at: datetime
    actor_id: int | None
    actor_name: str
    office_id: int | None
    from_status: str | None
    to_status: str
    note: str
    data: dict[str, Any]
    is_internal: bool


def event_hash(previous: bytes | None, event: TicketEvent | Facts) -> bytes:
    """Return the SHA-256 over the previous hash and every stored fact of the event."""
    facts = [
        event.ticket_id,
        event.seq,
        event.action,
        event.at.astimezone(UTC).isoformat(),
        event.actor_id,
        event.actor_name,
        event.office_id,
        event.from_status,
        event.to_status,
        event.note,
        event.data,
        event.is_internal,
    ]
    line = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256((previous or b"") + line.encode()).digest()


def _breaks(events: list[TicketEvent], head: bytes | None, n_events: int) -> str | None:
    previous: bytes | None = None
    for position, event in enumerate(events, start=1):
        if event.seq != position:
            return f"第{position}条流转记录缺失或次序不对"
        if event_hash(previous, event) != event.hash:
            return f"第{position}条流转记录被改动"
        previous = event.hash
    if len(events) != n_events or previous != head:
        return "末尾的流转记录缺失"
    return None


def broken_links(session: Session) -> Iterator[str]:
    """Yield one sentence for each ticket whose chain does not hold, reading the whole table in order."""
    heads = {
        row.id: (row.number, row.head_hash, row.n_events)
        for row in session.execute(select(Ticket.id, Ticket.number, Ticket.head_hash, Ticket.n_events))
    }
    rows = session.scalars(
        select(TicketEvent).order_by(TicketEvent.ticket_id, TicketEvent.seq).execution_options(yield_per=2000)
    )
    for ticket_id, events in groupby(rows, key=lambda event: event.ticket_id):
        number, head, n_events = heads.pop(ticket_id, ("?", None, 0))
        why = _breaks(list(events), head, n_events)
        if why:
            yield f"工单 {number}：{why}"
    for number, head, n_events in heads.values():
        if head is not None or n_events:
            yield f"工单 {number}：全部流转记录缺失"
