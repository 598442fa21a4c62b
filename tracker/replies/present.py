"""Replies as JSON and for the pages."""

from typing import Any

from tracker.replies.models import EvidenceFile, Reply
from tracker.replies.quality import Finding
from tracker.replies.rules import OUTCOME_LABELS, Outcome
from tracker.replies.templates import Offered
from tracker.tickets.present import iso


def reply(one: Reply) -> dict[str, Any]:
    """Return a reply with what was decided on it; `approved` is None while it waits."""
    return {
        "id": one.id,
        "round": one.round,
        "outcome": one.outcome,
        "outcome_label": OUTCOME_LABELS[Outcome(one.outcome)],
        "public_text": one.public_text,
        "note": one.internal_note,
        "overrule_reason": one.overruled_reason,
        "replied_by": one.replied_by_name,
        "replied_at": iso(one.replied_at),
        "approved": one.approved,
        "reviewed_by": one.reviewed_by_name,
        "reviewed_at": iso(one.reviewed_at),
        "opinion": one.opinion,
        "findings": one.findings,
        "withdrawn_at": iso(one.withdrawn_at),
    }


def file(number: str, one: EvidenceFile) -> dict[str, Any]:
    """Return what is known of a file of evidence, and where its bytes are."""
    return {
        "id": one.id,
        "reply": one.reply_id,
        "name": one.name,
        "content_type": one.content_type,
        "n_bytes": one.n_bytes,
        "sha256": one.sha256,
        "scan": one.scan,
        "scanned_at": iso(one.scanned_at),
        "uploaded_by": one.uploaded_by_name,
        "uploaded_at": iso(one.uploaded_at),
        "href": f"/api/v1/tickets/{number}/evidence/{one.id}",
    }


def template(one: Offered) -> dict[str, Any]:
    """Return a reply template with where it comes from."""
    return {
        "id": one.id,
        "category": one.category,
        "outcome": one.outcome.value,
        "outcome_label": OUTCOME_LABELS[one.outcome],
        "label": one.label,
        "text": one.text,
        "office": one.office,
        "inherited": one.inherited,
        "is_active": one.is_active,
        "changed_at": iso(one.changed_at),
        "changed_by": one.changed_by,
    }


def finding(one: Finding) -> dict[str, Any]:
    """Return what is to be said of a reply: code, weight and sentence."""
    return {"code": one.code, "weight": one.weight.value, "message": one.message}
