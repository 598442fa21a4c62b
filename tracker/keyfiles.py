"""Keys in files only their owner may read: made once, and replaced so that what the old one sealed still opens."""

import contextlib
import os
import secrets
from pathlib import Path


def ensure(file: Path) -> str:
    """Return the key in the file, made on the first call."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # written whole under another name, then linked: two first starts at once agree on one key
        fresh = _write(file, secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(fresh)
        fresh.unlink()
    return file.read_text().strip()


def older(file: Path) -> list[str]:
    """Return the keys that were in the file before, the latest first, as `renew` set them aside."""
    with contextlib.suppress(FileNotFoundError):
        return aside(file).read_text().splitlines()
    return []


def aside(file: Path) -> Path:
    """Return where the earlier keys of a file lie, one a line."""
    return file.with_name(f"{file.name}_old")


def renew(file: Path) -> None:
    """Put a new key into the file, the present one aside; killed at any moment, no key is lost."""
    present = ensure(file)
    _write(file, "\n".join(dict.fromkeys([present, *older(file)]))).replace(aside(file))
    _write(file, secrets.token_urlsafe(48)).replace(file)


def _write(file: Path, content: str) -> Path:
    """Return a new file beside it that holds the content, safely on disk."""
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    return fresh
