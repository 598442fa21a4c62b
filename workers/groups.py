"""Grouping of the tickets that were triaged."""

from tracker.groups import service
from tracker.jobs import Job
from workers import base


def drain() -> int:
    """Group every ticket that was triaged and not grouped yet; return how many there were."""
    return base.drain(Job.GROUPS, lambda session, _now: service.drain(session))
