"""Secrets of accounts: password hashes, tokens, session secrets, one-time codes."""

import hashlib
import hmac
import secrets
from datetime import datetime
from functools import cache

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

TOKEN_PREFIX = "trk_"  # noqa: S105  # lets scanners of leaked secrets recognise ours
_STEP_SECONDS = 30
_PLAIN = "23456789abcdefghjkmnpqrstuvwxyz"
_BASE32 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

_hasher = PasswordHasher(time_cost=2, memory_cost=47104, parallelism=1)
"""Argon2id, 46 MiB and 2 passes, one lane: twice the work of either set OWASP names as the least; some 0.1 s of a core."""


def hash_password(password: str) -> str:
    """Return the Argon2id hash with its parameters and salt."""
    return _hasher.hash(_bytes(password))


def password_matches(password: str, password_hash: str) -> bool:
    """Return whether the password belongs to the hash."""
    try:
        return _hasher.verify(password_hash, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Return whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def nobodys_hash() -> str:
    """Return a hash that no password fits; checking against it takes as long as against a real one."""
    return hash_password(secrets.token_urlsafe(32))


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def new_password() -> str:
    """Return a random password of 16 characters."""
    return secrets.token_urlsafe(12)


def new_secret() -> str:
    """Return a random secret of 256 bits for a cookie."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """Return a random API token of 256 bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Return the SHA-256 of a secret; enough for random ones, which nobody can guess."""
    return hashlib.sha256(_bytes(secret)).digest()


def new_totp() -> str:
    """Return a random base32 secret for one-time codes (RFC 6238)."""
    return pyotp.random_base32()


def is_totp(secret: str) -> bool:
    """Return whether the text could be one of our secrets for one-time codes; it travels through a form."""
    return len(secret) == 32 and set(secret) <= _BASE32


def totp_address(secret: str, name: str) -> str:
    """Return the otpauth:// address that authenticator apps take."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="行政执法监督工单")


def totp_picture(secret: str, name: str) -> str:
    """Return the address as a QR code, an <svg> without styles or scripts, for an app on a telephone."""
    code = segno.make(totp_address(secret, name), error="m", micro=False)
    return str(code.svg_inline(scale=4, border=4, light="#fff", title="动态口令二维码"))


def new_recovery_code() -> str:
    """Return a random code of 80 bits in four groups, without letters that are easily misread."""
    return "-".join("".join(secrets.choice(_PLAIN) for _ in range(4)) for _ in range(4))


def plain_recovery_code(typed: str) -> str:
    """Return a recovery code as it was shown, whatever blanks, dashes and capitals it was typed with; "" for others."""
    kept = [letter for letter in typed.lower() if letter.isalnum()]
    if len(kept) != 16 or not set(kept) <= set(_PLAIN):
        return ""
    return "-".join("".join(kept[at : at + 4]) for at in range(0, 16, 4))


def totp_now(secret: str, now: datetime) -> tuple[str, int]:
    """Return the code of this moment and for how many more seconds it is the one shown."""
    left = _STEP_SECONDS - int(now.timestamp()) % _STEP_SECONDS
    return pyotp.TOTP(secret).at(now), left


def totp_step(secret: str, code: str, now: datetime, after: int | None) -> int | None:
    """Return the 30-second step the code belongs to, or None.

    One step early or late is taken for a clock that is off; steps up to `after` were used already.
    """
    typed = "".join(code.split())
    step = int(now.timestamp()) // _STEP_SECONDS
    for candidate in (step, step - 1, step + 1):
        expected = pyotp.TOTP(secret).at(candidate * _STEP_SECONDS)
        if hmac.compare_digest(expected.encode(), _bytes(typed)) and candidate > (after or 0):
            return candidate
    return None
