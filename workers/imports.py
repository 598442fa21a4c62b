"""Uploaded files, row by row."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.imports import service
from tracker.jobs import Job, after_commit
from workers import base


def _round(session: Session, now: datetime) -> int:
    done = service.drain(session, now=now)
    if done:
        after_commit(session, Job.TRIAGE)
    return done


def drain() -> int:
    """Take in every waiting row; return how many rows were read."""
    return base.drain(Job.IMPORTS, _round)
