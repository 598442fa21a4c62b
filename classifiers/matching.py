"""Find many phrases in a text in one pass, longest first, and tell whether a phrase stands under a negation."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, Generic, TypeVar

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


class Matcher(Generic[T]):
    """Phrases with a value each, found leftmost-longest and without overlap.

    A dictionary lookup per possible length at each position whose character starts a phrase: for tens of thousands of
    short phrases this is as quick in Python as an Aho-Corasick automaton and needs no building of states.
    A phrase may hold one gap `..` standing for up to five characters of the same clause (收..红包).
    """

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        """Index the phrases; the first value given for a phrase stays."""
        self._values: dict[str, T] = {}
        self._lengths: dict[str, list[int]] = {}
        self._gapped: dict[str, list[tuple[str, str, T]]] = {}
        for phrase, value in phrases:
            head, gap, tail = phrase.partition("..")
            if gap:
                self._gapped.setdefault(head[0], []).append((head, tail, value))
            elif phrase not in self._values:
                self._values[phrase] = value
                lengths = self._lengths.setdefault(phrase[0], [])
                if len(phrase) not in lengths:
                    lengths.append(len(phrase))
        for lengths in self._lengths.values():
            lengths.sort(reverse=True)
        self._starts = frozenset(self._lengths) | frozenset(self._gapped)

    def find(self, text: str) -> Iterator[tuple[int, int, T]]:
        """Yield (start, end, value) of each phrase in order."""
        position, n, starts = 0, len(text), self._starts
        while position < n:
            if text[position] not in starts:
                position += 1
                continue
            hit = self._at(text, position)
            if hit is None:
                position += 1
            else:
                yield position, hit[0], hit[1]
                position = hit[0]

    def _at(self, text: str, position: int) -> tuple[int, T] | None:
        first = text[position]
        for length in self._lengths.get(first, ()):
            piece = text[position : position + length]
            if piece in self._values:
                return position + len(piece), self._values[piece]
        for head, tail, value in self._gapped.get(first, ()):
            if text.startswith(head, position):
                start = text.find(tail, position + len(head), position + len(head) + _GAP + len(tail))
                if start >= 0 and not _CLAUSE_END.search(text, position, start):
                    return start + len(tail), value
        return None


def is_negated(text: str, start: int, end: int) -> bool:
    """Return whether the phrase at `text[start:end]` is denied by the words just before it.

    没有收红包, 并不是乱罚款 are denials; 不得不, 是不是, questions that expect a yes (这不是乱收费吗) and phrases that
    themselves begin with the negation are not.
    """
    before = _LAST_CLAUSE.sub("", text[max(0, start - _REACH) : start])
    if not _NEGATION.search(before) or _BUT_NOT.search(before):
        return False
    return not ("不是" in before and _EXPECTS_YES.match(text, end))
