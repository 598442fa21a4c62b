"""One worker process: preload the engine, open no connection, then serve the queue. Start more for more throughput."""

import signal
import sys
import time
from importlib import import_module

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.job import Job as QueuedJob
from rq.serializers import JSONSerializer

from tracker.config import load
from tracker.jobs import QUEUE, Job
from tracker.logs import configure
from tracker.tickets.engine import engine

log = structlog.get_logger()


class ReadyWorker(Worker):
    """Has a model that was switched to loaded before the fork, since what a job loads is gone with the job."""

    def execute_job(self, job: QueuedJob, queue: Queue) -> None:
        """Do one job in a fork."""
        engine().preload()
        super().execute_job(job, queue)


def preload() -> None:
    """Import every job before the fork, so that one starts in milliseconds."""
    for job in Job:
        import_module(job.value.rpartition(".")[0])


def main() -> None:
    """Serve until SIGTERM; wait for Redis when it is away."""
    settings = load()
    configure(settings.log_level)
    engine()
    preload()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while not _served(settings.redis_url):
        time.sleep(1)


def _served(redis_url: str) -> bool:
    """Serve the queue until asked to stop; return False when Redis is away."""
    try:
        redis = Redis.from_url(redis_url)
        queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
        ReadyWorker([queue], connection=redis, serializer=JSONSerializer).work(logging_level="WARNING")
    except RedisError as error:
        log.warning("worker_without_redis", error=str(error))
        return False
    return True


if __name__ == "__main__":
    main()
