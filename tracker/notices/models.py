"""Tables of the notices room."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tracker.columns import Sealed
from tracker.db import Base


class Notice(Base):
    """One thing somebody is told (消息): an account, or those of an office whose post holds the `audience` permission.

    kind: the action of the event behind it. once_key: event and receiver as one text, unique, so
    that following an event twice tells nobody twice. Never anything about clues.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_office_id_id", "office_id", "id"),
        Index("ix_notice_account_id_id", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    once_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    audience: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class NoticeRead(Base):
    """That one account has read one notice (已读)."""

    __tablename__ = "notice_read"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    read_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class NoticeAddress(Base):
    """Where one account wants urgent notices sent besides the inbox (通知方式); no row: not by this gateway.

    address_sealed: e-mail address or mobile number, sealed under FIELD_KEY.
    """

    __tablename__ = "notice_address"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    gateway: Mapped[str] = mapped_column(String(20), primary_key=True)
    address_sealed: Mapped[bytes] = mapped_column(Sealed)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Delivery(Base):
    """One notice owed to one gateway (outbox): handed over at least once, tried again with growing pauses.

    account_id: for whom, None where the gateway has one receiver. sent_at: None while owed. next_try_at: None once
    sent, given up or dropped; error: the last refusal, without addresses. gave_up_at: in the dead-letter list since.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("notice_id", "gateway", "account_id"),
        Index(
            "ix_delivery_notice_id_gateway",
            "notice_id",
            "gateway",
            unique=True,
            postgresql_where=text("account_id IS NULL"),
        ),
        Index("ix_delivery_owed", "next_try_at", postgresql_where=text("next_try_at IS NOT NULL")),
        Index("ix_delivery_dead", "id", postgresql_where=text("gave_up_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    gateway: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    n_tries: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)
    gave_up_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    dropped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    dropped_by_name: Mapped[str | None] = mapped_column(String(80))
    drop_reason: Mapped[str | None] = mapped_column(String(200))


class SuperiorLetter(Base):
    """The draft that tells the superior department of a vertically managed body of a complaint (告知函).

    It leaves by the office's own post: settled_at and is_sent say whether it went, or why it did not (reason).
    """

    __tablename__ = "superior_letter"
    __table_args__ = (
        UniqueConstraint("ticket_id", "superior_id"),
        Index("ix_superior_letter_open", "office_id", "id", postgresql_where=text("settled_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    superior_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_by_name: Mapped[str | None] = mapped_column(String(80))
    is_sent: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(String(200))
