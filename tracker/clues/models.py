"""Tables of the sending side. What a clue says is sealed while it is a draft and wiped once it was sent."""

import json
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from tracker.clues.rules import Stage
from tracker.columns import BlindIndex, Sealed
from tracker.db import Base
from tracker.fields import cipher
from tracker.offices.models import Office

NAMED = "named"
"""The key of a draft under which stands whom it names; no part of what is shown or leaves."""


def person_at(person: str, unit: str) -> str:
    """Return what the blind index of a clue is made of: the same name at another unit is another person."""
    return f"{person}@{unit}"


_OPEN = text("stage IN ('proposed', 'co_signed', 'approved')")


class ClueSerial(Base):
    """The last number given out per word and year, so that numbers have no gaps."""

    __tablename__ = "clue_serial"

    word: Mapped[str] = mapped_column(String(10), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class Clue(Base):
    """One transfer of a clue (问题线索移送) as the sending office keeps it.

    office_id: the office that decides; a township's proposals are decided by the office above it, since a township
    office only assists. draft_sealed: JSON of letter facts, register and report under FIELD_KEY; None once sent,
    refused or withdrawn. person_index: blind index of the person, against proposing the same twice; named_index: of whom the
    draft names (`recusal.named`), so that nobody finds a clue about himself; both None with the draft.
    package_digest: of what was sent, to check the receipt against.
    """

    __tablename__ = "clue"
    __table_args__ = (
        Index("ix_clue_person", "ticket_id", "person_index", unique=True, postgresql_where=_OPEN),
        Index("ix_clue_office_id", "office_id", "id"),
        Index("ix_clue_approved", "approved_at", postgresql_where=text("stage = 'approved'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    proposing_office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    stage: Mapped[Stage] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"), default=1)
    receiver_code: Mapped[str] = mapped_column(String(9))
    receiver_name: Mapped[str] = mapped_column(String(80))
    because: Mapped[str] = mapped_column(Text)
    flagged: Mapped[bool] = mapped_column(Boolean)
    draft_sealed: Mapped[bytes | None] = mapped_column(Sealed, deferred=True)
    person_index: Mapped[bytes | None] = mapped_column(BlindIndex)
    named_index: Mapped[list[bytes] | None] = mapped_column(ARRAY(BlindIndex))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    co_signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    co_signed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_rule: Mapped[str | None] = mapped_column(String(64))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    package_digest: Mapped[bytes | None] = mapped_column(LargeBinary)

    office: Mapped[Office] = relationship(foreign_keys=[office_id], lazy="raise")

    def blind_indexes(self, session: Session) -> dict[str, bytes | list[bytes] | None]:
        """Return the blind indexes that belong to the sealed draft, under the newest key; None once it was wiped."""
        key = cipher(session)
        draft = json.loads(key.open(self.draft_sealed) or "null")
        if not draft:
            return {"person_index": None, "named_index": None}
        return {
            "person_index": key.blind(person_at(draft["person"], draft["unit"])),
            # a draft of before says the person alone
            "named_index": key.blind_all(draft.get(NAMED) or [draft["person"]]),
        }


class ClueEvidence(Base):
    """One file of a draft; its pieces are sealed under a key of its own, and that under FIELD_KEY. All go when it was sent.

    It is written before its clue, so that the row that gives out numbers is not held while large files are written.
    """

    __tablename__ = "clue_evidence"
    __table_args__ = (UniqueConstraint("clue_id", "n"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    clue_id: Mapped[int] = mapped_column(ForeignKey("clue.id", deferrable=True, initially="DEFERRED"))
    n: Mapped[int] = mapped_column(Integer)
    key_sealed: Mapped[bytes] = mapped_column(Sealed)
    label_sealed: Mapped[bytes] = mapped_column(Sealed)


class CluePiece(Base):
    """The i-th sealed piece of a file of a draft, see `tracker.streams`; written once and deleted with the draft."""

    __tablename__ = "clue_piece"

    evidence_id: Mapped[int] = mapped_column(ForeignKey("clue_evidence.id"), primary_key=True)
    i: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ClueEntry(Base):
    """One step or one reading of a clue (审批与查阅记录), kept apart from the ticket's history; append-only.

    step: propose, a `rules.Step`, or read / evidence for readings. What was said stands apart, see `ClueOpinion`.
    """

    __tablename__ = "clue_entry"
    __table_args__ = (Index("ix_clue_entry_clue_id", "clue_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    clue_id: Mapped[int] = mapped_column(ForeignKey("clue.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    account_name: Mapped[str] = mapped_column(String(80))
    step: Mapped[str] = mapped_column(String(20))


class ClueOpinion(Base):
    """What was said at a step, under FIELD_KEY: it may speak of the person, so it goes when the clue was sent.

    Of what was refused or withdrawn it stays, since a refusal's reason must be on record.
    """

    __tablename__ = "clue_opinion"

    entry_id: Mapped[int] = mapped_column(ForeignKey("clue_entry.id"), primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(Sealed)
