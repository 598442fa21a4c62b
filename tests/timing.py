"""Whether two things take equally long, told by statistics: never by a bound in milliseconds, which a busy machine breaks."""

import gc
import random
import time
from collections.abc import Callable, Mapping

from scipy.stats import kruskal

ALPHA = 0.001
"""How seldom equal things may be called different by chance; a second look makes that one in a million."""


def measured(ways: Mapping[str, Callable[[], object]], n: int) -> dict[str, list[float]]:
    """Return n durations in seconds for each way, taken in turns of random order so that the machine's moods hit all alike."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    chance = random.Random(n)
    gc.disable()
    try:
        for _ in range(n):
            for name in chance.sample(list(ways), len(ways)):
                begun = time.perf_counter()
                ways[name]()
                found[name].append(time.perf_counter() - begun)
    finally:
        gc.enable()
    return found


def p_equal(found: Mapping[str, list[float]]) -> float:
    """Return how likely durations so different are if all ways take equally long (Kruskal–Wallis, by ranks)."""
    return float(kruskal(*found.values()).pvalue)


def take_equally_long(ways: Mapping[str, Callable[[], object]], n: int) -> bool:
    """Return whether the ways cannot be told apart by their times; looks again before it says that they can."""
    for way in ways.values():
        way()
    return any(p_equal(measured(ways, n)) > ALPHA for _ in range(2))
