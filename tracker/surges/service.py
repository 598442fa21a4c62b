"""Counting, judging and keeping alarms: one step of the hourly job, and what people say about an alarm.

Everything is made again from the tickets: the last week every hour, everything kept once a day. So tickets that come
in late, change their category or their office are counted where they belong, and doing it twice does nothing twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from tracker.audit import service as audit
from tracker.calendar import service as calendar
from tracker.clock import local_date
from tracker.errors import NotFound
from tracker.permissions import Actor, Permission, require
from tracker.surges import queries, rules
from tracker.surges.baseline import SPAN_DAYS, kind_of
from tracker.surges.models import SurgeAlarm, SurgeDay
from tracker.surges.rules import Cell, Ground, Level, Surge, Verdict
from tracker.tickets.queries import division_names

EVERY = timedelta(hours=1)
KEPT_DAYS = 400
"""Days of counts kept: a year and some, for the effect of holidays."""
RECOUNTED_DAYS = 8
REJUDGED_DAYS = 3
"""Closed days judged again every hour, so that late tickets still raise their alarm."""


@dataclass
class _Judged:
    """What the job knows while it works. ground: of the day being judged."""

    ground: Ground
    paths: dict[str, tuple[str, ...]]


def advance(session: Session, *, now: datetime) -> int:
    """Count, judge, open, update and close when the hour has passed; return 1, or 0 when nothing is due."""
    today = local_date(now)
    session.execute(insert(SurgeDay).values(day=today).on_conflict_do_nothing())
    mine = session.scalar(select(SurgeDay).where(SurgeDay.day == today).with_for_update(skip_locked=True))
    if mine is None or (mine.judged_at is not None and mine.judged_at > now - EVERY):
        return 0
    is_first = mine.judged_at is None
    queries.count_again(session, today - timedelta(days=KEPT_DAYS if is_first else RECOUNTED_DAYS), today)
    queries.forget(session, today - timedelta(days=KEPT_DAYS))
    _judge(session, today, now)
    mine.judged_at = now
    session.flush()
    return 1


def _judge(session: Session, today: date, now: datetime) -> None:
    first = today - timedelta(days=REJUDGED_DAYS + SPAN_DAYS)
    paths = queries.paths(session)
    counts = rules.rolled_up(
        (row for row in queries.rows(session, first, today) if row[2] in paths), paths.__getitem__
    )
    totals, days = queries.totals(session, today), calendar.load(session)
    for back in reversed(range(REJUDGED_DAYS + 1)):
        on = today - timedelta(days=back)
        ground = Ground(
            counts, totals, on, lambda day: kind_of(day, days), lambda code: paths.get(code, (code,))
        )
        _write(session, _Judged(ground, paths), rules.survey(ground), now)
    _close(session, today, now)


def _write(session: Session, judged: _Judged, surges: Sequence[Surge], now: datetime) -> None:
    known = _latest(session, judged.ground.on)
    for surge in surges:
        alarm = known.pop(surge.cell, None)
        if alarm is None or not rules.same_alarm(alarm.last_on, surge.on):
            alarm = _open(session, judged, surge, now)
        if alarm is not None:
            _update(session, judged, alarm, surge.verdict, now)
    for cell, alarm in known.items():
        _goes_on(judged, alarm, cell, now)


def _latest(session: Session, on: date) -> dict[Cell, SurgeAlarm]:
    """Return the alarms that may still be about the day: open, or conspicuous not long before."""
    since = on - timedelta(days=rules.REST_DAYS)
    found = session.scalars(
        select(SurgeAlarm)
        .where((SurgeAlarm.last_on >= since) | SurgeAlarm.closed_at.is_(None))
        .order_by(SurgeAlarm.last_on, SurgeAlarm.id)
    )
    return {(alarm.category_code, alarm.division_code): alarm for alarm in found}


def _open(session: Session, judged: _Judged, surge: Surge, now: datetime) -> SurgeAlarm | None:
    """Return a new alarm for the office whose area it is; None when no office stands on the path."""
    category, division = surge.cell
    path = judged.paths[division]
    offices = queries.offices_by_division(session, path)
    office_id = next((offices[code] for code in reversed(path) if code in offices), None)
    if office_id is None:
        return None
    _end_open_one(session, surge.cell, now)
    return SurgeAlarm(
        category_code=category,
        division_code=division,
        office_id=office_id,
        level=Level.YELLOW.value,
        first_on=surge.on - timedelta(days=surge.verdict.n_days - 1),
        last_on=surge.on,
        on=surge.on,
        n_tickets=0,
        opened_at=now,
        updated_at=now,
    )


def _end_open_one(session: Session, cell: Cell, now: datetime) -> None:
    """Close what is still open about the cell from long ago, as after the job stood still."""
    for old in session.scalars(
        select(SurgeAlarm).where(
            SurgeAlarm.category_code == cell[0],
            SurgeAlarm.division_code == cell[1],
            SurgeAlarm.closed_at.is_(None),
        )
    ):
        old.closed_at = now
    session.flush()


def _update(session: Session, judged: _Judged, alarm: SurgeAlarm, verdict: Verdict, now: datetime) -> None:
    """Write the figures of the day into the alarm; an earlier day judged again changes nothing but its beginning."""
    on = judged.ground.on
    alarm.first_on = min(alarm.first_on, on)
    if alarm.id is not None and on < alarm.on:
        return
    if alarm.closed_at is not None and on > alarm.last_on:
        alarm.closed_at = None
    alarm.on, alarm.n_days, alarm.seen = on, verdict.n_days, verdict.seen
    alarm.last_on = max(alarm.last_on, on)
    alarm.expected, alarm.probability = verdict.expected, verdict.probability
    if verdict.level is Level.RED:
        alarm.level = Level.RED.value
    _describe(session, judged, alarm)
    if session.is_modified(alarm):
        alarm.updated_at = now
    session.add(alarm)
    session.flush()


def _describe(session: Session, judged: _Judged, alarm: SurgeAlarm) -> None:
    cell = (alarm.category_code, alarm.division_code)
    alarm.n_tickets = queries.n_tickets(session, alarm)
    parts = _parts_below(session, judged, alarm) or queries.bodies(session, alarm)
    alarm.parts = [[name, n] for name, n in parts]
    alarm.chart = _chart(judged.ground, cell)


def _chart(ground: Ground, cell: Cell) -> dict[str, object]:
    series = ground.series(cell)
    usual = ground.usual(cell, series)
    return {
        "from": ground.days[0].isoformat(),
        "seen": series,
        "expected": [round(mean, 2) for mean in usual.expected],
        "upper": list(usual.band()),
    }


def _parts_below(session: Session, judged: _Judged, alarm: SurgeAlarm) -> list[tuple[str, int]]:
    """Return the two divisions right below that most come from, when they are the greater part."""
    depth = len(judged.paths[alarm.division_code])
    found = []
    for code, path in judged.paths.items():
        if len(path) == depth + 1 and path[depth - 1] == alarm.division_code:
            n = sum(judged.ground.series((alarm.category_code, code))[-alarm.n_days :])
            if n > 1:
                found.append((n, code))
    most = sorted(found, reverse=True)[:2]
    if 2 * sum(n for n, _ in most) < alarm.seen:
        return []
    names = queries.names(session, [code for _, code in most])
    return [(names[code], n) for n, code in most]


def _goes_on(judged: _Judged, alarm: SurgeAlarm, cell: Cell, now: datetime) -> None:
    """Keep an open alarm open while the day, though nothing to report by itself, is not normal yet."""
    on = judged.ground.on
    if alarm.closed_at is not None or on <= alarm.last_on:
        return
    verdict = judged.ground.judge(cell)
    if verdict.on_last_day < rules.NORMAL:
        alarm.last_on, alarm.updated_at = on, now


def _close(session: Session, today: date, now: datetime) -> None:
    for alarm in session.scalars(select(SurgeAlarm).where(SurgeAlarm.closed_at.is_(None))):
        if rules.is_over(alarm.last_on, today):
            alarm.closed_at = alarm.updated_at = now


def untold(session: Session, *, limit: int = 100) -> Sequence[SurgeAlarm]:
    """Return the alarms whose office was not told yet, the oldest first, locked."""
    return session.scalars(
        select(SurgeAlarm)
        .where(SurgeAlarm.told_at.is_(None))
        .options(joinedload(SurgeAlarm.category))
        .order_by(SurgeAlarm.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=SurgeAlarm)
    ).all()


def sentences(session: Session, alarms: Iterable[SurgeAlarm], today: date) -> dict[int, str]:
    """Return the sentence of each alarm by its id; the categories must be loaded."""
    listed = list(alarms)
    places = division_names(session, {alarm.division_code for alarm in listed})
    return {alarm.id: rules.sentence(_told(alarm, places), today) for alarm in listed}


def _told(alarm: SurgeAlarm, places: dict[str, str]) -> rules.Told:
    return rules.Told(
        place=places.get(alarm.division_code, alarm.division_code),
        category=alarm.category.name,
        on=alarm.on,
        n_days=alarm.n_days,
        seen=alarm.seen,
        n_tickets=alarm.n_tickets,
        expected=alarm.expected,
        level=Level(alarm.level),
        parts=tuple((str(name), int(n)) for name, n in alarm.parts),
    )


def find(session: Session, actor: Actor, alarm_id: int) -> SurgeAlarm:
    """Return an alarm of the actor's subtree; raises NotFound, NotAllowed."""
    require(actor, Permission.SURGE_READ)
    alarm = queries.alarm(session, actor, alarm_id)
    if alarm is None:
        raise NotFound("没有找到该预警，或不在您的权限范围内。")
    return alarm


def answer(
    session: Session, actor: Actor, alarm_id: int, *, remark: str, is_false: bool, now: datetime
) -> SurgeAlarm:
    """Write down who looked at an alarm and what he found, and whether it was false; a later answer replaces it.

    Raises NotFound, NotAllowed.
    """
    require(actor, Permission.SURGE_ANSWER)
    alarm = find(session, actor, alarm_id)
    alarm.answered_at, alarm.answered_by_id, alarm.answered_by_name = now, actor.account_id, actor.name
    alarm.remark, alarm.is_false = remark, is_false
    session.flush()
    audit.record(session, actor, "answer", "surge_alarm", alarm.id, {"is_false": int(is_false)}, now=now)
    return alarm
