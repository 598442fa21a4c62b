"""What a benchmark brings back, and how it is printed."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """Seconds for `n` things done by the product and by the floor, in the same run on the same machine."""

    name: str
    floor_name: str
    n: int
    ours_s: float
    floor_s: float

    @property
    def ratio(self) -> float:
        """How many times as long as the floor the product takes."""
        return self.ours_s / self.floor_s

    def __str__(self) -> str:
        """Return the line that is printed."""
        ours, floor = 1000 * self.ours_s / self.n, 1000 * self.floor_s / self.n
        return (
            f"{self.name:<34} {ours:8.2f} ms each {self.n / self.ours_s:8.0f}/s"
            f" | {self.floor_name:<34} {floor:8.2f} ms | ratio {self.ratio:6.1f}"
        )


def seconds(work: Callable[[], object], *, repeats: int = 1) -> float:
    """Return the shortest of some runs in seconds: on a shared machine the longer ones measure the neighbours."""
    best = float("inf")
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best
