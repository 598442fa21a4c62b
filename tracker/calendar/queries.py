"""Reading the calendar and the deadline table."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.calendar.models import CalendarDay, CalendarYear, DeadlineRule
from tracker.calendar.rules import Day

Stamp = tuple[tuple[int, UUID], ...]


def stamp(session: Session) -> Stamp:
    """Return the revisions of all loaded years; it changes whenever a day does."""
    rows = session.execute(select(CalendarYear.year, CalendarYear.revision).order_by(CalendarYear.year))
    return tuple((year, revision) for year, revision in rows)


def days(session: Session) -> list[Day]:
    """Return every loaded day in order."""
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.is_working, CalendarDay.note).order_by(CalendarDay.day)
    )
    return [Day(day, is_working, note) for day, is_working, note in rows]


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
