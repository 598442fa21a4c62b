"""Cut Chinese text into words (jieba), and into the tokens that the full-text search stores.

The tokenizer is our own instance with the words of the trade (`data/words.txt`); it is built once per process, under a
lock, and costs about 0.7 s the first time on a machine and 0.3 s afterwards (cached dictionary). Call `load()` before
forking workers.
"""

import logging
import os
import re
import tempfile
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

with warnings.catch_warnings():
    # jieba 0.42.1 is from 2020: invalid escapes (SyntaxWarning from 3.12) and pkg_resources would stop the start
    # where warnings are errors.
    warnings.simplefilter("ignore")
    import jieba

USER_WORDS: Final = Path(__file__).parent / "data" / "words.txt"
MAX_TOKEN: Final = 64
"""Longest stored search token in characters; PostgreSQL refuses lexemes over 2 kB and nobody types more."""

LONGEST_RUN: Final = 128
"""Characters without punctuation that are cut at once: jieba's time grows with the square of a run, so that 20,000
characters typed without a comma would hold a worker for seconds."""

_CJK: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS: Final = re.compile(rf"[{_CJK}]+|[a-z0-9]+")
_WORD: Final = re.compile(rf"[{_CJK}a-zA-Z0-9]")
_LONG_RUN: Final = re.compile(rf"[^\s\W]{{{LONGEST_RUN}}}")
_lock: Final = threading.Lock()
_loaded: dict[str, Any] = {}


def load() -> None:
    """Build the tokenizer now, so that the first text and every forked worker find it ready."""
    _tokenizer()


def cut(text: str) -> tuple[str, ...]:
    """Return the words of `text` in order, without blanks and punctuation."""
    if len(text) > LONGEST_RUN:
        text = _LONG_RUN.sub(lambda run: f"{run.group()}\n", text)
    return tuple(word for word in _tokenizer().cut(text) if _WORD.search(word))


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


def _tokenizer() -> Any:
    with _lock:
        if "it" not in _loaded:
            _loaded["it"] = _build()
        return _loaded["it"]


def _build() -> Any:
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(_cache_dir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tokenizer.initialize()
    for line in USER_WORDS.read_text(encoding="utf-8").splitlines():
        if word := line.partition("#")[0].strip():
            tokenizer.add_word(word)
    return tokenizer


def _cache_dir() -> Path:
    """Return a folder that only this user can write: a shared one would let others plant a dictionary."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    for folder in (base / "enforcement-tracker", Path(tempfile.gettempdir()) / f"words-{os.getuid()}"):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            about = folder.stat()
        except OSError:
            continue
        if about.st_uid == os.getuid() and not about.st_mode & 0o022 and os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix="words-"))
