"""The bell: names of the jobs, and ringing them once the rows they will drain are committed.

The database holds the pending work. A job is only a hint that there is some, so a lost bell costs time and nothing
else: the sweep in `workers.schedule` rings again. Jobs are named by dotted path so that nothing here imports workers.
"""

from enum import StrEnum

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy.orm import Session

log = structlog.get_logger()

QUEUE = "tracker"


class Job(StrEnum):
    """The jobs; each drains due rows until none is left."""

    TRIAGE = "workers.triage.drain"
    """Classify, route and dispatch the tickets that were only received."""
    FOLLOW_UP = "workers.events.drain"
    """Turn committed ticket events into notices and other follow-ups."""
    NOTICES = "workers.notices.drain"
    """Hand the notices owed to their gateways."""
    DEADLINES = "workers.deadlines.sweep"
    """Record the lights, urges and escalations whose moment has come."""
    IMPORTS = "workers.imports.drain"
    """Read uploaded files row by row into tickets or findings."""
    CLUES = "workers.clues.drain"
    """Deliver approved clue packages to the discipline side."""
    GROUPS = "workers.groups.drain"
    """Group the triaged tickets that are about one matter."""
    SURGES = "workers.surges.drain"
    """Count the day's tickets and open, update and close surge alarms."""
    RETRAIN = "workers.retrain.drain"
    """Train the model somebody asked for and compare it with the one in use."""
    SEALS = "workers.audit.seal"
    """Seal what was read since the last turn, and write the day's anchor."""


TIME_LIMIT_S = 600
TIME_LIMITS_S = {Job.RETRAIN: 3600}
"""Seconds after which a job is ended; what it did not commit is done again at the next bell."""


def after_commit(session: Session, job: Job) -> None:
    """Remember to ring the job when, and only when, the session's transaction is committed."""
    session.info.setdefault("bells", set()).add(job)


class Bell:
    """Rings jobs on Redis; never raises, since the sweep finds whatever was not rung."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(redis_url, socket_connect_timeout=0.3, socket_timeout=1.0)
        self._queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)

    def ring(self, job: Job) -> None:
        """Put one job on the queue, unless the same bell is already hanging there unanswered."""
        try:
            if self._redis.set(f"bell:{job.value}", "1", nx=True, ex=5):
                limit = TIME_LIMITS_S.get(job, TIME_LIMIT_S)
                self._queue.enqueue(job.value, result_ttl=60, failure_ttl=86400, job_timeout=limit)
        except RedisError as error:
            log.warning("bell_not_rung", job=job.value, error=str(error))

    def answered(self, job: Job) -> None:
        """Take the bell down: the job starts now, so that work committed from here on rings again."""
        try:
            self._redis.delete(f"bell:{job.value}")
        except RedisError as error:
            log.warning("bell_not_answered", job=job.value, error=str(error))
