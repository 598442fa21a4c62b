"""What this room shows on the page of a ticket: the replies and the evidence."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.permissions import Actor, Permission
from tracker.replies import handlers, queries, rules, service
from tracker.tickets.actions import may
from tracker.tickets.models import Ticket
from tracker.tickets.panels import Panel
from tracker.tickets.rules import Status


def load(session: Session, actor: Actor, ticket: Ticket, now: datetime) -> dict[str, Any] | None:  # noqa: ARG001
    """Return replies (newest first), evidence, and whether the actor may upload; None while there is nothing of it."""
    replies = queries.replies(session, ticket)
    files = queries.files(session, ticket)
    may_upload = may(session, actor, ticket, "upload")
    if not replies and not files and not may_upload:
        return None
    return {
        "replies": replies,
        "labels": rules.OUTCOME_LABELS,
        "files": files,
        "barred": ticket.status == Status.REWORK and handlers.is_barred(session, actor, ticket),
        "refusal": handlers.REFUSAL,
        "scans": rules.SCAN_LABELS,
        "may_upload": may_upload,
        "needed": service.needs_evidence(session, ticket)
        and not [one for one in files if one.return_request_id is None],
        "accepted": rules.ALLOWED_NAMES,
        "most_megabytes": rules.MAX_FILE_BYTES // 1024 // 1024,
    }


PANELS = (Panel("replies", Permission.TICKET_READ, "replies/panel.html", load),)
