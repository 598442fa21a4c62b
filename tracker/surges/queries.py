"""Counting tickets by day, category and place; reading counts and alarms inside the reader's own sight."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, Select, cast, delete, distinct, func, insert, select
from sqlalchemy.orm import Session, joinedload

from tracker.clock import LOCAL
from tracker.offices.models import Body, Division, Office
from tracker.offices.queries import below
from tracker.offices.rules import path_codes
from tracker.permissions import SYSTEM, Actor
from tracker.surges.models import SurgeAlarm, SurgeCount, SurgeDay
from tracker.tickets.models import Complainant, Ticket
from tracker.tickets.queries import matches
from tracker.tickets.rules import Kind
from tracker.tickets.sight import visible

OPEN_MOST = 100
"""Open alarms shown at once."""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)


def count_again(session: Session, first: date, last: date) -> None:
    """Count the tickets received on those local days anew.

    Findings of campaigns come in lists and are left out; so are tickets nobody classified yet, and parts of split ones.
    """
    session.execute(delete(SurgeCount).where(SurgeCount.day.between(first, last)))
    day = cast(func.timezone(LOCAL.key, Ticket.received_at), Date)
    caller = func.coalesce(
        func.encode(Complainant.phone_index, "hex"),
        func.encode(Complainant.id_no_index, "hex"),
        func.concat("#", Ticket.id),
    )
    place = func.coalesce(Ticket.division_code, Office.division_code)
    counted = (
        select(Ticket.category_code, place, day, func.count(), func.count(distinct(caller)))
        .join(Ticket.office)
        .outerjoin(Complainant, Complainant.ticket_id == Ticket.id)
        .where(
            Ticket.received_at >= _midnight(first),
            Ticket.received_at < _midnight(last + timedelta(days=1)),
            Ticket.category_code.is_not(None),
            Ticket.kind != Kind.FINDING.value,
            Ticket.parent_id.is_(None),
        )
        .group_by(Ticket.category_code, place, day)
    )
    columns = ["category_code", "division_code", "day", "n_tickets", "n_people"]
    session.execute(insert(SurgeCount).from_select(columns, counted))


def forget(session: Session, before: date) -> None:
    """Drop counts of days before that one."""
    session.execute(delete(SurgeCount).where(SurgeCount.day < before))
    session.execute(delete(SurgeDay).where(SurgeDay.day < before))


def rows(session: Session, first: date, last: date) -> list[tuple[date, str, str, int]]:
    """Return (day, category, division, complainants) of those local days."""
    found = session.execute(
        select(SurgeCount.day, SurgeCount.category_code, SurgeCount.division_code, SurgeCount.n_people).where(
            SurgeCount.day.between(first, last)
        )
    )
    return [(row.day, row.category_code, row.division_code, row.n_people) for row in found]


def totals(session: Session, last: date) -> dict[date, int]:
    """Return the complainants of each kept local day up to that one."""
    found = session.execute(
        select(SurgeCount.day, func.sum(SurgeCount.n_people))
        .where(SurgeCount.day <= last)
        .group_by(SurgeCount.day)
    )
    return {day: int(n) for day, n in found}


def paths(session: Session) -> dict[str, tuple[str, ...]]:
    """Return, for every division that has counts, the codes on its path, and the same for each of those."""
    counted = select(SurgeCount.division_code).distinct()
    found: dict[str, tuple[str, ...]] = {}
    for path in session.scalars(select(Division.path).where(Division.code.in_(counted))):
        codes = path_codes(path)
        for n, code in enumerate(codes, start=1):
            found[code] = codes[:n]
    return found


def names(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return the plain names of divisions by code."""
    found = session.execute(select(Division.code, Division.name).where(Division.code.in_(codes)))
    return {row.code: row.name for row in found}


def offices_by_division(session: Session, codes: Collection[str]) -> dict[str, int]:
    """Return the ids of the active offices of those divisions; of several the one that stands highest."""
    found = session.execute(
        select(Office.division_code, Office.id)
        .where(Office.division_code.in_(codes), Office.is_active)
        .order_by(func.length(Office.path).desc(), Office.id.desc())
    )
    return {row.division_code: row.id for row in found}


def within(category: str, division: str, first: date, last: date) -> dict[str, Any]:
    """Return the filters of the ticket list that show what an alarm speaks of."""
    return {
        "tab": "all",
        "category": category,
        "division": division,
        "received_from": first,
        "received_to": last,
        "without_findings": True,
    }


def n_tickets(session: Session, alarm: SurgeAlarm, actor: Actor | None = None) -> int:
    """Return how many tickets the list of the alarm holds, for one reader or altogether."""
    first = alarm.on - timedelta(days=alarm.n_days - 1)
    filters = within(alarm.category_code, alarm.division_code, first, alarm.on)
    return _counted(session, filters, actor)


def _counted(session: Session, filters: dict[str, Any], actor: Actor | None) -> int:
    query = select(func.count()).select_from(Ticket).where(*matches(session, actor or SYSTEM, filters))
    return session.scalar(query.where(visible(actor)) if actor else query) or 0


def bodies(session: Session, alarm: SurgeAlarm, *, limit: int = 2) -> list[tuple[str, int]]:
    """Return the bodies most complained about in the alarm's window, with how often; those named at least twice."""
    first = alarm.on - timedelta(days=alarm.n_days - 1)
    filters = within(alarm.category_code, alarm.division_code, first, alarm.on)
    n = func.count()
    found = session.execute(
        select(Body.name, n)
        .join(Ticket, Ticket.respondent_body_id == Body.id)
        .where(*matches(session, SYSTEM, filters))
        .group_by(Body.id, Body.name)
        .having(n > 1)
        .order_by(n.desc(), Body.name)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in found]


def _seen(actor: Actor) -> Select[SurgeAlarm]:
    return (
        select(SurgeAlarm)
        .join(SurgeAlarm.office)
        .where(below(Office.path, actor.office_path))
        .options(
            joinedload(SurgeAlarm.office), joinedload(SurgeAlarm.category), joinedload(SurgeAlarm.division)
        )
    )


def opened(session: Session, actor: Actor) -> Sequence[SurgeAlarm]:
    """Return the open alarms in the actor's subtree: red ones, then those nobody answered, the newest first."""
    query = _seen(actor).where(SurgeAlarm.closed_at.is_(None))
    order = (SurgeAlarm.level, SurgeAlarm.answered_at.is_not(None), SurgeAlarm.id.desc())
    return session.scalars(query.order_by(*order).limit(OPEN_MOST)).all()


def alarms(
    session: Session, actor: Actor, *, state: str = "all", cursor: int | None = None, limit: int = 20
) -> tuple[Sequence[SurgeAlarm], int | None]:
    """Return a page of alarms, the newest first, and the cursor of the next, None on the last.

    state: open, closed or all.
    """
    query = _seen(actor).order_by(SurgeAlarm.id.desc()).limit(limit + 1)
    if state != "all":
        ended = SurgeAlarm.closed_at.is_not(None)
        query = query.where(ended if state == "closed" else ~ended)
    if cursor is not None:
        query = query.where(SurgeAlarm.id < cursor)
    found = session.scalars(query).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def alarm(session: Session, actor: Actor, alarm_id: int) -> SurgeAlarm | None:
    """Return one alarm in the actor's subtree, or None."""
    return session.scalar(_seen(actor).where(SurgeAlarm.id == alarm_id))


def n_unanswered(session: Session, actor: Actor, *, now: datetime) -> int:  # noqa: ARG001  # as every badge is asked
    """Return how many open alarms in the actor's subtree nobody answered, counted up to OPEN_MOST."""
    some = _seen(actor).where(SurgeAlarm.closed_at.is_(None), SurgeAlarm.answered_at.is_(None))
    ids = some.with_only_columns(SurgeAlarm.id).limit(OPEN_MOST).subquery()
    return session.scalar(select(func.count()).select_from(ids)) or 0


@dataclass(frozen=True)
class Record:
    """What people made of the alarms of the last year: how many there were, were answered, and were called false."""

    n: int
    n_answered: int
    n_false: int


def record(session: Session, actor: Actor, *, now: datetime) -> Record:
    """Return the record of the last 365 days in the actor's subtree."""
    ids = (
        _seen(actor).where(SurgeAlarm.opened_at > now - timedelta(days=365)).with_only_columns(SurgeAlarm.id)
    )
    found = session.execute(
        select(
            func.count(),
            func.count(SurgeAlarm.answered_at),
            func.count().filter(SurgeAlarm.is_false.is_(True)),
        ).where(SurgeAlarm.id.in_(ids))
    ).one()
    return Record(*found)
