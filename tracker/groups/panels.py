"""What this room shows on the page of a ticket: that others complain about the same matter."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.groups import queries
from tracker.permissions import Actor, Permission, allowed
from tracker.tickets.models import Ticket
from tracker.tickets.panels import Panel

SHOWN = 3


def load(session: Session, actor: Actor, ticket: Ticket, _now: datetime) -> dict[str, Any] | None:
    """Return the sums and the latest other tickets of the group; None when the reader sees no other ticket in it."""
    group = queries.of_ticket(session, actor, ticket.id)
    if group is None or group.n_tickets < 2:
        return None
    latest = queries.members(session, actor, group.group_id, limit=SHOWN + 1)
    return {
        "group": group,
        "number": ticket.number,
        "others": [one for one in latest if one.id != ticket.id][:SHOWN],
        "may_change": allowed(actor, Permission.TICKET_TRIAGE),
    }


PANELS = (Panel("groups", Permission.TICKET_READ, "groups/panel.html", load),)
