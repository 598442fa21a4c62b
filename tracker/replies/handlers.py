"""重办换人: what was handled badly is handled again by somebody else, unless a reviewer says why nobody else can."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from tracker.errors import Conflict, NotAllowed
from tracker.permissions import Actor
from tracker.replies.models import Reply
from tracker.tickets import service
from tracker.tickets.models import Ticket, TicketEvent

ALLOWED = "allow-handler"
REFUSAL = "重办须由上一轮承办人以外的人员答复；本单位确无其他承办人的，请审核人用“同意原承办人重办”写明理由后再答复。"


def former_handlers(session: Session, ticket: Ticket) -> frozenset[int]:
    """Return the accounts that replied for the office in the round before this one; nobody in the first round."""
    replied = select(Reply.replied_by_id).where(
        Reply.ticket_id == ticket.id,
        Reply.office_id == ticket.office_id,
        Reply.round == ticket.n_reworks - 1,
        Reply.replied_by_id.is_not(None),
        Reply.withdrawn_at.is_(None),
    )
    return frozenset(one for one in session.scalars(replied) if one is not None)


def is_allowed(session: Session, ticket: Ticket) -> bool:
    """Return whether a reviewer let the former handler do this round, too."""
    said = select(TicketEvent.id).where(
        TicketEvent.ticket_id == ticket.id,
        TicketEvent.action == ALLOWED,
        TicketEvent.data["round"].as_integer() == ticket.n_reworks,
    )
    return session.scalar(said.limit(1)) is not None


def is_barred(session: Session, actor: Actor, ticket: Ticket) -> bool:
    """Return whether the actor handled the round before and nobody let him do this one."""
    if not ticket.n_reworks or actor.account_id not in former_handlers(session, ticket):
        return False
    return not is_allowed(session, ticket)


def require_another(session: Session, actor: Actor, ticket: Ticket) -> None:
    """Raise NotAllowed when somebody else must do this round."""
    if is_barred(session, actor, ticket):
        raise NotAllowed(REFUSAL, code="another_handler_needed")


def allow(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """同意原承办人重办: a reviewer, never the former handler himself, says why nobody else can; this round only."""
    former = former_handlers(session, ticket)
    if not former or is_allowed(session, ticket):
        raise Conflict("本轮重办不需要这一步，承办人可以直接答复。", code="nothing_to_allow")
    if actor.account_id in former:
        raise NotAllowed(
            "不能同意自己重办；请本单位另一位审核人或上级单位审核人办理。", code="second_person_needed"
        )
    service.append(
        session, ticket, actor, ALLOWED, now=now, note=given["reason"], data={"round": ticket.n_reworks}
    )


def may_reply(actor: Actor, ticket: Ticket) -> bool:
    """Return whether the button to reply makes sense for the actor."""
    session = object_session(ticket)
    return session is None or not is_barred(session, actor, ticket)


def may_allow(actor: Actor, ticket: Ticket) -> bool:
    """Return whether somebody waits for the actor's leave to handle the ticket again."""
    session = object_session(ticket)
    if session is None:
        return False
    former = former_handlers(session, ticket)
    return bool(former) and actor.account_id not in former and not is_allowed(session, ticket)
