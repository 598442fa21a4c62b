"""Documents as JSON and as the pages show them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tracker.documents.models import (
    Document,
    DocumentFile,
    DocumentLayout,
    DocumentObjection,
    DocumentRecheck,
)
from tracker.documents.rules import KIND_LABELS, OUTCOME_LABELS, STATE_LABELS, Kind, Outcome, State
from tracker.tickets.models import Ticket
from tracker.tickets.present import iso

_TONES = {
    State.UNSIGNED: "wait",
    State.CORRECTING: "work",
    State.ANSWERED: "wait",
    State.DONE: "done",
    State.VOID: "stop",
}


def row(one: Document, n_tickets: int, now: datetime) -> dict[str, Any]:
    """Return a document as one entry of a list; late: in words what is overdue, "" for nothing."""
    return {
        "id": one.id,
        "number": one.number,
        "kind": one.kind,
        "kind_name": KIND_LABELS[Kind(one.kind)],
        "title": one.title,
        "office": {"code": one.office.code, "name": one.office.name},
        "to": one.to_name,
        "to_office": one.to_office.code if one.to_office else None,
        "to_body": one.to_body.code if one.to_body else None,
        "state": one.state.value,
        "state_name": STATE_LABELS[one.state],
        "n_tickets": n_tickets,
        "issued_at": iso(one.issued_at),
        "issued_by": one.issued_by_name,
        "due_at": iso(one.due_at),
        "receipt_due_at": iso(one.receipt_due_at),
        "signed_at": iso(one.signed_at),
        "late": late(one, now),
    }


def late(one: Document, now: datetime) -> str:
    """Return what is overdue in words: 签收逾期, 反馈逾期, or ""."""
    if one.state is State.UNSIGNED and one.receipt_due_at < now:
        return "签收逾期"
    return "反馈逾期" if one.state in {State.UNSIGNED, State.CORRECTING} and one.due_at < now else ""


def tone(one: Document) -> dict[str, str]:
    """Return label and tone of the state, for the badge."""
    return {"label": STATE_LABELS[one.state], "tone": _TONES[one.state], "value": one.state.value}


def document(
    one: Document,
    tickets: Sequence[Ticket],
    files: Sequence[DocumentFile],
    rechecks: Sequence[DocumentRecheck],
    objection: DocumentObjection | None,
    now: datetime,
) -> dict[str, Any]:
    """Return everything about a document as JSON."""
    return {
        **row(one, len(tickets), now),
        "letter": {name: one.letter[name] for name in ("title", "to", "paragraphs", "rows", "date", "cc")},
        "due_provisional": one.due_provisional,
        "due_runs_from": "receipt" if one.from_receipt else "issue",
        "tickets": [ticket.number for ticket in tickets],
        "files": [
            {
                "format": file.format,
                "sha256": file.sha256,
                "n_bytes": file.n_bytes,
                "url": f"/api/v1/documents/{one.id}/files/{file.format}",
            }
            for file in files
        ],
        "receipt": _receipt(one),
        "answer": _answer(one),
        "rechecks": [_recheck(each) for each in rechecks],
        "objection": _objection(objection),
        "void": {"at": iso(one.voided_at), "by": one.voided_by_name, "reason": one.void_reason}
        if one.voided_at
        else None,
    }


def _receipt(one: Document) -> dict[str, Any] | None:
    if one.signed_at is None:
        return None
    return {"at": iso(one.signed_at), "by": one.signed_by_name, "note": one.receipt_note}


def _answer(one: Document) -> dict[str, Any] | None:
    if one.answered_at is None:
        return None
    return {"at": iso(one.answered_at), "by": one.answered_by_name, "text": one.answer}


def _objection(one: DocumentObjection | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "at": iso(one.asked_at),
        "by": one.asked_by_name,
        "grounds": one.grounds,
        "due_at": iso(one.due_at),
        "ruling": one.ruling,
        "reason": one.reason,
        "ruled_at": iso(one.ruled_at),
        "ruled_by": one.ruled_by_name,
    }


def _recheck(one: DocumentRecheck) -> dict[str, Any]:
    return {
        "at": iso(one.at),
        "by": one.by_name,
        "outcome": one.outcome,
        "outcome_name": OUTCOME_LABELS[Outcome(one.outcome)],
        "finding": one.finding,
        "answer": one.answer,
        "new_due_at": iso(one.new_due_at),
    }


def layout(one: DocumentLayout) -> dict[str, Any]:
    """Return an own Word layout; office None and kind "" mean all."""
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "office": {"code": one.office.code, "name": one.office.name} if one.office else None,
        "in_use": one.in_use,
        "n_bytes": one.n_bytes,
        "sha256": one.sha256,
        "uploaded_at": iso(one.uploaded_at),
        "uploaded_by": one.uploaded_by_name,
    }


MIME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
