"""Tables of what was done to many tickets at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Identity, Index, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base
from tracker.tickets.models import Ticket


class BulkBatch(Base):
    """One action done on many tickets at once (批量办理), which its author may undo for a while."""

    __tablename__ = "bulk_batch"
    __table_args__ = (Index("ix_bulk_batch_by_id_at", "by_id", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    action: Mapped[str] = mapped_column(String(40))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BulkItem(Base):
    """One ticket of a batch. version, seq: of the ticket and its last event right after; before: what undoing restores.

    undone: None until the batch is undone; then whether this ticket was, and told says why not.
    """

    __tablename__ = "bulk_item"

    batch_id: Mapped[int] = mapped_column(ForeignKey("bulk_batch.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, index=True)
    version: Mapped[int] = mapped_column(Integer)
    seq: Mapped[int] = mapped_column(Integer)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    undone: Mapped[bool | None] = mapped_column(Boolean)
    told: Mapped[str | None] = mapped_column(Text)

    ticket: Mapped[Ticket] = relationship(lazy="raise")
