"""Tables of the replies room."""

from datetime import datetime

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
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base
from tracker.offices.models import Office


class Reply(Base):
    """One answer of the office in charge (答复) and the review of it (审核).

    round: 0 for the first handling, then one more for each rework. outcome: a `rules.Outcome`. public_text: shown to the
    complainant once approved. overruled_reason: why the reply was made while a co-handler's part was still open.
    approved: None until a second person decides. findings: what was pointed out and left standing, [{code, message}].
    withdrawn_at: when the reply was taken back before anybody reviewed it.
    """

    __tablename__ = "reply"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    round: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(40))
    public_text: Mapped[str] = mapped_column(Text)
    internal_note: Mapped[str | None] = mapped_column(Text)
    overruled_reason: Mapped[str | None] = mapped_column(Text)
    replied_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    replied_by_name: Mapped[str] = mapped_column(String(80))
    replied_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    approved: Mapped[bool | None] = mapped_column(Boolean)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reviewed_by_name: Mapped[str | None] = mapped_column(String(80))
    reviewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    opinion: Mapped[str | None] = mapped_column(Text)
    findings: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class EvidenceFile(Base):
    """One file of evidence (证据材料) of a ticket, kept in the database so that one backup holds everything.

    reply_id, return_request_id: the reply or the return it was handed in with, None while it waits for one. sha256: hex,
    of the bytes as stored. content_type: found from the bytes, never believed from the sender. scan: a
    `rules.Scan`.
    """

    __tablename__ = "evidence_file"
    __table_args__ = (Index("ix_evidence_file_ticket_id_sha256", "ticket_id", "sha256", unique=True),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("reply.id"), index=True)
    return_request_id: Mapped[int | None] = mapped_column(ForeignKey("return_request.id"), index=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(100))
    n_bytes: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    scan: Mapped[str] = mapped_column(String(20), server_default=text("'unscanned'"), default="unscanned")
    scanned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    uploaded_by_name: Mapped[str] = mapped_column(String(80))
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ReplyTemplate(Base):
    """The text an office and all below it begin a reply with, for a category (leaf, letter, or any) and outcome.

    The nearest office's row holds, those without office last; a row with is_active off hides what stands behind it.
    """

    __tablename__ = "reply_template"
    __table_args__ = (
        Index(
            "ix_reply_template_key",
            text("coalesce(office_id, 0)"),
            text("coalesce(category_code, '')"),
            "outcome",
            unique=True,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    outcome: Mapped[str] = mapped_column(String(40))
    wording: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by_name: Mapped[str] = mapped_column(String(80))

    office: Mapped[Office | None] = relationship(lazy="raise")
