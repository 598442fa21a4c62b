"""The key file of the discipline process: it seals one-time secrets and notes of the desk, and signs the cookies.

No package opens with it: the keys of a commission are sealed to people (docs/decisions/020-clue-secrecy.md).
"""

import hashlib
from pathlib import Path

from tracker import keyfiles
from tracker.errors import Unavailable

FILE_NAME = "discipline.key"


def key_file(home: Path) -> Path:
    """Return where the key file of a home lies."""
    return home / "secrets" / FILE_NAME


def read(home: Path) -> str:
    """Return the key; raises Unavailable when the file is missing or empty."""
    try:
        key = key_file(home).read_text().strip()
    except OSError as error:
        raise Unavailable(
            f"读不到纪检端密钥文件 {key_file(home)}，请先运行 tracker seed，或从备份恢复该文件。",
            code="no_key_file",
        ) from error
    if not key:
        raise Unavailable(f"纪检端密钥文件 {key_file(home)} 是空的，请从备份恢复。", code="no_key_file")
    return key


def ensure(home: Path) -> str:
    """Return the key, made on the first call in a file only its owner may read."""
    keyfiles.ensure(key_file(home))
    return read(home)


def ring(home: Path) -> list[str]:
    """Return the key and those it replaced, the newest first; raises Unavailable when the file is missing or empty."""
    return [read(home), *keyfiles.older(key_file(home))]


def session_key(key: str) -> str:
    """Return the secret the discipline process signs its cookies with; the supervision side does not know it."""
    return hashlib.blake2b(key.encode(), digest_size=32, person=b"cookie").hexdigest()
