"""What of a text the linear model sees, as numbers.

Words, neighbouring words, characters, neighbouring characters, the title once more as a field of its own, and where given
the hits of a lexicon (phrases that speak for a label) and of the thesaurus (concepts, whatever words they come in).

A feature is nothing but a slot: a hash of its characters. There is no vocabulary to load or to look through, every step
works on whole arrays, and many texts are read at once: cutting words is what takes the time (docs/classification.md).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from classifiers import words
from classifiers.concepts import Thesaurus
from classifiers.lexicon import CAP, Lexicon

Floats = NDArray[np.float32]
Keys = NDArray[np.uint64]
Places = NDArray[np.int64]

FORMAT: Final = 2
"""Raised whenever a text would yield other features; a model of another format is refused."""

SLOT_BITS: Final = 20
SLOTS: Final = 1 << SLOT_BITS
"""Features share this many slots. With 100,000 features known one in ten unknown ones meets a known one by chance; four
times as many slots changed the cross-validated accuracy by less than 0.001."""

WORDS, CHARACTERS, TITLE, LEXICON, CONCEPTS = range(5)
BLOCK_WEIGHTS: Final = np.array([1.0, 1.0, 1.0, 0.6, 1.0], dtype=np.float32)
"""How much each block counts, in that order. Chosen by cross-validation."""
N_BLOCKS: Final = len(BLOCK_WEIGHTS)
MEASURED: Final = np.array([False, False, False, True, True])
"""Blocks whose values are weights already, not counts of words: no rarity, shortened only when longer than 1."""

MOST_CHARACTERS: Final = 200_000
"""Characters read at once; bounds the arrays to some tens of megabytes."""

_BASE: Final = 0x9E3779B97F4A7C15
_INVERSE: Final = pow(_BASE, -1, 1 << 64)
_MIX: Final = np.uint64(0xFF51AFD7ED558CCD)
_PAIR: Final = np.uint64(0xC4CEB9FE1A85EC53)
_BLANK, _MARK, _LETTER = range(3)


def _kinds() -> NDArray[np.uint8]:
    """Return for each character of the basic plane whether it is blank, a mark, or begins a word."""
    kinds = np.full(1 << 16, _MARK, dtype=np.uint8)
    kinds[[c for c in range(1 << 16) if chr(c).isspace()]] = _BLANK
    for first, last in ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x30, 0x39), (0x61, 0x7A)):
        kinds[first : last + 1] = _LETTER
    return kinds


_KINDS: Final = _kinds()


CONCEPT: Final = 0.15
"""What a concept counts. Chosen by cross-validation: twice as much is worse than none."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known beforehand of the words: phrases that speak for labels, and what means the same."""

    lexicon: Lexicon | None = None
    thesaurus: Thesaurus | None = None

    def __bool__(self) -> bool:
        """Return whether anything is known."""
        return self.lexicon is not None or self.thesaurus is not None


NOTHING: Final = Knowledge()


@dataclass(frozen=True, slots=True)
class Counts:
    """The distinct features of `n` texts: parallel arrays, ordered by text, then block.

    at: text × N_BLOCKS + block. slots: 0 … SLOTS − 1. values: how often a feature occurs, or its weight (MEASURED).
    """

    n: int
    at: Places
    slots: NDArray[np.int32]
    values: Floats

    def of(self, texts: NDArray[np.intp]) -> "Counts":
        """Return the features of some texts, numbered anew in the given order (ascending)."""
        new = np.full(self.n, -1, dtype=np.int64)
        new[texts] = np.arange(len(texts))
        text, block = np.divmod(self.at, N_BLOCKS)
        kept = new[text] >= 0
        return Counts(
            len(texts), new[text[kept]] * N_BLOCKS + block[kept], self.slots[kept], self.values[kept]
        )

    def only(self, blocks: NDArray[np.bool_]) -> "Counts":
        """Return the features of some blocks (N_BLOCKS yes or no)."""
        kept = blocks[self.at % N_BLOCKS]
        return Counts(self.n, self.at[kept], self.slots[kept], self.values[kept])

    def frequencies(self) -> NDArray[np.intp]:
        """Return in how many texts each slot occurs (a title's word counts in its own block)."""
        return np.bincount(self.slots, minlength=SLOTS)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Words of texts by their place in the joined text: start, end (characters), number of the text, hash."""

    start: Places
    end: Places
    text: Places
    key: Keys


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as read. words: (word or two neighbouring words, slot), its title's in both fields."""

    title: str
    text: str
    counts: Counts
    words: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Texts:
    """Texts joined: codes of all characters, where each text begins (and the end), where each title ends, all words."""

    n: int
    pairs: Sequence[tuple[str, str]]
    joined: str
    codes: NDArray[np.uint32]
    limits: Places
    title_ends: Places
    tokens: Tokens


def join(texts: Sequence[tuple[str, str]]) -> tuple[str, list[int]]:
    """Return the titles and texts as one lower-case string and where each text begins in it (and the end)."""
    wholes = [f"{title}\n{text}\n".lower() if title else f"{text}\n".lower() for title, text in texts]
    return "".join(wholes), [0, *accumulate(map(len, wholes))]


def extract(texts: Sequence[tuple[str, str]], knowledge: Knowledge = NOTHING) -> Counts:
    """Return the features of cleaned (title, text) pairs; a title may be empty."""
    parts = [_count(_prepare(chunk), knowledge) for chunk in _chunks(texts)]
    shift = [0, *accumulate(part.n for part in parts)]
    if not parts:
        parts, shift = [_nothing()], [0, 0]
    return Counts(
        shift[-1],
        np.concatenate([part.at + by * N_BLOCKS for part, by in zip(parts, shift, strict=False)]),
        np.concatenate([part.slots for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def read(title: str, text: str, knowledge: Knowledge = NOTHING) -> Reading:
    """Return the features of one cleaned text together with its words, cut only once."""
    one = _prepare([(title, text)])
    return Reading(title, text, _count(one, knowledge), tuple(_named(one)))


def slot_of(name: str) -> int:
    """Return the slot of a leaf of the lexicon (l:…) or a concept (k:…)."""
    return crc32(name.encode()) & (SLOTS - 1)


def _chunks(texts: Sequence[tuple[str, str]]) -> Iterable[Sequence[tuple[str, str]]]:
    start = size = 0
    for i, (title, text) in enumerate(texts):
        if size and size + len(title) + len(text) > MOST_CHARACTERS:
            yield texts[start:i]
            start, size = i, 0
        size += len(title) + len(text)
    if size or start < len(texts):
        yield texts[start:]


def _prepare(texts: Sequence[tuple[str, str]]) -> _Texts:
    joined, starts = join(texts)
    codes, limits = _codes(joined), np.array(starts)
    # Lowering İ makes two characters of one: the title's own length may not be used.
    titles = np.array([len(title.lower()) if title else 0 for title, _ in texts], dtype=np.int64)
    return _Texts(
        len(texts), texts, joined, codes, limits, limits[:-1] + titles, _tokens(joined, codes, limits)
    )


def _count(of: _Texts, knowledge: Knowledge) -> Counts:
    counted = np.concatenate(_word_keys(of) + _character_keys(of))
    counted.sort()
    at = counted >> SLOT_BITS
    first = np.flatnonzero(np.diff(counted, prepend=-1))
    times = np.diff(first, append=len(counted))
    found = Counts(
        of.n,
        at[first],
        (counted[first] & (SLOTS - 1)).astype(np.int32),
        np.log(times).astype(np.float32) + np.float32(1),
    )
    return _with_measured(found, of.pairs, knowledge) if knowledge else found


def _named(one: _Texts) -> Iterator[tuple[str, int]]:
    """Yield the words of a single text and its pairs of words with their slots, field by field."""
    tokens = one.tokens
    for block, kept in ((WORDS, slice(None)), (TITLE, tokens.end <= one.title_ends[0])):
        key, names = (
            tokens.key[kept],
            [
                one.joined[a:b]
                for a, b in zip(tokens.start[kept].tolist(), tokens.end[kept].tolist(), strict=True)
            ],
        )
        yield from zip(names, _slots(key, block).tolist(), strict=True)
        pairs = [f"{a}{b}" for a, b in pairwise(names)]
        yield from zip(pairs, _slots(_paired(key[:-1], key[1:]), block).tolist(), strict=True)


def _nothing() -> Counts:
    return Counts(0, np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))


def _codes(joined: str) -> NDArray[np.uint32]:
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _kind(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    return np.where(codes < len(_KINDS), _KINDS[np.minimum(codes, len(_KINDS) - 1)], _MARK)


def _tokens(joined: str, codes: NDArray[np.uint32], limits: Places) -> Tokens:
    """Return the words of the joined text, hashed by a polynomial of their characters, all at once."""
    pieces = words.pieces(joined)
    end = np.cumsum(np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces)))
    start = np.concatenate([[0], end[:-1]])
    kept = _kind(codes[start]) == _LETTER
    start, end = start[kept], end[kept]
    power, inverse = _powers(len(codes) + 1)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum((codes + np.uint64(1)) * power[: len(codes)])])
    key = _mixed((sums[end] - sums[start]) * inverse[start])
    return Tokens(start, end, np.searchsorted(limits, start, side="right") - 1, key)


_power_tables: dict[str, tuple[Keys, Keys]] = {}


def _powers(n: int) -> tuple[Keys, Keys]:
    """Return the powers of the base and of its inverse (modulo 2^64), at least `n` of each."""
    known = _power_tables.get("it")
    if known is None or len(known[0]) < n:
        size = 1 << math.ceil(math.log2(max(n, 1 << 12)))
        ups = np.concatenate([np.ones(1, np.uint64), np.full(size - 1, _BASE, dtype=np.uint64)])
        downs = np.concatenate([np.ones(1, np.uint64), np.full(size - 1, _INVERSE, dtype=np.uint64)])
        known = _power_tables["it"] = (np.cumprod(ups), np.cumprod(downs))
    return known


def _word_keys(of: _Texts) -> list[Places]:
    tokens, found = of.tokens, []
    title = tokens.end <= of.title_ends[tokens.text]
    for block, kept in ((WORDS, slice(None)), (TITLE, title)):
        key, text = tokens.key[kept], tokens.text[kept]
        together = np.flatnonzero(text[1:] == text[:-1])
        pair = _paired(key[together], key[together + 1])
        found += [_placed(key, text, block), _placed(pair, text[together], block)]
    return found


def _character_keys(of: _Texts) -> list[Places]:
    codes, text = of.codes, np.repeat(np.arange(of.n), np.diff(of.limits))
    seen = _kind(codes) != _BLANK
    key = _mixed((codes + np.uint64(1)) * np.uint64(_BASE) ^ _PAIR)  # a character is no word of one character
    single, double = np.flatnonzero(seen), np.flatnonzero(seen[1:] & seen[:-1])
    pair = _paired(key[double], key[double + 1])
    ends = of.title_ends
    single_in, double_in = single < ends[text[single]], double + 1 < ends[text[double]]
    return [
        _placed(key[single], text[single], CHARACTERS),
        _placed(pair, text[double], CHARACTERS),
        _placed(key[single[single_in]], text[single[single_in]], TITLE),
        _placed(pair[double_in], text[double[double_in]], TITLE),
    ]


def _placed(key: Keys, text: Places, block: int) -> Places:
    """Return text, block and slot in one number, so that sorting brings the same features together."""
    return ((text * N_BLOCKS + block) << SLOT_BITS) | _slots(key, block)


def _slots(key: Keys, block: int) -> Places:
    spread = (key ^ np.uint64(block * 0x632BE59BD9B4E019 & (1 << 64) - 1)) * _MIX
    return (spread >> np.uint64(64 - SLOT_BITS)).astype(np.int64)


def _mixed(key: Keys) -> Keys:
    key = (key ^ (key >> np.uint64(33))) * _MIX
    return key ^ (key >> np.uint64(29))


def _paired(left: Keys, right: Keys) -> Keys:
    return _mixed(left * _PAIR + right)


def _with_measured(found: Counts, texts: Sequence[tuple[str, str]], knowledge: Knowledge) -> Counts:
    rows = [entry for i, (title, text) in enumerate(texts) for entry in _measured(i, title, text, knowledge)]
    at = np.concatenate([found.at, np.array([row[0] for row in rows], dtype=np.int64)])
    slots = np.concatenate([found.slots, np.array([row[1] for row in rows], dtype=np.int32)])
    values = np.concatenate([found.values, np.array([row[2] for row in rows], dtype=np.float32)])
    order = np.argsort(at, kind="stable")
    return Counts(found.n, at[order], slots[order], values[order])


def _measured(i: int, title: str, text: str, knowledge: Knowledge) -> Iterable[tuple[int, int, float]]:
    both = f"{title}\n{text}" if title else text
    if knowledge.lexicon is not None:
        for leaf, weight in knowledge.lexicon.score(both).items():
            # A long text touches every leaf; without the cap it would drown its own words.
            yield i * N_BLOCKS + LEXICON, slot_of(f"l:{leaf}"), weight / CAP
    if knowledge.thesaurus is not None:
        for concept in sorted(knowledge.thesaurus.concepts(both)):
            yield i * N_BLOCKS + CONCEPTS, slot_of(f"k:{concept}"), CONCEPT
