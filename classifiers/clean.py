"""Bring a text into the one form the classifiers read; the original stays with the ticket for display."""

import html
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

TRADITIONAL: Final = Path(__file__).parent / "data" / "traditional.txt"
MAX_CHARACTERS: Final = 20_000
"""Longest text that is read; intake refuses longer ones, imports may still hold them."""

_TAGS: Final = re.compile(r"<(?:br|p|div|li|tr)\b[^<>]{0,200}>|</(?:p|div|li|tr)>", re.IGNORECASE)
_OTHER_TAGS: Final = re.compile(r"</?[a-zA-Z!][^<>]{0,400}>")
_BLANKS: Final = re.compile(r"[ \t\r\f\v\u00a0\u3000]+")
_LINES: Final = re.compile(r" ?\n[ \n]*")
_REPEATS: Final = re.compile(r"([!?。,.~、;:\-_=*#])\1{2,}")
_KEPT_CONTROLS: Final = "\n\t"


def clean(text: str, *, simplify: bool = True) -> str:
    """Return `text` without mark-up, control and zero-width characters, half-width, in simplified characters.

    simplify: also turn traditional characters into simplified ones, one to one.
    Full-width letters, digits and punctuation become half-width except 。、《》 and quotation marks, which carry
    meaning for cutting sentences.
    """
    text = text[:MAX_CHARACTERS]
    if "<" in text or "&" in text:
        text = _OTHER_TAGS.sub("", _TAGS.sub("\n", html.unescape(text)))
    text = unicodedata.normalize("NFKC", text)
    if not "".join(
        text.split()
    ).isprintable():  # nearly every text is, and looking at each character takes time
        text = "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c)[0] != "C")
    text = _LINES.sub("\n", _BLANKS.sub(" ", text))
    text = _REPEATS.sub(r"\1", text)
    return (text.translate(_simplified()) if simplify else text).strip()


@cache
def _simplified() -> dict[int, str]:
    """Return the table traditional → simplified (OpenCC, Apache-2.0; only pairs with one reading)."""
    pairs = (
        line.split("\t") for line in TRADITIONAL.read_text(encoding="utf-8").splitlines() if "\t" in line
    )
    return {ord(old): new for old, new in pairs}
