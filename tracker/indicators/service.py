"""One report of an office's subtree over a period, and the tickets behind each of its figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.clock import local_date
from tracker.errors import Invalid, NotFound
from tracker.indicators import queries, rules
from tracker.indicators.history import Span
from tracker.indicators.queries import Counts, Listed, Narrower, Scope
from tracker.indicators.rules import Base, Figure, Rate
from tracker.offices.models import Division, Office
from tracker.offices.service import office as office_of
from tracker.permissions import Actor, Permission, require, require_seen


@dataclass(frozen=True)
class Measured:
    """A rate with what was counted: `counted` out of `of` tickets."""

    rate: Rate
    counted: int
    of: int

    @property
    def share(self) -> float | None:
        """0 to 1, None when there was nothing to count."""
        return rules.share(self.counted, self.of)


@dataclass(frozen=True)
class Row:
    """The figures of one office right below, or of the office itself without those ("" as code)."""

    code: str
    name: str
    counts: Counts


@dataclass(frozen=True)
class Report:
    """Every figure of the subtree, each office right below, and the same moment for all of them.

    n_unswept: tickets whose limits the clock, running late, has still to look at; figures of the period wait for it.
    """

    scope: Scope
    counts: Counts
    rows: tuple[Row, ...]
    n_unswept: int = 0

    def rates(self, counts: Counts | None = None) -> tuple[Measured, ...]:
        """Return the rates of the whole, or of the counts given."""
        known = self.counts if counts is None else counts
        return tuple(Measured(one, known.get(one.counted, 0), known.get(one.of, 0)) for one in rules.RATES)

    @property
    def corrections(self) -> Mapping[str, int]:
        """By how much a period that is over was corrected since; empty when it was not."""
        return {code: self.counts[code] for code in rules.CORRECTIONS if self.counts[code]}


@dataclass(frozen=True)
class Grid:
    """Main categories × areas: (code, name) of both, and the tickets of each cell that has any."""

    categories: tuple[str, ...]
    areas: tuple[tuple[str, str], ...]
    cells: Mapping[tuple[str, str], int]

    @property
    def most(self) -> int:
        """The largest cell."""
        return max(self.cells.values(), default=0)


@dataclass(frozen=True)
class Week:
    """One point of the trend lines: a week's first and last day, and its figures."""

    since: date
    until: date
    counts: Counts


def scope(
    session: Session,
    actor: Actor,
    office: str | None,
    since: date | None,
    until: date | None,
    *,
    now: datetime,
) -> Scope:
    """Return the scope: the actor's own office and the month so far unless told otherwise.

    Raises NotFound for an office outside the actor's subtree, Invalid for a period that is turned round or too long.
    """
    until = until or local_date(now)
    since = since or until.replace(day=1)
    if since > until:
        raise Invalid("起始日期不能晚于截止日期。", fields={"from": ["晚于截止日期。"]})
    if (until - since).days >= rules.MAX_DAYS:
        raise Invalid(f"一次最多统计{rules.MAX_DAYS}天。", fields={"from": ["跨度太大。"]})
    chosen = office_of(session, office) if office else session.get(Office, actor.office_id or 0)
    chosen = chosen or queries.top_office(session)
    if chosen is None:
        raise Invalid("请选择要统计的单位。", fields={"office": ["请选择单位。"]})
    require_seen(actor, chosen.path, "该单位")
    session.refresh(chosen, ["division"])
    return Scope(chosen, Span(since, until, now))


def report(session: Session, actor: Actor, of: Scope) -> Report:
    """Return every figure of the scope, and of each office right below it. Raises NotAllowed."""
    return _report(session, actor, of, tuple(Base))


def today(session: Session, actor: Actor, of: Scope) -> Report:
    """Return what the board tells of today alone, for the scope's office: received and overdue."""
    on = local_date(of.span.now)
    here = Scope(of.office, Span(on, on, of.span.now))
    return _report(session, actor, here, (Base.RECEIVED, Base.OVERDUE))


def _report(session: Session, actor: Actor, of: Scope, bases: tuple[Base, ...]) -> Report:
    require(actor, Permission.REPORT_READ)
    names = {"": f"{of.office.short_name}（本级）", **queries.children(session, of.office)}
    counts: Counts = {}
    below: dict[str, Counts] = {code: {} for code in names}
    for base in bases:
        total, children = queries.counted(session, of, base)
        counts |= total
        for code in names:
            below[code] |= children.get(code) or dict.fromkeys(total, 0)
    rows = tuple(Row(code, name, below[code]) for code, name in names.items())
    return Report(of, counts, rows, queries.n_unswept(session, of))


def grid(session: Session, of: Scope) -> Grid:
    """Return what was received, by main category and by the areas right below the office."""
    cells = queries.grid(session, of, Base.RECEIVED)
    letters = tuple(sorted({letter for _, letter in cells} - {rules.UNSORTED}))
    unsorted = (rules.UNSORTED,) if any(letter == rules.UNSORTED for _, letter in cells) else ()
    known = queries.areas(session, of.office.division_code)
    used = {area for area, _ in cells}
    areas = [(code, name) for code, name in known.items() if code in used]
    if rules.OWN in used:
        areas.append(
            (rules.OWN, f"{of.office.division.name}（未细分）" if known else of.office.division.name)
        )
    if rules.ELSEWHERE in used:
        areas.append((rules.ELSEWHERE, "其他地区"))
    return Grid((*letters, *unsorted), tuple(areas), cells)


def trend(session: Session, of: Scope) -> tuple[Week, ...]:
    """Return the last weeks up to the scope's last day, the oldest first."""
    weeks = []
    for since, until in rules.weeks(of.span.until):
        one = Scope(of.office, Span(since, until, of.span.now))
        counts: Counts = {}
        for base in (Base.RECEIVED, Base.CLOSED, Base.ANSWERED):
            counts |= queries.total(session, one, base)
        weeks.append(Week(since, until, counts))
    return tuple(weeks)


def figure(code: str) -> Figure:
    """Return the figure of that code; raises NotFound."""
    if code not in rules.FIGURE:
        raise NotFound("没有这项指标，请从看板进入。", code="unknown_figure")
    return rules.FIGURE[code]


def tickets(
    session: Session,
    actor: Actor,
    of: Scope,
    code: str,
    narrower: Narrower,
    *,
    cursor: int | None = None,
    limit: int = 50,
) -> Listed:
    """Return a page of the tickets behind a figure. own: only those of the office itself. Raises NotFound, NotAllowed."""
    require(actor, Permission.REPORT_READ)
    return queries.tickets(session, actor, of, figure(code), narrower, cursor=cursor, limit=limit)


def area_name(session: Session, of: Scope, area: str) -> str:
    """Return the name of an area of the heat grid."""
    if area == rules.ELSEWHERE:
        return "其他地区"
    found = of.office.division if area == rules.OWN else session.get(Division, area)
    return found.name if found is not None else area
