"""Reading divisions, offices and bodies: by code, by subtree and by the words a clerk types."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, joinedload

from tracker.offices.models import Body, Division, Office
from tracker.offices.registry import aliases, trades
from tracker.offices.rules import Domain, Level, like_literal, path_codes, scattered, trade_asked


def below(column: InstrumentedAttribute[str], path: str) -> ColumnElement[bool]:
    """Return the predicate "this path or underneath", answered by the prefix index."""
    return column.like(like_literal(path) + "%")


def office_ids(path: str) -> Select[int]:
    """Return the subquery of ids of the offices at or below a path, for `Ticket.office_id.in_(...)`."""
    return select(Office.id).where(below(Office.path, path))


def divisions(
    session: Session, *, query: str, parent_code: str | None, home_path: str, limit: int
) -> Sequence[Division]:
    """Return divisions that match what was typed, best first; without a query the children of a node.

    query: "天河 石牌" and "天河石牌" both find 石牌街道. parent_code: None for the provinces, or for everywhere
    when there is a query. home_path: the reader's own tree, listed first among equals.
    """
    found = select(Division).limit(limit)
    if parent_code is not None or not query:
        found = found.where(Division.parent_code == parent_code)
    if not query:
        return session.scalars(found.order_by(Division.is_special, Division.code)).all()
    # the last character typed belongs to the node's own name, so that 天河 is not answered by all its streets
    found = found.where(Division.full_name.like(scattered(query)), Division.name.contains(query[-1]))
    typed = query.rsplit(maxsplit=1)[-1]
    found = found.order_by(
        *_closeness(Division.name, typed),
        case((below(Division.path, home_path), 0), else_=1),
        Division.is_special,
        func.length(Division.full_name),
        Division.code,
    )
    rows = session.scalars(found).all()
    return [row for row in rows if typed in row.name] or rows


def _closeness(name: InstrumentedAttribute[str], typed: str) -> list[ColumnElement[Any]]:
    """Return the order: the very name, begins so, contains it, the rest."""
    text = like_literal(typed)
    return [case((name == typed, 0), (name.like(f"{text}%"), 1), (name.like(f"%{text}%"), 2), else_=3)]


def offices(
    session: Session, *, query: str, parent_code: str | None, level: Level | None, path: str, limit: int
) -> Sequence[Office]:
    """Return active offices at or below `path`: those that match the query, or the children of one office.

    Without query, parent and level the top of the subtree is returned, where a tree picker begins.
    """
    found = (
        select(Office).where(Office.is_active, below(Office.path, path)).options(joinedload(Office.parent))
    )
    if level is not None:
        found = found.where(Office.level == level)
    if parent_code is not None:
        parent = select(Office.id).where(Office.code == parent_code).scalar_subquery()
        found = found.where(Office.parent_id == parent)
    elif not query and level is None:
        found = found.where(Office.path == path if path != "/" else Office.parent_id.is_(None))
    if query:
        found = found.join(Office.division).where((Division.full_name + Office.name).like(scattered(query)))
        found = found.order_by(*_closeness(Office.name, query), func.length(Office.path))
    return session.scalars(found.order_by(Office.code).limit(limit)).unique().all()


def office(session: Session, code: str) -> Office | None:
    """Return the office with that code, with its parent, or None."""
    return session.scalar(select(Office).where(Office.code == code).options(joinedload(Office.parent)))


def offices_on(session: Session, path: str) -> Sequence[Office]:
    """Return the active offices on a path, top first: everyone who stands above, and the office itself."""
    found = select(Office).where(Office.code.in_(path_codes(path)), Office.is_active)
    return session.scalars(found.order_by(func.length(Office.path))).all()


def body(session: Session, code: str) -> Body | None:
    """Return the body with that code, with its division and superior, or None."""
    loaded = (joinedload(Body.division), joinedload(Body.superior))
    return session.scalar(select(Body).where(Body.code == code).options(*loaded))


def bodies(
    session: Session,
    *,
    query: str,
    division: Division | None,
    domain: Domain | None,
    home_path: str,
    limit: int,
) -> Sequence[Body]:
    """Return active bodies that match what was typed, best first.

    query: names, short names or both: "天河 城管". division: only bodies in it, above it or below it; its own come
    first, then those above. home_path: the reader's own tree, listed first among equals.
    """
    letters, rest = trade_asked(query, aliases())
    found = (
        select(Body)
        .join(Body.division)
        .options(contains_eager(Body.division), joinedload(Body.superior))
        .where(Body.is_active)
        .limit(limit)
    )
    if domain is not None:
        found = found.where(Body.domain == domain)
    if division is not None:
        found = found.where(
            or_(below(Division.path, division.path), Division.code.in_(path_codes(division.path)))
        )
        found = found.order_by(*_nearness(division))
    narrow = found.where(_names(rest), _of_trade(letters)) if letters else found.where(_names(query))
    found = narrow.order_by(*_fit(rest, home_path), func.length(Division.path), Body.code)
    rows = session.scalars(found).unique().all()
    text = "".join(rest.split())
    whole = [row for row in rows if text in row.name or text in row.division.full_name]
    return whole or rows or _named_so(session, query, limit)


def _named_so(session: Session, query: str, limit: int) -> Sequence[Body]:
    """Return the bodies for which somebody entered this very name as an alias of their own."""
    loaded = (joinedload(Body.division), joinedload(Body.superior))
    return session.scalars(
        select(Body).where(Body.is_active, Body.aliases.contains([query])).options(*loaded).limit(limit)
    ).all()


def _names(typed: str) -> ColumnElement[bool]:
    return (Division.full_name + Body.name).like(scattered(typed))


def _of_trade(letters: str) -> ColumnElement[bool]:
    domain = trades()[letters].domain
    return Body.code.like(f"%-{letters}") if domain is Domain.OTHER else Body.domain == domain


def _nearness(division: Division) -> list[ColumnElement[Any]]:
    """Return the order: of the division itself, then those above from the nearest up, then those below."""
    above = Division.code.in_(path_codes(division.path))
    own = Division.code == division.code
    return [case((own, 0), (above, 1), else_=2), case((above, -func.length(Division.path)), else_=0)]


def _fit(typed: str, home_path: str) -> list[ColumnElement[Any]]:
    """Return the order: typed in one piece in a name, in the home tree, anywhere."""
    text = "".join(typed.split())
    whole = or_(Body.name.contains(text, autoescape=True), Division.full_name.contains(text, autoescape=True))
    return [case((whole, 0), else_=1), case((below(Division.path, home_path), 0), else_=1)]


def body_of(session: Session, path: str, domain: Domain) -> Body | None:
    """Return the active body of a domain in the division at `path`, or else the nearest one above it."""
    found = (
        select(Body)
        .join(Body.division)
        .where(Body.is_active, Body.domain == domain, Division.code.in_(path_codes(path)))
        .options(contains_eager(Body.division), joinedload(Body.superior))
        .order_by(func.length(Division.path).desc(), Body.id)
    )
    return session.scalars(found.limit(1)).unique().first()
