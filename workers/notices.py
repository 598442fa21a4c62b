"""Telling the owners of accounts of alarms, and handing the notices owed to their gateways."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from tracker.config import load
from tracker.jobs import Job
from tracker.notices import gateways, outgoing, service
from workers import base


@cache
def known() -> Mapping[str, gateways.Gateway]:
    """Return this process's gateways."""
    return gateways.of(load())


def drain() -> int:
    """Tell and deliver everything that is owed; return how many alarms and notices there were."""
    return base.drain(Job.NOTICES, one_round)


def one_round(session: Session, now: datetime) -> int:
    """Tell alarms, then deliver; return how many of both."""
    return service.tell_alarms(session, now=now) + outgoing.deliver(session, known(), now=now)
