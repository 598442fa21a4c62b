"""Tables of what people corrected or confirmed, and of trainings asked for."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base
from tracker.offices.models import Office
from tracker.tickets.models import Ticket


class Correction(Base):
    """What a person decided about something the machine had said (校正): append-only, one row an event.

    subject: "category" or "office". For a category, `label` is what the person said and `machine_label` what the model
    said first; equal means agreement. The row of the latest event of a ticket and subject counts, earlier ones are
    superseded; those of a dispatch that was undone go with it. title, content: the scrubbed text as it was then. frozen:
    kept for comparing, never trained on.
    """

    __tablename__ = "correction"
    __table_args__ = (
        UniqueConstraint("event_id", "subject"),
        Index("ix_correction_latest", "ticket_id", "subject", "event_id"),
        Index("ix_correction_subject_at", "subject", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("ticket_event.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    subject: Mapped[str] = mapped_column(String(10))
    action: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    content: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    machine_label: Mapped[str | None] = mapped_column(String(10))
    machine_share: Mapped[float | None] = mapped_column(Float)
    model_version: Mapped[str | None] = mapped_column(String(60))
    old_label: Mapped[str | None] = mapped_column(String(10))
    label: Mapped[str | None] = mapped_column(String(10))
    old_office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    why: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    frozen: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)

    ticket: Mapped[Ticket] = relationship(lazy="raise")
    old_office: Mapped[Office | None] = relationship(foreign_keys=[old_office_id], lazy="raise")
    office: Mapped[Office | None] = relationship(foreign_keys=[office_id], lazy="raise")


class Retraining(Base):
    """One training somebody asked for (再训练), and how far it is.

    step: see `rules.Step`; the index lets only one be under way. last_correction_id: newest row it learns from, so that
    every step sees the same data. version: of the model made. because: what came of it, in a sentence.
    """

    __tablename__ = "retraining"
    __table_args__ = (
        Index(
            "uq_retraining_under_way",
            text("(finished_at IS NULL)"),
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    step: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    asked_by_name: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_correction_id: Mapped[int] = mapped_column(BigInteger)
    n_corrections: Mapped[int] = mapped_column(Integer)
    version: Mapped[str | None] = mapped_column(String(60))
    because: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
