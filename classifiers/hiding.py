"""Hide what names a person in a text: telephones, identity, card, plate, licence and chat numbers, and what is known of him.

Every hidden character is replaced one for one, so that places in the text stay what they were. Unlike `identifiers`,
which reports what is certainly a number of its kind, this hides what may be one: a wrong check digit is a slip, not a
pass. Not covered: addresses and names nobody told us.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
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
_PROVINCE: Final = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
"""The codes identity numbers begin with (GB/T 2260); a ticket's number, which begins with its year, is none."""
_ID: Final = re.compile(
    rf"(?<![0-9A-Za-z]){_PROVINCE}[0-9]{{4}}(?:(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])[0-9]{{3}}[0-9Xx]"
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
_LICENCE: Final = re.compile(r"(?<![0-9A-Za-z])9[123][0-9]{6}[0-9A-Za-z]{10}(?![0-9A-Za-z])")
"""The credit code of a firm or trader (GB 32100: 9 and what kind of firm), which names whoever complained; an authority's
begins with 1 and stays."""
_PERMIT: Final = re.compile(
    r"(?:许可证|经营证|执照|资格证|驾驶证|运输证|残疾证|护照|通行证|登记证|卫生证)(?:编?号码?)?[为是:： ]{0,2}"
    r"(?:[（(]?[\u4e00-\u9fff]{1,6}[)）]?字?第)?(?![0-9]{4}-[0-9]{1,2}-)([A-Za-z0-9][A-Za-z0-9\-]{5,24})"
)
_DIGIT: Final = re.compile(r"[0-9０-９]|[一幺][三四五六七八九]")
"""Nothing but a name can be hidden where this is not found."""

_PLAIN: Final = (
    (_PHONE, 3, 0),
    (_LANDLINE, 3, 0),
    (_ID, 3, 0),
    (_CARD, 4, 0),
    (_PLATE, 2, 1),
    (_LICENCE, 8, 0),
)
"""Pattern; how many characters at its beginning and at its end stay readable, so that people can still talk about it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person beforehand, so that it is hidden in whatever dress it comes.

    numbers: telephone and identity numbers, found however they are spaced. addresses: hidden from the house on, so that
    the place can still be told. wholly: nothing of a name or number stays readable, not even its beginning.
    """

    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    wholly: bool = False


NOBODY: Final = Known()

_UP_TO_THE_ROAD: Final = re.compile(r"^.*(?:省|市|(?<!小)区|县|镇|乡|街道|大道|路|街)")
_LEAST_KNOWN: Final = 4
"""Characters of a house or number below which it is no particular one."""


def hide(text: str, known: Known = NOBODY) -> str:
    """Return the text, as long as before, with stars over everything that names a person."""
    spans = [*_numbers(text), *_known(text, known)]
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
    for pattern in (_CHAT, _PERMIT):
        yield from (match.span(1) for match in pattern.finditer(narrow))
    spoken = text.translate(_SPOKEN)
    if spoken != narrow:
        yield from ((match.start() + 3, match.end()) for match in _PHONE.finditer(spoken))


def _known(text: str, known: Known) -> Iterator[tuple[int, int]]:
    family = 0 if known.wholly else 1  # else the family name stays: "张先生" is how people speak of him
    for name in known.names:
        yield from ((at + family, end) for at, end in _places(text, name) if len(name) > 1)
    for address in known.addresses:
        road = _UP_TO_THE_ROAD.match(address)
        house = address[road.end() :] if road else address
        yield from _places(text, house if len(house) >= _LEAST_KNOWN else address)
    head = 0 if known.wholly else 3
    for number in known.numbers:
        if len(number) < _LEAST_KNOWN:
            continue
        spaced = re.compile(_GAP.join(re.escape(one) for one in number), re.IGNORECASE)
        for dress in (text.translate(_WIDE), text.translate(_SPOKEN)):
            for match in spaced.finditer(dress):
                yield match.start() + head, match.end()


def _places(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        yield at, at + len(wanted)
        at = text.find(wanted, at + len(wanted))
