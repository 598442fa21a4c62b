"""Phrases that speak for a leaf category, weighed, with negations and admissions taken out.

File: csv with columns leaf, phrase, weight. A phrase may hold `..` for up to five characters. A negative weight speaks
against the leaf.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from classifiers.matching import Matcher, is_negated

CAP: Final = 3.0
"""Most that one leaf gets from a single text: repeating an accusation does not prove it."""

_ADMISSION: Final = re.compile(
    r"(?:我承认|我知道自己|我也知道|确实是?我|虽然我|我自己也?有错|是我不对|我有错|就算我|即使我|我们?确实)[^,。;!?\n]*"
)


_ADMITTING: Final = (
    "我承认",
    "我知道自己",
    "我也知道",
    "是我",
    "虽然我",
    "有错",
    "我有错",
    "就算我",
    "即使我",
    "我确实",
    "我们确实",
)


class Lexicon:
    """The phrases, indexed. `score` weighs a text, `hits` also tells the words."""

    def __init__(self, rows: list[tuple[str, str, float]]) -> None:
        """Index rows of (leaf, phrase, weight); the same phrase may speak for several leaves."""
        by_phrase: dict[str, list[tuple[str, float]]] = {}
        for leaf, phrase, weight in rows:
            by_phrase.setdefault(phrase, []).append((leaf, weight))
        self._matcher: Matcher[list[tuple[str, float]]] = Matcher(by_phrase.items())
        self.leaves = frozenset(row[0] for row in rows)

    @classmethod
    def load(cls, path: Path) -> "Lexicon":
        """Return the lexicon of a csv file. Raises ValueError or KeyError when the file is no lexicon."""
        with path.open(encoding="utf-8", newline="") as file:
            return cls([(row["leaf"], row["phrase"], float(row["weight"])) for row in csv.DictReader(file)])

    def hits(self, text: str) -> Iterator[tuple[str, str, float]]:
        """Yield (leaf, phrase as written, weight) for phrases that are neither denied nor the writer's own admission."""
        admitted = set[int]()
        if any(words in text for words in _ADMITTING):
            admitted = {at for match in _ADMISSION.finditer(text) for at in range(*match.span())}
        for start, end, values in self._matcher.find(text):
            if start in admitted or is_negated(text, start, end):
                continue
            for leaf, weight in values:
                yield leaf, text[start:end], weight

    def score(self, text: str) -> dict[str, float]:
        """Return leaf → summed weight, each phrase once, within ±CAP; leaves without a hit are left out."""
        seen: set[tuple[str, str]] = set()
        totals: dict[str, float] = {}
        for leaf, phrase, weight in self.hits(text):
            if (leaf, phrase) not in seen:
                seen.add((leaf, phrase))
                totals[leaf] = max(-CAP, min(CAP, totals.get(leaf, 0.0) + weight))
        return totals
