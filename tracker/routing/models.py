"""The routing table with all its versions, and the duty list."""

from datetime import date, datetime
from typing import Any

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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

import tracker.accounts.models
import tracker.categories.models  # noqa: F401 — tables our foreign keys point at
from tracker.db import Base
from tracker.offices.models import Body, Division, Office
from tracker.routing.facts import DecisionKind, Rule, Target


class RoutingRule(Base):
    """One version of one row of the routing table: condition, what to do, the sentence to say, and its legal basis.

    Rows are tried from the smallest priority. Versions of a code are only ever added; the latest one whose
    `effective_from` (local date) has come decides, and retires the code when it is not active. verified: read in the
    published rule. office_code: for the target `office`. refers_to: code followed by the target `rule`. reason: why
    the version was made, and by whom: `recorded_by_name`.
    """

    __tablename__ = "routing_rule"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer, default=1, server_default=text("1"))
    priority: Mapped[int]
    condition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    outcome: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(32))
    office_code: Mapped[str] = mapped_column(String(20), default="", server_default=text("''"))
    refers_to: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))
    assisting: Mapped[bool] = mapped_column(default=False, server_default="false")
    leadership: Mapped[bool] = mapped_column(default=False, server_default="false")
    because: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    verified: Mapped[bool] = mapped_column(default=False, server_default="false")
    effective_from: Mapped[date]
    is_active: Mapped[bool] = mapped_column(default=True, server_default="true")
    recorded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(80), default="", server_default=text("''"))
    reason: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))

    def as_rule(self) -> Rule:
        """Return the row as the frozen value the pure rules work on."""
        return Rule(
            code=self.code,
            priority=self.priority,
            condition=self.condition,
            outcome=DecisionKind(self.outcome),
            target=Target(self.target),
            because=self.because,
            basis=self.basis,
            verified=self.verified,
            effective_from=self.effective_from,
            assisting=self.assisting,
            leadership=self.leadership,
            version=self.version,
            is_active=self.is_active,
            office_code=self.office_code,
            refers_to=self.refers_to,
        )


class Precedent(Base):
    """One ruling on a return that later complaints alike follow (裁决先例): body and category, at or below a division.

    office_code: the office it names. ticket_number: of the ticket ruled on. Complaints received from effective_at until
    ended_at follow it; a newer ruling on the same body, category and division ends it, and so does a person. Rows are
    never changed otherwise: switched on again, a new one begins.
    """

    __tablename__ = "precedent"
    __table_args__ = (Index("ix_precedent_body_id_category_code", "body_id", "category_code"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    division_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    office_code: Mapped[str] = mapped_column(String(20))
    ticket_number: Mapped[str] = mapped_column(String(20))
    ruling: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    ruled_office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(80))
    effective_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by_name: Mapped[str | None] = mapped_column(String(80))
    ended_why: Mapped[str | None] = mapped_column(Text)

    body: Mapped[Body] = relationship(lazy="raise")
    division: Mapped[Division | None] = relationship(lazy="raise")
    ruled_office: Mapped[Office | None] = relationship(lazy="raise")


class DutyItem(Base):
    """One line of the duty list (职责清单): what is whose business, where, and since when.

    item: name of the item (事项), "" for a line that speaks of a whole category. words: what complaints call it, the name
    among them; a text that holds one of them speaks of the item. division_code: holds there and below. body: code or
    name of an enforcement body, or a trade (城管) that is looked for at the place. office_code: "" for the one the routing
    table tells. effective_from, effective_to: local dates, the second no longer in force.
    """

    __tablename__ = "duty_item"
    __table_args__ = (
        Index("ix_duty_item_effective", "effective_to", "effective_from"),
        Index("ix_duty_item_key", "division_code", "item", "category_code"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    item: Mapped[str] = mapped_column(String(200), default="")
    words: Mapped[list[str]] = mapped_column(JSONB, default=list)
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    body: Mapped[str] = mapped_column(String(200))
    office_code: Mapped[str] = mapped_column(String(20), default="", server_default=text("''"))
    basis: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(80))
