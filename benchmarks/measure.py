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


@dataclass(frozen=True)
class Resident:
    """Bytes of resident memory of a process of the product and of one that is the floor."""

    name: str
    floor_name: str
    ours: int
    floor: int

    def __str__(self) -> str:
        """Return the line that is printed."""
        ours, floor = self.ours / 1e6, self.floor / 1e6
        return (
            f"{self.name:<34} {ours:8.0f} MB {'':>19}| {self.floor_name:<34} {floor:8.0f} MB "
            f"| ratio {self.ours / self.floor:6.1f}"
        )


def seconds(work: Callable[[], object]) -> float:
    """Return how long it takes, in seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turns(ours: Callable[[], object], floor: Callable[[], object], *, repeats: int) -> tuple[float, float]:
    """Return the shortest run of each in seconds, taken in turns: on a shared machine long runs measure the neighbours."""
    runs = [(seconds(ours), seconds(floor)) for _ in range(repeats)]
    return min(one for one, _ in runs), min(one for _, one in runs)
