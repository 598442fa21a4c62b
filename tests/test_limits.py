"""How often strangers may try, on a real Redis."""

import pytest

from tracker.limits import Limits, TooMany


def test_so_many_tries_and_no_more(redis_url):
    limits = Limits(redis_url)
    for _ in range(3):
        limits.spend("door", "somebody", most=3, seconds=600)
    with pytest.raises(TooMany, match="10分钟后再试"):
        limits.spend("door", "somebody", most=3, seconds=600)
    limits.spend("door", "somebody else", most=3, seconds=600)
    limits.spend("window", "somebody", most=3, seconds=600)


def test_the_window_ends(redis_url):
    limits = Limits(redis_url)
    limits.spend("door", "somebody", most=1, seconds=1)
    limits._redis.flushdb()  # what expiry does, without waiting for it
    limits.spend("door", "somebody", most=1, seconds=1)
    assert all(limits._redis.ttl(key) > 0 for key in limits._redis.scan_iter())


def test_without_redis_a_process_counts_alone():
    limits = Limits("redis://127.0.0.1:1/0")
    limits.spend("door", "somebody", most=1, seconds=600)
    with pytest.raises(TooMany):
        limits.spend("door", "somebody", most=1, seconds=600)
    limits.spend("door", "somebody else", most=1, seconds=600)
