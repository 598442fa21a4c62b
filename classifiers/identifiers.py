"""Numbers and dates in a complaint: telephones, identity numbers, plates, credit codes, certificates, money, days.

A number that has a check digit is only reported when the digit fits. Not covered: addresses and case numbers.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from classifiers.amounts import Amount, find_amounts
from classifiers.anchors import Anchored
from classifiers.dates import LOCAL, DateMention, find_dates

_PHONE: Final = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?(1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4})(?![0-9])")
_LANDLINE: Final = re.compile(r"(?<![0-9A-Za-z])(0(?:10|2[0-9]|[3-9][0-9]{2})[- ]?[2-8][0-9]{6,7})(?![0-9])")
_ID: Final = re.compile(r"(?<![0-9A-Za-z])([1-9][0-9]{16}[0-9Xx])(?![0-9A-Za-z])")
_USCC: Final = re.compile(r"(?<![0-9A-Za-z])([0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy]{18})(?![0-9A-Za-z])")
_PLATE: Final = re.compile(
    r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使])\s?([A-HJ-NP-Za-hj-np-z])[\s·.\-]?"
    r"([A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳])(?![0-9A-Za-z])"
)
_CERTIFICATE: Final = re.compile(
    r"(?:执法证|证件|证|警|工|胸牌|执法)(?:编?号码?|编码)[为是:\s]{0,3}((?:粤|[A-Z])?[A-Z0-9][A-Z0-9\-]{3,19})"
    r"|(?:执法证|警号|工号|胸牌)[为是:\s]{0,3}((?:粤|[A-Z])?[A-Z0-9][A-Z0-9\-]{3,19})"
)
_RUN: Final = re.compile(r"[0-9A-Za-z+][0-9A-Za-z \-]{5,}")
"""Where a number can be at all; most texts have one such run or none."""
_ASCII: Final = re.compile(r"[0-9A-Z\-]{4}")
_CERTIFIED: Final = ("执法", "证", "警", "工", "胸牌")
_LEAST_RUN: Final = 11
_CERTIFICATES: Final = Anchored([(_CERTIFIED, _CERTIFICATE)], before=0, after=34)

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS: Final = "10X98765432"
_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_MODULUS: Final = 31
_CODE_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_CODE_MODULUS: Final = 11
_FIRST_BIRTH_YEAR: Final = 1900


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What was found, each value once, in order of appearance and in its plain form (no blanks, upper case).

    certificates: numbers of enforcement certificates and badges, opaque text. amounts: in 分. dates: local days.
    """

    phones: tuple[str, ...] = ()
    id_numbers: tuple[str, ...] = ()
    plates: tuple[str, ...] = ()
    usccs: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    dates: tuple[DateMention, ...] = ()


def find_identifiers(text: str, now: datetime) -> Identifiers:
    """Return the identifiers in a cleaned text; `now` (aware) is the moment of receipt that dates are relative to."""
    runs = [match.span() for match in _RUN.finditer(text)]
    numbers = [run for run in runs if run[1] - run[0] >= _LEAST_RUN]
    certificates = _certificates(text) if _ASCII.search(text) else ()
    phones = [re.sub(r"[- ]", "", phone) for phone in _found((_PHONE, _LANDLINE), text, numbers)]
    return Identifiers(
        phones=_once([phone for phone in phones if phone not in certificates]),
        id_numbers=_once(
            [number.upper() for number in _found((_ID,), text, numbers) if is_id_number(number)]
        ),
        plates=_once([f"{m[1]}{m[2]}{m[3]}".upper() for m in _PLATE.finditer(text) if _has_digit(m[3])])
        if runs
        else (),
        usccs=_once([code.upper() for code in _found((_USCC,), text, numbers) if is_uscc(code)]),
        certificates=certificates,
        amounts=find_amounts(text),
        dates=find_dates(text, now.astimezone(LOCAL).date()),
    )


def _certificates(text: str) -> tuple[str, ...]:
    return _once([match[1] or match[2] for _, match in _CERTIFICATES.find(text) if _has_digit(match[0])])


def _found(patterns: tuple[re.Pattern[str], ...], text: str, runs: list[tuple[int, int]]) -> list[str]:
    """Return the first groups of the matches inside the runs, pattern by pattern."""
    return [match[1] for pattern in patterns for run in runs for match in pattern.finditer(text, *run)]


def is_id_number(text: str) -> bool:
    """Return whether `text` is an 18-character identity number with a real birthday and a fitting check character.

    Source: GB 11643-1999 (ISO 7064, MOD 11-2).
    """
    number = text.upper()
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number):
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return born.year >= _FIRST_BIRTH_YEAR and number[17] == _ID_CHECKS[total % 11]


def is_uscc(text: str) -> bool:
    """Return whether `text` is an 18-character unified social credit code whose two check characters fit.

    Source: GB 32100-2015 (weights 3^i mod 31); positions 9–17 are a code of GB 11714.
    """
    code = text.upper()
    if not re.fullmatch(rf"[{_USCC_ALPHABET}]{{18}}", code):
        return False
    total = sum(_USCC_ALPHABET.index(c) * pow(3, i, _USCC_MODULUS) for i, c in enumerate(code[:17]))
    check = _USCC_ALPHABET[(_USCC_MODULUS - total % _USCC_MODULUS) % _USCC_MODULUS]
    return code[17] == check and _is_organisation_code(code[8:17])


def _is_organisation_code(code: str) -> bool:
    """Return whether nine characters are a code of GB 11714-1997; letters count 10–35."""
    total = sum(int(c, 36) * weight for c, weight in zip(code, _CODE_WEIGHTS, strict=False))
    rest = (_CODE_MODULUS - total % _CODE_MODULUS) % _CODE_MODULUS
    return code[8] == ("X" if rest == 10 else str(rest))


def _once(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _has_digit(text: str) -> bool:
    return any(c.isdigit() for c in text)
