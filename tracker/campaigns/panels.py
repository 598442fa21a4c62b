"""What this room shows on the page of a ticket: its line of the ledger, to be filled in by those responsible."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.campaigns import present, queries, rules, schemas, service
from tracker.campaigns.models import Finding
from tracker.permissions import Actor, Permission
from tracker.tickets.models import Ticket
from tracker.tickets.panels import Panel


def load(session: Session, actor: Actor, ticket: Ticket, now: datetime) -> dict[str, Any] | None:
    """Return the line, its campaign and the columns the actor may fill in; None outside every ledger."""
    line = queries.finding(session, ticket.id)
    if line is None:
        return None
    line.ticket = ticket
    return {
        "line": present.finding(line, now),
        "campaign": line.campaign,
        "fields": _fields(line, service.fillable(session, actor, ticket)),
    }


def _fields(line: Finding, names: tuple[str, ...]) -> list[dict[str, Any]]:
    declared = schemas.LedgerFields().fields
    found = []
    for name in names:
        value = getattr(line, name)
        found.append(
            {
                "name": name,
                "scope": "ledger",
                "label": declared[name].metadata["label"],
                "widget": "select" if name == "problem_type" else declared[name].metadata["widget"],
                "choices": [(one, one) for one in line.campaign.problem_types],
                "value": rules.yuan(value) if name == "amount_returned" else value,
            }
        )
    return found


PANELS = (Panel("campaigns", Permission.CAMPAIGN_READ, "campaigns/panel.html", load),)
