"""The routing table."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Identity, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.routing.facts import DecisionKind, Rule, Target


class RoutingRule(Base):
    """One row of the routing table: condition, what to do, the sentence to say, and its legal basis.

    Rows are tried from the smallest priority. verified: read in the published rule. effective_from: local date.
    """

    __tablename__ = "routing_rule"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    priority: Mapped[int]
    condition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    outcome: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(32))
    assisting: Mapped[bool] = mapped_column(default=False, server_default="false")
    leadership: Mapped[bool] = mapped_column(default=False, server_default="false")
    because: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    verified: Mapped[bool] = mapped_column(default=False, server_default="false")
    effective_from: Mapped[date]
    is_active: Mapped[bool] = mapped_column(default=True, server_default="true")

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
        )
