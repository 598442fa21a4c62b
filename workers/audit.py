"""Seals over what was read, and the daily anchor."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.audit import sealing
from tracker.config import load
from tracker.jobs import Job
from tracker.tickets import anchoring
from workers import base


def seal() -> int:
    """Seal every reading that has no seal yet, then write today's anchor if it is missing; return how many were sealed."""
    sealed = base.drain(Job.SEALS, lambda session, now: sealing.seal(session, now=now))
    base.drain(Job.SEALS, _anchor)
    return sealed


def _anchor(session: Session, now: datetime) -> int:
    anchoring.anchor(session, load().home, now=now)
    return 0
