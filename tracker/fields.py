"""Personal data at rest: sealed per field, found again by a keyed blind index.

The key never enters the database. A sealed value is libsodium secretbox (XSalsa20-Poly1305, random nonce); the blind
index is HMAC-SHA-256 under a key derived from the same secret, so equal phones can be matched and nothing more.
"""

import hashlib
import hmac
from typing import cast

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy.orm import Session

from tracker.errors import Unavailable


class FieldCipher:
    """Seals and opens single fields under FIELD_KEY."""

    def __init__(self, field_key: str) -> None:
        self._box = SecretBox(
            hashlib.blake2b(field_key.encode(), digest_size=32, person=b"field-seal").digest()
        )
        self._index_key = hashlib.blake2b(field_key.encode(), digest_size=32, person=b"field-index").digest()

    def seal(self, clear: str | None) -> bytes | None:
        """Return the sealed value, or None for nothing."""
        return bytes(self._box.encrypt(clear.encode())) if clear else None

    def open(self, sealed: bytes | None) -> str:
        """Return the clear value, "" for nothing; raises Unavailable when the key is not the one it was sealed with."""
        if not sealed:
            return ""
        try:
            return self._box.decrypt(sealed).decode()
        except CryptoError as error:
            raise Unavailable(
                "个人信息无法解密：FIELD_KEY 与写入时不一致，请联系管理员。", code="wrong_key"
            ) from error

    def blind(self, clear: str | None) -> bytes | None:
        """Return 32 bytes equal for equal values (spaces and dashes ignored), or None for nothing."""
        plain = "".join((clear or "").split()).replace("-", "")
        return hmac.new(self._index_key, plain.encode(), hashlib.sha256).digest() if plain else None


def cipher(session: Session) -> FieldCipher:
    """Return the cipher the process was started with."""
    return cast(FieldCipher, session.info["cipher"])
