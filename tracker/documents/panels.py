"""What this room shows on the page of a ticket: its documents, and the way to a new one."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.documents import present, queries
from tracker.permissions import Actor, Permission, allowed
from tracker.tickets.models import Ticket
from tracker.tickets.panels import Panel


def load(session: Session, actor: Actor, ticket: Ticket, now: datetime) -> dict[str, Any] | None:
    """Return the ticket's documents the actor may see, and whether he may issue one; None for neither."""
    found = queries.of_ticket(session, actor, ticket)
    may_issue = allowed(actor, Permission.DOCUMENT_ORDER) and actor.office_id is not None
    if not found and not may_issue:
        return None
    rows = [{"document": one, "state": present.tone(one), "late": present.late(one, now)} for one in found]
    return {"documents": rows, "may_issue": may_issue}


PANELS = (Panel("documents", Permission.DOCUMENT_READ, "documents/panel.html", load),)
