"""What a document gives time for, counted again after the calendar changed.

The date printed on a document stands. Counted again are the limits that stand on no paper: when the receipt should be
signed, what the law allows from receipt on, and when an objection must be decided.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.calendar.deadlines import Clock, Deadline, Timetable
from tracker.calendar.models import CalendarChange
from tracker.documents import service
from tracker.documents.models import Document, DocumentObjection
from tracker.documents.rules import Kind
from tracker.permissions import SYSTEM
from tracker.screens import moment

_RECEIPT = Clock.SIGN
_STATUTORY = {Kind.OPINION: Clock.CORRECT, Kind.DECISION: Clock.DECISION_REPORT}


def recount(session: Session, change: CalendarChange, now: datetime) -> int:
    """Count the limits of every open document again and return how many moved, told in one event a document.

    What is still ahead is never moved into the past.
    """
    n_moved = 0
    for document, objection in _open(session):
        table = service.timetable_of(session, document)
        words = _counted(document, table, now)
        if objection is not None:
            due = table.due(Clock.RECHECK_ANSWER, from_at=objection.asked_at).due_at
            if _moves(objection.due_at, due, now):
                words.append(f"复核期限由{moment(objection.due_at)}改为{moment(due)}")
                objection.due_at = due
        if words:
            why = f"{'，'.join(words)}，因{change.what}（{change.why}）"
            service.tell(session, SYSTEM, document, "document-retimed", why, now)
        n_moved += len(words)
    return n_moved


def _open(session: Session) -> Sequence[tuple[Document, DocumentObjection | None]]:
    """Return the documents that still wait for something, locked, each with the objection not decided yet."""
    asked = (DocumentObjection.document_id == Document.id) & DocumentObjection.ruling.is_(None)
    waiting = or_(Document.closed_at.is_(None), DocumentObjection.document_id.is_not(None))
    rows = session.execute(
        select(Document, DocumentObjection)
        .outerjoin(DocumentObjection, asked)
        .options(joinedload(Document.office), joinedload(Document.to_office), joinedload(Document.to_body))
        .where(Document.voided_at.is_(None), waiting)
        .order_by(Document.id)
        .with_for_update(of=Document)
    )
    return [(row[0], row[1]) for row in rows]


def _counted(document: Document, table: Timetable, now: datetime) -> list[str]:
    words = []
    if document.signed_at is None:
        due = table.due(_RECEIPT, from_at=document.issued_at).due_at
        if _moves(document.receipt_due_at, due, now):
            words.append(f"签收期限由{moment(document.receipt_due_at)}改为{moment(due)}")
            document.receipt_due_at = due
    found = _statutory(document, table)
    if found is not None:
        document.due_provisional = found.provisional
        if _moves(document.due_at, found.due_at, now):
            words.append(f"办理期限由{moment(document.due_at)}改为{moment(found.due_at)}")
            document.due_at = found.due_at
    return words


def _statutory(document: Document, table: Timetable) -> Deadline | None:
    """Return the limit that the deadline table sets, None where a date was printed or the answer is there."""
    clock = _STATUTORY.get(Kind(document.kind))
    if clock is None or document.days is not None or document.answered_at is not None:
        return None
    return table.due(clock, from_at=document.signed_at or document.issued_at)


def _moves(old: datetime, new: datetime, now: datetime) -> bool:
    return new != old and not new < now < old
