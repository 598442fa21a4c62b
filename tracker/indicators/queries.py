"""Counting the cases of a subtree, and listing the very tickets behind a figure: one query for both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from tracker.indicators.cases import CASES, Cases
from tracker.indicators.history import Span
from tracker.indicators.rules import ELSEWHERE, FIGURES, OWN, UNSORTED, Base, Figure
from tracker.offices.models import Division, Office
from tracker.offices.queries import below
from tracker.permissions import Actor
from tracker.tickets.models import Ticket
from tracker.tickets.rules import OPEN
from tracker.tickets.sight import kept_from, visible

Counts = dict[str, int]

_SEAT = aliased(Office)


@dataclass(frozen=True)
class Scope:
    """What is counted: an office with all below it, over a span."""

    office: Office
    span: Span


@dataclass(frozen=True)
class Narrower:
    """A part of a figure: a main category (one letter) and an area as `grid` codes them; own: without offices below."""

    category: str | None = None
    area: str | None = None
    own: bool = False


EVERYTHING = Narrower()


def _flagged(figure: Figure, rows: Any) -> ColumnElement[bool]:
    """Return the aggregate that says whether a ticket belongs to the figure."""
    if figure.flag is None:
        return literal(True)  # a value, not a switch
    column = rows.c[figure.flag]
    return func.bool_and(column) if figure.every else func.bool_or(column)


def _rows(scope: Scope, base: Base) -> Cases:
    """Return the cases of the base in the subtree, with `child`: the code of the office right below, "" for its own."""
    # materialized: else the planner, who cannot guess who was in charge, looks up every event once for every office
    found = CASES[base](scope.span).cte("found").prefix_with("MATERIALIZED")
    child = func.split_part(func.substr(Office.path, len(scope.office.path) + 1), "/", 1)
    return (
        select(found, child.label("child"))
        .join(Office, Office.id == found.c.office_id)
        .where(below(Office.path, scope.office.path))
    )


def _figures(base: Base) -> list[Figure]:
    return [figure for figure in FIGURES if figure.base is base]


def counted(session: Session, scope: Scope, base: Base) -> tuple[Counts, dict[str, Counts]]:
    """Return the figures of a base: of the whole subtree, and by child ("" for the office itself)."""
    rows = _rows(scope, base).subquery("rows_in_scope")
    figures = _figures(base)
    flags = [_flagged(figure, rows).label(f"f{n}") for n, figure in enumerate(figures)]
    whole = func.grouping(rows.c.child).label("whole")
    tickets = (
        select(whole, rows.c.child, *flags)
        .group_by(func.grouping_sets(tuple_(rows.c.ticket_id), tuple_(rows.c.ticket_id, rows.c.child)))
        .subquery("one_a_ticket")
    )
    sums = [func.count().filter(tickets.c[f"f{n}"]) for n in range(len(figures))]
    found = session.execute(
        select(tickets.c.whole, tickets.c.child, *sums).group_by(tickets.c.whole, tickets.c.child)
    )
    total: Counts = {figure.code: 0 for figure in figures}
    children: dict[str, Counts] = {}
    for is_whole, child, *ns in found:
        counts = {figure.code: n for figure, n in zip(figures, ns, strict=True)}
        if is_whole:
            total = counts
        else:
            children[child] = counts
    return total, children


def total(session: Session, scope: Scope, base: Base) -> Counts:
    """Return the figures of a base over the whole subtree only."""
    rows = _rows(scope, base).subquery("rows_in_scope")
    figures = _figures(base)
    flags = [_flagged(figure, rows).label(f"f{n}") for n, figure in enumerate(figures)]
    tickets = select(rows.c.ticket_id, *flags).group_by(rows.c.ticket_id).subquery("one_a_ticket")
    sums = [func.count().filter(tickets.c[f"f{n}"]) for n in range(len(figures))]
    found = session.execute(select(*sums)).one()
    return {figure.code: n for figure, n in zip(figures, found, strict=True)}


def n_tickets(session: Session, scope: Scope, figure: Figure, narrower: Narrower = EVERYTHING) -> int:
    """Return one figure of the whole subtree."""
    return session.scalar(select(func.count()).select_from(_ids(scope, figure, narrower).subquery())) or 0


def _ids(scope: Scope, figure: Figure, narrower: Narrower = EVERYTHING) -> Any:
    rows = _rows(scope, figure.base).subquery("rows_in_scope")
    ids = select(rows.c.ticket_id).group_by(rows.c.ticket_id)
    if narrower != EVERYTHING:
        ids = _narrowed(ids, rows, scope, narrower)
    return ids.having(_flagged(figure, rows)) if figure.flag else ids


def _narrowed(ids: Any, rows: Any, scope: Scope, narrower: Narrower) -> Any:
    ids = ids.join(Ticket, Ticket.id == rows.c.ticket_id)
    if narrower.own:
        ids = ids.where(rows.c.child == "")
    if narrower.category is not None:
        ids = ids.where(_letter() == narrower.category)
    if narrower.area is not None:
        ids = _placed(ids, rows).where(_area(scope) == narrower.area)
    return ids


def _letter() -> ColumnElement[str]:
    return func.coalesce(func.left(Ticket.category_code, 1), UNSORTED)


def _placed(query: Any, rows: Any) -> Any:
    """Return the query joined to where the matter lies: the ticket's place, or that of the office in charge."""
    lies = func.coalesce(Ticket.division_code, _SEAT.division_code)
    return query.join(_SEAT, _SEAT.id == rows.c.office_id).join(Division, Division.code == lies)


def _area(scope: Scope) -> ColumnElement[str]:
    path = scope.office.division.path
    child = func.split_part(func.substr(Division.path, len(path) + 1), "/", 1)
    return case((~below(Division.path, path), ELSEWHERE), (child == "", OWN), else_=child)


def grid(session: Session, scope: Scope, base: Base) -> dict[tuple[str, str], int]:
    """Return (area, main category) → tickets of the base, which must have one row a ticket; empty cells are left out.

    area: the code of the division right below the office's, OWN or ELSEWHERE. category: its letter or UNSORTED.
    """
    rows = _rows(scope, base).subquery("rows_in_scope")
    area, letter = _area(scope).label("area"), _letter().label("letter")
    query = select(area, letter, func.count(rows.c.ticket_id.distinct())).join(
        Ticket, Ticket.id == rows.c.ticket_id
    )
    found = session.execute(_placed(query, rows).group_by(area, letter))
    return {(row[0], row[1]): row[2] for row in found}


@dataclass(frozen=True)
class Listed:
    """A page of the tickets behind a figure. open_to: ids of those the reader may still open.

    kept_from: ids of those that complain about his own office, of which he learns nothing but that they count.
    """

    tickets: Sequence[Ticket]
    open_to: frozenset[int]
    kept_from: frozenset[int]
    n: int
    next: int | None


def tickets(
    session: Session,
    actor: Actor,
    scope: Scope,
    figure: Figure,
    narrower: Narrower,
    *,
    cursor: int | None,
    limit: int,
) -> Listed:
    """Return a page of the tickets behind a figure, the newest first, and how many there are altogether."""
    ids = _ids(scope, figure, narrower).subquery("ids")
    query = (
        select(Ticket, visible(actor).label("is_open"), kept_from(actor).label("is_kept_from"))
        .where(Ticket.id.in_(select(ids.c.ticket_id)))
        .options(joinedload(Ticket.office), joinedload(Ticket.respondent_body))
        .order_by(Ticket.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(Ticket.id < cursor)
    found = session.execute(query).all()
    shown = [row.Ticket for row in found[:limit]]
    open_to = frozenset(row.Ticket.id for row in found if row.is_open)
    away = frozenset(row.Ticket.id for row in found if row.is_kept_from)
    n = n_tickets(session, scope, figure, narrower)
    return Listed(shown, open_to, away, n, shown[-1].id if len(found) > limit else None)


UNSWEPT_MOST = 1000
SWEEP_LAG = timedelta(minutes=3)
"""[P] A sweep so late is late; it runs every minute."""


def n_unswept(session: Session, scope: Scope) -> int:
    """Return for how many tickets of the subtree the clock has not yet written down what the period did; up to 1000."""
    waiting = (
        select(Ticket.id)
        .join(Office, Office.id == Ticket.office_id)
        .where(
            below(Office.path, scope.office.path),
            Ticket.status.in_([one.value for one in OPEN]),
            Ticket.next_check_at <= min(scope.span.at, scope.span.now - SWEEP_LAG),
        )
        .limit(UNSWEPT_MOST)
    )
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def children(session: Session, office: Office) -> Mapping[str, str]:
    """Return the short names of the offices right below, by code, in the order of their codes."""
    found = session.execute(
        select(Office.code, Office.short_name).where(Office.parent_id == office.id).order_by(Office.code)
    )
    return {row.code: row.short_name for row in found}


def areas(session: Session, division_code: str) -> Mapping[str, str]:
    """Return the names of the divisions right below, by code, in the order of their codes."""
    found = session.execute(
        select(Division.code, Division.name)
        .where(Division.parent_code == division_code)
        .order_by(Division.code)
    )
    return {row.code: row.name for row in found}


def top_office(session: Session) -> Office | None:
    """Return the office above all others."""
    return session.scalars(select(Office).where(Office.parent_id.is_(None)).order_by(Office.id)).first()
