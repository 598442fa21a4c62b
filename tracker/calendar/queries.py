"""Reading the calendar and the deadline table."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.calendar.deadlines import Closure
from tracker.calendar.models import CalendarChange, CalendarClosure, CalendarDay, CalendarYear, DeadlineRule
from tracker.calendar.rules import Day
from tracker.offices.models import Office
from tracker.permissions import Actor

Stamp = tuple[tuple[int, UUID], ...]
CHANGES_MOST = 50
"""The page shows this many changes of a year, the newest."""
OFFICES_MOST = 2000
"""Offices offered where a closure is written down."""


@dataclass(frozen=True)
class Shut:
    """A closure with the office it is for."""

    closure: CalendarClosure
    office: Office


def stamp(session: Session) -> Stamp:
    """Return the revisions of all loaded years; it changes whenever a day does."""
    rows = session.execute(select(CalendarYear.year, CalendarYear.revision).order_by(CalendarYear.year))
    return tuple((year, revision) for year, revision in rows)


def days(session: Session) -> list[Day]:
    """Return every loaded day in order."""
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.is_working, CalendarDay.note, CalendarDay.hours).order_by(
            CalendarDay.day
        )
    )
    return [Day(day, is_working, note, hours) for day, is_working, note, hours in rows]


def year(session: Session, number: int) -> CalendarYear | None:
    """Return the loaded year, or None."""
    return session.get(CalendarYear, number)


def deadline_rules(session: Session, *, active_only: bool = False) -> list[DeadlineRule]:
    """Return the deadline table by clock and code."""
    query = select(DeadlineRule).order_by(DeadlineRule.clock, DeadlineRule.code)
    return list(session.scalars(query.where(DeadlineRule.is_active) if active_only else query))


def deadline_rule(session: Session, code: str) -> DeadlineRule | None:
    """Return the rule of that code, or None."""
    return session.scalar(select(DeadlineRule).where(DeadlineRule.code == code))


def closures(session: Session) -> tuple[Closure, ...]:
    """Return every local closure as the pure rules take it."""
    rows = session.execute(
        select(CalendarClosure.day, Office.path, CalendarClosure.why).join(
            Office, Office.id == CalendarClosure.office_id
        )
    )
    return tuple(Closure(day, path, why) for day, path, why in rows)


def shut(session: Session, actor: Actor, number: int) -> list[Shut]:
    """Return the closures of the year that touch the actor: of his subtree, and of the offices above him, by day."""
    rows = session.execute(
        select(CalendarClosure, Office)
        .join(Office, Office.id == CalendarClosure.office_id)
        .where(CalendarClosure.day.between(date(number, 1, 1), date(number, 12, 31)))
        .order_by(CalendarClosure.day, Office.path)
    )
    return [
        Shut(closure, office)
        for closure, office in rows
        if office.path.startswith(actor.office_path) or actor.office_path.startswith(office.path)
    ]


def changes(session: Session, actor: Actor, number: int) -> list[CalendarChange]:
    """Return the newest changes that concern days of the year and the actor, newest first."""
    rows = session.scalars(
        select(CalendarChange)
        .where(CalendarChange.first_on <= date(number, 12, 31), CalendarChange.last_on >= date(number, 1, 1))
        .order_by(CalendarChange.id.desc())
        .limit(CHANGES_MOST)
    )
    return [
        one
        for one in rows
        if one.office_path.startswith(actor.office_path) or actor.office_path.startswith(one.office_path)
    ]


def office(session: Session, code: str) -> Office | None:
    """Return the active office of that code, or None."""
    return session.scalar(select(Office).where(Office.code == code, Office.is_active))


def offices(session: Session, actor: Actor) -> list[Office]:
    """Return the active offices of the actor's subtree from the top down, at most OFFICES_MOST."""
    below = Office.path.startswith(actor.office_path, autoescape=True)
    query = select(Office).where(below, Office.is_active).order_by(Office.path).limit(OFFICES_MOST)
    return list(session.scalars(query))
