"""How well texts about one matter are grouped as they come in: `python -m benchmarks.bench_groups messages.csv NAME …`.

The file has columns id, received_at, title, content. Every row naming one of the names is taken to be about that event
(of two names the first given counts), all rows are streamed by time, and only the named rows are judged. Three readings
of "naming" are printed, since a name in passing is not the same as a message about it; a name ending in "?" (a town,
where many things happen) counts in the first alone.
Floor: the words of the same texts alone.
"""

import csv
import random
import re
import sys
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import comb
from pathlib import Path

from benchmarks.measure import Measured, seconds
from classifiers import words
from classifiers.clean import clean
from classifiers.grouping import Stream

SHUFFLES = 5
"""Streams in random order, to show how much the order matters."""


@dataclass(frozen=True)
class Message:
    """One row of the file."""

    at: datetime
    title: str
    content: str


def read(path: Path) -> list[Message]:
    """Return the messages by the time they came in."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [(_moment(row["received_at"]), int(row["id"]), row) for row in csv.DictReader(file)]
    rows.sort(key=lambda one: one[:2])
    return [Message(at, row["title"], row["content"]) for at, _, row in rows]


def _moment(written: str) -> datetime:
    numbers = [int(part) for part in re.findall(r"\d+", written)]
    return datetime(*numbers[:6], tzinfo=UTC)  # type: ignore[arg-type,misc]  # year to second, as far as written


def truth(messages: Sequence[Message], names: Sequence[str], *, title_only: bool) -> dict[int, str]:
    """Return the event of each message that names one."""
    found = {}
    for i, one in enumerate(messages):
        text = one.title if title_only else one.title + one.content
        named = next((name for name in names if name in text), None)
        if named is not None:
            found[i] = named
    return found


def stream(messages: Sequence[Message], order: Sequence[int]) -> dict[int, int]:
    """Return the group of each message when they come in that order."""
    grouping = Stream()
    for key, i in enumerate(order):
        one = messages[i]
        grouping.add(key, one.title, one.content, one.at)
    return {i: grouping.group_of[key] for key, i in enumerate(order)}


def scores(true: Mapping[int, Hashable], found: Mapping[int, Hashable]) -> dict[str, float]:
    """Return pairwise and B-cubed precision, recall and F1 over the messages whose event is known."""
    both = Counter((true[i], found[i]) for i in true)
    events, groups = Counter(true.values()), Counter(found[i] for i in true)

    def pairs(counts: Mapping[Hashable, int]) -> int:
        return sum(comb(n, 2) for n in counts.values())

    together = pairs(both)
    precision, recall = together / max(1, pairs(groups)), together / max(1, pairs(events))
    n = sum(both.values())
    b_precision = sum(k * k / groups[group] for (_, group), k in both.items()) / n
    b_recall = sum(k * k / events[event] for (event, _), k in both.items()) / n
    return {
        "precision": precision,
        "recall": recall,
        "F1": 2 * precision * recall / max(1e-9, precision + recall),
        "B3 precision": b_precision,
        "B3 recall": b_recall,
        "B3 F1": 2 * b_precision * b_recall / (b_precision + b_recall),
    }


def main(path: Path, names: Sequence[str]) -> None:
    """Print the scores of the stream in order and of shuffled ones, and the time of a text."""
    messages = read(path)
    plain = [name.rstrip("?") for name in names]
    places = [name for name in names if not name.endswith("?")]
    readings = {
        "named anywhere": truth(messages, plain, title_only=False),
        "named anywhere, no towns": truth(messages, places, title_only=False),
        "named in the title": truth(messages, plain, title_only=True),
    }
    in_time = list(range(len(messages)))
    words.load()
    taken = []
    ours = seconds(lambda: taken.append(stream(messages, in_time)))
    floor = seconds(lambda: [words.cut(clean(f"{one.title}\n{one.content}")) for one in messages])
    print(Measured("grouping, a text", "its words alone", len(messages), ours, floor))
    for seed in range(SHUFFLES):
        order = list(in_time)
        random.Random(seed).shuffle(order)
        taken.append(stream(messages, order))
    for reading, true in readings.items():
        for label, found in zip(["by time", *["shuffled"] * SHUFFLES], taken, strict=True):
            told = "  ".join(f"{name} {value:.3f}" for name, value in scores(true, found).items())
            print(f"{reading:<26} {label:<9} n {len(true)}  {told}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
