"""Surge alarms: counting and judging once an hour, and telling each office once."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.clock import local_date
from tracker.jobs import Job
from tracker.notices import service as notices
from tracker.permissions import Permission
from tracker.surges import service
from workers import base


def one_round(session: Session, now: datetime) -> int:
    """Judge when an hour has passed, tell whoever was not told yet; return how many things were done."""
    done = service.advance(session, now=now)
    untold = service.untold(session)
    sentences = service.sentences(session, untold, local_date(now))
    for alarm in untold:
        told = f"预警：{sentences[alarm.id]}请到“预警”页查看并答复。"
        key = f"surge:{alarm.id}"
        notices.notify_office(
            session, alarm.office_id, Permission.SURGE_READ, "surge", told, now=now, once_key=key
        )
        alarm.told_at = now
    return done + len(untold)


def drain() -> int:
    """Bring counts and alarms up to date; return how many things were done."""
    return base.drain(Job.SURGES, one_round)
