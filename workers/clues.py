"""Delivery of approved clue packages to the discipline side."""

from tracker.clues import service
from tracker.jobs import Job
from workers import base


def drain() -> int:
    """Send every clue that was approved and not sent by hand; return how many went."""
    return base.drain(Job.CLUES, lambda session, now: service.drain(session, now=now))
