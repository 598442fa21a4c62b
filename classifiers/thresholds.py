"""From which probability on a label may be acted on without a person: chosen from what mistakes and looks cost.

Acting wrongly costs `Cost.wrong`, letting a person look costs `Cost.look`; on answers the model had not seen, each label
gets the cut with the least cost. Labels with few answers lean on the cut of all labels together, so that a lucky
handful opens no door; and the dearer a mistake, the higher every cut (`choose_from` never moves the other way).
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

ANSWERS: Final = "held_out.csv"
"""The file of a model's folder with its answers on texts it had not seen, by cross-validation."""
COMPARED: Final = "compared.csv"
"""The like on the texts it was compared on after training; the folder's other files stay as training left them."""
DEFAULT: Final = 0.5
"""[P] The cut of a label nothing is known about."""
NEVER: Final = 1.01
"""A cut no probability reaches: a person always looks."""
LEAN: Final = 20
"""[P] With so many answers of its own, a label's cut counts as much as that of all labels together."""
FLOOR: Final = 0.5
"""[P] The least cut of a label with fewer than `LEAN` answers."""
LEAST: Final = 0.4
"""[P] The least cut of any label: below it another label may be likelier than not, whatever the costs say."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said of one text it had not seen. share: the probability it gave, 0–1."""

    label: str
    share: float
    right: bool


@dataclass(frozen=True, slots=True)
class Cost:
    """What a wrong act costs, and what a look by a person; any unit, only their ratio matters.

    [P] A dispatch to the wrong office costs some ten looks, but only every fifth wrong category leads to one: the office
    follows from body and place. So a wrong category counts as two looks until somebody sets it otherwise.
    """

    wrong: float = 2.0
    look: float = 1.0


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost of every label, and of those that have their own."""

    default: Cost = field(default_factory=Cost)
    by_label: Mapping[str, Cost] = field(default_factory=dict)

    def of(self, label: str) -> Cost:
        """Return what holds for the label."""
        return self.by_label.get(label, self.default)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a set of cuts makes of answers: how many, how many acted on, how many of those wrongly."""

    n: int
    n_acted: int
    n_wrong: int


def choose(
    shares: NDArray[np.float32], labels: Sequence[str], truth: Sequence[str], costs: Costs | None = None
) -> dict[str, float]:
    """Return the cut of every label from held-out probabilities (texts × labels) and the true labels."""
    return choose_from(answers(shares, labels, truth), labels, costs or Costs())


def answers(shares: NDArray[np.float32], labels: Sequence[str], truth: Sequence[str]) -> list[Answer]:
    """Return what held-out probabilities (texts × labels) say, against the true labels."""
    best = np.argmax(shares, axis=1) if len(shares) else np.zeros(0, dtype=np.intp)
    return [
        Answer(labels[i], round(float(row[i]), 4), labels[i] == true)
        for i, row, true in zip(best.tolist(), shares, truth, strict=True)
    ]


def choose_from(said: Iterable[Answer], labels: Iterable[str], costs: Costs) -> dict[str, float]:
    """Return label → cut (0–1, or NEVER) for all of `labels`; `DEFAULT` where there are no answers at all."""
    by_label: dict[str, list[Answer]] = defaultdict(list)
    for one in said:
        by_label[one.label].append(one)
    everything = [one for found in by_label.values() for one in found]
    named = list(labels)
    if not everything:
        return dict.fromkeys(named, DEFAULT)
    common = {cost: cheapest_cut(everything, cost) for cost in {costs.of(label) for label in named}}
    return {label: _leaning(by_label[label], common[costs.of(label)], costs.of(label)) for label in named}


def _leaning(own: Sequence[Answer], common: float, cost: Cost) -> float:
    """Return the label's own cut, the more of it the more answers it has; else what is common to all labels."""
    trust = len(own) / (len(own) + LEAN)
    chosen = trust * cheapest_cut(own, cost) + (1 - trust) * common
    return round(max(chosen, LEAST if len(own) >= LEAN else FLOOR), 4)


def cheapest_cut(said: Sequence[Answer], cost: Cost) -> float:
    """Return the cut with the least cost on the answers, the lowest when several are equal; NEVER when none pays.

    Between two costs of a mistake the dearer one never has the lower cut.
    """
    if not said:
        return DEFAULT
    ordered = sorted(said, key=lambda one: -one.share)
    best_cut, best_cost = NEVER, len(ordered) * cost.look
    n_wrong = 0
    for n_acted, one in enumerate(ordered, start=1):
        n_wrong += not one.right
        tied = n_acted < len(ordered) and ordered[n_acted].share == one.share
        total = n_wrong * cost.wrong + (len(ordered) - n_acted) * cost.look
        if not tied and total <= best_cost:
            best_cut, best_cost = one.share, total
    return best_cut


def outcome(said: Iterable[Answer], cuts: Mapping[str, float]) -> Outcome:
    """Return what the cuts make of the answers."""
    found = list(said)
    acted = [one for one in found if one.share >= cuts.get(one.label, DEFAULT)]
    return Outcome(len(found), len(acted), sum(not one.right for one in acted))


def read(folder: Path) -> list[Answer]:
    """Return the held-out answers kept with a model; none when there are none or they cannot be read."""
    return [one for name in (ANSWERS, COMPARED) for one in _read(folder / name)]


def _read(path: Path) -> Sequence[Answer]:
    try:
        found = path.stat()
        return _parsed(path, found.st_mtime_ns, found.st_size)
    except (OSError, ValueError, KeyError, TypeError):
        return ()


@lru_cache(maxsize=8)
def _parsed(path: Path, _changed_at: int, _size: int) -> Sequence[Answer]:
    """Return the file's answers, kept until it changes: thousands of lines that a page would read each time."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Answer(row["label"], float(row["share"]), row["right"] == "1") for row in csv.DictReader(file)
        )


def write(folder: Path, said: Iterable[Answer], name: str = ANSWERS) -> None:
    """Keep held-out answers with a model, in one of the two files."""
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("label", "share", "right"))
        writer.writerows((one.label, one.share, int(one.right)) for one in said)
