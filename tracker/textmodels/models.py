"""Tables of the models at hand, of switching between them, and of what wrong dispatches and looks cost."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Float,
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

import tracker.accounts.models  # noqa: F401 — tables our foreign keys point at
from tracker.db import Base


class TextModel(Base):
    """One trained model (模型). Exactly one is active, held by an index.

    folder: below TRACKER_HOME; "" for the model shipped with the program. scores: by cross-validation at training.
    compared: before and after on the frozen texts, with what it was compared to; empty for a shipped model.
    thresholds: label → probability from which a ticket is dispatched without a person. because: why it is in its state.
    """

    __tablename__ = "text_model"
    __table_args__ = (
        UniqueConstraint("version"),
        Index("uq_text_model_active", "state", unique=True, postgresql_where=text("state = 'active'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    version: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    folder: Mapped[str] = mapped_column(String(200), server_default=text("''"), default="")
    trained_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    data_sha256: Mapped[str] = mapped_column(String(64))
    n_rows: Mapped[int] = mapped_column(Integer)
    scores: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"), default=dict)
    compared: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"), default=dict)
    thresholds: Mapped[dict[str, float]] = mapped_column(JSONB, server_default=text("'{}'"), default=dict)
    state: Mapped[str] = mapped_column(String(20))
    because: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    switched_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    switched_by_name: Mapped[str] = mapped_column(String(80), server_default=text("''"), default="")


class ModelSwitch(Base):
    """One switch from a model to another: who, when, why. Never changed afterwards."""

    __tablename__ = "model_switch"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    from_version: Mapped[str | None] = mapped_column(String(60))
    to_version: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(Text)


class TriageCost(Base):
    """What a wrong dispatch and a look by a person cost; the row "*" holds for every label without its own."""

    __tablename__ = "triage_cost"

    label: Mapped[str] = mapped_column(String(40), primary_key=True)
    wrong: Mapped[float] = mapped_column(Float)
    look: Mapped[float] = mapped_column(Float)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by_name: Mapped[str] = mapped_column(String(80), server_default=text("''"), default="")
