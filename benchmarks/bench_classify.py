"""How fast a text is classified, alone and among many, and how soon and in how little memory the model is ready.

Floor of the first lines: the bare cutter cutting the same texts into words. Floor of the last two: a fresh process that
only imports what no such program can do without (numpy, the cutter with its dictionary).
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from benchmarks.bench_places import LENGTH, texts_of
from benchmarks.measure import Measured, Resident, in_turns, seconds
from classifiers import words
from classifiers.category import DEFAULT_MODEL, Classifier, batched
from classifiers.triage import Triage
from tracker.tickets.engine import division_rows

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
N_TEXTS = 1024
REPEATS = 9

_FLOOR = "import numpy, rjieba; rjieba.cut('第一句话')"
_READY = (
    "from pathlib import Path; from classifiers.category import Classifier, DEFAULT_MODEL;"
    "Classifier.load(DEFAULT_MODEL).classify('', '城管没亮证就罚款')"
)
_RESIDENT = ";import json, psutil; print(json.dumps(psutil.Process().memory_info().rss))"


def measure() -> Iterator[Measured | Resident]:
    """Yield the lines."""
    texts = texts_of(LENGTH)[:N_TEXTS]
    pairs = [("", text) for text in texts]
    model = Classifier.load(DEFAULT_MODEL)
    triage = Triage(None, division_rows(), home_code="440000")
    model.shares(pairs[:128])

    def floor() -> object:
        return [words.pieces(text) for text in texts]

    many, least = in_turns(lambda: [model.shares(lot) for lot in batched(pairs)], floor, repeats=REPEATS)
    yield Measured("category, among many", "cutter alone", len(texts), many, least)
    one, least = _slowest(lambda text: model.classify("", text), texts), _slowest(words.pieces, texts)
    yield Measured("category and its words, p99", "cutter alone, p99", 1, one, least)
    whole, least = in_turns(lambda: [triage.suggest("", text, NOW) for text in texts], floor, repeats=3)
    yield Measured("all that triage reads of a text", "cutter alone", len(texts), whole, least)
    ready, least = in_turns(lambda: _fresh(_READY), lambda: _fresh(_FLOOR), repeats=5)
    yield Measured("a process ready, first answer given", "numpy and cutter alone", 1, ready, least)
    yield Resident(
        "memory of that process",
        "numpy and cutter alone",
        _fresh(_READY + _RESIDENT),
        _fresh(_FLOOR + _RESIDENT),
    )


def _slowest(work: Callable[[str], object], texts: list[str]) -> float:
    """Return the 99th percentile of single calls in seconds, the least of three rounds."""
    rounds = (sorted(seconds(lambda t=text: work(t)) for text in texts) for _ in range(3))
    return min(one[int(len(one) * 0.99)] for one in rounds)


def _fresh(code: str) -> int:
    """Run the code in a new process and return the number it prints, 0 for none."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(json.loads(done.stdout)) if done.stdout else 0


if __name__ == "__main__":
    for line in measure():
        print(line)
