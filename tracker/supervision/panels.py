"""What this room shows on the page of a ticket: its class with the reason, and leaders' instructions with their answers."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.permissions import Actor, Permission
from tracker.supervision import present, queries, service
from tracker.supervision.rules import SORT_LABELS, SORT_MEANINGS
from tracker.tickets.actions import may
from tracker.tickets.models import Ticket
from tracker.tickets.panels import Panel
from tracker.tickets.rules import FINAL


def load(session: Session, actor: Actor, ticket: Ticket, now: datetime) -> dict[str, Any] | None:
    """Return class, proposal and instructions; None for those who may neither sort nor have an instruction to read."""
    found = queries.instructions(session, ticket)
    chosen = queries.sortings(session, [ticket]).get(ticket.id)
    may_sort = may(session, actor, ticket, "sort") and ticket.status not in FINAL
    if not (found or chosen or may_sort):
        return None
    return {
        "chosen": chosen,
        "proposal": service.proposals(session, [ticket], now=now).get(ticket.id),
        "labels": SORT_LABELS,
        "meanings": SORT_MEANINGS,
        "may_sort": may_sort,
        "may_answer": may(session, actor, ticket, "answer-instruction"),
        "instructions": [(one, present.late(one, now)) for one in found],
    }


PANELS = (Panel("supervision", Permission.DOCUMENT_READ, "supervision/panel.html", load),)
