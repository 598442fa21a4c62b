"""After X also do Y: committed ticket events turned into follow-ups, each exactly once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.jobs import Job, after_commit
from tracker.learning import service as learning
from tracker.notices import service as notices
from tracker.tickets.models import TicketEvent
from workers import base

BATCH = 200


def follow(session: Session, now: datetime) -> int:
    """Follow up one batch of events that nobody followed yet; return how many there were."""
    events = session.scalars(
        select(TicketEvent)
        .where(TicketEvent.followed_at.is_(None))
        .order_by(TicketEvent.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for event in events:
        notices.follow(session, event, now=now)
        learning.follow(session, event, now=now)
        event.followed_at = now
    if events:
        after_commit(session, Job.NOTICES)
    return len(events)


def drain() -> int:
    """Follow up every event; return how many there were."""
    return base.drain(Job.FOLLOW_UP, follow)
