"""Rules of the groups room: how long a matter is news, and its trend as bars."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

PERIODS: dict[int, str] = {7: "近7天", 30: "近30天", 90: "近90天", 365: "近一年"}
"""Days without a new ticket after which a matter leaves the list, as the reader chooses."""
USUAL_PERIOD = 30

N_BARS = 12
BAR_PX, GAP_PX, HEIGHT_PX = 6, 2, 24
"""Size of the trend in pixels."""


@dataclass(frozen=True)
class Bar:
    """One bar of a trend, in pixels from the upper left; n tickets in the week or days that began on `since`."""

    since: date
    n: int
    x: int
    y: float
    height: float


def bars(by_day: Mapping[date, int], today: date, days: int) -> list[Bar]:
    """Return the last N_BARS spans of equal length that cover `days` days up to today, oldest first.

    The highest bar is HEIGHT_PX high; one ticket is at least a pixel and no ticket none.
    """
    span = max(1, -(-days // N_BARS))
    first = today - timedelta(days=span * N_BARS - 1)
    counts = [0] * N_BARS
    for day, n in by_day.items():
        if first <= day <= today:
            counts[(day - first).days // span] += n
    most = max(counts) or 1
    found = []
    for i, n in enumerate(counts):
        height = max(1.0, round(HEIGHT_PX * n / most, 1)) if n else 0.0
        since = first + timedelta(days=i * span)
        found.append(Bar(since, n, i * (BAR_PX + GAP_PX), HEIGHT_PX - height, height))
    return found
