"""A member's private key: at rest under his password, at work under the secret of his browser or program.

The password is the passphrase, one thing to remember; that it opens the key is the proof of it, so nobody who holds the
tables has anything cheaper to guess against. A process holds the opened key for the length of one request.
"""

import hashlib
from dataclasses import dataclass
from functools import cache

from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey
from nacl.secret import SecretBox
from nacl.utils import random
from sqlalchemy.orm import Session

from tracker.errors import Conflict

OPS, MEM = 3, pwhash.argon2id.MEMLIMIT_INTERACTIVE
"""Argon2id with 3 passes over 64 MiB, one lane.

RFC 9106 (section 4) names 3 passes over 64 MiB as its second recommended choice; OWASP's password storage cheat sheet asks
for 46 MiB with one pass or 19 MiB with two at the least; libsodium's INTERACTIVE is 2 passes over 64 MiB. Its MODERATE
(3 over 256 MiB) would let four sign-ins at once take a gigabyte of the desk's process. Some 0.2 s of a core.
"""
_HELD = "member_key"


@dataclass(frozen=True)
class Wrapped:
    """A private key under a passphrase: salt, passes, bytes of memory, and the secretbox."""

    salt: bytes
    ops: int
    mem: int
    box: bytes


@dataclass(frozen=True)
class Held:
    """The opened key of whoever sends the present request."""

    liaison_id: int
    private: PrivateKey


def wrap(private: PrivateKey, passphrase: str) -> Wrapped:
    """Return the key under the passphrase, with a fresh salt and today's cost."""
    return wrap_at(private, passphrase, ops=OPS, mem=MEM)


def wrap_at(private: PrivateKey, passphrase: str, *, ops: int, mem: int) -> Wrapped:
    """Return the key under the passphrase at a cost of its own; ops: passes, mem: bytes."""
    salt = random(pwhash.argon2id.SALTBYTES)
    return Wrapped(salt, ops, mem, bytes(_box(passphrase, salt, ops, mem).encrypt(bytes(private))))


def unwrap(wrapped: Wrapped | None, passphrase: str) -> PrivateKey | None:
    """Return the key, None for a wrong passphrase; where there is no key, None after the same work."""
    there = wrapped or _nobodys()
    try:
        clear = _box(passphrase, there.salt, there.ops, there.mem).decrypt(there.box)
    except CryptoError:
        return None
    return PrivateKey(clear) if wrapped else None


def _box(passphrase: str, salt: bytes, ops: int, mem: int) -> SecretBox:
    typed = passphrase.encode("utf-8", "surrogatepass")
    return SecretBox(pwhash.argon2id.kdf(SecretBox.KEY_SIZE, typed, salt, opslimit=ops, memlimit=mem))


@cache
def _nobodys() -> Wrapped:
    return Wrapped(random(pwhash.argon2id.SALTBYTES), OPS, MEM, random(72))


def is_of_today(wrapped: Wrapped) -> bool:
    """Return whether the key was wrapped at today's cost."""
    return (wrapped.ops, wrapped.mem) == (OPS, MEM)


def under_secret(private: PrivateKey, secret: str) -> bytes:
    """Return the key under a random secret of 256 bits, of which the tables hold but the SHA-256."""
    return bytes(_secret_box(secret).encrypt(bytes(private)))


def from_secret(sealed: bytes | None, secret: str) -> PrivateKey | None:
    """Return the key that lies under the secret, None when there is none or it was changed."""
    try:
        return PrivateKey(_secret_box(secret).decrypt(sealed)) if sealed else None
    except CryptoError:
        return None


def _secret_box(secret: str) -> SecretBox:
    # keyed by the secret itself, which nobody can guess, so no costly function is needed
    return SecretBox(hashlib.blake2b(secret.encode(), digest_size=32, person=b"member-key").digest())


def hold(session: Session, liaison_id: int, private: PrivateKey) -> None:
    """Let everything in this unit of work open what the liaison may open."""
    session.info[_HELD] = Held(liaison_id, private)


def held(session: Session) -> Held:
    """Return the opened key of this unit of work; raises Conflict when nobody unlocked one."""
    found = session.info.get(_HELD)
    if not isinstance(found, Held):
        raise Conflict("您的密钥没有解开，请退出后重新登录；接口请使用新生成的令牌。", code="key_locked")
    return found
