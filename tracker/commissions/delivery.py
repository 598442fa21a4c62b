"""All that the sending side may do here: look a commission up, drop a package in, read how far it got.

Written for a database role that can insert a package and cannot read it back; nothing here reads `package` itself.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Text,
    and_,
    column,
    insert,
    select,
    table,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.commissions import receipts
from tracker.commissions.models import (
    SCHEMA,
    Commission,
    CommissionKey,
    Package,
    PackageEvidence,
    PackagePiece,
)
from tracker.commissions.rules import Receipt, Stage, digest

_PROGRESS = table(
    "progress",
    column("number", String),
    column("commission_code", String),
    column("stage", String),
    column("sent_at", DateTime(timezone=True)),
    column("digest", LargeBinary),
    column("signed_at", DateTime(timezone=True)),
    column("signed_by", String),
    column("receipt_hash", LargeBinary),
    column("receipt_signature", LargeBinary),
    column("receipt_generation", Integer),
    column("forwarded_to", String),
    column("released", Text),
    column("released_at", DateTime(timezone=True)),
    schema=SCHEMA,
)


@dataclass(frozen=True)
class Address:
    """A commission as the sending side knows it: public_key of its newest generation, both None until it was set up."""

    code: str
    name: str
    level: str
    public_key: bytes | None
    generation: int | None


@dataclass(frozen=True)
class Progress:
    """Where a package stands and what was let out: receipt and released text, never an opinion."""

    commission_code: str
    stage: Stage
    digest: bytes
    signed_at: datetime | None
    signed_by: str | None
    receipt_hash: bytes | None
    forwarded_to: str | None
    released: str | None
    released_at: datetime | None
    receipt_signature: bytes | None = None
    receipt_generation: int | None = None
    verify_key: bytes | None = None

    def receipt_holds(self, number: str, package_digest: bytes) -> bool:
        """Return whether the receipt was given for exactly what we sent, and signed by the commission if it is signed."""
        if self.signed_at is None or self.signed_by is None:
            return False
        signed_at, signed_by, generation = self.signed_at, self.signed_by, self.receipt_generation
        receipt = Receipt(number, self.commission_code, package_digest, signed_at, signed_by, generation)
        if receipt.hash() != self.receipt_hash:
            return False
        return generation is None or receipts.is_signed(receipt, self.receipt_signature, self.verify_key)


def addresses(session: Session, codes: Iterable[str]) -> dict[str, Address]:
    """Return the commissions of the codes that exist."""
    told = (
        Commission.code,
        Commission.name,
        Commission.level,
        Commission.public_key,
        Commission.generation,
    )
    rows = session.execute(select(*told).where(Commission.code.in_(list(codes))))
    return {row.code: Address(*row) for row in rows}


def can_receive(code: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return the condition that the commission named by the column has keys, so that something can be sealed to it."""
    return code.in_(select(Commission.code).where(Commission.public_key.is_not(None)))


def deliver_file(
    session: Session, *, number: str, commission_code: str, n: int, n_bytes: int, pieces: Iterable[bytes]
) -> bytes:
    """Insert the n-th sealed file piece by piece before its package; return the SHA-256 over its pieces.

    n_bytes: of the clear file.
    """
    key, counted = {"number": number, "commission_code": commission_code, "n": n}, hashlib.sha256()
    # inline: no RETURNING, which would need the right to read
    one = insert(PackagePiece.__table__).inline()  # type: ignore[arg-type]  # a Table at run time
    for i, piece in enumerate(pieces):
        counted.update(piece)
        session.execute(one.values(**key, i=i, content=piece))
    row = {**key, "n_bytes": n_bytes, "sealed_sha256": counted.digest()}
    session.execute(insert(PackageEvidence.__table__).inline().values(row))  # type: ignore[arg-type]
    return counted.digest()


def deliver(
    session: Session,
    *,
    number: str,
    commission_code: str,
    generation: int,
    sender_name: str,
    sent_at: datetime,
    ciphertext: bytes,
    envelope: bytes | None,
    files: Sequence[bytes],
) -> bytes:
    """Insert the sealed package in the caller's transaction; return the digest for the receipt.

    files: what `deliver_file` or `forward_files` returned for those that were delivered before, in order.
    """
    sealed = digest(ciphertext, envelope, files)
    row = {
        "number": number,
        "commission_code": commission_code,
        "generation": generation,
        "sender_name": sender_name,
        "sent_at": sent_at,
        "ciphertext": ciphertext,
        "envelope": envelope,
        "digest": sealed,
        "n_evidence": len(files),
    }
    # inline: no RETURNING, which would need the right to read
    session.execute(insert(Package.__table__).inline().values(row))  # type: ignore[arg-type]  # a Table at run time
    return sealed


def hops(session: Session, number: str) -> list[Progress]:
    """Return the ways of one package from commission to commission, the first first."""
    signed_with = and_(
        CommissionKey.commission_code == _PROGRESS.c.commission_code,
        CommissionKey.generation == _PROGRESS.c.receipt_generation,
    )
    rows = session.execute(
        select(_PROGRESS, CommissionKey.verify_key)
        .outerjoin(CommissionKey, signed_with)
        .where(_PROGRESS.c.number == number)
        .order_by(_PROGRESS.c.sent_at)
    )
    return [
        Progress(
            row.commission_code,
            Stage(row.stage),
            row.digest,
            row.signed_at,
            row.signed_by,
            row.receipt_hash,
            row.forwarded_to,
            row.released,
            row.released_at,
            row.receipt_signature,
            row.receipt_generation,
            row.verify_key,
        )
        for row in rows
    ]


def stages(session: Session, numbers: Iterable[str]) -> dict[str, Stage]:
    """Return the present stage of each package, that of the last commission it was forwarded to."""
    query = (
        select(_PROGRESS.c.number, _PROGRESS.c.stage)
        .where(_PROGRESS.c.number.in_(list(numbers)))
        .order_by(_PROGRESS.c.sent_at)
    )
    return {number: Stage(stage) for number, stage in session.execute(query)}
