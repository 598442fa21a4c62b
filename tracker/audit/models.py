"""Table of the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, Integer, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class AuditEntry(Base):
    """One deed (审计记录): append-only, each carrying the hash of the one before.

    actor_name and office_path are as they were at that moment; an entry keeps its meaning when the account moves.
    thing, thing_id: what it was done to, such as ("ticket", "20261123000042"). detail: what a reader needs besides,
    never personal data in clear. address: where the request came from, None for jobs and commands.
    """

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    actor_name: Mapped[str] = mapped_column(String(80))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    office_path: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60))
    thing: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[str] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    address: Mapped[str | None] = mapped_column(String(45))
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        Index("ix_audit_entry_at", "at"),
        Index("ix_audit_entry_action_id", "action", "id"),
        Index("ix_audit_entry_thing_thing_id", "thing", "thing_id"),
    )


class ReadEntry(Base):
    """One reading (查阅记录): append-only. thing, thing_id: what was shown; asked: by what filters, long digits hidden.

    seal_n: the seal that covers it, None until the clock's next turn; the only column that is ever written later.
    """

    __tablename__ = "read_entry"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(80))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    office_path: Mapped[str] = mapped_column(String(60))
    thing: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[str] = mapped_column(String(80))
    asked: Mapped[str] = mapped_column(String(300))
    address: Mapped[str | None] = mapped_column(String(45))
    seal_n: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_read_entry_unsealed", "id", postgresql_where=text("seal_n IS NULL")),
        Index("ix_read_entry_seal_n", "seal_n", "id"),
        Index("ix_read_entry_thing_id", "thing", "thing_id", "id"),
        Index("ix_read_entry_actor_id", "actor_id", "id"),
    )


class ReadSeal(Base):
    """A seal over a batch of readings (查阅封存): append-only, numbered without gaps, each carrying the hash of the one before."""

    __tablename__ = "read_seal"

    n: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sealed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    n_entries: Mapped[int] = mapped_column(Integer)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
