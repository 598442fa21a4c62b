"""Reading supervision documents: those the reader's offices issued or received."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from tracker.documents.models import (
    Document,
    DocumentFile,
    DocumentObjection,
    DocumentRecheck,
    DocumentTemplate,
    DocumentTicket,
)
from tracker.documents.rules import Kind, State
from tracker.errors import Invalid
from tracker.offices.models import Body, Office
from tracker.offices.queries import office_ids
from tracker.permissions import Actor, Permission, allowed
from tracker.tickets.models import Ticket

COUNT_CAP = 100

_LIVE = and_(Document.voided_at.is_(None), Document.closed_at.is_(None))
_STATES: dict[str, ColumnElement[bool]] = {
    State.UNSIGNED.value: and_(_LIVE, Document.signed_at.is_(None)),
    State.CORRECTING.value: and_(_LIVE, Document.signed_at.is_not(None), Document.answered_at.is_(None)),
    State.ANSWERED.value: and_(_LIVE, Document.signed_at.is_not(None), Document.answered_at.is_not(None)),
    State.DONE.value: and_(Document.voided_at.is_(None), Document.closed_at.is_not(None)),
    State.VOID.value: Document.voided_at.is_not(None),
}


@dataclass(frozen=True)
class Page:
    """A page of documents, newest first; `next` is the id to go on from, None on the last page."""

    items: Sequence[Document]
    next: int | None


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition "issued by or addressed to an office of the reader's subtree"."""
    within = office_ids(actor.office_path)
    return or_(Document.office_id.in_(within), Document.to_office_id.in_(within))


def _loaded(found: Select[Document]) -> Select[Document]:
    return found.options(
        joinedload(Document.office), joinedload(Document.to_office), joinedload(Document.to_body)
    )


def _in_state(state: str, now: datetime) -> ColumnElement[bool]:
    late: dict[str, ColumnElement[bool]] = {
        "": true(),
        "receipt_late": and_(_STATES["unsigned"], Document.receipt_due_at < now),
        "late": and_(_LIVE, Document.answered_at.is_(None), Document.due_at < now),
    }
    known = {**_STATES, **late}
    if state not in known:
        raise Invalid("没有这种状态。", fields={"state": ["可选：" + "、".join(one for one in known if one)]})
    return known[state]


def documents(session: Session, actor: Actor, filters: Mapping[str, Any], *, now: datetime) -> Page:
    """Return a page by kind, office (code, with all below; issuing or addressed), state, cursor and limit."""
    found = _loaded(select(Document)).where(visible(actor), _in_state(filters.get("state") or "", now))
    if filters.get("kind"):
        found = found.where(Document.kind == filters["kind"])
    if filters.get("office"):
        path = session.scalar(select(Office.path).where(Office.code == filters["office"]))
        within = office_ids(path or "?")
        found = found.where(or_(Document.office_id.in_(within), Document.to_office_id.in_(within)))
    if filters.get("cursor"):
        found = found.where(Document.id < filters["cursor"])
    limit = int(filters.get("limit") or 50)
    rows = session.scalars(found.order_by(Document.id.desc()).limit(limit + 1)).all()
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def document(session: Session, actor: Actor, document_id: int, *, lock: bool = False) -> Document | None:
    """Return one document the reader may see, or None. lock: held until the transaction ends, read anew."""
    found = _loaded(select(Document)).where(Document.id == document_id, visible(actor))
    if lock:
        found = found.with_for_update(of=Document).execution_options(populate_existing=True)
    return session.scalar(found)


def issued_by_request(session: Session, once_key: str) -> Document | None:
    """Return the document that a request with this key issued before, or None."""
    return session.scalar(_loaded(select(Document)).where(Document.once_key == once_key))


def of_ticket(session: Session, actor: Actor, ticket: Ticket) -> Sequence[Document]:
    """Return the documents about a ticket that the reader may see, newest first."""
    linked = select(DocumentTicket.document_id).where(DocumentTicket.ticket_id == ticket.id)
    found = _loaded(select(Document)).where(Document.id.in_(linked), visible(actor))
    return session.scalars(found.order_by(Document.id.desc()).limit(50)).all()


def tickets(session: Session, document: Document) -> Sequence[Ticket]:
    """Return the tickets the document is about, in the order of their numbers."""
    linked = select(DocumentTicket.ticket_id).where(DocumentTicket.document_id == document.id)
    return session.scalars(select(Ticket).where(Ticket.id.in_(linked)).order_by(Ticket.number)).all()


def n_tickets(session: Session, documents: Sequence[Document]) -> dict[int, int]:
    """Return how many tickets each document is about, by its id."""
    counted = (
        select(DocumentTicket.document_id, func.count().label("n"))
        .where(DocumentTicket.document_id.in_([one.id for one in documents]))
        .group_by(DocumentTicket.document_id)
    )
    return {row.document_id: row.n for row in session.execute(counted)}


def files(session: Session, document: Document) -> Sequence[DocumentFile]:
    """Return the files made of the document, without their bytes."""
    found = select(DocumentFile).where(DocumentFile.document_id == document.id)
    return session.scalars(found.order_by(DocumentFile.format)).all()


def objection(session: Session, document: Document) -> DocumentObjection | None:
    """Return the objection to the document, or None."""
    return session.get(DocumentObjection, document.id)


def rechecks(session: Session, document: Document) -> Sequence[DocumentRecheck]:
    """Return the rechecks of the document, newest first."""
    found = select(DocumentRecheck).where(DocumentRecheck.document_id == document.id)
    return session.scalars(found.order_by(DocumentRecheck.id.desc()).limit(100)).all()


def template(session: Session, kind: Kind) -> DocumentTemplate | None:
    """Return the text an administrator wrote for the kind, or None."""
    return session.get(DocumentTemplate, kind.value)


def office_named(session: Session, code: str) -> str:
    """Return the name of the office with that code, or the code when there is none."""
    return session.scalar(select(Office.name).where(Office.code == code)) or code


def body_named(session: Session, code: str) -> str:
    """Return the name of the body with that code, or the code when there is none."""
    return session.scalar(select(Body.name).where(Body.code == code)) or code


def n_documents(session: Session, tickets: Sequence[Ticket]) -> dict[int, int]:
    """Return how many documents in force there are about each ticket, by its id."""
    counted = (
        select(DocumentTicket.ticket_id, func.count().label("n"))
        .join(Document, Document.id == DocumentTicket.document_id)
        .where(DocumentTicket.ticket_id.in_([one.id for one in tickets]), Document.voided_at.is_(None))
        .group_by(DocumentTicket.ticket_id)
    )
    return {row.ticket_id: row.n for row in session.execute(counted)}


def n_waiting(session: Session, actor: Actor, *, now: datetime) -> int:
    """Return how many documents wait for the own office: to be signed or answered late by it, or left unsigned by others."""
    if actor.office_id is None or not allowed(actor, Permission.DOCUMENT_SIGN):
        return 0
    mine = and_(Document.to_office_id == actor.office_id, _STATES["unsigned"])
    theirs = and_(Document.office_id == actor.office_id, _in_state("receipt_late", now))
    report = and_(Document.office_id == actor.office_id, _STATES["answered"])
    found = select(Document.id).where(or_(mine, theirs, report)).limit(COUNT_CAP)
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0
