"""The daily anchor of this installation: heads of the audit log and the readings, and a digest of the tickets' events."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.audit import anchors
from tracker.clock import local_date
from tracker.tickets.models import TicketEvent


def anchor(session: Session, home: Path, *, now: datetime) -> Path | None:
    """Write today's anchor (local day) and return its path, or None when it was written before.

    Events are covered up to the last one that the anchor before had seen: by then everything with a lower number is
    committed, and what is added later has a higher one.
    """
    before = (anchors.last(home) or {}).get("events") or {"up_to": 0, "seen": 0}
    after, up_to = int(before["up_to"]), int(before["seen"])
    covered = {"after": after, "up_to": up_to, "digest": digest(session, after, up_to)}
    seen = session.scalar(select(func.max(TicketEvent.id))) or 0
    heads = {**anchors.heads(session), "events": {**covered, "seen": seen}}
    return anchors.write(home, local_date(now), heads)


def digest(session: Session, after: int, up_to: int) -> str:
    """Return the SHA-256 in hex over number and hash of the events with after < id <= up_to."""
    found = hashlib.sha256()
    rows = (
        select(TicketEvent.id, TicketEvent.hash)
        .where(TicketEvent.id > after, TicketEvent.id <= up_to)
        .order_by(TicketEvent.id)
        .execution_options(yield_per=5000)
    )
    for event_id, event_hash in session.execute(rows):
        found.update(f"{event_id}:{event_hash.hex()}\n".encode())
    return found.hexdigest()


def broken(session: Session, home: Path) -> Iterator[str]:
    """Yield one sentence for each anchor that what lies in the database does not bear out."""
    yield from anchors.broken(session, home)
    for one, _ in anchors.all_of(home):
        events = one.get("events")
        if events and digest(session, events["after"], events["up_to"]) != events["digest"]:
            yield f"锚 {one['day']}：截至当日的流转记录有缺失或被改动"
