"""Reading corrections and what they say about the model, inside the reader's own sight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, cast, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from tracker.clock import LOCAL, local_date
from tracker.learning.models import Correction, Retraining
from tracker.permissions import Actor
from tracker.tickets.models import Ticket
from tracker.tickets.sight import visible

WEEKS = 12
_ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class Week:
    """The tickets received in one week (Monday first, Asia/Shanghai) that a model classified."""

    begins_on: date
    n: int
    n_changed: int

    @property
    def agreement(self) -> float:
        """The share (0–1) of the machine's labels that people left as they were."""
        return 1 - self.n_changed / self.n


@dataclass(frozen=True)
class Confused:
    """What the machine said, what people said instead, and how often."""

    machine_label: str
    label: str
    n: int


@dataclass(frozen=True)
class Corrected:
    """A label the machine said: how often people looked at it and how often they changed it."""

    label: str
    n: int
    n_changed: int


def _counts() -> ColumnElement[bool]:
    """Return the condition that a row about a category is the latest of its ticket."""
    newer = aliased(Correction)
    superseded = select(newer.id).where(
        newer.ticket_id == Correction.ticket_id,
        newer.subject == Correction.subject,
        newer.event_id > Correction.event_id,
    )
    return (Correction.subject == "category") & ~superseded.exists()


def latest(session: Session, *, up_to: int | None) -> Sequence[Correction]:
    """Return what counts of every ticket's category, by id. up_to: the newest row of whatever kind to be looked at."""
    if up_to is None:
        return session.scalars(select(Correction).where(_counts()).order_by(Correction.id)).all()
    known = select(
        func.max(Correction.event_id).filter(Correction.id <= up_to, Correction.subject == "category")
    ).group_by(Correction.ticket_id)
    found = select(Correction).where(Correction.event_id.in_(known), Correction.subject == "category")
    return session.scalars(found.order_by(Correction.id)).all()


def extent(session: Session) -> tuple[int, int]:
    """Return (the newest row's id, how many tickets' categories were corrected or confirmed)."""
    newest = session.scalar(select(func.max(Correction.id)))
    counted = select(func.count(Correction.ticket_id.distinct())).where(Correction.subject == "category")
    return newest or 0, session.scalar(counted) or 0


def agreement(session: Session, actor: Actor, *, now: datetime) -> list[Week]:
    """Return those of the last `WEEKS` weeks, the running one included, in which a model classified anything, oldest first."""
    changed = select(Correction.ticket_id).where(_counts(), Correction.label != Correction.machine_label)
    corrected = changed.subquery()
    week = cast(func.date_trunc("week", func.timezone(_ZONE, Ticket.received_at)), Date)
    query = (
        select(week, func.count(), func.count(corrected.c.ticket_id))
        .select_from(Ticket)
        .outerjoin(corrected, corrected.c.ticket_id == Ticket.id)
        .where(
            Ticket.received_at >= _first_monday(now),
            Ticket.model_version.is_not(None),
            visible(actor),
        )
        .group_by(week)
        .order_by(week)
    )
    return [Week(*row) for row in session.execute(query)]


def _first_monday(now: datetime) -> datetime:
    """Return when the first of the last weeks began, so that none is drawn by halves."""
    today = local_date(now)
    monday = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    return datetime.combine(monday, time.min, LOCAL)


def _seen(actor: Actor, now: datetime, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .join(Ticket, Ticket.id == Correction.ticket_id)
        .where(_counts(), Correction.at >= _first_monday(now), visible(actor))
    )


def confusion(session: Session, actor: Actor, *, now: datetime, limit: int = 20) -> list[Confused]:
    """Return the commonest corrections of the last weeks, the commonest first."""
    n = func.count()
    query = (
        _seen(actor, now, Correction.machine_label, Correction.label, n)
        .where(Correction.machine_label != Correction.label)
        .group_by(Correction.machine_label, Correction.label)
        .order_by(n.desc(), Correction.machine_label, Correction.label)
        .limit(limit)
    )
    return [Confused(*row) for row in session.execute(query)]


def most_corrected(session: Session, actor: Actor, *, now: datetime, limit: int = 10) -> list[Corrected]:
    """Return the labels people changed most often in the last weeks, the most often changed first."""
    n_changed = func.count().filter(Correction.machine_label != Correction.label)
    query = (
        _seen(actor, now, Correction.machine_label, func.count(), n_changed)
        .group_by(Correction.machine_label)
        .having(n_changed > 0)
        .order_by(n_changed.desc(), Correction.machine_label)
        .limit(limit)
    )
    return [Corrected(*row) for row in session.execute(query)]


def corrections(
    session: Session, actor: Actor, *, cursor: int | None = None, limit: int = 50
) -> tuple[Sequence[Correction], int | None]:
    """Return corrections with tickets and offices, newest first, and the cursor of the next page, None on the last."""
    query = (
        select(Correction)
        .join(Correction.ticket)
        .where(visible(actor))
        .options(
            joinedload(Correction.ticket), joinedload(Correction.old_office), joinedload(Correction.office)
        )
        .order_by(Correction.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(Correction.id < cursor)
    found = session.scalars(query).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def retraining(session: Session) -> Retraining | None:
    """Return the latest training asked for, or None."""
    return session.scalar(select(Retraining).order_by(Retraining.id.desc()).limit(1))


def training(session: Session, training_id: int) -> Retraining:
    """Return one training by its number."""
    return session.get_one(Retraining, training_id)


def under_way(session: Session) -> Retraining | None:
    """Return the training under way, locked, or None when there is none or another process is at it."""
    return session.scalar(
        select(Retraining)
        .where(Retraining.finished_at.is_(None))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
