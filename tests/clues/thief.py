"""What somebody would try who stole a dump: look for words in every dress, and open everything with every key at hand."""

import base64
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.secret import SecretBox

from tracker import streams
from tracker.fields import FieldCipher

_BLOB = re.compile(rb"\\\\x([0-9a-f]{2,})")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,2}")
_LEAST_SEALED = 16
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "gb18030")


def dresses(word: str) -> Iterator[bytes]:
    """Yield every way in which the word could stand in a file."""
    spoken = {word, " ".join(word), "-".join(word)}
    if word.isdigit():
        spoken |= {f"{word[:3]} {word[3:7]} {word[7:]}", f"{word[:3]}-{word[3:7]}-{word[7:]}", word[::-1]}
    for one in spoken:
        for encoding in _ENCODINGS:
            raw = one.encode(encoding)
            yield raw
            yield raw.hex().encode()
            yield raw.hex().upper().encode()
            for before in range(3):  # what stands before a word shifts its base64
                coded = base64.b64encode(b"\0" * before + raw)
                yield coded[-(-before * 4 // 3) : len(coded) - 4 if len(coded) > 12 else None]
        yield quote(one).encode()
        yield json.dumps(one).strip('"').encode()


def found_in(heap: Iterable[bytes], words: Iterable[str]) -> dict[str, bytes]:
    """Return the words that stand somewhere in the heap in any dress, each with the dress."""
    whole = b"\n".join(heap)
    return {
        word: one
        for word in words
        for one in dresses(word)
        if len(one) >= 4 and (one in whole or (one.isascii() and one.lower() in whole))
    }


def blobs(dump: bytes) -> set[bytes]:
    """Return every binary value of a plain dump."""
    return {bytes.fromhex(one.decode()) for one in _BLOB.findall(dump)}


def unpacked(content: bytes) -> Iterator[bytes]:
    """Yield the content, and what is packed, zipped or written as base64 in it."""
    yield content
    if content.startswith(b"PK"):
        with (
            suppress(zipfile.BadZipFile, NotImplementedError),
            zipfile.ZipFile(io.BytesIO(content)) as archive,
        ):
            yield from (archive.read(name) for name in archive.namelist())
    for wbits in (15, 31, -15):
        with suppress(zlib.error):
            yield zlib.decompressobj(wbits).decompress(content)
    for one in _BASE64.findall(content):
        with suppress(ValueError):
            yield base64.b64decode(one + b"=" * (-len(one) % 4), altchars=b"-_" if b"-" in one else None)


@dataclass
class Loot:
    """Blobs and secrets; `open_all` tries the one on the other, and what comes out on the rest, until nothing new opens."""

    blobs: set[bytes]
    secrets: set[str]
    clear: dict[bytes, bytes] = field(default_factory=dict)
    """Blob → what was in it."""

    def open_all(self) -> None:
        tried: set[bytes] = set()
        keys, ciphers = self._keys(self.blobs), [FieldCipher(one) for one in self.secrets]
        while keys - tried or ciphers:
            fresh = keys - tried
            opened = dict(self._with_ciphers(ciphers)) | dict(self._with_keys(fresh))
            tried |= fresh
            self.clear |= opened
            keys |= self._keys(set(opened.values()))
            ciphers = [
                FieldCipher(text) for one in opened.values() if (text := _text(one)) and len(text) >= 32
            ]

    def _keys(self, held: set[bytes]) -> set[bytes]:
        """Return whatever could be 32 bytes of key: made of the secrets, lying about, or written as hex or base64."""
        made = set()
        for secret in self.secrets:
            raw = secret.encode()
            made |= {hashlib.sha256(raw).digest(), hashlib.blake2b(raw, digest_size=32).digest(), raw[:32]}
            for person in (b"field-seal", b"field-index", b"cookie", b"evidence", b"backup-supervisi"):
                made.add(hashlib.blake2b(raw, digest_size=32, person=person).digest())
        for one in held:
            made.add(one)
            with suppress(ValueError):
                made.add(bytes.fromhex(one.decode("ascii", "replace")))
            for word in re.findall(rb"[0-9a-f]{64}", one):
                made.add(bytes.fromhex(word.decode()))
            for word in re.findall(rb"[A-Za-z0-9+/_-]{43}=?", one):
                with suppress(ValueError):
                    made.add(base64.urlsafe_b64decode(word[:43] + b"="))
        return {one for one in made if len(one) == 32}

    def _with_ciphers(self, ciphers: list[FieldCipher]) -> Iterator[tuple[bytes, bytes]]:
        for cipher in ciphers:
            for blob in self.blobs - set(self.clear):
                if len(blob) >= _LEAST_SEALED and cipher.sealed_by(blob):
                    yield blob, cipher.open(blob).encode()

    def _with_keys(self, keys: set[bytes]) -> Iterator[tuple[bytes, bytes]]:
        sealed = [one for one in self.blobs - set(self.clear) if len(one) > 40]
        for key in keys:
            box, sealed_box = SecretBox(key), SealedBox(PrivateKey(key))
            for blob in sealed:
                for way in (box.decrypt, sealed_box.decrypt):
                    with suppress(CryptoError, ValueError, TypeError):
                        yield blob, bytes(way(blob))
                with suppress(streams.BrokenStreamError, ValueError, TypeError):
                    yield blob, next(streams.unseal((blob, b""), key))


def _text(one: bytes) -> str:
    try:
        return one.decode()
    except UnicodeDecodeError:
        return ""
