"""Tables of the supervision room."""

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
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

import tracker.accounts.models  # noqa: F401 — tables our foreign keys point at
from tracker.db import Base
from tracker.offices.models import Office
from tracker.supervision import rules
from tracker.tickets.models import Ticket


class SortingRule(Base):
    """One row of the table that proposes a class (分类规则); the first row that fits wins.

    measure, at_least, classes: see `rules.Measure` and `rules.Row`. verified: read in a published rule.
    """

    __tablename__ = "sorting_rule"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    sort: Mapped[str] = mapped_column(String(1))
    measure: Mapped[str] = mapped_column(String(30))
    at_least: Mapped[int] = mapped_column(Integer)
    classes: Mapped[list[str]] = mapped_column(JSONB)
    sentence: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    verified: Mapped[bool] = mapped_column(Boolean)
    effective_from: Mapped[date] = mapped_column(Date)
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)


class TicketSorting(Base):
    """The class a person chose for a ticket (定类); earlier choices stand in the ticket's history.

    proposed, rule, proposal_reason: what the table proposed at that moment. opinion: why the person chose otherwise, or "".
    """

    __tablename__ = "ticket_sorting"
    __table_args__ = (Index("ix_ticket_sorting_sort_ticket_id", "sort", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    sort: Mapped[rules.Sort] = mapped_column(String(1))
    proposed: Mapped[str] = mapped_column(String(1))
    rule: Mapped[str] = mapped_column(String(60))
    proposal_reason: Mapped[str] = mapped_column(Text)
    opinion: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_by_name: Mapped[str] = mapped_column(String(80))


class Instruction(Base):
    """What a leader asks about a ticket (领导批示): supervised until the office in charge has answered.

    given_by: the leader's name and post as written; given_on: the local date on the paper. office_id: the leader's office.
    due_at: when the answer is due, None where none was set.
    """

    __tablename__ = "instruction"
    __table_args__ = (
        Index("ix_instruction_ticket_id", "ticket_id"),
        Index("ix_instruction_open", "ticket_id", postgresql_where=text("answered_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    given_by: Mapped[str] = mapped_column(String(80))
    given_on: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(80))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_by_name: Mapped[str | None] = mapped_column(String(80))

    ticket: Mapped[Ticket] = relationship(lazy="raise")
    office: Mapped[Office] = relationship(lazy="raise")
