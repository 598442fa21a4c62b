"""Handing the notices owed to their gateways."""

from collections.abc import Mapping
from functools import cache

from tracker.config import load
from tracker.jobs import Job
from tracker.notices import gateways, outgoing
from workers import base


@cache
def known() -> Mapping[str, gateways.Gateway]:
    """Return this process's gateways."""
    return gateways.of(load())


def drain() -> int:
    """Deliver everything that is owed; return how many notices were tried."""
    return base.drain(Job.NOTICES, lambda session, now: outgoing.deliver(session, known(), now=now))
