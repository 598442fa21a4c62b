"""The many ways people say one thing: a thesaurus that lets a model trained on few texts understand other words.

File: csv with columns concept, phrase. A phrase carries its own negation (没亮证 is one), so no hit is taken out.
"""

import csv
from pathlib import Path
from typing import Final

from classifiers.matching import Matcher

DEFAULT: Final = Path(__file__).parent / "data" / "concepts.csv"


class Thesaurus:
    """The phrases of all concepts, indexed."""

    def __init__(self, rows: list[tuple[str, str]]) -> None:
        """Index rows of (concept, phrase); a phrase belongs to one concept."""
        self._matcher: Matcher[str] = Matcher([(phrase, concept) for concept, phrase in rows])

    @classmethod
    def load(cls, path: Path = DEFAULT) -> "Thesaurus":
        """Return the thesaurus of a csv file. Raises ValueError or KeyError when the file is none."""
        with path.open(encoding="utf-8", newline="") as file:
            return cls([(row["concept"], row["phrase"]) for row in csv.DictReader(file)])

    def concepts(self, text: str) -> frozenset[str]:
        """Return the concepts that a cleaned text speaks of."""
        return frozenset(concept for _, _, concept in self._matcher.find(text.lower()))
