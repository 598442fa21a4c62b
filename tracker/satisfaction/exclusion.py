"""不计入排名: a law-enforcement outcome is judged by law; the answer to it is kept and shown, but ranks nobody.

Source: 粤办函〔2021〕216号 — law-enforcement requests are handled by law and not ranked by satisfaction alone. Somebody
outside the office decides, with the basis, as on an appeal; the raw rates keep the answer.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.errors import Conflict
from tracker.permissions import Actor
from tracker.tickets import service
from tracker.tickets.models import Ticket


def exclude(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """不计入排名: leave the ticket's answers out of the adjusted rates from now on."""
    if ticket.excluded_from_ranking:
        raise Conflict("该工单的评价已不计入排名。", code="excluded_already")
    ticket.excluded_from_ranking = True
    service.append(session, ticket, actor, "exclude", now=now, note=given["reason"])


def include(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """恢复计入排名: count its answers again."""
    if not ticket.excluded_from_ranking:
        raise Conflict("该工单的评价本来就计入排名。", code="not_excluded")
    ticket.excluded_from_ranking = False
    service.append(session, ticket, actor, "include", now=now, note=given["reason"])
