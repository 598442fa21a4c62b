"""Handing the notices owed to their gateways."""

from tracker.jobs import Job
from tracker.notices import service
from workers import base


def drain() -> int:
    """Deliver everything that is owed; return how many notices were tried."""
    return base.drain(Job.NOTICES, lambda session, now: service.deliver(session, now=now))
