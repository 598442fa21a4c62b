"""What this room shows on the page of a ticket: attempts to call back, answers and appeals."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.permissions import Actor, Permission
from tracker.satisfaction import queries, rules
from tracker.tickets.models import Ticket
from tracker.tickets.panels import Panel


def load(session: Session, actor: Actor, ticket: Ticket, now: datetime) -> dict[str, Any] | None:  # noqa: ARG001
    """Return attempts and appeals with the words for them, None while there are none."""
    attempts = queries.call_backs(session, ticket)
    if not attempts:
        return None
    return {
        "attempts": attempts,
        "appeals": queries.appeals(session, ticket),
        "grades": rules.GRADE_LABELS,
        "tags": rules.TAG_LABELS,
        "outcomes": rules.OUTCOME_LABELS,
    }


PANELS = (Panel("satisfaction", Permission.TICKET_READ, "satisfaction/panel.html", load),)
