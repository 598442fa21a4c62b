"""Tables of divisions, supervision offices and enforcement bodies."""

from enum import StrEnum
from typing import TypeVar

from sqlalchemy import BigInteger, Enum, ForeignKey, Identity, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base
from tracker.offices.rules import BodyKind, Domain, Level

Word = TypeVar("Word", bound=StrEnum)


def _stored(words: type[Word]) -> Enum:
    """Return a text column type that holds the values of the enum; Python checks them, not the server."""
    return Enum(
        words, values_callable=lambda all_: [word.value for word in all_], native_enum=False, length=16
    )


class Division(Base):
    """One administrative division (行政区划); Guangdong to the township, elsewhere to the county.

    code: 6 digits down to the county, 9 for a township. path: codes from the top, "/440000/440100/440106/".
    full_name: names from the province down without a break, for search. is_special: a park, farm or the like
    that the statistics list but that has no government of its own.
    """

    __tablename__ = "division"

    code: Mapped[str] = mapped_column(String(9), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    full_name: Mapped[str] = mapped_column(String(120))
    level: Mapped[Level] = mapped_column(_stored(Level))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"), index=True)
    path: Mapped[str] = mapped_column(String(60))
    is_special: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index("ix_division_path", "path", postgresql_ops={"path": "text_pattern_ops"}),)


class Office(Base):
    """One supervision office (行政执法监督机构): 司法厅, 司法局 or 司法所.

    code: that of its division. name: unique and written out; short_name: as people say it. path: as the
    division's, so that everything below an office is a prefix query.
    """

    __tablename__ = "office"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    short_name: Mapped[str] = mapped_column(String(60))
    level: Mapped[Level] = mapped_column(_stored(Level))
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    path: Mapped[str] = mapped_column(String(60))
    is_active: Mapped[bool] = mapped_column(default=True)

    division: Mapped[Division] = relationship(lazy="raise")
    parent: Mapped["Office | None"] = relationship(lazy="raise", remote_side="Office.id")

    __table_args__ = (Index("ix_office_path", "path", postgresql_ops={"path": "text_pattern_ops"}),)


class Body(Base):
    """One enforcement body (执法主体) that may be complained about.

    code: division code, hyphen, two letters (440106-SC). aliases: names of this one body only; the short names of
    a whole domain stand in data/aliases.csv. superior_id: same trade one level up, or whoever set up the outpost.
    is_vertical: answers to its superior department, not to the local government (tax, fire, tobacco).
    """

    __tablename__ = "body"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
    aliases: Mapped[list[str]] = mapped_column(JSONB, default=list)
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    level: Mapped[Level] = mapped_column(_stored(Level))
    domain: Mapped[Domain] = mapped_column(_stored(Domain))
    superior_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"), index=True)
    is_vertical: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[BodyKind] = mapped_column(_stored(BodyKind))
    is_active: Mapped[bool] = mapped_column(default=True)

    division: Mapped[Division] = relationship(lazy="raise")
    superior: Mapped["Body | None"] = relationship(lazy="raise", remote_side="Body.id")

    __table_args__ = (Index("ix_body_division_code_domain", "division_code", "domain"),)
