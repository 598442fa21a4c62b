"""One sealed file of a backup: named members in a row, encrypted as a whole and filled up to a coarse size.

MAGIC, a salt, then libsodium's secretstream in pieces of 1 MiB (`tracker.streams`). Inside are records: a kind, a length,
content. What the members are called, how many there are and how long each is cannot be told from outside, nor whether a
little more or less lies in it than the day before.
"""

import hashlib
import io
import secrets
import struct
from collections.abc import Iterable, Iterator
from typing import IO

from tracker import streams
from tracker.streams import EXTRA, HEADER, PIECE

MAGIC = b"TRKBAK01"
SALT_BYTES = 16
STEP = 16 * PIECE
"""Sizes are multiples of this; of large files the fourth binary digit is rounded up, so at most an eighth is added."""
_NAME, _DATA, _END = b"N", b"D", b"E"
_HEAD = struct.Struct(">cI")
_MOST = 1 << 20


class NotWholeError(Exception):
    """The file is no sealed file of a backup, was changed or cut, or is under another key."""


def padded(n_bytes: int) -> int:
    """Return to how many bytes so many are filled up."""
    step = max(STEP, 1 << max(n_bytes.bit_length() - 4, 0))
    return -(-n_bytes // step) * step


def _key(secret: str, side: str, salt: bytes) -> bytes:
    person = f"backup-{side}".encode()[:16]
    return hashlib.blake2b(secret.encode(), digest_size=32, salt=salt, person=person).digest()


class Writer:
    """Writes members one after the other; holds one piece in memory."""

    def __init__(self, out: IO[bytes], secret: str, side: str) -> None:
        self._out, self._waiting, self._n = out, bytearray(), 0
        self.sha256, self.size = hashlib.sha256(), 0
        salt = secrets.token_bytes(SALT_BYTES)
        self._sealer = streams.Sealer(_key(secret, side, salt))
        self._emit(MAGIC + salt)

    def member(self, name: str, content: Iterable[bytes]) -> None:
        """Write one member; its length need not be known before."""
        self._record(_NAME, name.encode())
        for chunk in content:
            for at in range(0, len(chunk), _MOST):
                self._record(_DATA, chunk[at : at + _MOST])

    def close(self) -> None:
        """Write the end and fill up; nothing may follow."""
        self._record(_END, b"")
        full = padded(self._n)
        while self._n < full:
            self._clear(bytes(min(PIECE, full - self._n)))
        self._emit(self._sealer.push(bytes(self._waiting), last=True))

    def _record(self, kind: bytes, content: bytes) -> None:
        self._clear(_HEAD.pack(kind, len(content)))
        self._clear(content)

    def _clear(self, content: bytes) -> None:
        self._n += len(content)
        self._waiting += content
        while len(self._waiting) > PIECE:  # the last full piece waits, since it may be the last of all
            self._emit(self._sealer.push(bytes(self._waiting[:PIECE]), last=False))
            del self._waiting[:PIECE]

    def _emit(self, sealed: bytes) -> None:
        self._out.write(sealed)
        self.sha256.update(sealed)
        self.size += len(sealed)


def members(file: IO[bytes], secret: str, side: str) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield name and content of each member in order; take each content before the next name.

    Everything yielded is authentic; that nothing is missing at the end is known only when all was taken, so go through
    once before acting on what is found. Raises NotWholeError.
    """
    records = _records(_clear_pieces(file, secret, side))
    ahead = next(records, None)
    while ahead and ahead[0] == _NAME:
        following: list[tuple[bytes, bytes] | None] = []

        def content(until: list[tuple[bytes, bytes] | None] = following) -> Iterator[bytes]:
            for kind, held in records:
                if kind != _DATA:
                    until.append((kind, held))
                    return
                yield held

        chunks = content()
        yield ahead[1].decode(), chunks
        for _ in chunks:  # what the caller did not take
            pass
        ahead = following[0] if following else None
    if ahead is None or ahead[0] != _END:
        raise NotWholeError("its records do not end")


def _clear_pieces(file: IO[bytes], secret: str, side: str) -> Iterator[bytes]:
    head = file.read(len(MAGIC) + SALT_BYTES)
    if len(head) < len(MAGIC) + SALT_BYTES or not head.startswith(MAGIC):
        raise NotWholeError("it does not begin as one")
    sealed = _sealed_pieces(file)
    try:
        yield from streams.unseal(sealed, _key(secret, side, head[len(MAGIC) :]))
    except streams.BrokenStreamError as error:
        raise NotWholeError(str(error)) from error
    except ValueError as error:  # too short for a piece at all
        raise NotWholeError("a piece is cut") from error


def _sealed_pieces(file: IO[bytes]) -> Iterator[bytes]:
    size = HEADER + PIECE + EXTRA
    while piece := file.read(size):
        yield piece
        size = PIECE + EXTRA


def _records(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the records up to and with the end; what fills up the file behind it is taken too, since it is sealed as well."""
    held = bytearray()

    def take(n: int) -> bytes:
        while len(held) < n:
            piece = next(pieces, None)
            if piece is None:
                raise NotWholeError("a record is cut")
            held.extend(piece)
        taken = bytes(held[:n])
        del held[:n]
        return taken

    kind = b""
    while kind != _END:
        kind, length = _HEAD.unpack(take(_HEAD.size))
        if length > _MOST or kind not in {_NAME, _DATA, _END}:
            raise NotWholeError("a record is none")
        content = take(length)
        if kind == _END:
            for _ in pieces:
                pass
        yield kind, content


def chunks(file: io.BufferedIOBase | IO[bytes], size: int = 256 * 1024) -> Iterator[bytes]:
    """Yield the content of an open file, so much at a time."""
    while chunk := file.read(size):
        yield chunk
