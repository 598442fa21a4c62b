"""Tables of the satisfaction room."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class CallBack(Base):
    """One attempt to ask the complainant (回访): by telephone, or the complainant's own answer through the link.

    round: 0 for the first handling, then one more for each rework. attempted_on: the local date, since attempts count
    only on different days. office_id: the office in charge at that time, whom the answer concerns. grade and solved:
    None when unreached. outcome: what the rule table made of it (close, rework, supervise, again, unreachable).
    """

    __tablename__ = "call_back"
    __table_args__ = (
        Index(
            "ix_call_back_unreached",
            "ticket_id",
            "round",
            "attempted_on",
            unique=True,
            postgresql_where=text("NOT reached"),
        ),
        Index("ix_call_back_office_id_attempted_at", "office_id", "attempted_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    round: Mapped[int] = mapped_column(Integer)
    via: Mapped[str] = mapped_column(String(20))
    attempted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attempted_on: Mapped[date] = mapped_column(Date)
    reached: Mapped[bool] = mapped_column(Boolean)
    grade: Mapped[str | None] = mapped_column(String(20))
    solved: Mapped[bool | None] = mapped_column(Boolean)
    tags: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    remark: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(20))
    rule_code: Mapped[str | None] = mapped_column(String(60))
    called_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class RatingLink(Base):
    """One signed link by which a complainant rates once (评价链接); used_at says that it was."""

    __tablename__ = "rating_link"
    __table_args__ = (UniqueConstraint("ticket_id", "round"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int] = mapped_column(Integer)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Appeal(Base):
    """An office's request to leave an answer out of the adjusted rates (申诉剔除), ruled on outside the office."""

    __tablename__ = "appeal"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    call_back_id: Mapped[int] = mapped_column(ForeignKey("call_back.id"), unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    reason: Mapped[str] = mapped_column(Text)
    proof: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    upheld: Mapped[bool | None] = mapped_column(Boolean)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    opinion: Mapped[str | None] = mapped_column(Text)


class ReworkRule(Base):
    """One row of the table that decides what follows an answer (重办规则); the first row that fits wins.

    grades: the grades it speaks of, empty for any. solved: None for either. min_reworks: reworks already done before
    the row applies. outcome: close, rework or supervise. verified: read in a published rule.
    """

    __tablename__ = "rework_rule"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    grades: Mapped[list[str]] = mapped_column(JSONB)
    solved: Mapped[bool | None] = mapped_column(Boolean)
    min_reworks: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(20))
    sentence: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    verified: Mapped[bool] = mapped_column(Boolean)
    effective_from: Mapped[date] = mapped_column(Date)
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
