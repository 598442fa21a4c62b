"""Hide what names a person in a text: telephones, identity numbers, bank cards, plates, chat accounts, a known name.

Every hidden character is replaced one for one, so that places in the text stay what they were. Unlike `identifiers`,
which reports what is certainly a number of its kind, this hides what may be one: a wrong check digit is a slip, not a
pass. Not covered: addresses, and names nobody told us.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

STAR: Final = "*"

_WIDE: Final = {ord("０") + n: str(n) for n in range(10)} | {
    ord("Ａ") + n: chr(ord("A") + n) for n in range(26)
}
_SPOKEN: Final = _WIDE | dict(zip(map(ord, "零〇○一幺二三四五六七八九"), "0001123456789", strict=True))
"""One character for one: full-width ones, and digits as they are written out."""

_GAP: Final = r"[ \-—_.·]{0,2}"
_NO_BADGE: Final = "".join(rf"(?<!{word}号)(?<!{word}号[为是:：])" for word in ("执法证", "[警工]", "文"))
"""An officer's certificate and a document's number are what the complaint is about, and as long as a telephone."""
_PHONE: Final = re.compile(
    rf"{_NO_BADGE}(?:(?<![0-9])|(?<=86))1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}(?![0-9])"
)
_LANDLINE: Final = re.compile(
    rf"(?<![0-9])(?:\(?0(?:10|2[0-9]|[3-9][0-9]{{2}})\)?{_GAP})[2-8][0-9]{{2,3}}{_GAP}[0-9]{{4}}(?![0-9])"
)
_ID: Final = re.compile(
    r"(?<![0-9A-Za-z])[1-6][0-9]{5}(?:(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])[0-9]{3}[0-9Xx]"
    r"|[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])[0-9]{3})(?![0-9A-Za-z])"
)
_CARD: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:62|4|5)[0-9]{2}(?:[ \-]?[0-9]{4}){3}(?:[ \-]?[0-9]{1,3})?(?![0-9A-Za-z])"
)
_PLATE: Final = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使]\s?[A-HJ-NP-Za-hj-np-z][\s·.\-]?"
    r"(?=[A-Za-z]{0,4}[0-9])[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳](?![0-9A-Za-z])"
)
_CHAT: Final = re.compile(
    r"(?:QQ|[Qq]{2}号|微信号?|VX|vx|[Ww]e[Cc]hat)(?:号码?|是|为|[:： ])*([A-Za-z0-9][-_A-Za-z0-9]{4,19})"
)
_DIGIT: Final = re.compile(r"[0-9０-９]|[一幺][三四五六七八九]")
"""Nothing but a name can be hidden where this is not found."""

_PLAIN: Final = ((_PHONE, 3, 0), (_LANDLINE, 3, 0), (_ID, 3, 0), (_CARD, 4, 0), (_PLATE, 2, 1))
"""Pattern; how many characters at its beginning and at its end stay readable, so that people can still talk about it."""


def hide(text: str, names: Iterable[str] = ()) -> str:
    """Return the text, as long as before, with stars over everything that names a person. names: known beforehand."""
    spans = [*_numbers(text), *_known(text, names)]
    if not spans:
        return text
    shown = list(text)
    for start, end in spans:
        for at in range(start, end):
            if not shown[at].isspace():
                shown[at] = STAR
    return "".join(shown)


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    if not _DIGIT.search(text):
        return
    narrow = text.translate(_WIDE)
    for pattern, head, tail in _PLAIN:
        for match in pattern.finditer(narrow):
            yield match.start() + head, match.end() - tail
    for match in _CHAT.finditer(narrow):
        yield match.start(1), match.end(1)
    spoken = text.translate(_SPOKEN)
    if spoken != narrow:
        yield from ((match.start() + 3, match.end()) for match in _PHONE.finditer(spoken))


def _known(text: str, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    for name in names:
        at = text.find(name) if len(name) > 1 else -1
        while at >= 0:
            yield at + 1, at + len(name)  # the family name stays: "张先生" is how people speak of him
            at = text.find(name, at + len(name))
