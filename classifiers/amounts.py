"""Sums of money in a text, in 分."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from classifiers.numerals import CHARACTERS, read_number

_FEN_PER_YUAN: Final = 100
_LARGEST_FEN: Final = 10**15
"""Ten trillion yuan; what is larger is a serial number, not money."""
_NUMBER: Final = (
    rf"(?:\d[\d,]*(?:\.\d{{1,6}})?|[{CHARACTERS}]+)\s?(?:[十百千]?[万亿](?:[{CHARACTERS}]*|\d{{1,4}})|千|百)?"
)
_AMOUNT: Final = re.compile(rf"({_NUMBER})\s?(余|多|来)?\s?(元|块钱|块|人民币|rmb|RMB)(?!子|头|地|状|月|旦)")
_BARE: Final = re.compile(
    rf"(?:罚款?|收了?|交了?|缴|要了?|赔)(?:了|我们?|他们?|掉|走){{0,3}}\s?({_NUMBER})(?![\d元块人月年日号个次天平吨斤])"
)
_LEAST_BARE: Final = 100


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum. fen: integer 分; phrase: as written; span: start and end in characters."""

    fen: int
    phrase: str
    span: tuple[int, int]


def find_amounts(text: str) -> tuple[Amount, ...]:
    """Return the sums of money in order of appearance; 罚了两万 counts although 元 is missing."""
    found: dict[int, Amount] = {}
    for match in _AMOUNT.finditer(text):
        _keep(found, match, Decimal(0))
    for match in _BARE.finditer(text):
        if not any(a.span[0] <= match.start(1) < a.span[1] for a in found.values()):
            _keep(found, match, Decimal(_LEAST_BARE))
    return tuple(found[start] for start in sorted(found))


def _keep(found: dict[int, Amount], match: re.Match[str], least: Decimal) -> None:
    yuan = read_number(match[1])
    if yuan is None or yuan <= least:
        return
    fen = int(yuan * _FEN_PER_YUAN)
    if fen <= _LARGEST_FEN:
        end = match.end() if match.re is _AMOUNT else match.end(1)
        found[match.start(1)] = Amount(fen, match.string[match.start(1) : end].strip(), (match.start(1), end))
