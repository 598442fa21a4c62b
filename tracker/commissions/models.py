"""Tables of the receiving side. All of them lie in the schema `discipline`, which has its own database role.

No foreign key leaves the schema, so that it can move to a server of its own.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.columns import Sealed, SealedApart
from tracker.commissions.rules import Stage
from tracker.db import Base

SCHEMA = "discipline"


class Commission(Base):
    """One commission (纪委监委) of a province, city or county.

    code: of its division. generation, public_key: the newest of `CommissionKey`, X25519, 32 bytes; None until it was set
    up, and nothing can be sent then. custodian_key: X25519 public key whose private half lies with the custodians in
    shares. second_person: whether a second envelope is opened only after another liaison agreed.
    """

    __tablename__ = "commission"
    __table_args__ = ({"schema": SCHEMA},)

    code: Mapped[str] = mapped_column(String(9), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    level: Mapped[str] = mapped_column(String(16))
    parent_code: Mapped[str | None] = mapped_column(String(9), index=True)
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    generation: Mapped[int | None] = mapped_column(Integer)
    custodian_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    custodians_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    second_person: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)


class CommissionKey(Base):
    """One generation (密钥代次) of a commission's keys; its secret halves lie in sealed copies alone.

    public_key: X25519, for boxes; verify_key: Ed25519, for receipts. voucher: signature of the generation before over
    this one, None for the first and for one begun anew. custodian_copy: sealed box to the custodians' public key.
    """

    __tablename__ = "commission_key"
    __table_args__ = ({"schema": SCHEMA},)

    commission_code: Mapped[str] = mapped_column(ForeignKey("discipline.commission.code"), primary_key=True)
    generation: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    verify_key: Mapped[bytes] = mapped_column(LargeBinary)
    voucher: Mapped[bytes | None] = mapped_column(LargeBinary)
    custodian_copy: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class KeyCopy(Base):
    """The secret halves of one generation in a sealed box to the public key of one member."""

    __tablename__ = "key_copy"
    __table_args__ = (
        ForeignKeyConstraint(
            ["commission_code", "generation"],
            ["discipline.commission_key.commission_code", "discipline.commission_key.generation"],
        ),
        {"schema": SCHEMA},
    )

    liaison_id: Mapped[int] = mapped_column(ForeignKey("discipline.liaison.id"), primary_key=True)
    commission_code: Mapped[str] = mapped_column(String(9), primary_key=True)
    generation: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    box: Mapped[bytes] = mapped_column(LargeBinary)


class Liaison(Base):
    """One liaison (纪检联络员) of one commission; signs in with password and one-time code.

    What proves the password is that it opens `MemberKey`: there is no hash of it. totp_secret_sealed: sealed under the key
    file of the discipline process. totp_step: the last 30-second step a code was taken from, so that no code works twice.
    temporary_until: set while the password is one that somebody else made; it works until then, to be changed.
    """

    __tablename__ = "liaison"
    __table_args__ = ({"schema": SCHEMA},)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    display_name: Mapped[str] = mapped_column(String(40))
    commission_code: Mapped[str] = mapped_column(ForeignKey("discipline.commission.code"), index=True)
    totp_secret_sealed: Mapped[bytes] = mapped_column(Sealed)
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    temporary_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    left_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    commission: Mapped[Commission] = relationship(lazy="raise")


class MemberKey(Base):
    """The own X25519 pair of a liaison, its private half wrapped under his password.

    wrapped: secretbox under Argon2id of the password with this salt; ops: passes, mem: bytes of memory.
    """

    __tablename__ = "member_key"
    __table_args__ = ({"schema": SCHEMA},)

    liaison_id: Mapped[int] = mapped_column(
        ForeignKey("discipline.liaison.id"), primary_key=True, autoincrement=False
    )
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    ops: Mapped[int] = mapped_column(Integer)
    mem: Mapped[int] = mapped_column(BigInteger)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class LiaisonSession(Base):
    """One signed-in browser of a liaison; the cookie holds the secret, the table its SHA-256.

    member_key: the private key of the liaison under a key made of the secret, so that the table alone opens nothing.
    """

    __tablename__ = "liaison_session"
    __table_args__ = ({"schema": SCHEMA},)

    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("discipline.liaison.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    address: Mapped[str | None] = mapped_column(String(45))
    browser: Mapped[str] = mapped_column(String(200), server_default="", default="")
    member_key: Mapped[bytes | None] = mapped_column(LargeBinary)


class LiaisonRecoveryCode(Base):
    """A code that stands in once for a liaison's one-time code (恢复码); its SHA-256 only."""

    __tablename__ = "liaison_recovery_code"
    __table_args__ = ({"schema": SCHEMA},)

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("discipline.liaison.id"), index=True)


class LiaisonToken(Base):
    """A key for programs of a commission, shown once; the table holds its SHA-256.

    member_key: the private key of the liaison under a key made of the token.
    """

    __tablename__ = "liaison_token"
    __table_args__ = ({"schema": SCHEMA},)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("discipline.liaison.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    id: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    label: Mapped[str] = mapped_column(String(80), server_default="", default="")
    member_key: Mapped[bytes | None] = mapped_column(LargeBinary)


class LiaisonFailure(Base):
    """Failed sign-ins for one name since the last success, whether or not there is such a liaison."""

    __tablename__ = "liaison_failure"
    __table_args__ = ({"schema": SCHEMA},)

    name_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    n_failures: Mapped[int] = mapped_column(Integer)
    failed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Package(Base):
    """One sealed package at one commission; forwarding makes a second row under the same number.

    ciphertext, envelope: libsodium sealed boxes to the commission's public key; the envelope, absent for anonymous
    complaints, holds the complainant's identity alone. generation: of that key; 0 for a pair of before generations, which
    nobody holds any more. digest: SHA-256 over all sealed parts, see `rules.digest`. receipt_signature: Ed25519, by the
    key of receipt_generation.
    released: what the commission lets the sending office read, the reason of a return or the feedback.
    """

    __tablename__ = "package"
    __table_args__ = (
        Index("ix_package_desk", "commission_code", "sent_at", "number"),
        {"schema": SCHEMA},
    )

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    commission_code: Mapped[str] = mapped_column(ForeignKey("discipline.commission.code"), primary_key=True)
    sender_name: Mapped[str] = mapped_column(String(80))
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    envelope: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    generation: Mapped[int] = mapped_column(Integer)
    n_evidence: Mapped[int] = mapped_column(Integer, server_default=text("0"))

    stage: Mapped[Stage] = mapped_column(String(20), server_default=Stage.SENT.value)
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_rule: Mapped[str | None] = mapped_column(String(64))
    signed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    signed_by: Mapped[str | None] = mapped_column(String(40))
    receipt_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    receipt_signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    receipt_generation: Mapped[int | None] = mapped_column(Integer)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    disposition: Mapped[str | None] = mapped_column(String(20))
    disposed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    forwarded_to: Mapped[str | None] = mapped_column(String(9))
    released: Mapped[str | None] = mapped_column(Text)
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    commission: Mapped[Commission] = relationship(lazy="raise")


class PackageEvidence(Base):
    """One sealed file of a package; its key and the hash of its clear content stand inside the sealed package.

    n_bytes: of the clear file. sealed_sha256: over its sealed pieces in order, as counted into the digest; what is signed for
    is counted anew. It is written before its package, whose digest is known only when all files were sealed.
    """

    __tablename__ = "package_evidence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["number", "commission_code"],
            ["discipline.package.number", "discipline.package.commission_code"],
            deferrable=True,
            initially="DEFERRED",
        ),
        {"schema": SCHEMA},
    )

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    commission_code: Mapped[str] = mapped_column(String(9), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    n_bytes: Mapped[int] = mapped_column(BigInteger)
    sealed_sha256: Mapped[bytes] = mapped_column(LargeBinary)


class PackagePiece(Base):
    """The i-th sealed piece of a file of a package, see `tracker.streams`; never changed, never deleted."""

    __tablename__ = "package_piece"
    __table_args__ = (
        ForeignKeyConstraint(
            ["number", "commission_code", "n"],
            [f"discipline.package_evidence.{name}" for name in ("number", "commission_code", "n")],
            deferrable=True,
            initially="DEFERRED",
        ),
        {"schema": SCHEMA},
    )

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    commission_code: Mapped[str] = mapped_column(String(9), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    i: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class EnvelopeRequest(Base):
    """One request to open a second envelope where two must agree; reason_sealed: under the key file of this side."""

    __tablename__ = "envelope_request"
    __table_args__ = (
        ForeignKeyConstraint(
            ["number", "commission_code"], ["discipline.package.number", "discipline.package.commission_code"]
        ),
        Index("ix_envelope_request_package", "number", "commission_code", "id"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    commission_code: Mapped[str] = mapped_column(String(9))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("discipline.liaison.id"), index=True)
    asked_by: Mapped[str] = mapped_column(String(40))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason_sealed: Mapped[bytes] = mapped_column(Sealed)
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("discipline.liaison.id"), index=True)
    agreed_by: Mapped[str | None] = mapped_column(String(40))
    agreed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DeskEntry(Base):
    """One deed or one reading at a commission's desk (办理与查阅记录): append-only, chained by hash.

    number: of a package, or `rules.OWN_AFFAIRS` for what concerns members and keys. liaison_id: None for the custodians.
    deed: sign, accept, …, or open, evidence, identity, receipt for readings. note_sealed: opinion or reason, under a key
    of its own, since the hash covers it and no rotation of keys may change it; what lies under the key file is that key.
    """

    __tablename__ = "desk_entry"
    __table_args__ = (
        Index("ix_desk_entry_package", "number", "commission_code", "id"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    number: Mapped[str] = mapped_column(String(40))
    commission_code: Mapped[str] = mapped_column(String(9))
    liaison_id: Mapped[int | None] = mapped_column(ForeignKey("discipline.liaison.id"), index=True)
    liaison_name: Mapped[str] = mapped_column(String(40))
    deed: Mapped[str] = mapped_column(String(20))
    note_sealed: Mapped[bytes | None] = mapped_column(SealedApart(by="note_key_sealed"))
    note_key_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
