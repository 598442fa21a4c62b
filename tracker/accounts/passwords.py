"""Whether a password is one of those that are guessed first: a shipped list, and habits that no list could hold."""

import re
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path

_LIST = Path(__file__).parent / "data" / "common_passwords.txt"
_TAIL_MAX = 10
"""Figures and signs around a common word add little up to here."""
_BLOCK_MAX = 6
_DIGITS_MIN = 16
"""Shorter passwords of figures alone are telephone, QQ or bank numbers."""
_LETTERS = str.maketrans("01345@7$!", "oieasatsi")
_OTHER_LETTERS = str.maketrans("1!", "ll")
_ID_NO = re.compile(r"\d{17}[\dx]")
_BIRTHDAY = re.compile(
    r"[a-z]{0,8}[._@-]?(19[3-9]\d|20[0-4]\d)[._-]?(0[1-9]|1[0-2])[._-]?(0[1-9]|[12]\d|3[01])[!@#._a-z-]{0,4}"
)
_AROUND = re.compile(r"^[\d\W_]*|[\d\W_]*$")


def weakness(password: str) -> str | None:
    """Return why the password would be guessed among the first, as a sentence, or None."""
    plain = unicodedata.normalize("NFKC", password).lower()
    if len(set(plain)) < 4 or _is_run(plain) or _is_block(plain):
        return "密码过于简单，请不要使用重复或连续的字符。"
    if (
        _BIRTHDAY.fullmatch(plain)
        or _ID_NO.fullmatch(plain)
        or (plain.isdigit() and len(plain) < _DIGITS_MIN)
    ):
        return "密码不能只由生日、电话、证件号等数字组成，请改用几个词组成的一句话。"
    if _is_common(plain):
        return "这个密码太常见，容易被猜中，请改用几个词组成的一句话。"
    return None


def _is_run(password: str) -> bool:
    steps = {ord(right) - ord(left) for left, right in pairwise(password)}
    return steps in ({1}, {-1})


def _is_block(password: str) -> bool:
    """Return whether the password is one short piece over and over, its last copy perhaps cut."""
    return any(
        password == (password[:length] * len(password))[: len(password)]
        for length in range(1, min(_BLOCK_MAX, len(password) // 2) + 1)
    )


def _is_common(password: str) -> bool:
    bare = _AROUND.sub("", password)
    if len(bare) <= 2 and len(password) - len(bare) <= _TAIL_MAX + 1:
        return True
    return any(reading in _words() for reading in _readings(password))


def _readings(password: str) -> set[str]:
    """Return what the password says without figures and signs around it, and with those inside read as letters."""
    bare = _AROUND.sub("", password)
    if len(password) - len(bare) > _TAIL_MAX:
        bare = password
    said = {password, bare, password.rstrip("!@#$%^&*.。！_-")}
    for one in tuple(said):
        said |= {one.translate(_LETTERS), one.translate(_OTHER_LETTERS).translate(_LETTERS)}
    return said | {re.sub(r"[\s._-]", "", one) for one in said}


@cache
def _words() -> frozenset[str]:
    lines = (line.partition("#")[0] for line in _LIST.read_text("utf-8").splitlines())
    return frozenset(word for line in lines for word in line.split())
