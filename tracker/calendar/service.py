"""Seeding, reading and editing the working calendar and the deadline table."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from itertools import groupby
from typing import Any
from uuid import uuid4

from sqlalchemy import ARRAY, Boolean, Date, String, cast, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from tracker.audit import service as audit
from tracker.calendar import changes as log
from tracker.calendar import hours as working_hours
from tracker.calendar import queries
from tracker.calendar.arrangements import SOURCE, published
from tracker.calendar.deadlines import Clock, Deadline, Timetable, Unit
from tracker.calendar.models import CalendarDay, CalendarYear, DeadlineRule
from tracker.calendar.rules import Calendar, Day, name_of
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
    """Load the published years and the deadline rows that are not there yet; edited ones stay as they are.

    A year that comes after others were in use makes the deadlines on it firm, as loading it by hand does.
    """
    known = {year for year, _ in queries.stamp(session)}
    for year, days in groupby(published(), key=lambda day: day.day.year):
        if year not in known:
            _store_year(session, year, tuple(days), SOURCE)
            if known:
                log.note(session, "系统", f"载入{year}年放假安排", SOURCE, _ends(year))
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
    # one array a column: a row for each day would take a message each
    columns: dict[str, TypeEngine[Any]] = {
        "day": Date(),
        "is_working": Boolean(),
        "note": String(),
        "hours": String(),
    }
    arrays = [cast([getattr(day, name) for day in days], ARRAY(kind)) for name, kind in columns.items()]
    given = func.unnest(*arrays).table_valued(*columns, name="given").render_derived()
    held = insert(CalendarDay).from_select(["year", *columns], select(literal(year), *given.c))
    changed = {name: held.excluded[name] for name in ("is_working", "note", "hours")}
    session.execute(held.on_conflict_do_update(index_elements=["day"], set_=changed))


def _ends(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def load(session: Session) -> Calendar:
    """Return the calendar as stored; read again only when a year's revision changed since the last reading."""
    stamp = queries.stamp(session)
    held = _Shelf.held
    if held is None or held.stamp != stamp:
        held = _Held(stamp, Calendar.of(queries.days(session)))
        _Shelf.held = held
    return held.calendar


def timetable(session: Session) -> Timetable:
    """Return calendar, active deadline rules and local closures together; read it once for a batch of tickets."""
    national = _national(session)
    return Timetable(national.calendar, national.rules, queries.closures(session))


def _national(session: Session) -> Timetable:
    """Return calendar and rules alone: all the discipline side's database role may read."""
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

    Local closures do not count, since no office is named.
    Raises Invalid when no rule fits.
    """
    return _national(session).due(
        clock, from_at=from_at, kind=kind, category=category, urgency=urgency, amount=amount
    )


def load_year(
    session: Session, actor: Actor, year: int, days_off: Iterable[Day], *, source: str, now: datetime
) -> CalendarYear:
    """Store the arrangement of a year and return it: Monday to Friday, save for the days given.

    `days_off` are the days that differ from that or carry a name. Raises Invalid when one lies in another year, and
    NotAllowed. Deadlines that touch the year are computed again by the next sweep, each change of one logged.
    """
    require(actor, Permission.TABLE_EDIT)
    special = {day.day: day for day in days_off}
    strangers = sorted(day for day in special if day.year != year)
    if strangers:
        raise Invalid(f"{strangers[0]} 不在 {year} 年内，请删去或改正。", code="day_outside_year")
    for day in special.values():
        _check_hours(day.hours)
    first, last = (end.toordinal() for end in _ends(year))
    whole = (date.fromordinal(at) for at in range(first, last + 1))
    _store_year(session, year, [special.get(day, Day(day, day.weekday() < 5)) for day in whole], source)
    log.note(session, actor.name, f"载入{year}年放假安排", source, _ends(year), now=now)
    told: dict[str, str | int] = {"source": source, "n_named_days": len(special)}
    audit.record(session, actor, "load", "calendar_year", year, told, now=now)
    return _year(session, year)


def set_day(
    session: Session,
    actor: Actor,
    day: date,
    *,
    is_working: bool,
    note: str,
    now: datetime,
    hours: str = "",
    why: str = "",
) -> CalendarDay:
    """Change one day of a loaded year and return it; deadlines over it are computed again by the next sweep.

    hours: working hours of that day when not the usual ones. Raises NotFound when the year is not loaded, Invalid for
    hours that cannot be read, NotAllowed.
    """
    require(actor, Permission.TABLE_EDIT)
    _check_hours(hours)
    year = _year(session, day.year)
    row = session.get_one(CalendarDay, day)
    told = {
        "is_working": f"{row.is_working} → {is_working}",
        "note": f"{row.note} → {note}",
        "hours": f"{row.hours} → {hours}",
        "why": why,
    }
    row.is_working, row.note, row.hours = is_working, note, hours
    year.revision = uuid4()
    session.flush()
    what = f"{name_of(day)} 改为{'上班' if is_working else '休息'}" + (f"（{hours}）" if hours else "")
    log.note(session, actor.name, what, why or note, (day, day), now=now)
    audit.record(session, actor, "change", "calendar_day", day.isoformat(), told, now=now)
    return row


def _check_hours(hours: str) -> None:
    if hours:
        working_hours.read(hours)


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
