"""What of a text the linear model sees: words, neighbouring words, characters, the title, and hits of the lexicon."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from classifiers import words
from classifiers.lexicon import Lexicon

BLOCK_WEIGHTS: Final[Mapping[str, float]] = {"w": 1.0, "c": 1.0, "t": 0.7, "l": 1.0}
"""How much each block counts before the whole is brought to length 1: words, characters, title, lexicon."""

FORMAT: Final = 1
"""Raised whenever a text would yield other features; a model of another format is refused."""


def extract(title: str, text: str, lexicon: Lexicon | None = None) -> dict[str, dict[str, float]]:
    """Return block → feature → damped count (1 + ln n) of a cleaned title and text.

    Features carry their block's letter and a colon, so that no two blocks share a name. Lexicon features carry the
    leaf and the summed weight of its phrases.
    """
    both = f"{title}\n{text}" if title else text
    tokens = words.cut(both)
    blocks = {
        "w": _damped(_word_grams(tokens, "w:")),
        "c": _damped(_character_grams(both, "c:")),
    }
    if title:
        blocks["t"] = _damped([*_word_grams(words.cut(title), "t:"), *_character_grams(title, "tc:")])
    if lexicon is not None:
        blocks["l"] = {f"l:{leaf}": weight for leaf, weight in lexicon.score(both).items()}
    return blocks


def _word_grams(tokens: tuple[str, ...], prefix: str) -> list[str]:
    grams = [prefix + token.lower() for token in tokens]
    grams += [f"{prefix}{a}_{b}".lower() for a, b in zip(tokens, tokens[1:], strict=False)]
    return grams


def _character_grams(text: str, prefix: str) -> Iterator[str]:
    for piece in text.split():
        for i, char in enumerate(piece):
            yield prefix + char
            if i + 1 < len(piece):
                yield prefix + piece[i : i + 2]


def _damped(names: "list[str] | Iterator[str]") -> dict[str, float]:
    return {name: 1.0 + math.log(n) for name, n in Counter(names).items()}
