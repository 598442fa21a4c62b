"""Find many phrases in a text in one pass, longest first, and tell whether a phrase stands under a negation."""

import re
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Final, Generic, TypeVar

from ahocorasick_rs import AhoCorasick, MatchKind

T = TypeVar("T")

_NEGATION: Final = re.compile(
    r"(?:并非|不是|并不是|没有|并没有|从没有?|从来没有?|从未|绝无|绝没有|不存在|并无|没|未|无|不|别|非|不曾|不会|没发现|未发现)"
    r"(?:任何|什么|收取?|被|有|在|对我们?|向我们?|过|所谓的?|要求|说|是|搞|进行|存在|发生)?$"
)
_BUT_NOT: Final = re.compile(r"(?:不得不|无不|不能不|难道不是?|是不是|有没有|能不能|要不要)$")
_EXPECTS_YES: Final = re.compile(r"(?:是什么|是乱来|又是什么|吗|么)")
_LAST_CLAUSE: Final = re.compile(r".*[,。;!?\n]", re.DOTALL)
_REACH: Final = 8
_GAP: Final = 5
_CLAUSE_END: Final = re.compile(r"[,。;!?\n]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_DENIES: Final = re.compile("[没无未不别非]")


class Matcher(Generic[T]):
    """Phrases with a value each, found leftmost-longest and without overlap; build once, share between threads.

    An Aho-Corasick automaton (Rust) reads the text once, however many phrases there are; offsets are characters.
    A phrase may hold one gap `..` standing for up to five characters of the same clause (收..红包); where a plain phrase
    begins at the same character, the plain one wins.
    """

    def __init__(self, phrases: Iterable[tuple[str, T]], *, overlapping: bool = False) -> None:
        """Index the phrases; the first value given for a phrase stays, an empty phrase is left out.

        overlapping: find every phrase, also inside of others, in order of where they end.
        """
        self._overlapping = overlapping
        values: dict[str, T] = {}
        gapped: dict[str, list[tuple[str, T]]] = {}
        for phrase, value in phrases:
            head, gap, tail = phrase.partition("..")
            if gap:
                gapped.setdefault(head, []).append((tail, value))
            elif phrase:
                values.setdefault(phrase, value)
        self._values = list(values.values())
        self._tails = list(gapped.values())
        kind = MatchKind.Standard if overlapping else MatchKind.LeftmostLongest
        self._plain = AhoCorasick(list(values), matchkind=kind, store_patterns=False)
        self._heads = AhoCorasick(list(gapped), store_patterns=False)

    def find(self, text: str) -> Iterator[tuple[int, int, T]]:
        """Yield (start, end, value) of each phrase in order."""
        try:
            found = self._plain.find_matches_as_indexes(text, overlapping=self._overlapping)
        except UnicodeEncodeError:
            text = _SURROGATE.sub("\ufffd", text)  # a lone surrogate is no text for an automaton
            found = self._plain.find_matches_as_indexes(text, overlapping=self._overlapping)
        values = self._values
        plain = [(start, end, values[number]) for number, start, end in found]
        gapped = self._with_gaps(text) if self._tails else None
        return iter(_first_come(plain, gapped) if gapped else plain)

    def _with_gaps(self, text: str) -> list[tuple[int, int, T]]:
        """Return the gapped phrases, overlapping as they may; of one head the first that fits."""
        found = []
        for number, start, after in self._heads.find_matches_as_indexes(text, overlapping=True):
            for tail, value in self._tails[number]:
                at = text.find(tail, after, after + _GAP + len(tail))
                if at >= 0 and not _CLAUSE_END.search(text, after, at):
                    found.append((start, at + len(tail), value))
                    break
        return found


def _first_come(
    plain: list[tuple[int, int, T]], gapped: list[tuple[int, int, T]]
) -> list[tuple[int, int, T]]:
    """Return both kinds in order without overlap; at one character the plain phrase stays."""
    kept: list[tuple[int, int, T]] = []
    position = 0
    for hit in sorted([*plain, *gapped], key=itemgetter(0)):  # stable: plain ones come first
        if hit[0] >= position:
            kept.append(hit)
            position = hit[1]
    return kept


def is_negated(text: str, start: int, end: int) -> bool:
    """Return whether the phrase at `text[start:end]` is denied by the words just before it.

    没有收红包, 并不是乱罚款 are denials; 不得不, 是不是, questions that expect a yes (这不是乱收费吗) and phrases that
    themselves begin with the negation are not.
    """
    before = text[max(0, start - _REACH) : start]
    if not _DENIES.search(before):
        return False
    before = _LAST_CLAUSE.sub("", before)
    if not _NEGATION.search(before) or _BUT_NOT.search(before):
        return False
    return not ("不是" in before and _EXPECTS_YES.match(text, end))
