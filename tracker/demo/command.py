"""`tracker demo`: accounts, three months of tickets, a campaign; once, and harmless when repeated."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker import clock
from tracker.accounts import demo as accounts
from tracker.app import gather_actions
from tracker.commissions import keys
from tracker.commissions.seed import seed_demo_liaisons
from tracker.config import Settings
from tracker.db import Database, connect
from tracker.demo import campaign, clue, crowd, letters, texts, together, watch
from tracker.demo.fates import fate
from tracker.demo.replay import Stage, archive_old, in_working_time, live, take_in
from tracker.demo.staff import Staff
from tracker.jobs import Bell
from tracker.offices.models import Office
from tracker.permissions import Role
from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.sweep import sweep

log = structlog.get_logger()

N_COMPLAINTS = 310
DAYS = 92
SEED = 20261123
NEWS_DAYS = 3
ACCOUNTS = "demo-accounts.json"
INTAKE = (("440106", 55), ("440100", 35), ("440000", 10))
"""Which offices' hotline desks take the complaints in, and how often."""


def run(settings: Settings, *, now: datetime | None = None, count: int = N_COMPLAINTS) -> None:
    """Load the demonstration into the database of the settings; the accounts go to TRACKER_HOME/demo-accounts.json."""
    at = now or clock.now()
    engine = connect(settings.migrate_database_url)
    database = Database(engine, Bell(settings.redis_url).ring, settings.field_key, settings.field_key_old)
    key, *older = keys.ring(settings.home)
    desk = Database(engine, Bell(settings.redis_url).ring, key, older)
    file = settings.home / ACCOUNTS
    known = _read(file)
    with database.unit_of_work() as session:
        told = accounts.seed_demo(session, known, now=at)
    with desk.unit_of_work() as session:
        by_name = {one["account"]: one for one in known}
        told += seed_demo_liaisons(session, settings.home, now=at, known=by_name)
    _write(file, told)
    with database.unit_of_work() as session:
        if not _is_loaded(session):
            load(session, now=at, count=count)
    engine.dispose()


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        return list(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError):
        return []


def _write(file: Path, told: list[dict[str, Any]]) -> None:
    file.touch(mode=0o600, exist_ok=True)
    new = file.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(told, out, ensure_ascii=False, indent=2)
    new.replace(file)


def _is_loaded(session: Session) -> bool:
    return session.scalar(select(Ticket.id).where(Ticket.source_no.startswith("demo-")).limit(1)) is not None


def load(session: Session, *, now: datetime, count: int = N_COMPLAINTS) -> None:
    """Replay the complaints and all other stories, in the caller's transaction; the same for the same `now`."""
    random = Random(SEED)  # noqa: S311 — chance for a demonstration
    stage = Stage(
        session, gather_actions(), Staff(session, random, now - timedelta(days=DAYS + 1)), random, now
    )
    complaints = texts.complaints(count, random)
    moments = sorted(_moment(random, now) for _ in complaints)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        for index, complaint in bar.track(list(enumerate(complaints)), description="演示数据"):
            _one(stage, complaint, moments[index], index)
    crowd.load(stage)
    archive_old(stage, timedelta(days=12))
    together.load(stage)
    campaign.load(stage)
    clue.load(stage)
    letters.load(stage)
    watch.load(stage)
    while sweep(session, now=now):
        pass
    # whoever enters the demonstration has read what happened before the last few days
    session.flush()
    session.execute(
        update(TicketEvent)
        .where(TicketEvent.at < now - timedelta(days=NEWS_DAYS))
        .values(followed_at=TicketEvent.at)
        .execution_options(synchronize_session=False)
    )


def _moment(random: Random, now: datetime) -> datetime:
    """Return when a complaint came in: more often of late, so that every stage is well filled."""
    return now - timedelta(days=DAYS * random.random() ** 1.6, hours=random.uniform(0.2, 3))


def _one(stage: Stage, complaint: texts.Complaint, moment: datetime, index: int) -> None:
    at = min(in_working_time(stage, moment), stage.now)
    code = stage.random.choices([code for code, _ in INTAKE], [weight for _, weight in INTAKE])[0]
    office = stage.session.scalars(select(Office).where(Office.code == code)).one()
    operator = stage.staff.person(office, Role.OPERATOR)
    ticket = take_in(stage, operator, complaint, at, f"demo-{index:04d}")
    age_days = (stage.now - at).total_seconds() / 86400
    live(stage, ticket, operator, fate(stage.random, age_days), at)
