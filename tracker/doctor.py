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

from tracker import keyfiles, rotation
from tracker.calendar.models import CalendarYear
from tracker.clock import local_date
from tracker.commissions import keys
from tracker.config import Settings
from tracker.fields import FORM, cipher
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
    """Yield what was found of database, clock, calendar, Redis, workers, keys and disk, in that order."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _database(session, now),
        lambda: _calendar(session, local_date(now)),
        lambda: _redis(settings),
        lambda: _keys(session, settings),
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


def _keys(session: Session, settings: Settings) -> Iterator[Finding]:
    """Whether every sealed value opens, and whether keys that were replaced are still about."""
    part, newest, lost, older = "个人信息密钥", cipher(session).prefix[len(FORM) :].hex(), 0, 0
    try:
        with session.begin_nested():
            for one in rotation.status(session, "supervision"):
                lost += one.n if one.key is None else 0
                older += one.n if one.key not in {None, newest} else 0
    except SQLAlchemyError as error:
        yield Finding(part, False, f"没有查成：{type(error).__name__}。")
        return
    if lost:
        words = f"有{lost}项加密内容在 FIELD_KEY 和 FIELD_KEY_OLD 下都无法解密，请找回写入时的密钥（tracker fields status）。"
    elif older:
        words = f"还有{older}项内容在旧密钥下，请运行 tracker fields rotate。"
    elif settings.field_key_old:
        words = "旧密钥下已没有内容，请把旧密钥移出 FIELD_KEY_OLD（内置模式用 tracker fields forget）。"
    else:
        words = "全部内容都在现用密钥下。"
    yield Finding(part, not (lost or older or settings.field_key_old), words)
    if keyfiles.older(keys.key_file(settings.home)):
        yield Finding(
            "纪检端密钥",
            False,
            "旧的 discipline.key 还在；请运行 tracker fields rotate --discipline，再 tracker fields forget --discipline。",
        )


def _disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.home if settings.home.exists() else settings.home.parent).free
    well = free >= LEAST_FREE_BYTES
    yield Finding("磁盘", well, f"数据目录剩余{free / 1024**3:.1f}GB{'' if well else '，请尽快清理或扩容'}。")
