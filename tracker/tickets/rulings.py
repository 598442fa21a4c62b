"""裁决: whoever dispatched it, or an arbiter above, decides a signed return; what an arbiter rules guides later dispatches."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.offices.models import Office
from tracker.permissions import Actor, Permission, allowed, is_above, require_other
from tracker.routing import precedents
from tracker.routing.precedents import Ruled
from tracker.tickets import handover, returns, rules, service, triage
from tracker.tickets.dispatch import office_by_code, recategorise, refuse_respondent
from tracker.tickets.models import ReturnRequest, Ticket
from tracker.tickets.rules import ReturnReason, Ruling, Status

DESK_REFUSAL = "首次退单由受理并派单的单位处理；本单位不是，或正是退单单位，请由上级裁决人裁决。"
ARBITER_REFUSAL = "该工单已是第二次退单，须由上级裁决人裁决。"


def open_return(session: Session, ticket: Ticket) -> ReturnRequest:
    """Return the signed return that waits for a ruling; raises Conflict when there is none."""
    found = returns.waiting(session, ticket)
    if found is None or not found.signed:
        raise Conflict("没有待裁决的退单。", code="no_return")
    return found


def decide_return(
    session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime
) -> None:
    """处理退单: the office that took the complaint in upholds its dispatch or sends it elsewhere; first return only."""
    asked = open_return(session, ticket)
    refusal = _desk_refusal(actor, ticket)
    if refusal is not None:
        raise refusal
    require_other(actor, asked.requested_by_id, "退单")
    asked.ruled_at_desk = True
    _decide(session, actor, ticket, asked, given, now, action="decide-return")


def rule(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """裁决: by an arbiter above the office: uphold, send elsewhere, designate, or let it handle first and settle later.

    Unless told otherwise, a ruling on whose business the matter is becomes a precedent for dispatching.
    """
    asked = open_return(session, ticket)
    require_other(actor, asked.requested_by_id, "退单")
    require_other(actor, asked.signed_by_id, "退单")
    if given.get("category") and given["category"] != ticket.category_code:
        recategorise(session, actor, ticket, {"category": given["category"], "reason": given["reason"]}, now)
    ruling = _decide(session, actor, ticket, asked, given, now, action="rule")
    if ruling is not Ruling.HANDLE_FIRST and given.get("precedent") is not False:
        _become_precedent(session, actor, ticket, asked, ruling, ticket.office, given["reason"], now)


def _decide(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    asked: ReturnRequest,
    given: dict[str, Any],
    now: datetime,
    *,
    action: str,
) -> Ruling:
    ruling = Ruling(given["ruling"])
    office = _ruled_for(session, ticket, ruling, given.get("office"))
    asked.ruling, asked.ruling_reason = ruling.value, given["reason"]
    asked.ruled_office_id, asked.ruled_by_id, asked.ruled_at = office.id, actor.account_id, now
    words = f"裁决：{rules.RULING_LABELS[ruling]}。{given['reason']}"
    data = {"ruling": ruling.value, "reason": asked.reason}
    triage.dispatch(session, actor, ticket, office, now=now, because=words, action=action, data=data)
    ticket.routing_rule = f"ruling_{ruling.value}"
    ticket.designated = handover.is_designated(session, ticket, office)
    return ruling


def _ruled_for(session: Session, ticket: Ticket, ruling: Ruling, code: str | None) -> Office:
    if ruling in {Ruling.UPHOLD, Ruling.HANDLE_FIRST}:
        return ticket.office
    if not code:
        raise Invalid("改派或指定时请选择承办单位。", fields={"office": ["请选择单位。"]})
    office = office_by_code(session, code)
    refuse_respondent(session, ticket, office)
    if ruling is Ruling.REDISPATCH and office.id == ticket.office_id:
        raise Invalid(
            "改派须选择另一个单位；如仍由原单位承办，请选“维持”或“指定”。",
            fields={"office": ["请选择另一个单位。"]},
        )
    return office


def _become_precedent(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    asked: ReturnRequest,
    ruling: Ruling,
    office: Office,
    reason: str,
    now: datetime,
) -> None:
    """Let later complaints alike follow the ruling; it holds for the place only where the place was what was argued about."""
    why = ReturnReason(asked.reason)
    if why not in rules.ABOUT_DUTY:
        return
    here = ticket.division_code if why is ReturnReason.NOT_OUR_AREA else None
    ruled = Ruled(
        ticket.respondent_body_id,
        ticket.category_code,
        here,
        office.code,
        ticket.number,
        ruling.value,
        reason,
    )
    precedents.record(session, actor, ruled, now=now)


def deferred(session: Session, ticket: Ticket) -> ReturnRequest | None:
    """Return the oldest return that was to be settled after handling (先办后议) and is not yet, or None."""
    found = select(ReturnRequest).where(
        ReturnRequest.ticket_id == ticket.id,
        ReturnRequest.ruling == Ruling.HANDLE_FIRST.value,
        ReturnRequest.settled_at.is_(None),
    )
    return session.scalar(found.order_by(ReturnRequest.id).limit(1))


def settle_return(
    session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime
) -> None:
    """议定职责: whose business it was, after the office handled it first; the ticket stays where it is.

    What is settled counts in the rates of the office that returned, becomes a precedent and a training label.
    """
    asked = deferred(session, ticket)
    if asked is None:
        raise Conflict("没有先办后议、等待议定职责的退单。", code="nothing_to_settle")
    require_other(actor, asked.requested_by_id, "退单")
    returned_by = session.get_one(Office, asked.office_id)
    if returned_by.parent_id is not None and not is_above(actor, returned_by.path):
        raise NotAllowed("职责须由退单单位的上级裁决人议定。", code="not_your_office")
    ruling = Ruling(given["ruling"])
    office = returned_by
    if ruling is Ruling.REDISPATCH:
        office = _duty_of(session, ticket, returned_by, given.get("office"))
    asked.settled_office_id, asked.settled_reason = office.id, given["reason"]
    asked.settled_by_id, asked.settled_at = actor.account_id, now
    data = {
        "ruling": ruling.value,
        "office": office.name,
        "duty_of": office.code,
        "returned_by": returned_by.code,
    }
    service.append(session, ticket, actor, "settle-return", now=now, note=given["reason"], data=data)
    if given.get("precedent") is not False:
        _become_precedent(session, actor, ticket, asked, ruling, office, given["reason"], now)


def _duty_of(session: Session, ticket: Ticket, returned_by: Office, code: str | None) -> Office:
    if not code:
        raise Invalid("请选择该事项应由哪个单位承办。", fields={"office": ["请选择单位。"]})
    office = office_by_code(session, code)
    refuse_respondent(session, ticket, office)
    if office.id == returned_by.id:
        raise Invalid(
            "退单成立时请选择另一个单位；属先办单位职责的，请选“属先办单位职责”。",
            fields={"office": ["请选择另一个单位。"]},
        )
    return office


def _desk_refusal(actor: Actor, ticket: Ticket) -> Conflict | NotAllowed | None:
    own_desk = ticket.intake_office_id == ticket.office_id
    if actor.is_system:
        return None
    if own_desk or actor.office_id != ticket.intake_office_id:
        return NotAllowed(DESK_REFUSAL, code="not_the_desk")
    if rules.needs_arbiter(ticket.n_returns, own_desk=own_desk):
        return Conflict(ARBITER_REFUSAL, code="arbiter_needed")
    return None


def may_decide(actor: Actor, ticket: Ticket) -> bool:
    """Return whether the actor sits at the desk that may decide the first return; an arbiter is shown his own form alone."""
    at_desk = ticket.status == Status.RETURN_REQUESTED and not allowed(actor, Permission.TICKET_RULE)
    return at_desk and _desk_refusal(actor, ticket) is None


def may_settle(actor: Actor, ticket: Ticket) -> bool:  # noqa: ARG001 # every `offered` is asked alike
    """Return whether a return of the ticket waits to be settled."""
    session = object_session(ticket)
    return session is not None and deferred(session, ticket) is not None
