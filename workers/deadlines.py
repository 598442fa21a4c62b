"""What time does to tickets: overdue, urged, circulated; and the archive."""

from tracker.jobs import Job
from tracker.tickets import sweep as sweeping
from workers import base


def sweep() -> int:
    """Write the events whose moment has come; return how many tickets were looked at."""
    return base.drain(Job.DEADLINES, lambda session, now: sweeping.sweep(session, now=now))
