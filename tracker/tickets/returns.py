"""退单与裁决: an office says the ticket is not its own; somebody above decides."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.calendar.deadlines import Clock
from tracker.errors import Conflict, Invalid
from tracker.permissions import Actor, require_other
from tracker.tickets import clocks, handover, rules, service, triage
from tracker.tickets.dispatch import office_by_code, refuse_respondent
from tracker.tickets.models import ReturnRequest, Ticket
from tracker.tickets.rules import Ruling, Status


def return_(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """退单: coded reason, basis and statement; one return for each office, none after a designation."""
    by_office = session.scalar(
        select(func.count())
        .select_from(ReturnRequest)
        .where(ReturnRequest.ticket_id == ticket.id, ReturnRequest.office_id == ticket.office_id)
    )
    refusal = rules.may_return(by_office or 0, ticket.designated)
    if refusal:
        raise Conflict(refusal, code="may_not_return")
    claimed = (
        office_by_code(session, given["claimed_office"], "claimed_office")
        if given.get("claimed_office")
        else None
    )
    session.add(
        ReturnRequest(
            ticket_id=ticket.id,
            office_id=ticket.office_id,
            reason=given["reason"],
            basis=given["basis"],
            statement=given["statement"],
            claimed_office_id=claimed.id if claimed else None,
            from_status=ticket.status,
            routing_rule=ticket.routing_rule,
            requested_by_id=actor.account_id,
            requested_at=now,
        )
    )
    ticket.n_returns += 1
    service.move(
        session,
        ticket,
        actor,
        "return",
        Status.RETURN_REQUESTED,
        now=now,
        note=given["statement"],
        data={
            "reason": given["reason"],
            "basis": given["basis"],
            "claimed_office": claimed.name if claimed else None,
        },
    )
    clocks.on_stage(session, ticket, Clock.RULE, now)


def open_return(session: Session, ticket: Ticket) -> ReturnRequest:
    """Return the return that waits for a ruling; raises Conflict when there is none."""
    found = session.scalar(
        select(ReturnRequest)
        .where(ReturnRequest.ticket_id == ticket.id, ReturnRequest.ruling.is_(None))
        .order_by(ReturnRequest.id.desc())
        .limit(1)
    )
    if found is None:
        raise Conflict("没有待裁决的退单。")
    return found


def rule(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """裁决: uphold the dispatch, dispatch elsewhere, or designate; a designated office may not return."""
    request = open_return(session, ticket)
    require_other(actor, request.requested_by_id, "退单")
    ruling = Ruling(given["ruling"])
    office = ticket.office
    if ruling is not Ruling.UPHOLD:
        if not given.get("office"):
            raise Invalid("改派或指定时请选择承办单位。", fields={"office": ["请选择单位。"]})
        office = office_by_code(session, given["office"])
        refuse_respondent(session, ticket, office)
    if ruling is Ruling.REDISPATCH and office.id == ticket.office_id:
        raise Invalid(
            "改派须选择另一个单位；如仍由原单位承办，请选“维持”或“指定”。",
            fields={"office": ["请选择另一个单位。"]},
        )
    request.ruling, request.ruling_reason = ruling.value, given["reason"]
    request.ruled_office_id, request.ruled_by_id, request.ruled_at = office.id, actor.account_id, now
    words = f"裁决：{rules.RULING_LABELS[ruling]}。{given['reason']}"
    triage.dispatch(
        session, actor, ticket, office, now=now, because=words, action="rule", data={"ruling": ruling.value}
    )
    ticket.routing_rule = f"ruling_{ruling.value}"
    ticket.designated = handover.is_designated(session, ticket, office)
