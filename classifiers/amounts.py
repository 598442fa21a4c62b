"""Sums of money in a text, in 分."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from classifiers.anchors import Anchored
from classifiers.numerals import CHARACTERS, read_number

_FEN_PER_YUAN: Final = 100
_LARGEST_FEN: Final = 10**15
"""Ten trillion yuan; what is larger is a serial number, not money."""
_NUMBER: Final = (
    rf"(?:[0-9][0-9,]{{0,18}}(?:\.[0-9]{{1,6}})?|[{CHARACTERS}]{{1,12}})\s?"
    rf"(?:[十百千]?[万亿][0-9{CHARACTERS}]{{0,8}}|[千百][0-9{CHARACTERS}]{{0,5}})?"
)
_UNITS: Final = ("元", "块", "人民币", "RMB", "rmb", "¥", "¥")
_AMOUNT: Final = re.compile(
    rf"(?:(?<![0-9.,几数{CHARACTERS}万亿])({_NUMBER})\s?(?:余|多|来)?\s?(?:元|块钱|块|人民币|rmb|RMB)(?!子|头|地|状|月|旦|宵|宝|素)"
    rf"|[¥¥]\s?({_NUMBER}))"
)
_VERBS: Final = (*"罚收交缴要赔给付花退转送借塞掏扣抽欠", "押金", "损失", "货值")
_BARE: Final = re.compile(
    r"(?:罚款?|收取?|交|缴纳?|要|赔偿?|给|付|花|退还?|转账?|送|借|塞|掏|扣|抽|欠|押金|损失|货值)(?:了|我们?|他们?|她|掉|走|我店里|过|去|约|近|共|一共|大概|差不多|队长|所长|店里){0,3}"
    rf"\s?({_NUMBER})(?![0-9元块人年月日号个次天平吨斤家户只条米公辆张份台箱件瓶包部本口亩名位遍回升度字集{CHARACTERS}%顿样种批分样些下起点边声周星])"
)
_WITH_UNIT: Final = re.compile(r"[十百千万亿]|[0-9]{3,}")
_LEAST_BARE: Final = 100
_BEFORE: Final = 40
_AFTER: Final = 26
_WITH_YUAN: Final = Anchored([(_UNITS, _AMOUNT)], before=_BEFORE, after=_AFTER)
_AFTER_VERB: Final = Anchored([(_VERBS, _BARE)], before=0, after=_AFTER)


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum. fen: integer 分; phrase: as written; span: start and end in characters."""

    fen: int
    phrase: str
    span: tuple[int, int]


def find_amounts(text: str) -> tuple[Amount, ...]:
    """Return the sums of money in order of appearance; 罚了两万八 counts although 元 is missing."""
    found: dict[int, Amount] = {}
    for _, match in _WITH_YUAN.find(text):
        number = 1 if match[1] else 2
        _keep(
            found,
            match,
            (match.start(number) if number == 1 else match.start(), match.end()),
            match[number],
            0,
        )
    covered = {at for amount in found.values() for at in range(*amount.span)}
    for _, match in _AFTER_VERB.find(text):
        if match.start(1) not in covered and _WITH_UNIT.search(match[1]):
            _keep(found, match, match.span(1), match[1], _LEAST_BARE)
    return tuple(found[start] for start in sorted(found))


def _keep(
    found: dict[int, Amount], match: re.Match[str], span: tuple[int, int], number: str, least: int
) -> None:
    yuan = read_number(number)
    if yuan is None or yuan <= Decimal(least):
        return
    fen = int(yuan * _FEN_PER_YUAN)
    if fen <= _LARGEST_FEN:
        found.setdefault(span[0], Amount(fen, match.string[slice(*span)].strip(), span))
