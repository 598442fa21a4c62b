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

    code: of its division. public_key: X25519, 32 bytes; None until its keys were made, and nothing can be sent then.
    """

    __tablename__ = "commission"
    __table_args__ = ({"schema": SCHEMA},)

    code: Mapped[str] = mapped_column(String(9), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    level: Mapped[str] = mapped_column(String(16))
    parent_code: Mapped[str | None] = mapped_column(String(9), index=True)
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)


class CommissionKey(Base):
    """The private key of a commission, sealed under the key file of the discipline process."""

    __tablename__ = "commission_key"
    __table_args__ = ({"schema": SCHEMA},)

    commission_code: Mapped[str] = mapped_column(ForeignKey("discipline.commission.code"), primary_key=True)
    private_key_sealed: Mapped[bytes] = mapped_column(Sealed)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Liaison(Base):
    """One liaison (纪检联络员) of one commission; signs in with password and one-time code.

    totp_secret_sealed: sealed under the key file of the discipline process. totp_step: the last 30-second step a code
    was taken from, so that no code works twice.
    """

    __tablename__ = "liaison"
    __table_args__ = ({"schema": SCHEMA},)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    display_name: Mapped[str] = mapped_column(String(40))
    commission_code: Mapped[str] = mapped_column(ForeignKey("discipline.commission.code"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    totp_secret_sealed: Mapped[bytes] = mapped_column(Sealed)
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    commission: Mapped[Commission] = relationship(lazy="raise")


class LiaisonSession(Base):
    """One signed-in browser of a liaison; the cookie holds the secret, the table its SHA-256."""

    __tablename__ = "liaison_session"
    __table_args__ = ({"schema": SCHEMA},)

    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("discipline.liaison.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    address: Mapped[str | None] = mapped_column(String(45))
    browser: Mapped[str] = mapped_column(String(200), server_default="", default="")


class LiaisonRecoveryCode(Base):
    """A code that stands in once for a liaison's one-time code (恢复码); its SHA-256 only."""

    __tablename__ = "liaison_recovery_code"
    __table_args__ = ({"schema": SCHEMA},)

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("discipline.liaison.id"), index=True)


class LiaisonToken(Base):
    """A key for programs of a commission, shown once; the table holds its SHA-256."""

    __tablename__ = "liaison_token"
    __table_args__ = ({"schema": SCHEMA},)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("discipline.liaison.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


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
    complaints, holds the complainant's identity alone. digest: SHA-256 over all sealed parts, see `rules.digest`.
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
    n_evidence: Mapped[int] = mapped_column(Integer, server_default=text("0"))

    stage: Mapped[Stage] = mapped_column(String(20), server_default=Stage.SENT.value)
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_rule: Mapped[str | None] = mapped_column(String(64))
    signed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    signed_by: Mapped[str | None] = mapped_column(String(40))
    receipt_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    disposition: Mapped[str | None] = mapped_column(String(20))
    disposed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    forwarded_to: Mapped[str | None] = mapped_column(String(9))
    released: Mapped[str | None] = mapped_column(Text)
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    commission: Mapped[Commission] = relationship(lazy="raise")


class PackageEvidence(Base):
    """One sealed file of a package; its key and the hash of its clear content stand inside the sealed package."""

    __tablename__ = "package_evidence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["number", "commission_code"], ["discipline.package.number", "discipline.package.commission_code"]
        ),
        {"schema": SCHEMA},
    )

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    commission_code: Mapped[str] = mapped_column(String(9), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class DeskEntry(Base):
    """One deed or one reading at a commission's desk (办理与查阅记录): append-only, chained by hash.

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
    liaison_id: Mapped[int] = mapped_column(ForeignKey("discipline.liaison.id"), index=True)
    liaison_name: Mapped[str] = mapped_column(String(40))
    deed: Mapped[str] = mapped_column(String(20))
    note_sealed: Mapped[bytes | None] = mapped_column(SealedApart(by="note_key_sealed"))
    note_key_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
