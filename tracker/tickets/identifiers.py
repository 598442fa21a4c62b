"""Identifiers at the door: each check raises a sentence the clerk can act on."""

import re
import unicodedata

from marshmallow import ValidationError

from classifiers.identifiers import is_id_number, is_uscc
from tracker.clock import LOCAL

__all__ = ["LOCAL", "check_id_no", "check_phone", "check_uscc", "is_phone", "plain_phone"]

_PHONE = re.compile(
    r"(?:\+?86[- ]?)?1[3-9]\d{9}|(?:0\d{2,3}[- ]?)?[2-9]\d{6,7}(?:[-转]\d{1,6})?|400[- ]?\d{3}[- ]?\d{4}"
)

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")


def plain_phone(value: str) -> str:
    """Return the number as it is kept and found: half-width, no space; a mobile without +86 and dashes."""
    plain = "".join(unicodedata.normalize("NFKC", value).split())
    mobile = _MOBILE.fullmatch(plain.replace("-", ""))
    return mobile[1] if mobile else plain


def is_phone(value: str) -> bool:
    """Return whether the words are a telephone number of the mainland and nothing else."""
    return _PHONE.fullmatch(plain_phone(value)) is not None


def check_phone(value: str | None) -> None:
    """Refuse what is neither a mobile nor a fixed-line number of the mainland."""
    if value and not _PHONE.fullmatch(value.strip()):
        raise ValidationError("电话号码格式不对：手机号应为11位，固定电话请带区号，如 020-12345678。")


def check_id_no(value: str | None) -> None:
    """Refuse an identity number whose length, date or check digit is wrong (GB 11643)."""
    if value and not is_id_number(value.strip().upper()):
        raise ValidationError("身份证号码不对：应为18位，且末位校验码须相符。")


def check_uscc(value: str | None) -> None:
    """Refuse a social credit code whose characters or check digit are wrong (GB 32100-2015)."""
    if value and not is_uscc(value.strip().upper()):
        raise ValidationError("统一社会信用代码不对：应为18位，且末位校验码须相符。")
