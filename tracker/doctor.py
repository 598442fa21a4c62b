"""`tracker doctor`: whether every part the system stands on is well, in sentences."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tracker.calendar.models import CalendarYear
from tracker.clock import local_date
from tracker.config import Settings
from tracker.health import CLOCK_HEARTBEAT

LEAST_FREE_BYTES = 2 * 1024**3
MOST_CLOCK_DIFFERENCE = timedelta(seconds=5)
CALENDAR_NOTICE_DAYS = 60
"""How long before the last loaded year ends the next one is asked for."""


@dataclass(frozen=True)
class Finding:
    """One part: its name, whether it is well, and what to know or to do."""

    part: str
    well: bool
    words: str


def examine(session: Session, settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """Yield what was found of database, clock, calendar, Redis, workers and disk, in that order."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _database(session, now),
        lambda: _calendar(session, local_date(now)),
        lambda: _redis(settings),
        lambda: _disk(settings),
    )
    for check in checks:
        yield from check()


def _database(session: Session, now: datetime) -> Iterator[Finding]:
    try:
        theirs: datetime = session.scalars(select(func.clock_timestamp())).one()
    except SQLAlchemyError as error:
        yield Finding(
            "数据库", False, f"连接不上：{type(error).__name__}。请检查 DATABASE_URL 和数据库是否在运行。"
        )
        return
    yield Finding("数据库", True, "连接正常。")
    apart = abs(theirs - now)
    words = f"本机与数据库时钟相差{apart.total_seconds():.1f}秒"
    well = apart <= MOST_CLOCK_DIFFERENCE
    yield Finding("时钟", well, words + ("。" if well else "，请校时（NTP）。"))


def _calendar(session: Session, today: date) -> Iterator[Finding]:
    last = session.scalar(select(func.max(CalendarYear.year)))
    if last is None:
        yield Finding("工作日历", False, "没有载入任何年份，请运行 tracker seed。")
        return
    left = (date(last, 12, 31) - today).days
    if left > CALENDAR_NOTICE_DAYS:
        yield Finding("工作日历", True, f"已载入至{last}年底。")
    else:
        words = f"只载入至{last}年底，还剩{max(left, 0)}天；{last + 1}年放假安排公布后请载入，此前跨年的时限为暂定。"
        yield Finding("工作日历", False, words)


def _redis(settings: Settings) -> Iterator[Finding]:
    try:
        redis = Redis.from_url(settings.redis_url, socket_connect_timeout=1, socket_timeout=2)
        redis.ping()
        n_workers, ticking = Worker.count(connection=redis), bool(redis.exists(CLOCK_HEARTBEAT))
    except RedisError:
        yield Finding(
            "Redis", False, "连接不上：工单照常受理，但分类、导入和催办要等它恢复。请检查 REDIS_URL。"
        )
        return
    yield Finding("Redis", True, "连接正常。")
    words = f"{n_workers} 个在运行。" if n_workers else "没有在运行的工作进程，请启动 Procfile 中的 worker。"
    yield Finding("工作进程", n_workers > 0, words)
    yield Finding("定时进程", ticking, "心跳正常。" if ticking else "没有心跳，请启动 Procfile 中的 clock。")


def _disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.home if settings.home.exists() else settings.home.parent).free
    well = free >= LEAST_FREE_BYTES
    yield Finding("磁盘", well, f"数据目录剩余{free / 1024**3:.1f}GB{'' if well else '，请尽快清理或扩容'}。")
