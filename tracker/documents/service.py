"""What happens to an issued document: receipt, answer, recheck, voiding, reprint; and the texts they are made from."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.audit import service as audit
from tracker.calendar.deadlines import Clock, Timetable
from tracker.documents import addressees, layouts, letters, queries, rules
from tracker.documents.models import Document, DocumentFile, DocumentRecheck, DocumentTemplate
from tracker.documents.rules import KIND_LABELS, OUTCOME_LABELS, STATE_LABELS, Kind, Outcome, State
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable
from tracker.permissions import SYSTEM, Actor, Permission, allowed, require, require_own
from tracker.tickets import originals
from tracker.tickets import service as tickets

_FROM_ADDRESSEE = frozenset({"document-signed", "document-answered", "document-objected"})
_STATUTORY = {Kind.OPINION: Clock.CORRECT, Kind.DECISION: Clock.DECISION_REPORT}


def find(session: Session, actor: Actor, document_id: int) -> Document:
    """Return a document issued by or addressed to the actor's subtree; raises NotFound, NotAllowed."""
    require(actor, Permission.DOCUMENT_READ)
    found = queries.document(session, actor, document_id)
    if found is None:
        raise NotFound("没有找到该文书，或不在您的权限范围内。")
    return found


def lock(session: Session, actor: Actor, document_id: int, permission: Permission) -> Document:
    """Return the document locked for this transaction; raises NotFound, NotAllowed."""
    require(actor, permission)
    found = queries.document(session, actor, document_id, lock=True)
    if found is None:
        raise NotFound("没有找到该文书，或不在您的权限范围内。")
    return found


def receives(actor: Actor, document: Document) -> bool:
    """Return whether the actor speaks for the addressee.

    A supervision office speaks for itself; for a body or somebody outside, who have no accounts, the issuing office
    writes down what came back on paper.
    """
    speaker = document.to_office_id if document.to_office_id is not None else document.office_id
    return allowed(actor, Permission.DOCUMENT_SIGN) and actor.office_id == speaker


def require_receiver(actor: Actor, document: Document) -> None:
    """Raise NotAllowed unless the actor speaks for the addressee."""
    if not receives(actor, document):
        who = document.to_name if document.to_office_id is not None else "发文单位"
        raise NotAllowed(f"这一步应由{who}的人员办理。", code="not_your_office")


def require_state(document: Document, *states: State) -> None:
    """Raise Conflict unless the document stands in one of the states."""
    if document.state not in states:
        raise Conflict(f"文书当前为“{STATE_LABELS[document.state]}”，不能办理这一步，请刷新页面。")


def sign(
    session: Session, actor: Actor, document_id: int, given: dict[str, Any], *, now: datetime
) -> Document:
    """签收: write down who received the document and when; a time limit that runs from receipt begins now.

    given: signed_by (needed when written down for a body without account), signed_at, note. Raises NotFound,
    NotAllowed, Conflict, Invalid.
    """
    document = lock(session, actor, document_id, Permission.DOCUMENT_SIGN)
    require_receiver(actor, document)
    require_state(document, State.UNSIGNED)
    on_paper = document.to_office_id is None
    if on_paper and not given.get("signed_by"):
        raise _blank("signed_by", "请填写送达回证上的签收人。")
    signed_at = (given.get("signed_at") or now) if on_paper else now
    if not document.issued_at <= signed_at <= now:
        raise _blank("signed_at", "签收时间应在制发之后、现在之前，请核对送达回证。")
    document.signed_at, document.signed_by_name = signed_at, given["signed_by"] if on_paper else actor.name
    document.receipt_note = hidden(session, actor, document, given.get("note") or "") or None
    document.receipt_recorded_by_id = actor.account_id
    if document.from_receipt:
        due = timetable_of(session, document).due(_STATUTORY[Kind(document.kind)], from_at=signed_at)
        document.due_at, document.due_provisional = due.due_at, due.provisional
    tell(session, actor, document, "document-signed", f"{document.signed_by_name}签收", now)
    return document


def timetable_of(session: Session, document: Document) -> Timetable:
    """Return the timetable by which the document's time limits are counted."""
    return addressees.timetable_of(session, document.to_office, document.to_body, document.office)


def _blank(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: [sentence]})


def answer(session: Session, actor: Actor, document_id: int, text: str, *, now: datetime) -> Document:
    """反馈: write down what the addressee reports to have done; raises NotFound, NotAllowed, Conflict."""
    document = lock(session, actor, document_id, Permission.DOCUMENT_SIGN)
    require_receiver(actor, document)
    require_state(document, State.CORRECTING)
    document.answer = hidden(session, actor, document, text)
    document.answered_at, document.answered_by_name = now, actor.name
    tell(session, actor, document, "document-answered", "已反馈办理情况", now)
    return document


def recheck(
    session: Session, actor: Actor, document_id: int, given: dict[str, Any], *, now: datetime
) -> Document:
    """复查: the issuing office looks whether things were put right; what is left gets a new time limit in working days.

    given: outcome, finding, days (needed unless everything was put right). Raises NotFound, NotAllowed, Conflict,
    Invalid.
    """
    document = lock(session, actor, document_id, Permission.DOCUMENT_ISSUE)
    require_own(actor, document.office_id)
    require_state(document, State.CORRECTING, State.ANSWERED)
    outcome = Outcome(given["outcome"])
    row = DocumentRecheck(
        document_id=document.id,
        outcome=outcome,
        finding=hidden(session, actor, document, given["finding"]),
        answer=document.answer or "",
        by_id=actor.account_id,
        by_name=actor.name,
        at=now,
    )
    if outcome is Outcome.CORRECTED:
        document.closed_at = now
    else:
        if not given.get("days"):
            raise _blank("days", "没有整改到位的，请填写继续整改的工作日数。")
        due = timetable_of(session, document).due(Clock.SIGN, from_at=now, amount=given["days"])
        row.new_due_at = document.due_at = due.due_at
        document.due_provisional, document.days = due.provisional, given["days"]
        document.answer = document.answered_at = document.answered_by_name = None
    session.add(row)
    tell(session, actor, document, "document-rechecked", f"复查结果：{OUTCOME_LABELS[outcome]}", now)
    return document


def void(session: Session, actor: Actor, document_id: int, reason: str, *, now: datetime) -> Document:
    """作废: a document issued in error stays with its number, marked void. Raises NotFound, NotAllowed, Conflict."""
    document = lock(session, actor, document_id, Permission.DOCUMENT_ISSUE)
    require_own(actor, document.office_id)
    require(actor, rules.TERMS[Kind(document.kind)].permission)
    require_state(document, State.UNSIGNED, State.CORRECTING, State.ANSWERED)
    reason = hidden(session, actor, document, reason)
    document.voided_at, document.voided_by_name, document.void_reason = now, actor.name, reason
    tell(session, actor, document, "document-voided", f"作废：{reason}", now)
    return document


def hidden(session: Session, actor: Actor, document: Document, text: str) -> str:
    """Return the text without what names whoever complained in any of the document's tickets.

    The words as they came are sealed with each ticket they were changed for, under the event about to be told.
    """
    for one in queries.tickets(session, document):
        text = originals.hidden(session, one, one.n_events + 1, text, actor)
    return text


def tell(session: Session, actor: Actor, document: Document, action: str, words: str, now: datetime) -> None:
    """Write the event on every ticket of the document, tell the other side once, and the audit log last."""
    other = document.office if action in _FROM_ADDRESSEE else document.to_office
    for n, one in enumerate(queries.tickets(session, document)):
        ticket = tickets.lock(session, SYSTEM, one.number)
        told: dict[str, Any] = {"document": document.id, "number": document.number, "kind": document.kind}
        if n == 0 and other is not None and other.id != actor.office_id:
            told["office_code"] = other.code
        note = f"{KIND_LABELS[Kind(document.kind)]} {document.number}：{words}"
        tickets.append(session, ticket, actor, action, now=now, note=note, data=told)
    session.flush()
    told = {"number": document.number}
    audit.record(session, actor, action.removeprefix("document-"), "document", document.id, told, now=now)


def file(session: Session, actor: Actor, document_id: int, made_as: str) -> tuple[Document, DocumentFile]:
    """Return the document and its stored bytes ("docx" or "pdf"), the same at every call.

    A PDF that could not be made for want of a font is made when first asked for after there is one. Raises NotFound,
    NotAllowed, Unavailable while there is no font, Conflict when the bytes do not match their hash.
    """
    document = find(session, actor, document_id)
    found = _file(session, document, made_as)
    if found is None and made_as == "pdf":
        _make_pdf(session, document)
        found = _file(session, document, made_as)
    if found is None:
        raise NotFound("没有这种格式，可选 docx、pdf。")
    session.refresh(found, ["content"])
    if hashlib.sha256(found.content).hexdigest() != found.sha256:
        raise Conflict("文书文件与登记的校验值不符，请联系管理员。", code="file_damaged")
    return document, found


def _file(session: Session, document: Document, made_as: str) -> DocumentFile | None:
    return session.scalar(
        select(DocumentFile).where(DocumentFile.document_id == document.id, DocumentFile.format == made_as)
    )


def _make_pdf(session: Session, document: Document) -> None:
    face = layouts.typeface()
    if face is None:
        raise Unavailable(layouts.NO_FONT, code="no_font")
    content = layouts.pdf(letters.letter(document.letter), made_at=document.issued_at, face=face)
    values = {
        "document_id": document.id,
        "format": "pdf",
        "content": content,
        "n_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "made_at": document.issued_at,
    }
    session.execute(insert(DocumentFile).values(values).on_conflict_do_nothing())


def set_template(session: Session, actor: Actor, kind: Kind, text: str, *, now: datetime) -> DocumentTemplate:
    """Set the text of a kind and return it; documents already issued stay as they are.

    Raises NotAllowed, Invalid naming an unknown variable.
    """
    require(actor, Permission.TABLE_EDIT)
    row = queries.template(session, kind)
    if row is None:
        row = DocumentTemplate(kind=kind.value)
        session.add(row)
    row.text, row.changed_at, row.changed_by_name = letters.check(text), now, actor.name
    session.flush()
    audit.record(session, actor, "change", "document_template", kind.value, now=now)
    return row
