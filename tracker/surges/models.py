"""Tables of the surges room: counts of each day, the days judged, and the alarms."""

from datetime import date, datetime
from typing import Any

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
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.categories.models import Category
from tracker.db import Base
from tracker.offices.models import Division, Office


class SurgeCount(Base):
    """How many tickets one category got in one place on one local day (日计数); derived, made again from the tickets.

    division_code: the ticket's place, or that of its office when none is known. n_people: complainants, each counted
    once a day, so that one person's twenty tickets are no surge.
    """

    __tablename__ = "surge_count"
    __table_args__ = (Index("ix_surge_count_day", "day"),)

    category_code: Mapped[str] = mapped_column(String(8), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(9), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    n_tickets: Mapped[int] = mapped_column(Integer)
    n_people: Mapped[int] = mapped_column(Integer)


class SurgeDay(Base):
    """A local day that was judged, and when last; the row is locked while somebody counts and judges."""

    __tablename__ = "surge_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    judged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SurgeAlarm(Base):
    """One surge (预警) from its first conspicuous day to the last; open until it is back to normal.

    office_id: whose area it is. first_on, last_on: conspicuous local days. on, n_days: the window the figures speak of.
    seen: complainants; expected: as many are usual. level: the worst so far. parts: [[name, n]], where most come from.
    chart: counts and band of the last weeks, see `present.chart`. is_false: a person said so; None while nobody did.
    """

    __tablename__ = "surge_alarm"
    __table_args__ = (
        Index(
            "uq_surge_alarm_open",
            "category_code",
            "division_code",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_surge_alarm_cell", "category_code", "division_code", "last_on"),
        Index("ix_surge_alarm_untold", "id", postgresql_where=text("told_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    level: Mapped[str] = mapped_column(String(10))
    first_on: Mapped[date]
    last_on: Mapped[date]
    on: Mapped[date]
    n_days: Mapped[int] = mapped_column(Integer)
    seen: Mapped[int] = mapped_column(Integer)
    n_tickets: Mapped[int] = mapped_column(Integer)
    expected: Mapped[float] = mapped_column(Float)
    probability: Mapped[float] = mapped_column(Float)
    parts: Mapped[list[list[Any]]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    chart: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"), default=dict)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_by_name: Mapped[str] = mapped_column(String(80), server_default=text("''"), default="")
    remark: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    is_false: Mapped[bool | None] = mapped_column(Boolean)

    office: Mapped[Office] = relationship(lazy="raise")
    category: Mapped[Category] = relationship(lazy="raise")
    division: Mapped[Division] = relationship(lazy="raise")
