"""Files sealed piece by piece, so that a large one never lies in memory whole.

libsodium's secretstream (XChaCha20-Poly1305): a header of 24 bytes, then pieces that each carry 17 bytes of their own and
depend on all before them; the last is marked as the last. A piece that was changed, left out, swapped or put in, and an end
that was cut off, are found out when the file is opened.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator

from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_ABYTES,
    crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    crypto_secretstream_xchacha20poly1305_init_pull,
    crypto_secretstream_xchacha20poly1305_init_push,
    crypto_secretstream_xchacha20poly1305_keygen,
    crypto_secretstream_xchacha20poly1305_pull,
    crypto_secretstream_xchacha20poly1305_push,
    crypto_secretstream_xchacha20poly1305_state,
    crypto_secretstream_xchacha20poly1305_TAG_FINAL,
    crypto_secretstream_xchacha20poly1305_TAG_MESSAGE,
)
from nacl.exceptions import CryptoError

PIECE = 1024 * 1024
"""Bytes of the clear file in one piece; only the last may hold fewer."""
HEADER = int(crypto_secretstream_xchacha20poly1305_HEADERBYTES)
EXTRA = int(crypto_secretstream_xchacha20poly1305_ABYTES)


class BrokenStreamError(Exception):
    """The sealed pieces are not those that were sealed under this key, or their end is missing."""


def new_key() -> bytes:
    """Return 32 random bytes to seal one file under."""
    return crypto_secretstream_xchacha20poly1305_keygen()


def n_pieces(n_bytes: int) -> int:
    """Return in how many pieces a file of so many clear bytes lies."""
    return -(-n_bytes // PIECE)


def sealed_size(n_bytes: int) -> int:
    """Return how many bytes the sealed pieces of a file of so many clear bytes are together."""
    return HEADER + n_bytes + EXTRA * n_pieces(n_bytes)


class Sealer:
    """Seals the pieces of one file in their order; the first sealed piece begins with the header."""

    def __init__(self, key: bytes) -> None:
        self._state = crypto_secretstream_xchacha20poly1305_state()
        self._header = crypto_secretstream_xchacha20poly1305_init_push(self._state, key)

    def push(self, clear: bytes, *, last: bool) -> bytes:
        """Return the piece sealed; after the last one nothing may follow."""
        tag = (
            crypto_secretstream_xchacha20poly1305_TAG_FINAL
            if last
            else crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
        )
        sealed = crypto_secretstream_xchacha20poly1305_push(self._state, clear, None, tag)
        header, self._header = self._header, b""
        return header + sealed


def seal(clear: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """Yield the pieces sealed under the key, one by one; there must be at least one."""
    sealer, waiting = Sealer(key), None
    for piece in clear:
        if waiting is not None:
            yield sealer.push(waiting, last=False)
        waiting = piece
    if waiting is not None:
        yield sealer.push(waiting, last=True)


def unseal(sealed: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """Yield the clear pieces, each proved before it is given out; raises BrokenStreamError at the first that is not.

    The last piece is given out only when it is marked as the last and nothing follows it, so that a file that was cut
    off never ends as if it were whole.
    """
    state, ended, rest = crypto_secretstream_xchacha20poly1305_state(), False, iter(sealed)
    for at, piece in enumerate(rest):
        try:
            body = piece if at else _begin(state, piece, key)
            clear, tag = crypto_secretstream_xchacha20poly1305_pull(state, body, None)
        except CryptoError as error:
            raise BrokenStreamError("a piece was changed, or the key is another one") from error
        ended = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL
        if ended and next(rest, None) is not None:
            raise BrokenStreamError("something follows the last piece")
        yield clear
    if not ended:
        raise BrokenStreamError("the end is missing")


def _begin(state: crypto_secretstream_xchacha20poly1305_state, piece: bytes, key: bytes) -> bytes:
    crypto_secretstream_xchacha20poly1305_init_pull(state, piece[:HEADER], key)
    return piece[HEADER:]


def in_turn(fetch: Callable[[int], bytes | None]) -> Iterator[bytes]:
    """Yield what `fetch` returns for 0, 1, 2, …, each only when it is asked for, until it returns None."""
    i = 0
    while (piece := fetch(i)) is not None:
        yield piece
        i += 1


def proved(clear: Iterable[bytes], n_bytes: int, sha256: str) -> Iterator[bytes]:
    """Yield the pieces, the last one only after all of them were found to be so many bytes with that SHA-256 (hex).

    Raises BrokenStreamError when they are not.
    """
    counted, size, waiting = hashlib.sha256(), 0, b""
    for piece in clear:
        if waiting:
            yield waiting
        counted.update(piece)
        size, waiting = size + len(piece), piece
    if (size, counted.hexdigest()) != (n_bytes, sha256):
        raise BrokenStreamError("the file is not the one that was listed")
    yield waiting
