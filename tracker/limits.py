"""How often strangers may try: counters in Redis, so that neither codes nor telephone numbers can be guessed.

What is counted is stored only as a keyless hash that expires with its window.
"""

import hashlib
import time

import structlog
from redis import Redis
from redis.exceptions import RedisError

from tracker.errors import TrackerError

log = structlog.get_logger()


OWN_KEYS = 10_000
"""So many counters are kept in memory before the expired ones are dropped."""


class TooMany(TrackerError):
    """Tried too often; waiting helps."""

    http_status = 429
    default_code = "too_many"


class Limits:
    """Counts tries per window, over all processes and machines that share the Redis; alone while it is away."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(redis_url, socket_connect_timeout=0.5, socket_timeout=1.0)
        self._own: dict[str, tuple[float, int]] = {}

    def spend(self, what: str, whom: str, *, most: int, seconds: int) -> None:
        """Count one try of `whom` at `what`; raises TooMany beyond `most` tries in a window of so many seconds."""
        if self.count(what, whom, seconds=seconds) > most:
            raise TooMany(f"查询太频繁，请{max(seconds // 60, 1)}分钟后再试。")

    def count(self, what: str, whom: str, *, seconds: int) -> int:
        """Count one try of `whom` at `what` and return how many there were in the window."""
        key = _key(what, whom)
        try:
            return self._shared_tries(key, seconds)
        except RedisError as error:
            log.warning("tries_counted_alone", what=what, error=str(error))
            return self._own_tries(key, seconds)

    def spent(self, what: str, whom: str) -> int:
        """Return how many tries of `whom` at `what` the present window has seen."""
        key = _key(what, whom)
        try:
            return int(self._redis.get(key) or 0)
        except RedisError as error:
            log.warning("tries_counted_alone", what=what, error=str(error))
            until, tries = self._own.get(key, (0.0, 0))
            return tries if until > time.monotonic() else 0

    def _shared_tries(self, key: str, seconds: int) -> int:
        with self._redis.pipeline() as counted:
            counted.set(key, 0, ex=seconds, nx=True)
            counted.incr(key)
            return int(counted.execute()[1])

    def _own_tries(self, key: str, seconds: int) -> int:
        """Count in this process: without counting, guessing would be free as soon as Redis is away."""
        at = time.monotonic()
        if len(self._own) > OWN_KEYS:
            self._own = {known: kept for known, kept in self._own.items() if kept[0] > at}
        until, tries = self._own.get(key, (0.0, 0))
        self._own[key] = (until, tries + 1) if until > at else (at + seconds, 1)
        return self._own[key][1]


def _key(what: str, whom: str) -> str:
    return f"limit:{what}:{hashlib.blake2b(whom.encode(), digest_size=16).hexdigest()}"
