"""`make bench`: every measurement, one line each. Quote the ratios: seconds depend on the machine and its neighbours."""

import os
import platform
from datetime import UTC, datetime
from itertools import chain

from benchmarks import (
    bench_classify,
    bench_clues,
    bench_deadlines,
    bench_evidence,
    bench_indicators,
    bench_intake,
    bench_places,
    bench_queue,
    bench_repeats,
    bench_sweep,
)
from benchmarks.stage import stage

N_OF_A_YEAR = 100_000
"""Tickets behind the board."""


def main() -> None:
    """Print the machine, then a line for each benchmark as it is done."""
    load = os.getloadavg()[0]
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, {os.cpu_count()} CPUs, load {load:.1f}, "
        f"Python {platform.python_version()}"
    )
    for text_line in chain(bench_classify.measure(), bench_places.measure()):
        print(text_line, flush=True)
    with stage() as ready:
        print(bench_intake.measure(ready), flush=True)
        for line in bench_queue.measure(ready):
            print(line, flush=True)
        for line in chain(bench_sweep.measure(ready), bench_deadlines.measure(ready)):
            print(line, flush=True)
    with stage() as ready:
        for line in bench_indicators.measure(ready, bench_indicators.fill(ready, N_OF_A_YEAR)):
            print(line, flush=True)
    with stage() as ready:
        for line in bench_clues.measure(ready):
            print(line, flush=True)
    for part in bench_evidence.measure():
        print(part, flush=True)
    with stage() as ready:
        for told in bench_repeats.measure(ready):
            print(told, flush=True)


if __name__ == "__main__":
    main()
