"""Personal data at rest: sealed per field under a ring of keys, found again by a keyed blind index.

No key ever enters the database. A sealed value is `FORM`, the id of its key (4 bytes) and a libsodium secretbox
(XSalsa20-Poly1305, random nonce); values of old begin with the secretbox and are tried under every key of the ring. The
blind index is HMAC-SHA-256 under a key derived from the same secret, so equal phones can be matched and nothing more.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from typing import cast

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy.orm import Session

from tracker.errors import Unavailable

FORM = b"\x01"
"""First byte of every value that says which key it is under."""
ID_BYTES = 4
PREFIX_BYTES = len(FORM) + ID_BYTES


def key_id(field_key: str) -> bytes:
    """Return the short name of a key, 4 bytes of its BLAKE2b; it tells keys apart and nothing about them."""
    return hashlib.blake2b(field_key.encode(), digest_size=ID_BYTES, person=b"field-key-id").digest()


class _Key:
    def __init__(self, field_key: str) -> None:
        secret = field_key.encode()
        self.id = key_id(field_key)
        self.box = SecretBox(hashlib.blake2b(secret, digest_size=32, person=b"field-seal").digest())
        self.index = hashlib.blake2b(secret, digest_size=32, person=b"field-index").digest()


class FieldCipher:
    """Seals single fields under the newest key of a ring and opens what any of its keys sealed."""

    def __init__(self, field_key: str, older: Iterable[str] = ()) -> None:
        self._ring = {one.id: one for one in map(_Key, dict.fromkeys((field_key, *older)))}
        self._newest = next(iter(self._ring.values()))

    @property
    def prefix(self) -> bytes:
        """Return the 5 bytes every value sealed under the newest key begins with."""
        return FORM + self._newest.id

    @property
    def prefixes(self) -> tuple[bytes, ...]:
        """Return the same for every key of the ring, the newest first."""
        return tuple(FORM + one for one in self._ring)

    def seal(self, clear: str | None) -> bytes | None:
        """Return the sealed value, or None for nothing."""
        return self.prefix + bytes(self._newest.box.encrypt(clear.encode())) if clear else None

    def open(self, sealed: bytes | None) -> str:
        """Return the clear value, "" for nothing; raises Unavailable when no key of the ring sealed it."""
        if not sealed:
            return ""
        for key, content in self._ways(sealed):
            try:
                return key.box.decrypt(content).decode()
            except CryptoError:
                continue
        # what begins with FORM by chance, once in 256 old values, is told with an id that is none
        told = f"（密钥编号 {sealed[1:PREFIX_BYTES].hex()}）" if sealed.startswith(FORM) else ""
        raise Unavailable(
            f"加密的内容无法解密{told}：FIELD_KEY 和 FIELD_KEY_OLD 中都没有写入时的密钥，或内容已损坏；请管理员找回该密钥。",
            code="wrong_key",
        )

    def sealed_by(self, sealed: bytes) -> bytes | None:
        """Return the id of the key of the ring that opens the value, None when none does."""
        for key, content in self._ways(sealed):
            try:
                key.box.decrypt(content)
            except CryptoError:
                continue
            return key.id
        return None

    def _ways(self, sealed: bytes) -> Iterator[tuple[_Key, bytes]]:
        """Yield the keys to try, with what each would have to open."""
        named = self._ring.get(sealed[len(FORM) : PREFIX_BYTES]) if sealed.startswith(FORM) else None
        if named:
            yield named, sealed[PREFIX_BYTES:]
        yield from ((key, sealed) for key in self._ring.values())

    def blind(self, clear: str | None) -> bytes | None:
        """Return 32 bytes equal for equal values (spaces and dashes ignored) under the newest key, or None for nothing."""
        return next(iter(self.blinds(clear)), None)

    def blind_all(self, clear: Iterable[str]) -> list[bytes]:
        """Return the blind index of each under the newest key, what is empty left out."""
        return [found for one in clear if (found := self.blind(one)) is not None]

    def blinds(self, clear: str | None) -> list[bytes]:
        """Return the blind index under every key of the ring, the newest first: look up by all, write the first.

        Empty for nothing.
        """
        plain = "".join((clear or "").split()).replace("-", "").encode()
        keys = self._ring.values() if plain else ()
        return [hmac.new(one.index, plain, hashlib.sha256).digest() for one in keys]


def cipher(session: Session) -> FieldCipher:
    """Return the cipher the process was started with."""
    return cast(FieldCipher, session.info["cipher"])
