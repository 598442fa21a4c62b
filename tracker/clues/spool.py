"""Where an uploaded file lies between the line and the database: sealed under a key that only this process knows.

Nothing of it stands on disk in clear. While it comes in it is counted, hashed and looked at, so that it need not be read
again for that; what is too large is thrown away and the rest of it not kept.
"""

import codecs
import hashlib
import tempfile
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path
from typing import IO, cast

from tracker import streams
from tracker.clues.kinds import HEAD_BYTES, MAX_BYTES, magic_type

FOLDER = "spool"


class Spool(RawIOBase):
    """One file coming in by `write`; `seek` to its beginning ends it, as the reader of forms does.

    key: under which its pieces are sealed. size: clear bytes. sha256: hex, of the clear bytes.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.key = streams.new_key()
        self.size = 0
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._sealer = streams.Sealer(self.key)
        self._hash = hashlib.sha256()
        self._waiting = bytearray()
        self._head = b""
        self._text = codecs.getincrementaldecoder("utf-8")()
        self._may_be_text = True
        self._ended = False

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of what came in, in hex."""
        return self._hash.hexdigest()

    @property
    def is_too_large(self) -> bool:
        """Return whether more came in than one file may be."""
        return self.size > MAX_BYTES

    @property
    def media_type(self) -> str | None:
        """Return the media type found in the bytes, never believed from the sender; None when it is none we take."""
        return magic_type(self._head) or ("text/plain" if self._may_be_text and self.size else None)

    def writable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True, for the one place that `seek` knows."""
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # bytes are all that comes
        """Take the next bytes; return how many they were."""
        if self._ended:
            raise ValueError("the file has ended")
        self.size += len(data)
        if self.is_too_large:
            self._discard()
            return len(data)
        self._hash.update(data)
        self._look_at(data)
        self._waiting += data
        while len(self._waiting) > streams.PIECE:
            self._seal(last=False)
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """End the file; only its beginning can be sought."""
        if offset or whence:
            raise OSError("a sealed file is read from its beginning")
        if not self._ended and self._waiting:
            self._look_at(b"", last=True)
            self._seal(last=True)
        self._ended = True
        return 0

    def pieces(self) -> Iterator[bytes]:
        """Yield the sealed pieces in their order."""
        if self._file is None:
            return
        self._file.seek(0)
        length = streams.HEADER + streams.PIECE + streams.EXTRA
        while piece := self._file.read(length):
            yield piece
            length = streams.PIECE + streams.EXTRA

    def clear(self) -> Iterator[bytes]:
        """Yield the clear pieces, for a scanner."""
        return streams.unseal(self.pieces(), self.key)

    def close(self) -> None:
        """Give up the file; the system takes its place on disk back, which never had a name."""
        self._discard()
        super().close()

    def _look_at(self, data: bytes, *, last: bool = False) -> None:
        if len(self._head) < HEAD_BYTES:
            self._head += data[: HEAD_BYTES - len(self._head)]
        if not self._may_be_text:
            return
        try:
            self._may_be_text = "\x00" not in self._text.decode(data, final=last)
        except UnicodeDecodeError:
            self._may_be_text = False

    def _seal(self, *, last: bool) -> None:
        if self._file is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = cast(IO[bytes], tempfile.TemporaryFile(dir=self._folder))  # noqa: SIM115  # `close` closes it
        self._file.write(self._sealer.push(bytes(self._waiting[: streams.PIECE]), last=last))
        del self._waiting[: streams.PIECE]

    def _discard(self) -> None:
        self._waiting.clear()
        if self._file is not None:
            self._file.close()
            self._file = None
