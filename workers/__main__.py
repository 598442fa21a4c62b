"""One worker process: preload the engine, open no connection, then serve the queue. Start more for more throughput."""

import signal
import sys
import time

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from tracker.config import load
from tracker.jobs import QUEUE
from tracker.logs import configure
from tracker.tickets.engine import engine
from workers import clues, deadlines, events, imports, notices, triage

log = structlog.get_logger()

JOBS = (clues, deadlines, events, imports, notices, triage)
"""Imported before the fork, so that a job starts in milliseconds."""


def main() -> None:
    """Serve until SIGTERM; wait for Redis when it is away."""
    settings = load()
    configure(settings.log_level)
    engine()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        try:
            redis = Redis.from_url(settings.redis_url)
            queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
            worker = Worker([queue], connection=redis, serializer=JSONSerializer)
            worker.work(logging_level="WARNING")
            return
        except RedisError as error:
            log.warning("worker_without_redis", error=str(error))
            time.sleep(1)


if __name__ == "__main__":
    main()
