"""Tables of the campaigns room."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
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
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base
from tracker.offices.models import Office
from tracker.tickets.models import Ticket


class Campaign(Base):
    """One special rectification (专项整治): its period, who issued it, what it looks for and who takes part.

    problem_types: the official types as written in its plan. look_back_months: months between 销号 and 回头看.
    n_items: the last item number given out.
    """

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="period"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    issuing_office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    problem_types: Mapped[list[str]] = mapped_column(JSONB, default=list)
    look_back_months: Mapped[int] = mapped_column(Integer)
    n_items: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    issuing_office: Mapped[Office] = relationship(lazy="raise")
    participants: Mapped[list["CampaignOffice"]] = relationship(
        lazy="raise", order_by="CampaignOffice.office_id"
    )


class CampaignOffice(Base):
    """One office taking part in a campaign (参与单位), with all below it."""

    __tablename__ = "campaign_office"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True, index=True)

    office: Mapped[Office] = relationship(lazy="raise")


class Finding(Base):
    """One line of the ledger (台账, 一件一号): what a campaign knows of a ticket beyond the ticket itself.

    item_no: runs within the campaign and never changes, also after a rebound. amount_returned: money returned or
    released, integer 分. look_back_on: the day the 回头看 is planned for. Description, body, level, domain, office in
    charge and status are the ticket's own.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("campaign_id", "item_no"),
        Index("ix_finding_look_back_on", "look_back_on"),
        CheckConstraint("amount_returned >= 0", name="amount_returned"),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    item_no: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(40))
    problem_type: Mapped[str | None] = mapped_column(String(120))
    responsible_person: Mapped[str | None] = mapped_column(String(80))
    measures: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date | None] = mapped_column(Date)
    progress: Mapped[str | None] = mapped_column(Text)
    result: Mapped[str | None] = mapped_column(Text)
    amount_returned: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    accountability: Mapped[str | None] = mapped_column(Text)
    is_transferred: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    lessons: Mapped[str | None] = mapped_column(Text)
    accepted_by: Mapped[str | None] = mapped_column(String(80))
    accepted_on: Mapped[date | None] = mapped_column(Date)
    cleared_on: Mapped[date | None] = mapped_column(Date)
    look_back_on: Mapped[date | None] = mapped_column(Date)
    looked_back_on: Mapped[date | None] = mapped_column(Date)
    look_back_result: Mapped[str | None] = mapped_column(Text)
    n_rebounds: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    ticket: Mapped[Ticket] = relationship(lazy="raise")
    campaign: Mapped[Campaign] = relationship(lazy="raise")
