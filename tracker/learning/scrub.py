"""Take personal data out of a text before it is kept to learn from; pure.

Numbers become a word in brackets, so that the sentence still reads; known names go wherever they stand. Strangers' names
in the text are not recognised: training material stays inside the system like the ticket it comes from.
"""

import re
from collections.abc import Iterable
from typing import Final

from classifiers.clean import clean

_NUMBERS: Final = (
    (re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{9}[\dXx](?![0-9A-Za-z])"), "[证件号]"),
    (re.compile(r"(?<![0-9A-Za-z])(?=[0-9A-Z]*\d)[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Za-z])"), "[信用代码]"),
    (re.compile(r"(?<![\dA-Za-z])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "[电话]"),
    (re.compile(r"(?<![\dA-Za-z])0(?:10|2\d|[3-9]\d{2})[- ]?[2-9]\d{6,7}(?!\d)"), "[电话]"),
    (
        re.compile(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\s?[A-HJ-NP-Z][\s·.\-]?"
            r"(?=[A-HJ-NP-Z0-9挂学警港澳]*\d)[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![0-9A-Za-z])"
        ),
        "[车牌]",
    ),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII), "[邮箱]"),
    (re.compile(r"(?<![0-9A-Za-z])\d{7,}[A-Za-z]?(?![0-9A-Za-z])"), "[号码]"),
    (re.compile(r"(证件?编?号码?[为是:：\s]{0,3})((?:粤|[A-Z])?[A-Z]*\d[A-Z0-9\-]{3,19})"), r"\1[号码]"),
)
_SHORTEST_NAME: Final = 2


def scrub(text: str, names: Iterable[str] = ()) -> str:
    """Return the cleaned text without telephones, identity, licence and plate numbers and without the given names."""
    found = clean(text)
    for pattern, word in _NUMBERS:
        found = pattern.sub(word, found)
    for name in sorted({clean(one) for one in names}, key=len, reverse=True):
        if len(name) >= _SHORTEST_NAME:
            found = found.replace(name, "[姓名]")
    return found
