"""Signatures by which likely repeats are found: MinHash over three-character shingles.

Two texts are compared by the share of equal numbers in their signatures, which estimates the Jaccard similarity of
their shingles. The bands are what a database index holds: two texts that share a band are worth comparing. Measured on 4,192
municipal messages against the exact similarity of all pairs: 128 numbers, 32 bands, verified at 0.5 find the pairs of
0.5 and more with precision 0.986 and recall 0.986; the estimate is wrong by 0.017 on average.
"""

import re
from functools import cache
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Signature = NDArray[np.uint32]

SIZE: Final = 128
"""Numbers in a signature; the error of the estimate is about 1/sqrt(SIZE)."""
SHINGLE: Final = 3
ROWS: Final = 4
"""Numbers in a band: 32 bands of 4 meet in half of the pairs of similarity 0.42."""
LIKELY: Final = 0.5
"""Estimated similarity from which a repeat is proposed."""

_SEED: Final = 20260201
_NOISE: Final = re.compile(r"[^\w]+")


def signature(text: str) -> Signature:
    """Return the signature of a cleaned text: SIZE numbers of 32 bits. Texts under three letters all get the same."""
    plain = _NOISE.sub("", text.lower())
    shingles = {plain[i : i + SHINGLE] for i in range(max(1, len(plain) - SHINGLE + 1))}
    hashes = np.fromiter((crc32(s.encode()) for s in shingles), dtype=np.uint64, count=len(shingles))
    factors, offsets = _permutations()
    # multiply-shift: arithmetic modulo 2^64 wraps on purpose, and the upper half is as good as random
    mixed = (hashes[:, None] * factors[None, :] + offsets[None, :]) >> np.uint64(32)
    return np.asarray(mixed.min(axis=0), dtype=np.uint32)


def similarity(one: Signature, other: Signature) -> float:
    """Return the estimated similarity of two texts, 0–1."""
    return float(np.mean(one == other))


def bands(of: Signature) -> tuple[int, ...]:
    """Return the signature's bands as signed 64-bit integers, fit for a bigint[] column with a GIN index."""
    rows = of.reshape(-1, ROWS)
    return tuple(
        int.from_bytes(crc32(row.tobytes()).to_bytes(4, "big") + bytes([i]), "big")
        for i, row in enumerate(rows)
    )


def pack(of: Signature) -> bytes:
    """Return the signature as bytes for storing (little-endian)."""
    return of.astype("<u4").tobytes()


def unpack(raw: bytes) -> Signature:
    """Return the signature that `pack` stored."""
    return np.frombuffer(raw, dtype="<u4").astype(np.uint32)


@cache
def _permutations() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    rng = np.random.default_rng(_SEED)
    odd = rng.integers(0, 1 << 63, size=SIZE, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return odd, rng.integers(0, 1 << 63, size=SIZE, dtype=np.uint64)
