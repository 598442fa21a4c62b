"""What a text is grouped by: its words and names, which of them are particular, and none that only say where it is.

A word is ordinary when the sentences written for this project use it: they tell of everything people complain about
and of nothing that exists. What they do not know (丽发, 凉塘路) may be the name of one place, company or affair.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from classifiers.clean import clean
from classifiers.place_names import short_name
from classifiers.rows import own_sentences
from classifiers.words import cut, is_in_dictionary, pieces

TITLE: Final = 2
"""What a word in the title counts for; a title names the place and the matter."""
MARKS: Final = ("!", "#")
"""Before a particular word, and before a name with a particular word in it; other names have "@"."""
LONGEST: Final = 32
"""Characters kept of a word."""

_RUNS: Final = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")
_NAME_ENDS: Final = re.compile(
    "小区|社区|花园|公园|新城|国际|广场|公馆|家园|名邸|山庄|中学|小学|学院|大学|医院|公寓|华庭|商城|公司|集团|大道|号线|街道"
    "|[城园路街镇村苑府湾桥里郡院站厂]"
)
_OF_ONE_PLACE: Final = re.compile(
    "(?:小区|花园|公园|新城|国际|广场|公馆|家园|名邸|山庄|中学|小学|公寓|华庭|商城|公司|集团|大道|号线|[城园路苑府湾])$"
)
"""Endings before which also a word of the dictionary is a name: 望江小区, 金牛公司, but not 院子里."""
_BEFORE: Final = (2, 3)
"""Characters before its ending that are taken for the name; two lengths, so that it need not be known where it begins."""
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]{2,}")

_DIVISIONS: Final = frozenset({"镇", "乡", "街道", "街道办", "县", "区", "市", "省"})
_DIVISION: Final = re.compile(r"..(?:镇|乡|街道|县|区|市)$")
"""Endings of divisions: what stands before them is a place, also where no table names it."""
_LAST: Final = re.compile("[省市区县镇乡道旗州盟]")
_LONGEST_PLACE: Final = 15

Vector = dict[str, float]


@cache
def ordinary() -> frozenset[str]:
    """Return the words of the project's own sentences; cut once per process, in about a second."""
    return words_of(row.text for row in own_sentences())


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the words of the texts."""
    return frozenset(word for text in texts for word in cut(clean(text)))


def spoken(names: Iterable[str]) -> frozenset[str]:
    """Return the names of divisions with their short forms, as `terms` leaves them out."""
    whole = {name for name in names if len(name) > 1}
    return frozenset(whole | {short for name in whole if (short := short_name(name))})


def terms(
    title: str,
    content: str,
    places: frozenset[str] = frozenset(),
    known: frozenset[str] | None = None,
) -> Vector:
    """Return words of two or more characters and names with how often they occur, those of the title doubled.

    Particular ones and names begin with a mark. places: names of divisions, which say nothing of the matter. known:
    the ordinary words, when not those of our own sentences.
    """
    usual = ordinary() if known is None else known
    found: Counter[str] = Counter()
    for text, times in ((clean(title), TITLE), (clean(content), 1)):
        kept = _without(text, places, usual)
        words = [word for word in cut(kept) if len(word) > 1]
        for word in words:
            if word not in places:
                found[_marked(word, usual)] += times
        strange = [word for word in words if _is_a_name(word, usual)]
        for name in _names(kept):
            found["#" + name if _is_particular(name, strange) else "@" + name] += times
    return dict(found)


def _marked(word: str, usual: frozenset[str]) -> str:
    mark = "!" if word not in usual and _CHINESE.fullmatch(word) and not is_in_dictionary(word) else ""
    return mark + word.lower()[:LONGEST]


def _without(text: str, places: frozenset[str], usual: frozenset[str]) -> str:
    """Return the text with a comma for each division named in full, be it in the table or told by its ending."""
    kept: list[str] = []
    for word in pieces(_without_known(text, places)):
        if kept and word in _DIVISIONS and _is_a_name(kept[-1], usual):
            kept[-1] = "，"
        else:
            kept.append("，" if _DIVISION.search(word) and _is_a_name(word, usual) else word)
    return "".join(kept)


def _without_known(text: str, places: frozenset[str]) -> str:
    """Return the text with a comma for each division of the table: cut into words first, 是惠城区 would hide one."""
    kept, at = [], 0
    for end in (found.end() for found in _LAST.finditer(text)):
        starts = range(max(at, end - _LONGEST_PLACE), end - 2)
        begin = next((start for start in starts if text[start:end] in places), None)
        if begin is not None:
            kept += [text[at:begin], "，"]
            at = end
    return "".join([*kept, text[at:]])


def _is_a_name(word: str, usual: frozenset[str]) -> bool:
    return word not in usual and _CHINESE.fullmatch(word) is not None


def _names(text: str) -> Iterator[str]:
    for run in _RUNS.findall(text):
        for end in _NAME_ENDS.finditer(run):
            for before in _BEFORE:
                if end.start() >= before:
                    yield run[end.start() - before : end.end()]


@cache
def _ending(name: str) -> int:
    return max(end.start() for end in _NAME_ENDS.finditer(name) if end.end() == len(name))


def _is_particular(name: str, strange: list[str]) -> bool:
    """Return whether two characters of the name, not both of its ending, are of a strange word of the same text.

    The word is looked at whole: in 决定书里 "定书" is none.
    """
    if not strange or is_in_dictionary(name):
        return False
    is_strong = _OF_ONE_PLACE.search(name) is not None
    within = [word for word in strange if is_strong or not is_in_dictionary(word)]
    return any(name[i : i + 2] in word for i in range(_ending(name)) for word in within)
