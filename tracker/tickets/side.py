"""旁支: not accepted, redirected, terminated, withdrawn."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.errors import Invalid, NotAllowed
from tracker.permissions import Actor, Permission, allowed
from tracker.rights import ACTIONS
from tracker.tickets import clocks, merging, rules, service, splitting
from tracker.tickets.actions import require_related
from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.rules import Status


def reject(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """不予受理: the coded reason and the right way are told to the complainant."""
    reason = rules.REJECT_REASON_LABELS[rules.RejectReason(given["reason"])]
    _end(session, actor, ticket, "reject", Status.NOT_ACCEPTED, now, f"{reason}。{given['route']}", given)


def redirect(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """转其他渠道: the complainant is told which."""
    note = f"请走：{given['channel']}。{given['reason']}"
    _end(session, actor, ticket, "redirect", Status.REDIRECTED, now, note, given)


def withdraw(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """撤回: at the complainant's wish."""
    _end(session, actor, ticket, "withdraw", Status.WITHDRAWN, now, given["reason"], {})


def _end(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    action: str,
    target: Status,
    now: datetime,
    note: str,
    data: dict[str, Any],
) -> None:
    splitting.require_settled(session, ticket, f"转为“{rules.STATUS_LABELS[target]}”")
    merging.release(session, ticket, f"已{rules.STATUS_LABELS[target].removeprefix('已')}", now)
    service.move(session, ticket, actor, action, target, now=now, note=note, data=data, internal=False)
    clocks.on_stage(session, ticket, None, now)


def may_terminate(actor: Actor, ticket: Ticket) -> bool:
    """Return whether the button makes sense: to ask, in the office in charge; to decide, for a reviewer there or above."""
    if ticket.status == Status.TERMINATING:
        return allowed(actor, Permission.TICKET_REVIEW)
    return actor.office_id == ticket.office_id


def terminate(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """终止: the office asks, a reviewer who is somebody else decides; a refusal leads back to where it stood."""
    if ticket.status != Status.TERMINATING:
        require_related(session, actor, ticket, ACTIONS["ask-termination"])
        splitting.require_settled(session, ticket, "申请终止")
        before: dict[str, Any] = {}
        if ticket.status == Status.SUSPENDED:
            before = clocks.due_before(ticket)
            clocks.on_resumed(session, ticket, now)  # while the reviewer decides, the handling clock runs
        else:
            ticket.status_before = Status(ticket.status).value
        note = given["reason"]
        service.move(session, ticket, actor, "terminate", Status.TERMINATING, now=now, note=note, data=before)
        clocks.reschedule(session, ticket, now)
        return
    if given.get("approve") is None:
        raise Invalid("请选择同意或不同意终止。", fields={"approve": ["请选择。"]})
    if not allowed(actor, Permission.TICKET_REVIEW):
        raise NotAllowed("终止须由审核人审批。")
    asked = session.scalar(
        select(TicketEvent.actor_id)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.action == "terminate")
        .order_by(TicketEvent.seq.desc())
        .limit(1)
    )
    if asked == actor.account_id:
        raise NotAllowed("终止须由另一人决定，不能自己审批自己的申请。", code="second_person_needed")
    if given["approve"]:
        _end(session, actor, ticket, "terminate", Status.TERMINATED, now, given["reason"], {})
        return
    back = Status(ticket.status_before or Status.IN_PROGRESS)
    service.move(
        session, ticket, actor, "terminate", back, now=now, note=given["reason"], data={"approved": False}
    )
    clocks.reschedule(session, ticket, now)
