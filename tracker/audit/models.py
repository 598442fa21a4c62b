"""Table of the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, LargeBinary, String
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
