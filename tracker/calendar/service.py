"""Seeding, reading and editing the working calendar and the deadline table."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from itertools import groupby
from typing import Any
from uuid import uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.audit import service as audit
from tracker.calendar import queries
from tracker.calendar.arrangements import SOURCE, published
from tracker.calendar.deadlines import Clock, Deadline, Timetable, Unit
from tracker.calendar.models import CalendarDay, CalendarYear, DeadlineRule
from tracker.calendar.rules import Calendar, Day
from tracker.errors import Invalid, NotFound
from tracker.permissions import Actor, Permission, require


@dataclass(frozen=True)
class _Held:
    stamp: queries.Stamp
    calendar: Calendar


class _Shelf:
    """The calendar this process read last; replaced whole, so that threads see either the old or the new one."""

    held: _Held | None = None


def seed(session: Session) -> None:
    """Load the published years and the deadline rows that are not there yet; edited ones stay as they are."""
    known = {year for year, _ in queries.stamp(session)}
    for year, days in groupby(published(), key=lambda day: day.day.year):
        if year not in known:
            _store_year(session, year, tuple(days), SOURCE)
    session.execute(
        insert(DeadlineRule).values(_seed_rules()).on_conflict_do_nothing(index_elements=["code"])
    )


def _seed_rules() -> list[dict[str, Any]]:
    text = (files("tracker.calendar") / "data" / "deadline_rules.csv").read_text("utf-8")
    return [
        {
            **row,
            "amount": int(row["amount"]),
            "verified": row["verified"] == "true",
            "effective_from": date.fromisoformat(row["effective_from"]),
        }
        for row in csv.DictReader(text.splitlines())
    ]


def _store_year(session: Session, year: int, days: Sequence[Day], source: str) -> None:
    years = insert(CalendarYear).values(year=year, source=source, revision=uuid4())
    renewed = {"source": years.excluded.source, "revision": years.excluded.revision}
    session.execute(years.on_conflict_do_update(index_elements=["year"], set_=renewed))
    held = insert(CalendarDay)
    changed = {"is_working": held.excluded.is_working, "note": held.excluded.note}
    session.execute(
        held.on_conflict_do_update(index_elements=["day"], set_=changed),
        [{"day": day.day, "year": year, "is_working": day.is_working, "note": day.note} for day in days],
    )


def load(session: Session) -> Calendar:
    """Return the calendar as stored; read again only when a year's revision changed since the last reading."""
    stamp = queries.stamp(session)
    held = _Shelf.held
    if held is None or held.stamp != stamp:
        held = _Held(stamp, Calendar.of(queries.days(session)))
        _Shelf.held = held
    return held.calendar


def timetable(session: Session) -> Timetable:
    """Return calendar and active deadline rules together; read it once for a batch of tickets."""
    rules = tuple(row.as_rule() for row in queries.deadline_rules(session, active_only=True))
    return Timetable(load(session), rules)


def due_at(
    session: Session,
    *,
    clock: Clock,
    from_at: datetime,
    kind: str = "",
    category: str = "",
    urgency: str = "",
    amount: int | None = None,
) -> Deadline:
    """Return when a clock started at `from_at` (aware) runs out, by the most particular active rule.

    Raises Invalid when no rule fits.
    """
    return timetable(session).due(
        clock, from_at=from_at, kind=kind, category=category, urgency=urgency, amount=amount
    )


def load_year(
    session: Session, actor: Actor, year: int, days_off: Iterable[Day], *, source: str, now: datetime
) -> CalendarYear:
    """Store the arrangement of a year and return it: Monday to Friday, save for the days given.

    `days_off` are the days that differ from that or carry a name. Raises Invalid when one lies in another year, and
    NotAllowed. Deadlines computed provisionally on that year are to be computed again afterwards.
    """
    require(actor, Permission.TABLE_EDIT)
    special = {day.day: day for day in days_off}
    strangers = sorted(day for day in special if day.year != year)
    if strangers:
        raise Invalid(f"{strangers[0]} 不在 {year} 年内，请删去或改正。", code="day_outside_year")
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    whole = (date.fromordinal(at) for at in range(first, last + 1))
    _store_year(session, year, [special.get(day, Day(day, day.weekday() < 5)) for day in whole], source)
    told: dict[str, str | int] = {"source": source, "n_named_days": len(special)}
    audit.record(session, actor, "load", "calendar_year", year, told, now=now)
    return _year(session, year)


def set_day(
    session: Session, actor: Actor, day: date, *, is_working: bool, note: str, now: datetime
) -> CalendarDay:
    """Change one day of a loaded year and return it. Raises NotFound when the year is not loaded, NotAllowed."""
    require(actor, Permission.TABLE_EDIT)
    year = _year(session, day.year)
    row = session.get_one(CalendarDay, day)
    told = {"is_working": f"{row.is_working} → {is_working}", "note": f"{row.note} → {note}"}
    row.is_working, row.note = is_working, note
    year.revision = uuid4()
    session.flush()
    audit.record(session, actor, "change", "calendar_day", day.isoformat(), told, now=now)
    return row


def _year(session: Session, year: int) -> CalendarYear:
    found = session.get(CalendarYear, year, populate_existing=True)
    if found is None:
        raise NotFound(f"{year} 年的放假安排还没有载入。", code="year_not_loaded")
    return found


def change_rule(session: Session, actor: Actor, code: str, *, now: datetime, **changes: Any) -> DeadlineRule:
    """Change amount, unit, basis, verified, effective_from, closes_at or is_active of a rule and return it.

    Deadlines already set stay as they are. Raises NotFound, Invalid when a unit does not suit the clock, NotAllowed.
    """
    require(actor, Permission.TABLE_EDIT)
    rule = queries.deadline_rule(session, code)
    if rule is None:
        raise NotFound("没有这条时限规则。")
    told = {name: f"{getattr(rule, name)} → {value}" for name, value in changes.items()}
    for name, value in changes.items():
        setattr(rule, name, value)
    counts = Clock(rule.clock) in {Clock.EXTENSION_COUNT, Clock.CALL_BACK_ATTEMPTS}
    if counts != (Unit(rule.unit) is Unit.TIMES):
        raise Invalid("该规则的单位不对：次数规则只能用“次”，其余规则不能用“次”。", code="unit_unfit")
    session.flush()
    audit.record(session, actor, "change", "deadline_rule", code, told, now=now)
    return rule
