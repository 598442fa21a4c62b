"""What time does to tickets: overdue, urged, circulated; and the archive."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.jobs import Job
from tracker.satisfaction import archive
from tracker.tickets import sweep as sweeping
from workers import base


def _round(session: Session, now: datetime) -> int:
    return sweeping.sweep(session, now=now) + archive.archive_due(session, now=now)


def sweep() -> int:
    """Write the events whose moment has come and archive what was closed long ago; return how many tickets."""
    return base.drain(Job.DEADLINES, _round)
