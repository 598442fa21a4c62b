"""Tables of the tickets room."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload
from sqlalchemy.sql.base import ExecutableOption

import tracker.accounts.models
import tracker.categories.models  # noqa: F401 — tables our foreign keys point at
from tracker.columns import BlindIndex, Sealed
from tracker.db import Base
from tracker.fields import FieldCipher, cipher
from tracker.offices.models import Body, Office
from tracker.tickets.rules import FINAL, Kind, Status

number_sequence = Sequence("ticket_number_seq", metadata=Base.metadata)

_OPEN_SQL = "status NOT IN ({})".format(
    ", ".join(f"'{s.value}'" for s in sorted(FINAL | {Status.CLOSED, Status.MERGED}))
)


_UNRULED_SQL = "ruling IS NULL AND ended_at IS NULL AND signed IS NOT FALSE"

SOONEST = text("coalesce(due_at, stage_due_at, '9999-01-01 00:00:00+00'::timestamptz)")
"""The order of the queue; what has no time set comes last. Index and query must spell it alike."""


class Channel(Base):
    """Where a ticket comes from (来源渠道); rows, since hotline brands change."""

    __tablename__ = "channel"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))


class Ticket(Base):
    """One complaint or finding (工单) with its present state; history lies in TicketEvent."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("channel_code", "source_no"),
        UniqueConstraint("idempotency_key"),
        Index("ix_ticket_queue", "office_id", "status", "due_at", "id"),
        Index("ix_ticket_due_at_id", "due_at", "id"),
        Index("ix_ticket_soonest", SOONEST, "id"),
        Index("ix_ticket_received_at_id", "received_at", "id"),
        Index("ix_ticket_check", "next_check_at", postgresql_where=text(_OPEN_SQL)),
        Index("ix_ticket_untriaged", "id", postgresql_where=text("status IN ('received', 'triaged')")),
        Index("ix_ticket_search", "search", postgresql_using="gin"),
        Index(
            "ix_ticket_assisting_office_id",
            "assisting_office_id",
            postgresql_where=text("assisting_office_id IS NOT NULL"),
        ),
        Index("ix_ticket_supervised", "id", postgresql_where=text("supervised")),
        Index("ix_ticket_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    receipt_code: Mapped[str] = mapped_column(String(16), unique=True)
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"), default=1)
    channel_code: Mapped[str] = mapped_column(ForeignKey("channel.code"))
    source_no: Mapped[str | None] = mapped_column(String(80))
    idempotency_key: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[Kind] = mapped_column(String(20))
    status: Mapped[Status] = mapped_column(String(20), index=True)
    title: Mapped[str] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    place_text: Mapped[str | None] = mapped_column(String(300))
    division_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"), index=True)

    respondent_name: Mapped[str | None] = mapped_column(String(200))
    respondent_body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"), index=True)
    respondent_level: Mapped[str | None] = mapped_column(String(20))
    officer_name: Mapped[str | None] = mapped_column(String(80))
    officer_cert_no: Mapped[str | None] = mapped_column(String(80))
    party_kind: Mapped[str | None] = mapped_column(String(20))
    uscc: Mapped[str | None] = mapped_column(String(18))
    urgent: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)

    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"), index=True)
    category_by: Mapped[str | None] = mapped_column(String(20))
    confidence: Mapped[float | None] = mapped_column(Float)
    top3: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    words: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    model_version: Mapped[str | None] = mapped_column(String(80))
    domain: Mapped[str | None] = mapped_column(String(40))

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    intake_office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    assisting_office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    routing_rule: Mapped[str | None] = mapped_column(String(60))
    because: Mapped[str | None] = mapped_column(Text)
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    designated: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)

    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    dispatched_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    replied_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reviewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    called_back_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_rule: Mapped[str | None] = mapped_column(String(60))
    due_provisional: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    due_from_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_days: Mapped[int | None] = mapped_column(Integer)
    stage_due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    stage_rule: Mapped[str | None] = mapped_column(String(64))
    stage_from_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    stage_amount: Mapped[int | None] = mapped_column(Integer)
    suspended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    next_check_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    extended_days: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    last_event_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_event: Mapped[str] = mapped_column(String(40))

    supervised: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    n_urged: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    n_returns: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    n_reworks: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    n_repeats: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    excluded_from_ranking: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    status_before: Mapped[str | None] = mapped_column(String(20))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    n_parts: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    n_events: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    head_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    search: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)
    signature: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    office: Mapped[Office] = relationship(foreign_keys=[office_id], lazy="raise")
    intake_office: Mapped[Office] = relationship(foreign_keys=[intake_office_id], lazy="raise")
    assisting_office: Mapped[Office | None] = relationship(foreign_keys=[assisting_office_id], lazy="raise")
    respondent_body: Mapped[Body | None] = relationship(foreign_keys=[respondent_body_id], lazy="raise")
    complainant: Mapped["Complainant | None"] = relationship(
        back_populates="ticket", uselist=False, lazy="raise"
    )


class Complainant(Base):
    """Who complained (诉求人): every field sealed; phone and id found again by blind index."""

    __tablename__ = "complainant"
    __table_args__ = (
        Index("ix_complainant_phone_index_ticket_id", "phone_index", "ticket_id"),
        Index("ix_complainant_id_no_index_ticket_id", "id_no_index", "ticket_id"),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    name_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    phone_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    id_no_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    address_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    phone_index: Mapped[bytes | None] = mapped_column(BlindIndex)
    phone_tail_index: Mapped[bytes | None] = mapped_column(BlindIndex)
    id_no_index: Mapped[bytes | None] = mapped_column(BlindIndex)
    anonymous: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    hide_identity: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)

    ticket: Mapped[Ticket] = relationship(back_populates="complainant", lazy="raise")

    def blind_indexes(self, session: Session) -> dict[str, bytes | None]:
        """Return the blind indexes that belong to the sealed telephone and identity number, under the newest key."""
        key = cipher(session)
        phone, id_no = key.open(self.phone_sealed), key.open(self.id_no_sealed)
        return complainant_indexes(key, self.ticket.number, phone, id_no)

    @classmethod
    def for_blind_indexes(cls) -> list[ExecutableOption]:
        """Return what `blind_indexes` wants loaded with each row."""
        return [selectinload(cls.ticket).load_only(Ticket.number)]


def complainant_indexes(key: FieldCipher, number: str, phone: str, id_no: str) -> dict[str, bytes | None]:
    """Return the blind indexes of who complained in the ticket of that number; those of what is "" are None."""
    return {
        "phone_index": key.blind(phone),
        "phone_tail_index": key.blind(number + phone[-4:]) if phone else None,
        "id_no_index": key.blind(id_no.upper()),
    }


class TicketOriginal(Base):
    """The words as they came, sealed, where something that names a person was hidden in them (原文).

    seq: of the event whose note it was, 0 for the complaint itself.
    """

    __tablename__ = "ticket_original"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sealed: Mapped[bytes | None] = mapped_column(Sealed)


class TicketBand(Base):
    """Bands of a ticket's signature, one a row: a narrow tree in which the latest tickets of a band lie together.

    An array with a GIN index would be smaller, but it cannot give the latest of 30,000 form letters without all of them.
    """

    __tablename__ = "ticket_band"

    band: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)


class TicketEvent(Base):
    """One thing that happened to a ticket (流转记录): append-only, each carrying the hash of the one before."""

    __tablename__ = "ticket_event"
    __table_args__ = (
        UniqueConstraint("ticket_id", "seq"),
        Index("ix_ticket_event_unfollowed", "id", postgresql_where=text("followed_at IS NULL")),
        Index("ix_ticket_event_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    seq: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(80))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    from_status: Mapped[str | None] = mapped_column(String(20))
    to_status: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"), default=dict)
    is_internal: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    followed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    ticket: Mapped[Ticket] = relationship(lazy="raise")


class CoHandler(Base):
    """An office helping with a ticket (协办), with its own due time.

    days: working days given from asked_at, those of a suspension added; None: it follows the lead's. due_at: None while it
    follows, the moment that counted once it is done. overdue_at: when that was written into the history, None before.
    recalled_at: the lead no longer asks; done_at is then the same moment.
    """

    __tablename__ = "co_handler"
    __table_args__ = (
        UniqueConstraint("ticket_id", "office_id"),
        Index("ix_co_handler_open", "ticket_id", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    days: Mapped[int | None] = mapped_column(Integer)
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    overdue_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    recalled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    task: Mapped[str] = mapped_column(Text)
    opinion: Mapped[str | None] = mapped_column(Text)

    office: Mapped[Office] = relationship(lazy="raise")


class ReturnRequest(Base):
    """One return (退单): asked for by the office, signed by its reviewer, then ruled on.

    signed: None while a second person of the office has not decided, False when he declined. ended_*: taken back by the
    office, or lapsed because the ticket went another way. ruled_at_desk: by whoever dispatched it (派单方), not by an
    arbiter; such a ruling is no precedent. settled_*: whose business it was, after 先办后议.
    """

    __tablename__ = "return_request"
    __table_args__ = (
        Index("ix_return_request_unruled", "ticket_id", postgresql_where=text(_UNRULED_SQL)),
        Index("ix_return_request_ruled_at", "ruled_at", postgresql_where=text("ruling IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    reason: Mapped[str] = mapped_column(String(40))
    basis: Mapped[str] = mapped_column(Text)
    statement: Mapped[str] = mapped_column(Text)
    claimed_office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    from_status: Mapped[str] = mapped_column(String(20))
    routing_rule: Mapped[str | None] = mapped_column(String(60))
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    signed: Mapped[bool | None] = mapped_column(Boolean)
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    signed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sign_opinion: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_why: Mapped[str | None] = mapped_column(Text)
    ruling: Mapped[str | None] = mapped_column(String(20))
    ruling_reason: Mapped[str | None] = mapped_column(Text)
    ruled_office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    ruled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ruled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ruled_at_desk: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    settled_office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    settled_reason: Mapped[str | None] = mapped_column(Text)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    office: Mapped[Office] = relationship(foreign_keys=[office_id], lazy="raise")
    claimed_office: Mapped[Office | None] = relationship(foreign_keys=[claimed_office_id], lazy="raise")
    ruled_office: Mapped[Office | None] = relationship(foreign_keys=[ruled_office_id], lazy="raise")
    settled_office: Mapped[Office | None] = relationship(foreign_keys=[settled_office_id], lazy="raise")


class Extension(Base):
    """One request for more time (延期), decided by another person."""

    __tablename__ = "extension"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    days: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    approved: Mapped[bool | None] = mapped_column(Boolean)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    opinion: Mapped[str | None] = mapped_column(Text)


class TicketShare(Base):
    """One share (共享): an office in charge lets another office read the ticket, for a reason and until a day.

    until: the last local day. ended_at: None while in force; set when it was called back or that day was over.
    """

    __tablename__ = "ticket_share"
    __table_args__ = (
        Index(
            "ix_ticket_share_in_force",
            "office_id",
            "ticket_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    from_office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    shared_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    shared_by_name: Mapped[str] = mapped_column(String(80))
    shared_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[date] = mapped_column(Date)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    office: Mapped[Office] = relationship(foreign_keys=[office_id], lazy="raise")


class TicketLink(Base):
    """A likely or confirmed repeat between two tickets; each keeps its number, complainant and survey."""

    __tablename__ = "ticket_link"
    __table_args__ = (UniqueConstraint("ticket_id", "other_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    linked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
