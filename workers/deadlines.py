"""What time does to tickets: deadlines on a changed calendar, overdue, urged, circulated; and the archive."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.clues import retime as clues
from tracker.documents import retime as documents
from tracker.jobs import Job
from tracker.replies import many
from tracker.satisfaction import archive
from tracker.tickets import retime, shares, succession
from tracker.tickets import sweep as sweeping
from workers import base


def one_round(session: Session, now: datetime) -> int:
    """Count again what a changed calendar concerns, hand on what nobody holds, let time pass, end shares, archive; return how many."""
    done = retime.retime(session, now=now, others=(clues.recount, documents.recount)) + succession.settle(
        session, now=now
    )
    done += sweeping.sweep(session, now=now) + shares.end_over(session, now=now)
    return done + many.answer_left_behind(session, now=now) + archive.archive_due(session, now=now)


def sweep() -> int:
    """Write the events whose moment has come and archive what was closed long ago; return how many tickets."""
    return base.drain(Job.DEADLINES, one_round)
