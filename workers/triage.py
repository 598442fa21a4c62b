"""Triage of tickets that were only received, such as imported ones."""

from tracker.jobs import Job
from tracker.tickets import triage
from workers import base


def drain() -> int:
    """Classify, route and dispatch everything that waits; return how many tickets were done."""
    return base.drain(Job.TRIAGE, lambda session, now: triage.drain(session, now=now))
