"""申诉剔除: the office asks that an answer be left out of the adjusted rates; somebody above decides."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.errors import Conflict, NotAllowed
from tracker.permissions import Actor, require_other
from tracker.satisfaction import queries
from tracker.satisfaction.models import Appeal
from tracker.satisfaction.rules import CONTENT, Grade
from tracker.tickets import service
from tracker.tickets.models import Ticket


def appeal(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """申诉: once for each answer, and only where the answer tells against the office."""
    answer = queries.last_answer(session, ticket)
    if answer is None:
        raise Conflict("诉求人还没有评价，无需申诉。", code="nothing_to_appeal")
    if Grade(str(answer.grade)) in CONTENT and answer.solved:
        raise Conflict("该评价为满意且已解决，无需申诉。", code="nothing_to_appeal")
    if answer.office_id != ticket.office_id:
        raise Conflict("该评价针对的是前一承办单位，本单位不能申诉。", code="not_your_answer")
    if session.scalar(select(Appeal.id).where(Appeal.call_back_id == answer.id)) is not None:
        raise Conflict("这次评价已申诉过，不能重复申诉。", code="appealed_already")
    session.add(
        Appeal(
            ticket_id=ticket.id,
            call_back_id=answer.id,
            office_id=ticket.office_id,
            reason=given["reason"],
            proof=given["proof"],
            asked_by_id=actor.account_id,
            asked_at=now,
        )
    )
    service.append(session, ticket, actor, "appeal", now=now, note=given["reason"])


def decide_appeal(
    session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime
) -> None:
    """裁定申诉: an upheld appeal leaves the answer out of the adjusted rates; the raw rates keep it."""
    waiting = queries.open_appeal(session, ticket)
    if waiting is None:
        raise Conflict("没有待裁定的申诉。", code="no_appeal")
    require_other(actor, waiting.asked_by_id, "申诉")
    if actor.office_id == waiting.office_id and ticket.office.parent_id is not None:
        raise NotAllowed("申诉须由承办单位以外的机构裁定。", code="outside_needed")
    waiting.upheld, waiting.opinion = given["approve"], given["opinion"]
    waiting.decided_by_id, waiting.decided_at = actor.account_id, now
    data = {"upheld": given["approve"]}
    service.append(session, ticket, actor, "decide-appeal", now=now, note=given["opinion"], data=data)
