"""Numbers as people write them: 3,000 · 三千五 · 两万 · 1.2万."""

from decimal import Decimal, InvalidOperation
from typing import Final

DIGITS: Final = (
    {c: i for i, c in enumerate("零一二三四五六七八九")}
    | {"〇": 0, "两": 2, "俩": 2}
    | {c: i for i, c in enumerate("壹贰叁肆伍陆柒捌玖", 1)}
)
UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
BIG_UNITS: Final = {"万": 10_000, "亿": 100_000_000}
CHARACTERS: Final = "".join(DIGITS) + "".join(UNITS)
"""The characters a Chinese numeral below ten thousand is made of, for use in patterns."""


LONGEST: Final = 32
"""Characters of the longest numeral that is read; a longer run of digits is a number of something else."""


def read_number(text: str) -> Decimal | None:
    """Return the value of an arabic, Chinese or mixed numeral, or None when it is none.

    两万五 is 25,000: a lone digit after a unit counts the next lower unit.
    """
    plain = text.replace(",", "").replace(" ", "")
    if len(plain) > LONGEST:
        return None
    for unit, factor in reversed(BIG_UNITS.items()):
        head, found, tail = plain.partition(unit)
        if found:
            return _with_tail(head, tail, factor)
    for unit, factor in reversed(UNITS.items()):
        head, found, tail = plain.partition(unit)
        if found and head.replace(".", "", 1).isdecimal():  # 3千5, 1.5千
            return _with_tail(head, tail, factor)
    try:
        return Decimal(plain) if plain[:1].isdecimal() else _below_ten_thousand(plain)
    except InvalidOperation:
        return None


def _with_tail(head: str, tail: str, factor: int) -> Decimal | None:
    left = read_number(head) if head else None
    if left is None:
        return None
    if not tail:
        return left * factor
    right = read_number(tail)
    if right is None:
        return None
    if len(tail) == 1:
        right *= factor // 10
    return left * factor + right


def _below_ten_thousand(text: str) -> Decimal | None:
    total, pending, last_unit = 0, None, 1
    for char in text:
        if char in UNITS:
            total += (1 if pending is None else pending) * UNITS[char]
            pending, last_unit = None, UNITS[char]
        elif char in DIGITS:
            if pending not in (None, 0):
                return None
            pending = DIGITS[char]
            last_unit = 1 if pending == 0 else last_unit
        else:
            return None
    if pending is not None:
        total += pending * (last_unit // 10 if last_unit > 1 else 1)
    return Decimal(total) if text else None
