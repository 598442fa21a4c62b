"""The clock process: rings every bell on its schedule, so that a lost bell costs seconds and nothing else.

rq's own cron list enqueues with the pickle serializer and cannot be told otherwise; our queue takes JSON only, so the
clock is this loop. Run as `python -m workers.clock`; two clocks at once do no harm, since a bell that hangs already is
not rung again and every job claims its rows.
"""

import signal
import threading
import time
from dataclasses import dataclass

import structlog
from redis import Redis
from redis.exceptions import RedisError

from tracker.config import load
from tracker.health import CLOCK_HEARTBEAT
from tracker.jobs import Bell, Job
from tracker.logs import configure

log = structlog.get_logger()

HEARTBEAT_TTL_S = 60


@dataclass(frozen=True)
class Turn:
    """A job and how many seconds lie between two ringings."""

    job: Job
    every_s: int


SCHEDULE: tuple[Turn, ...] = (
    Turn(Job.TRIAGE, 15),
    Turn(Job.FOLLOW_UP, 15),
    Turn(Job.NOTICES, 30),
    Turn(Job.IMPORTS, 15),
    Turn(Job.CLUES, 30),
    Turn(Job.DEADLINES, 60),
    Turn(Job.GROUPS, 20),
    Turn(Job.RETRAIN, 60),
    Turn(Job.SURGES, 300),
    Turn(Job.SEALS, 20),
)


def run(stop: threading.Event) -> None:
    """Ring until told to stop; a Redis that is away is waited for."""
    settings = load()
    bell, redis = Bell(settings.redis_url), Redis.from_url(settings.redis_url, socket_timeout=2)
    due = dict.fromkeys((turn.job for turn in SCHEDULE), 0.0)
    while not stop.is_set():
        at = time.monotonic()
        for turn in SCHEDULE:
            if at >= due[turn.job]:
                bell.ring(turn.job)
                due[turn.job] = at + turn.every_s
        try:
            redis.set(CLOCK_HEARTBEAT, "1", ex=HEARTBEAT_TTL_S)
        except RedisError as error:
            log.warning("clock_without_redis", error=str(error))
        stop.wait(1)


def main() -> None:
    """Run the clock until SIGTERM or SIGINT."""
    configure(load().log_level)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    run(stop)


if __name__ == "__main__":
    main()
