"""The working calendar and the deadline table, both editable."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tracker.calendar.deadlines import Clock, Rule, Unit
from tracker.db import Base

_CLOCKS = ", ".join(f"'{clock.value}'" for clock in Clock)
_UNITS = ", ".join(f"'{unit.value}'" for unit in Unit)


class CalendarYear(Base):
    """A year whose holiday arrangement is loaded. `revision` changes with every edit, so that caches notice."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Text)
    revision: Mapped[UUID] = mapped_column(Uuid)
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class CalendarDay(Base):
    """One day of a loaded year: whether offices work on it, and the name of the holiday or made-up day.

    hours: local working hours when they are not the usual ones, else "".
    """

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("calendar_year.year"), index=True)
    is_working: Mapped[bool]
    note: Mapped[str] = mapped_column(String(50), default="", server_default="")
    hours: Mapped[str] = mapped_column(String(60), default="", server_default="")


class CalendarClosure(Base):
    """A working day on which one office and all below it were closed (停工), why, and who wrote it down."""

    __tablename__ = "calendar_closure"
    __table_args__ = (UniqueConstraint("office_id", "day"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    day: Mapped[date] = mapped_column(index=True)
    why: Mapped[str] = mapped_column(String(50))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CalendarChange(Base):
    """One edit of the calendar: who, when, what and why, and how far the deadlines were computed again.

    first_on, last_on: the local days concerned. office_path: whose tickets, "/" for all. reached_id: the last ticket
    looked at. done_at: None while tickets are left. n_changed: deadlines that moved.
    """

    __tablename__ = "calendar_change"
    __table_args__ = (Index("ix_calendar_change_owed", "id", postgresql_where=text("done_at IS NULL")),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    by_name: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(String(200))
    first_on: Mapped[date]
    last_on: Mapped[date]
    office_path: Mapped[str] = mapped_column(String(60), default="/", server_default="/")
    reached_id: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    n_changed: Mapped[int] = mapped_column(default=0, server_default="0")
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DeadlineRule(Base):
    """One time limit with its legal basis. Empty kind, category prefix or urgency matches any.

    verified: the number was read in the published rule. effective_from: local date. closes_at: local time at which the
    last day ends, for rules counted in days and months.
    """

    __tablename__ = "deadline_rule"
    __table_args__ = (
        CheckConstraint(f"clock IN ({_CLOCKS})", name="clock"),
        CheckConstraint(f"unit IN ({_UNITS})", name="unit"),
        CheckConstraint("amount BETWEEN 0 AND 3660", name="amount"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    clock: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32), default="", server_default="")
    category_prefix: Mapped[str] = mapped_column(String(16), default="", server_default="")
    urgency: Mapped[str] = mapped_column(String(16), default="", server_default="")
    amount: Mapped[int]
    unit: Mapped[str] = mapped_column(String(16))
    basis: Mapped[str] = mapped_column(Text)
    verified: Mapped[bool] = mapped_column(default=False, server_default="false")
    effective_from: Mapped[date]
    closes_at: Mapped[time] = mapped_column(Time, default=time(17, 30), server_default="17:30")
    is_active: Mapped[bool] = mapped_column(default=True, server_default="true")

    def as_rule(self) -> Rule:
        """Return the row as the frozen value the pure rules work on."""
        return Rule(
            code=self.code,
            clock=Clock(self.clock),
            amount=self.amount,
            unit=Unit(self.unit),
            basis=self.basis,
            verified=self.verified,
            effective_from=self.effective_from,
            kind=self.kind,
            category_prefix=self.category_prefix,
            urgency=self.urgency,
            closes_at=self.closes_at,
        )
