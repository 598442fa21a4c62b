"""Large files that never lie in memory whole: made piece by piece, sent as a form, and hashed as they come back."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from typing import Any

MB = 1024 * 1024
BOUNDARY = "----made-for-this-test"


def film(n_bytes: int, seed: int = 1) -> Iterator[bytes]:
    """Yield a film of that size that cannot be compressed, the same for the same seed."""
    head, left, n = b"\0\0\0\x18ftypmp42", n_bytes, 0
    while left > 0:
        block = (head if n == 0 else b"") + hashlib.shake_128(f"{seed} {n}".encode()).digest(MB)
        piece = block[: min(left, MB)]
        yield piece
        left, n = left - len(piece), n + 1


def sha256_of(pieces: Iterator[bytes]) -> tuple[int, str]:
    """Return how many bytes they are and their SHA-256 in hex."""
    counted, size = hashlib.sha256(), 0
    for piece in pieces:
        counted.update(piece)
        size += len(piece)
    return size, counted.hexdigest()


class Form(io.RawIOBase):
    """The body of a form with files, read as it is sent. files: name → (size, seed)."""

    def __init__(self, fields: Mapping[str, Any], files: Mapping[str, tuple[int, int]]) -> None:
        super().__init__()
        self.n_read = 0
        texts = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        heads = {
            name: (
                f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="evidence"; filename="{name}"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n"
            ).encode()
            for name in files
        }
        end = f"--{BOUNDARY}--\r\n".encode()
        self.length = len(texts.encode()) + len(end)
        self.length += sum(len(heads[name]) + size + 2 for name, (size, _) in files.items())
        self.content_type = f"multipart/form-data; boundary={BOUNDARY}"

        def parts() -> Iterator[bytes]:
            yield texts.encode()
            for name, (size, seed) in files.items():
                yield heads[name]
                yield from film(size, seed)
                yield b"\r\n"
            yield end

        self._parts, self._left = parts(), memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            self._left = memoryview(next(self._parts, b""))
        n = min(len(buffer), len(self._left))
        buffer[:n], self._left = self._left[:n], self._left[n:]
        self.n_read += n
        return n
