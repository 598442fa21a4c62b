"""Reading at a commission's desk: the list, the sealed summary, the opened package; every reading is logged."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

from nacl.secret import SecretBox
from nacl.utils import random
from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, load_only, undefer

from tracker.commissions import generations, pieces
from tracker.commissions.models import Commission, DeskEntry, Liaison, Package
from tracker.commissions.rules import PASSED_ON, Stage, digest
from tracker.db import Database
from tracker.errors import Conflict, Invalid, NotFound
from tracker.fields import cipher
from tracker.permissions import Actor, Permission, require

_LOCK = 0x6465_736B
_GENESIS = b"\0" * 32
_COVER = (
    *(
        Package.stage,
        Package.sender_name,
        Package.sent_at,
        Package.digest,
        Package.n_evidence,
        Package.due_at,
    ),
    *(Package.signed_at, Package.receipt_hash, Package.disposition, Package.released, Package.forwarded_to),
)
"""What a list shows of a package besides its key."""
NOT_FOUND = "没有找到该线索，或不是移送给本机关的。"


def liaison(session: Session, actor: Actor) -> Liaison:
    """Return the liaison who acts; raises NotAllowed for anybody else."""
    require(actor, Permission.CLUE_RECEIVE)
    found = session.get(Liaison, actor.account_id) if actor.account_id is not None else None
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def packages(
    session: Session,
    actor: Actor,
    *,
    stage: Stage | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[Package]:
    """Return the packages of the own commission, newest first, without their content.

    after: (sent_at, number) of the last row of the page before.
    """
    query = select(Package).where(Package.commission_code == liaison(session, actor).commission_code)
    if stage is not None:
        query = query.where(Package.stage == stage.value)
    if after is not None:
        query = query.where(tuple_(Package.sent_at, Package.number) < tuple_(*after))
    newest = query.order_by(Package.sent_at.desc(), Package.number.desc()).limit(limit)
    return list(session.scalars(newest.options(load_only(*_COVER, raiseload=True))))


def find(session: Session, actor: Actor, number: str, *, lock: bool = False) -> Package:
    """Return the package, content not loaded; raises NotFound when it is not addressed to the own commission.

    A commission to which it was forwarded back holds one row all the same.
    """
    code = liaison(session, actor).commission_code
    query = select(Package).where(Package.number == number, Package.commission_code == code)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def record(
    session: Session, actor: Actor, package: Package, deed: str, *, now: datetime, note: str = ""
) -> DeskEntry:
    """Append one deed or reading to the chained log and return it; readers wait their turn, so it comes last."""
    return enter(session, actor, package.number, package.commission_code, deed, now=now, note=note)


def enter(
    session: Session, actor: Actor, number: str, code: str, deed: str, *, now: datetime, note: str = ""
) -> DeskEntry:
    """Append one line about a package, or about `rules.OWN_AFFAIRS` of the commission of that code, and return it."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    previous = session.scalar(select(DeskEntry.hash).order_by(DeskEntry.id.desc()).limit(1)) or _GENESIS
    key = SecretBox(random(SecretBox.KEY_SIZE))
    entry = DeskEntry(
        at=now,
        number=number,
        commission_code=code,
        liaison_id=actor.account_id,
        liaison_name=actor.name,
        deed=deed,
        note_sealed=bytes(key.encrypt(note.encode())) if note else None,
        note_key_sealed=cipher(session).seal(bytes(key).hex()) if note else None,
        previous_hash=previous,
    )
    entry.hash = entry_hash(entry)
    session.add(entry)
    session.flush()
    return entry


def entry_hash(entry: DeskEntry) -> bytes:
    """Return the SHA-256 over the hash before and every stored fact of the entry."""
    facts = [
        entry.at.astimezone(UTC).isoformat(),
        entry.number,
        entry.commission_code,
        entry.liaison_id,
        entry.liaison_name,
        entry.deed,
        (entry.note_sealed or b"").hex(),
    ]
    line = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(entry.previous_hash + line.encode()).digest()


def entries(session: Session, number: str, code: str) -> list[tuple[DeskEntry, str]]:
    """Return the log of one package, or of `rules.OWN_AFFAIRS`, at a commission with its notes in clear, oldest first."""
    query = select(DeskEntry).where(DeskEntry.number == number, DeskEntry.commission_code == code)
    return [(one, _note(session, one)) for one in session.scalars(query.order_by(DeskEntry.id))]


def _note(session: Session, entry: DeskEntry) -> str:
    if entry.note_key_sealed is None:  # none was left, or it was written before notes had keys of their own
        return cipher(session).open(entry.note_sealed)
    key = SecretBox(bytes.fromhex(cipher(session).open(entry.note_key_sealed)))
    return key.decrypt(entry.note_sealed or b"").decode()


def broken_links(session: Session) -> list[str]:
    """Return one sentence for each entry of the log that was changed, or before which one is missing."""
    problems, previous = [], _GENESIS
    for entry in session.scalars(select(DeskEntry).order_by(DeskEntry.id).execution_options(yield_per=1000)):
        if entry.previous_hash != previous:
            problems.append(f"纪检记录 {entry.id}：之前的记录缺失或次序被改动")
        elif entry_hash(entry) != entry.hash:
            problems.append(f"纪检记录 {entry.id}：内容被改动")
        previous = entry.hash
    return problems


def require_signed(package: Package) -> None:
    """Raise Conflict while the package is still sealed."""
    if Stage(package.stage) is Stage.SENT:
        raise Conflict("请先签收，再拆阅内容。", code="not_signed")


def require_open(package: Package) -> None:
    """Raise Conflict while the package is still sealed, and once the matter was passed on."""
    require_signed(package)
    if Stage(package.stage) in PASSED_ON:
        raise Conflict(
            "该线索已转送或退回，本机关不再拆阅内容；签收回执和办理记录仍可查看。", code="passed_on"
        )


def content(session: Session, package: Package) -> dict[str, Any]:
    """Return the opened package, nothing logged; raises Conflict unless open, Unavailable when it cannot be opened."""
    require_open(package)
    return inside(session, package)


def inside(session: Session, package: Package) -> dict[str, Any]:
    """Return the opened package before it is signed for, which signing alone may look into."""
    box = _sealed(session, package).ciphertext
    return cast(dict[str, Any], json.loads(_open(session, package, box)))


def _open(session: Session, package: Package, box: bytes) -> bytes:
    return generations.open_box(session, package.commission_code, package.generation, box)


def opened(session: Session, actor: Actor, package: Package, *, now: datetime) -> dict[str, Any]:
    """Return the opened package without the keys of its files, and log the reading."""
    found = content(session, package)
    for one in found["evidence"]:
        one.pop("key", None)
    record(session, actor, package, "open", now=now)
    return found


def evidence(
    session: Session, actor: Actor, package: Package, n: int, *, database: Database, now: datetime
) -> tuple[pieces.Listed, Iterator[bytes]]:
    """Return the n-th file as listed and its clear pieces, each proved before it is given out, and log the reading.

    The pieces are read one by one from `database`, in transactions of their own.
    """
    found = pieces.clear(database, package, content(session, package)["evidence"], n)
    record(session, actor, package, "evidence", now=now, note=f"第{n}份")
    return found


def identity(
    session: Session, actor: Actor, package: Package, reason: str, *, now: datetime
) -> dict[str, Any]:
    """Open the second envelope for a reason, which is logged; `envelope.opened` says when two must agree before."""
    reason = identity_reason(session, package, reason)
    clear = json.loads(_open(session, package, _sealed(session, package).envelope or b""))
    record(session, actor, package, "identity", now=now, note=reason)
    return cast(dict[str, Any], clear)


def identity_reason(session: Session, package: Package, reason: str) -> str:
    """Return the reason without blanks around it, where there is an envelope that may be opened for one.

    Raises Conflict unless the package is open, Invalid for a short reason, NotFound for an anonymous complaint.
    """
    require_open(package)
    if len(reason.strip()) < 4:
        raise Invalid("请写明查看理由（至少4个字）。", fields={"reason": ["至少4个字。"]})
    if not has_identity(session, package):
        raise NotFound("该线索没有附诉求人身份信息（匿名）。", code="anonymous")
    return reason.strip()


def own_envelope(session: Session, package: Package) -> bytes | None:
    """Return the second envelope in clear, nothing logged, so that it can be sealed to another commission; None without."""
    envelope = _sealed(session, package).envelope
    return _open(session, package, envelope) if envelope is not None else None


def has_identity(session: Session, package: Package) -> bool:
    """Return whether a second envelope came with the package."""
    query = select(Package.envelope.is_not(None)).where(
        Package.number == package.number, Package.commission_code == package.commission_code
    )
    return bool(session.scalar(query))


def _sealed(session: Session, package: Package) -> Package:
    return session.scalars(
        select(Package)
        .where(Package.number == package.number, Package.commission_code == package.commission_code)
        .options(undefer(Package.ciphertext), undefer(Package.envelope))
        .execution_options(populate_existing=True)
    ).one()


def is_intact(session: Session, package: Package) -> bool:
    """Return whether the sealed parts are those the sender counted into the digest."""
    row = _sealed(session, package)
    return digest(row.ciphertext, row.envelope, pieces.digests(session, package)) == package.digest


def commissions(session: Session, q: str, *, limit: int = 20) -> list[Commission]:
    """Return commissions by code or part of the name, for forwarding."""
    asked = q.strip()
    query = select(Commission).where(
        Commission.name.contains(asked, autoescape=True) | (Commission.code == asked)
    )
    return list(session.scalars(query.order_by(Commission.code).limit(limit)))
