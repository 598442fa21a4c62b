"""每日锚: one small file a day that holds the heads of all chains, to be kept where the database cannot reach.

A chain proves its middle; only something outside the database proves its end. Copied to paper, to another office or to
write-once storage each day, the files show any later cut, and each names the one before by its SHA-256.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.audit import sealing
from tracker.audit.models import AuditEntry, ReadSeal

FOLDER = "anchors"


def folder(home: Path) -> Path:
    """Return where the anchors of this installation lie."""
    return home / FOLDER


def last(home: Path) -> dict[str, Any] | None:
    """Return the newest anchor, or None when none was written yet."""
    files = sorted(folder(home).glob("????-??-??.json"))
    return _read(files[-1]) if files else None


def write(home: Path, day: date, heads: Mapping[str, Any]) -> Path | None:
    """Write the anchor of that day and return its path; None when it stands already, since an anchor is never rewritten."""
    folder(home).mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder(home) / f"{day.isoformat()}.json"
    if path.exists():
        return None
    earlier = sorted(folder(home).glob("????-??-??.json"))
    before = hashlib.sha256(earlier[-1].read_bytes()).hexdigest() if earlier else None
    text = json.dumps({"day": day.isoformat(), "previous": before, **heads}, ensure_ascii=False, indent=1)
    draft = folder(home) / f"{path.stem}.{uuid4().hex}.draft"
    draft.write_text(text + "\n", "utf-8")
    draft.chmod(0o400)
    try:
        path.hardlink_to(draft)  # two workers at once: the second finds it standing
    except FileExistsError:
        return None
    finally:
        draft.unlink(missing_ok=True)
    return path


def heads(session: Session) -> dict[str, Any]:
    """Return the heads of the audit log and of the seals over the readings, as an anchor keeps them."""
    entry = session.execute(
        select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    ).first()
    n, seal_hash = sealing.head(session)
    return {
        "audit": {"id": entry.id, "hash": entry.hash.hex()} if entry else None,
        "readings": {"seal": n, "hash": seal_hash.hex()} if n else None,
    }


def all_of(home: Path) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Yield each anchor, oldest first, and a sentence when it does not name the one before it."""
    before: str | None = None
    for path in sorted(folder(home).glob("????-??-??.json")):
        found = _read(path)
        told = None if found.get("previous") == before else f"锚 {path.stem}：之前的锚缺失或被改动"
        yield found, told
        before = hashlib.sha256(path.read_bytes()).hexdigest()


def broken(session: Session, home: Path) -> Iterator[str]:
    """Yield one sentence for each anchor whose audit entry or seal is gone or another one by now."""
    for anchor, told in all_of(home):
        if told:
            yield told
        entry, seal = anchor.get("audit"), anchor.get("readings")
        if entry and _hash(session, AuditEntry.hash, AuditEntry.id == entry["id"]) != entry["hash"]:
            yield f"锚 {anchor['day']}：当日最后一条审计记录已缺失或被改动"
        if seal and _hash(session, ReadSeal.hash, ReadSeal.n == seal["seal"]) != seal["hash"]:
            yield f"锚 {anchor['day']}：当日最后一个查阅封存已缺失或被改动"


def _hash(session: Session, column: Any, where: Any) -> str | None:
    found = session.scalar(select(column).where(where))
    return found.hex() if found else None


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"day": path.stem}
