"""Cut Chinese text into words (jieba's algorithm and dictionary, in Rust), and into the tokens of the full-text search.

The cutter is our own instance with the words of the trade (`data/words.txt`); it is built once per process, under a lock,
in about 0.1 s. Call `load()` before forking workers.
"""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import rjieba

USER_WORDS: Final = Path(__file__).parent / "data" / "words.txt"
MAX_TOKEN: Final = 64
"""Longest stored search token in characters; PostgreSQL refuses lexemes over 2 kB and nobody types more."""

_CJK: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS: Final = re.compile(rf"[{_CJK}]+|[a-z0-9]+")
_WORD: Final = re.compile(rf"[{_CJK}a-zA-Z0-9]")
_NOUN: Final = "n"
_lock: Final = threading.Lock()
_loaded: dict[str, rjieba.Jieba] = {}


def load() -> None:
    """Build the cutter now, so that the first text and every forked worker find it ready."""
    _cutter()


def pieces(text: str) -> list[str]:
    """Return `text` cut into words, punctuation and blanks; joined they are the text again."""
    return _cutter().cut(text)


def cut(text: str) -> tuple[str, ...]:
    """Return the words of `text` in order, without blanks and punctuation."""
    return tuple(word for word in pieces(text) if _WORD.search(word))


def is_in_dictionary(word: str) -> bool:
    """Return whether the dictionary holds the word; names of small places and of most companies are not in it."""
    return bool(_cutter().has_word(word))


def search_tokens(text: str) -> tuple[str, ...]:
    """Return the distinct lower-case tokens under which a text is found, in order of first appearance.

    Every two neighbouring Chinese characters are a token, and so are numbers and latin words; whatever part of a text is
    typed, all its tokens are among those of the text. Words are not: jieba cuts a part otherwise than the whole. A lone
    Chinese character comes back as it is: look it up as a prefix (`字:*`).
    """
    return tuple(dict.fromkeys(_grams(text.lower())))


def _grams(text: str) -> Iterator[str]:
    for match in _RUNS.finditer(text):
        run = match.group()
        if run.isascii() or len(run) == 1:
            yield run[:MAX_TOKEN]
        else:
            yield from (run[i : i + 2] for i in range(len(run) - 1))


def _cutter() -> rjieba.Jieba:
    if "it" not in _loaded:
        with _lock:
            if "it" not in _loaded:
                _loaded["it"] = _build()
    return _loaded["it"]


def _build() -> rjieba.Jieba:
    # Filled before anybody cuts with it: adding a word while another thread cuts fails.
    cutter = rjieba.Jieba()
    for line in USER_WORDS.read_text(encoding="utf-8").splitlines():
        if word := line.partition("#")[0].strip():
            cutter.add_word(word, cutter.suggest_freq(word), _NOUN)
    return cutter
