"""Tables of the groups room."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

import tracker.accounts.models
import tracker.tickets.models  # noqa: F401 — tables our foreign keys point at
from tracker.db import Base


class TicketGroup(Base):
    """Tickets about one matter (同一事项). id: that of its oldest ticket; a ticket like no other is a group of one.

    sums: heaviest words and names of its texts (`classifiers.grouping`). heads: those under which it is found.
    area: code of the prefecture, "" when none of its tickets says where. n_people: distinct complainants known.
    """

    __tablename__ = "ticket_group"
    __table_args__ = (
        # every new text is looked up among those before, so nothing may wait in the index's list of late entries
        Index(
            "ix_ticket_group_heads", "heads", postgresql_using="gin", postgresql_with={"fastupdate": "off"}
        ),
        Index("ix_ticket_group_last_at", "last_at", postgresql_where=text("n_tickets > 1")),
    )

    id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    n_tickets: Mapped[int] = mapped_column(Integer)
    area: Mapped[str] = mapped_column(String(12), server_default=text("''"), default="")
    sums: Mapped[dict[str, float]] = mapped_column(JSONB)
    heads: Mapped[list[str]] = mapped_column(ARRAY(String))
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class GroupMember(Base):
    """Which group a ticket belongs to: every ticket that was looked at, to exactly one."""

    __tablename__ = "ticket_group_member"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(ForeignKey("ticket_group.id"), index=True)


class GroupChoice(Base):
    """What a person said of two tickets: about one matter, or not. The machine keeps to it, also when it begins anew."""

    __tablename__ = "ticket_group_choice"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(
        ForeignKey("ticket.id"), primary_key=True, autoincrement=False, index=True
    )
    together: Mapped[bool] = mapped_column(Boolean)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class GroupWord(Base):
    """In how many grouped tickets a word or name occurs."""

    __tablename__ = "ticket_group_word"

    word: Mapped[str] = mapped_column(String(64), primary_key=True)
    n_tickets: Mapped[int] = mapped_column(Integer)


class GroupMark(Base):
    """How far grouping has come: one row. last_ticket_id: no ticket up to here waits, but for late commits."""

    __tablename__ = "ticket_group_mark"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last_ticket_id: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    n_tickets: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
