"""Signs of corruption in a complaint (leaf categories H): hints for a person, never a decision.

The phrases stand in `data/clue_signs.csv` (code, phrase). A phrase under a negation (没有收红包) or inside a word of
praise gives no sign. Not covered: irony, and signs that need knowledge from outside the text.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from classifiers.matching import Matcher, is_negated

PHRASES: Final = Path(__file__).parent / "data" / "clue_signs.csv"


@dataclass(frozen=True, slots=True)
class ClueSign:
    """One sign. code: leaf H1–H4; phrase: the words as they stand in the text; span: start and end in characters."""

    code: str
    phrase: str
    span: tuple[int, int]


def find_signs(text: str) -> tuple[ClueSign, ...]:
    """Return the signs in a cleaned text in order of appearance, each phrase once."""
    matcher = _matcher()
    seen: dict[str, ClueSign] = {}
    for start, end, code in matcher.find(text):
        phrase = text[start:end]
        if phrase not in seen and not is_negated(text, start, end):
            seen[phrase] = ClueSign(code, phrase, (start, end))
    return tuple(seen.values())


@cache
def _matcher() -> Matcher[str]:
    with PHRASES.open(encoding="utf-8", newline="") as file:
        return Matcher((row["phrase"], row["code"]) for row in csv.DictReader(file))
