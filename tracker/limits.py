"""How often strangers may try: counters in Redis, so that neither codes nor telephone numbers can be guessed.

What is counted is stored only as a keyless hash that expires with its window.
"""

import hashlib

import structlog
from redis import Redis
from redis.exceptions import RedisError

from tracker.errors import TrackerError, Unavailable

log = structlog.get_logger()


class TooMany(TrackerError):
    """Tried too often; waiting helps."""

    http_status = 429
    default_code = "too_many"


class Limits:
    """Counts tries per window, over all processes and machines that share the Redis."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(redis_url, socket_connect_timeout=0.5, socket_timeout=1.0)

    def spend(self, what: str, whom: str, *, most: int, seconds: int) -> None:
        """Count one try of `whom` at `what`.

        Raises TooMany beyond `most` tries in a window of so many seconds, and Unavailable while Redis does not answer:
        without counting, guessing would be free.
        """
        key = f"limit:{what}:{hashlib.blake2b(whom.encode(), digest_size=16).hexdigest()}"
        try:
            with self._redis.pipeline() as counted:
                counted.set(key, 0, ex=seconds, nx=True)
                counted.incr(key)
                tries = int(counted.execute()[1])
        except RedisError as error:
            log.warning("tries_not_counted", what=what, error=str(error))
            raise Unavailable("查询暂时不可用，请稍后再试。") from error
        if tries > most:
            raise TooMany(f"查询太频繁，请{max(seconds // 60, 1)}分钟后再试。")
