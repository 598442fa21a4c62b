"""Write the categories that are missing; changed ones stay as people left them."""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.categories.models import Category
from tracker.categories.rules import CLASS_A, CLUE_CLASS, REDIRECT_CLASS, letter

_TABLE: Final = Path(__file__).parent / "data" / "categories.csv"


@cache
def rows() -> tuple[dict[str, object], ...]:
    """Return the categories as the table wants them, classes before their leaves."""
    return tuple(_rows())


def _rows() -> Iterator[dict[str, object]]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        for position, row in enumerate(csv.DictReader(file)):
            yield {
                "code": row["code"],
                "name": row["name"],
                "parent_code": row["parent_code"] or None,
                "description": row["description"],
                "is_redirect": letter(row["code"]) == REDIRECT_CLASS,
                "redirect_channel": row["redirect_channel"] or None,
                "is_clue_sign": letter(row["code"]) == CLUE_CLASS,
                "needs_evidence": letter(row["code"]) == CLASS_A,
                "position": position,
                "is_active": True,
            }


def seed(session: Session) -> int:
    """Add the categories that are missing and return how many; the transaction stays open."""
    missing = insert(Category).values(list(rows())).on_conflict_do_nothing().returning(Category.code)
    return len(session.scalars(missing).all())
