"""复核: the addressee objects to an 意见书 or 决定书 within the time allowed, and somebody else than its author decides."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.calendar.deadlines import Clock
from tracker.documents import queries, rules, service
from tracker.documents.models import Document, DocumentObjection
from tracker.documents.rules import KIND_LABELS, RULING_LABELS, Kind, Ruling, State
from tracker.errors import Conflict
from tracker.permissions import Actor, Permission, require_other, require_own
from tracker.screens import day


def last_moment(session: Session, document: Document) -> datetime | None:
    """Return until when (aware) an objection may be made, None where none can be: wrong kind, not received yet."""
    if document.kind not in rules.OPEN_TO_OBJECTION or document.signed_at is None:
        return None
    table = service.timetable_of(session, document)
    return table.due(Clock.RECHECK_ASK, from_at=document.signed_at).due_at


def object_to(
    session: Session, actor: Actor, document_id: int, grounds: str, *, now: datetime
) -> DocumentObjection:
    """申请复核: write down the objection and by when it must be decided; what the document asks stays due.

    Raises NotFound, NotAllowed, Conflict when it is too late or was done before.
    """
    document = service.lock(session, actor, document_id, Permission.DOCUMENT_SIGN)
    service.require_receiver(actor, document)
    service.require_state(document, State.CORRECTING, State.ANSWERED)
    until = last_moment(session, document)
    if until is None:
        raise Conflict(f"对{KIND_LABELS[Kind(document.kind)]}不能申请复核。", code="no_objection")
    if now > until:
        raise Conflict(f"申请复核的期限已于{day(until)}届满。", code="objection_too_late")
    if queries.objection(session, document) is not None:
        raise Conflict("已申请过复核。", code="objected_before")
    due = service.timetable_of(session, document).due(Clock.RECHECK_ANSWER, from_at=now)
    row = DocumentObjection(
        document_id=document.id,
        grounds=service.hidden(session, actor, document, grounds),
        asked_at=now,
        asked_by_name=actor.name,
        due_at=due.due_at,
    )
    session.add(row)
    service.tell(session, actor, document, "document-objected", "申请复核", now)
    return row


def rule(
    session: Session, actor: Actor, document_id: int, ruling: Ruling, reason: str, *, now: datetime
) -> DocumentObjection:
    """复核决定: uphold the document or revoke it, by another person of the issuing office than its author.

    Raises NotFound, NotAllowed, Conflict.
    """
    document = service.lock(session, actor, document_id, Permission.DOCUMENT_DECIDE)
    require_own(actor, document.office_id)
    require_other(actor, document.issued_by_id, "复核")
    row = queries.objection(session, document)
    if row is None or row.ruled_at is not None:
        raise Conflict("没有待决定的复核申请。", code="no_objection")
    service.require_state(document, State.CORRECTING, State.ANSWERED)
    reason = service.hidden(session, actor, document, reason)
    row.ruling, row.reason = ruling, reason
    row.ruled_at, row.ruled_by_id, row.ruled_by_name = now, actor.account_id, actor.name
    if ruling is Ruling.REVOKE:
        document.voided_at, document.voided_by_name = now, actor.name
        document.void_reason = f"复核撤销：{reason}"[:500]
    service.tell(session, actor, document, "document-reviewed", f"复核决定：{RULING_LABELS[ruling]}", now)
    return row
