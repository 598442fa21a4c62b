"""Use cases on categories: show them as a tree, look one up, change its words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.audit import service as audit
from tracker.categories import queries
from tracker.categories import seed as seeding
from tracker.categories.models import Category
from tracker.errors import Conflict, NotFound
from tracker.permissions import Actor, Permission, require


@dataclass(frozen=True, slots=True)
class Branch:
    """One class with its leaves."""

    category: Category
    leaves: tuple[Category, ...]


def seed(session: Session) -> int:
    """Add the categories that are missing and return how many. Idempotent."""
    return seeding.seed(session)


def tree(session: Session, *, with_inactive: bool = False) -> Sequence[Branch]:
    """Return the classes in order, each with its leaves in order."""
    found = queries.categories(session, with_inactive=with_inactive)
    return [
        Branch(category, tuple(leaf for leaf in found if leaf.parent_code == category.code))
        for category in found
        if category.parent_code is None
    ]


def category(session: Session, code: str) -> Category:
    """Return the category; raises NotFound."""
    found = session.get(Category, code)
    if found is None:
        raise NotFound(f"没有代码为 {code} 的类别，请从列表中选择。", code="category_not_found")
    return found


def redirect_sentence(session: Session, code: str) -> str | None:
    """Return the sentence that tells where to go instead, or None for what is ours; raises NotFound."""
    found = category(session, code)
    if found.redirect_channel or not found.is_redirect or found.parent_code is None:
        return found.redirect_channel
    return category(session, found.parent_code).redirect_channel


def change(
    session: Session,
    actor: Actor,
    code: str,
    *,
    now: datetime,
    name: str | None = None,
    description: str | None = None,
    redirect_channel: str | None = None,
    needs_evidence: bool | None = None,
    is_active: bool | None = None,
) -> Category:
    """Change what is given and return the category; raises NotFound, NotAllowed, Conflict."""
    require(actor, Permission.TABLE_EDIT)
    changed = category(session, code)
    if is_active is False and changed.parent_code is None:
        raise Conflict("大类不能停用，可以停用其下的小类。", code="class_in_use")
    told = {}
    given = {
        "name": name,
        "description": description,
        "redirect_channel": redirect_channel,
        "needs_evidence": needs_evidence,
        "is_active": is_active,
    }
    for field, value in given.items():
        if value is not None:
            told[field] = f"{getattr(changed, field)} → {value}"
            setattr(changed, field, value)
    session.flush()
    audit.record(session, actor, "change", "category", code, told, now=now)
    return changed
