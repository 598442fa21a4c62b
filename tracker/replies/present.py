"""Replies as JSON and for the pages."""

from typing import Any

from tracker.replies.models import EvidenceFile, Reply
from tracker.replies.rules import OUTCOME_LABELS, Outcome
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
        "uploaded_by": one.uploaded_by_name,
        "uploaded_at": iso(one.uploaded_at),
        "href": f"/api/v1/tickets/{number}/evidence/{one.id}",
    }
