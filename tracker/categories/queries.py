"""Reading categories."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.categories.models import Category


def categories(session: Session, *, with_inactive: bool = False) -> Sequence[Category]:
    """Return the categories in their order, each class followed by its leaves."""
    found = select(Category).order_by(Category.position, Category.code)
    if not with_inactive:
        found = found.where(Category.is_active)
    return session.scalars(found).all()
