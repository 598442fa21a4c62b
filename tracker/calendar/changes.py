"""What was changed in the calendar, by whom and why; local closures; and the deadlines owed a second computation."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker import jobs
from tracker.audit import service as audit
from tracker.calendar import queries
from tracker.calendar.models import CalendarChange, CalendarClosure, CalendarDay
from tracker.calendar.rules import name_of
from tracker.errors import Conflict, Invalid, NotFound
from tracker.offices.models import Office
from tracker.permissions import Actor, Permission, require, require_seen

SETTLE = timedelta(seconds=30)
"""[P] How long a change rests before deadlines are computed again: whoever still counts by the old calendar is
committed by then, and no deadline of his is passed over."""


def note(
    session: Session,
    by_name: str,
    what: str,
    why: str,
    days: tuple[date, date],
    *,
    now: datetime | None = None,
    office_path: str = "/",
) -> CalendarChange:
    """Write down a change of the days from the first to the last, so that deadlines are computed again; return it.

    now: None for the database's own clock.
    """
    change = CalendarChange(
        by_name=by_name, what=what, why=why, first_on=days[0], last_on=days[1], office_path=office_path
    )
    if now is not None:
        change.at = now
    session.add(change)
    session.flush()
    jobs.after_commit(session, jobs.Job.DEADLINES)
    return change


def owed(session: Session, *, now: datetime) -> CalendarChange | None:
    """Return the oldest change whose deadlines are not all computed again, locked; None when there is none."""
    return session.scalar(
        select(CalendarChange)
        .where(CalendarChange.done_at.is_(None), CalendarChange.at <= now - SETTLE)
        .order_by(CalendarChange.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def close(session: Session, actor: Actor, office_code: str, day: date, why: str, *, now: datetime) -> None:
    """Close an office and all below it on a working day.

    Raises NotFound for an office out of sight or a year not loaded, Invalid on a day off or without a reason, Conflict
    when it is closed already, NotAllowed.
    """
    office = _office(session, actor, office_code)
    row = session.get(CalendarDay, day)
    if row is None:
        raise NotFound(f"{day.year} 年的放假安排还没有载入。", code="year_not_loaded")
    if not row.is_working:
        raise Invalid(f"{name_of(day)}本来就是休息日，不必登记停工。", code="day_off_already")
    if not why.strip():
        raise Invalid("请填写停工原因，如“台风停工”。", code="why_missing", fields={"why": ["请填写原因。"]})
    values = {"office_id": office.id, "day": day, "why": why.strip(), "by_name": actor.name, "at": now}
    done = session.scalar(
        insert(CalendarClosure).values(values).on_conflict_do_nothing().returning(CalendarClosure.id)
    )
    if done is None:
        raise Conflict(f"{office.name}{name_of(day)}的停工已经登记过。", code="closed_already")
    what = f"{office.name}及下级 {name_of(day)} 停工"
    note(session, actor.name, what, why.strip(), (day, day), now=now, office_path=office.path)
    audit.record(session, actor, "close", "calendar_closure", f"{office.code}:{day}", {"why": why}, now=now)


def reopen(session: Session, actor: Actor, closure_id: int, why: str, *, now: datetime) -> None:
    """Take a closure back, with a reason. Raises NotFound, Invalid without a reason, NotAllowed."""
    require(actor, Permission.TABLE_EDIT)
    closure = session.get(CalendarClosure, closure_id, with_for_update=True)
    office = session.get(Office, closure.office_id) if closure else None
    if closure is None or office is None:
        raise NotFound("没有这条停工登记，可能已被撤销。")
    require_seen(actor, office.path, "这条停工登记")
    if not why.strip():
        raise Invalid("请填写撤销原因。", code="why_missing", fields={"why": ["请填写原因。"]})
    day, what = closure.day, f"撤销{office.name}及下级 {name_of(closure.day)} 停工"
    session.delete(closure)
    note(session, actor.name, what, why.strip(), (day, day), now=now, office_path=office.path)
    audit.record(session, actor, "reopen", "calendar_closure", f"{office.code}:{day}", {"why": why}, now=now)


def _office(session: Session, actor: Actor, code: str) -> Office:
    require(actor, Permission.TABLE_EDIT)
    office = queries.office(session, code)
    if office is None:
        raise NotFound("没有找到这个单位，请从列表中选择。", code="office_unknown")
    require_seen(actor, office.path, "这个单位")
    return office
