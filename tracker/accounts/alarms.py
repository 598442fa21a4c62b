"""What the owner of an account should know of: written with the deed, told to his inbox by a worker."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import AccountAlarm
from tracker.jobs import Job, after_commit


def sound(session: Session, account_id: int, text: str, *, now: datetime) -> None:
    """Owe the owner this sentence."""
    session.add(AccountAlarm(account_id=account_id, text=text[:300], at=now))
    after_commit(session, Job.NOTICES)


def owed(session: Session, *, most: int = 100) -> Sequence[AccountAlarm]:
    """Return alarms no inbox says yet, oldest first, claimed for this transaction."""
    found = select(AccountAlarm).where(AccountAlarm.told_at.is_(None)).order_by(AccountAlarm.id)
    return session.scalars(found.limit(most).with_for_update(skip_locked=True)).all()


def latest(session: Session, account_id: int, *, most: int = 5) -> Sequence[AccountAlarm]:
    """Return the newest alarms of an account."""
    found = select(AccountAlarm).where(AccountAlarm.account_id == account_id)
    return session.scalars(found.order_by(AccountAlarm.id.desc()).limit(most)).all()
