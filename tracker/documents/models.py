"""Tables of the documents room."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base
from tracker.documents import rules
from tracker.offices.models import Body, Office
from tracker.tickets.models import Ticket


class DocumentPrefix(Base):
    """What heads the numbers of an office (发文机关代字). kind: "" for all kinds that have no row of their own."""

    __tablename__ = "document_prefix"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    prefix: Mapped[str] = mapped_column(String(40), unique=True)

    office: Mapped[Office] = relationship(lazy="raise")


class DocumentCounter(Base):
    """The last number taken in a series and local year; its row stays locked until the taker commits."""

    __tablename__ = "document_counter"

    prefix: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class DocumentTemplate(Base):
    """The text of a kind as the administrator wrote it; without a row the text that comes with the product holds."""

    __tablename__ = "document_template"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by_name: Mapped[str] = mapped_column(String(80))


class DocumentLayout(Base):
    """A Word layout an administrator took in (自备版式). kind: "" for all; office_id: None for all; in_use: one of each at most.

    Its bytes are never changed; another version is another row.
    """

    __tablename__ = "document_layout"
    __table_args__ = (
        Index(
            "ix_document_layout_in_use",
            "kind",
            text("coalesce(office_id, 0)"),
            unique=True,
            postgresql_where=text("in_use"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    name: Mapped[str] = mapped_column(String(120))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    n_bytes: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    uploaded_by_name: Mapped[str] = mapped_column(String(80))
    in_use: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)

    office: Mapped[Office | None] = relationship(lazy="raise")


class Document(Base):
    """One issued document (督办文书). It is never changed after issue; what follows is recorded beside it.

    once_key: of the request it was issued by, so that a repeated one issues nothing. letter: what stands on the paper,
    see `letters.Letter`. to_office_id or to_body_id: the addressee, or neither for a letter to somebody outside.
    due_at: when the answer is due; from_receipt: it counts from the signed receipt. receipt_due_at: when the receipt
    should be signed. layout_id: the own Word layout it was made with, None for ours. closed_at: a recheck found everything put right.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("prefix", "year", "serial"),
        Index("ix_document_office", "office_id", "id"),
        Index("ix_document_to_office", "to_office_id", "id"),
        Index(
            "ix_document_unsigned",
            "receipt_due_at",
            postgresql_where=text("signed_at IS NULL AND voided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    once_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    kind: Mapped[rules.Kind] = mapped_column(String(20))
    prefix: Mapped[str] = mapped_column(String(40))
    year: Mapped[int] = mapped_column(Integer)
    serial: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(String(60), unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    to_office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    to_body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"), index=True)
    to_name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(300))
    letter: Mapped[dict[str, Any]] = mapped_column(JSONB)
    layout_id: Mapped[int | None] = mapped_column(ForeignKey("document_layout.id"))
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    issued_by_name: Mapped[str] = mapped_column(String(80))
    days: Mapped[int | None] = mapped_column(Integer)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_provisional: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    from_receipt: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    receipt_due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    signed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    signed_by_name: Mapped[str | None] = mapped_column(String(80))
    receipt_note: Mapped[str | None] = mapped_column(String(200))
    receipt_recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_by_name: Mapped[str | None] = mapped_column(String(80))
    answer: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    voided_by_name: Mapped[str | None] = mapped_column(String(80))
    void_reason: Mapped[str | None] = mapped_column(String(500))

    office: Mapped[Office] = relationship(foreign_keys=[office_id], lazy="raise")
    to_office: Mapped[Office | None] = relationship(foreign_keys=[to_office_id], lazy="raise")
    to_body: Mapped[Body | None] = relationship(foreign_keys=[to_body_id], lazy="raise")

    @property
    def state(self) -> rules.State:
        """Where the document stands."""
        return rules.state(
            signed_at=self.signed_at,
            answered_at=self.answered_at,
            closed_at=self.closed_at,
            voided_at=self.voided_at,
        )


class DocumentTicket(Base):
    """A ticket that a document is about."""

    __tablename__ = "document_ticket"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, index=True)

    ticket: Mapped[Ticket] = relationship(lazy="raise")


class DocumentFile(Base):
    """The bytes of a document in one format ("docx", "pdf") as first made; every reprint gives these."""

    __tablename__ = "document_file"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    format: Mapped[str] = mapped_column(String(8), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    n_bytes: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DocumentObjection(Base):
    """The addressee's objection (复核申请) to a document, and what was decided; execution goes on meanwhile.

    due_at: when the decision is due.
    """

    __tablename__ = "document_objection"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    grounds: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    asked_by_name: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ruling: Mapped[rules.Ruling | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    ruled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ruled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ruled_by_name: Mapped[str | None] = mapped_column(String(80))


class DocumentRecheck(Base):
    """One recheck (复查) of what was reported as put right. new_due_at: by when the rest is to be done."""

    __tablename__ = "document_recheck"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    outcome: Mapped[rules.Outcome] = mapped_column(String(20))
    finding: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    new_due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
