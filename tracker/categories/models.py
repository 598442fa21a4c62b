"""The table of categories."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class Category(Base):
    """One category of complaint; ten letters, each with leaves (A → A1).

    redirect_channel: for what is not a matter of enforcement supervision, the sentence that tells the complainant
    where to go. needs_evidence: a reply must come with evidence and a second person's review. is_clue_sign: hints
    at corruption; nothing follows by itself, a person decides.
    """

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"), index=True)
    description: Mapped[str] = mapped_column(Text, default="")
    is_redirect: Mapped[bool] = mapped_column(default=False)
    redirect_channel: Mapped[str | None] = mapped_column(Text)
    is_clue_sign: Mapped[bool] = mapped_column(default=False)
    needs_evidence: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
