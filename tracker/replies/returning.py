"""退单附证: the evidence an office hands in with a return stays with that return, apart from the evidence of a reply."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from tracker.permissions import Actor
from tracker.replies import evidence
from tracker.replies.models import EvidenceFile
from tracker.tickets import returns
from tracker.tickets.models import Ticket


def return_(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """退单 with its evidence: the files sent along, and with `bind` those of the office that wait on the ticket."""
    for file in given.get("evidence") or []:
        evidence.attach(session, actor, ticket, file["name"], file["content"], now=now)
    asked = returns.return_(session, actor, ticket, given, now)
    if not given.get("evidence") and not given.get("bind"):
        return
    session.flush()
    session.execute(
        update(EvidenceFile)
        .where(
            EvidenceFile.ticket_id == ticket.id,
            EvidenceFile.office_id == ticket.office_id,
            EvidenceFile.reply_id.is_(None),
            EvidenceFile.return_request_id.is_(None),
        )
        .values(return_request_id=asked.id)
        .execution_options(synchronize_session=False)
    )
