"""The door of all jobs: settings, one unit of work a round, rounds until nothing is due."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

import structlog
from sqlalchemy.orm import Session

from tracker import clock, logs
from tracker.config import load
from tracker.db import Database, connect
from tracker.errors import TrackerError
from tracker.jobs import Bell, Job

log = structlog.get_logger()

MAX_ROUNDS = 10_000
"""A job that never runs dry is a defect; the clock rings it again anyway."""


class JobFailed(Exception):
    """A job ended in a way nobody foresaw; the log says where, no values in either."""


@cache
def bell() -> Bell:
    """Return this process's bell."""
    return Bell(load().redis_url)


@cache
def database() -> Database:
    """Return this process's database; first called inside the forked job, so that no connection is shared."""
    settings = load()
    engine = connect(settings.database_url, pool_size=1)
    return Database(engine, bell().ring, settings.field_key, settings.field_key_old)


def drain(job: Job, one_round: Callable[[Session, datetime], int]) -> int:
    """Call `one_round` in a unit of work of its own until it finds nothing due; return how many rows were done.

    A round that is refused (TrackerError) is logged and ends the job: the rows are still there, and the clock rings
    again. Killing the process at any instant loses nothing, since what was not committed is still due.
    """
    bell().answered(job)
    total = 0
    for _ in range(MAX_ROUNDS):
        try:
            with database().unit_of_work() as session:
                done = one_round(session, clock.now())
        except TrackerError as error:
            log.error("job_refused", job=job.value, code=error.code)
            break
        except Exception as error:
            log.error("job_failed", job=job.value, exc_info=error)
            # the queue keeps what a job raised: the words of a database quote what it refused
            raise JobFailed(logs.cause(error)) from None
        total += done
        if done == 0:
            break
    if total:
        log.info("job_done", job=job.value, rows=total)
    return total
