"""退单: an office says the ticket is not its own; its reviewer signs before anybody above hears of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, object_session

from tracker.accounts.models import Account
from tracker.calendar.deadlines import Clock
from tracker.errors import Conflict, NotAllowed
from tracker.offices.models import Office
from tracker.offices.rules import path_codes
from tracker.permissions import Actor, Permission, Role, allowed, require_other
from tracker.tickets import clocks, handover, rules, service
from tracker.tickets.dispatch import office_by_code
from tracker.tickets.models import ReturnRequest, Ticket
from tracker.tickets.rules import Ruling, Status

WITHDRAWN = "退单单位撤回退单。"


def waiting(session: Session, ticket: Ticket) -> ReturnRequest | None:
    """Return the return nobody ruled on yet, whether it waits for its signature or for the ruling, or None."""
    found = select(ReturnRequest).where(ReturnRequest.ticket_id == ticket.id, handover.unruled())
    return session.scalar(found.order_by(ReturnRequest.id.desc()).limit(1))


def return_(
    session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime
) -> ReturnRequest:
    """退单: coded reason, basis and statement; the ticket stays where it is and its clocks run on until it is signed.

    Returns the request. Raises Conflict when the office may not return (again), one waits already, or nobody could sign it.
    """
    _refuse(session, ticket)
    if waiting(session, ticket) is not None:
        raise Conflict("已有一个退单申请等待审核。", code="return_pending")
    _require_signer(session, actor, ticket)
    claimed = (
        office_by_code(session, given["claimed_office"], "claimed_office")
        if given.get("claimed_office")
        else None
    )
    asked = ReturnRequest(
        ticket_id=ticket.id,
        office_id=ticket.office_id,
        reason=given["reason"],
        basis=given["basis"],
        statement=given["statement"],
        claimed_office_id=claimed.id if claimed else None,
        from_status=Status(ticket.status).value,
        routing_rule=ticket.routing_rule,
        requested_by_id=actor.account_id,
        requested_at=now,
    )
    session.add(asked)
    data = {
        "reason": given["reason"],
        "basis": given["basis"],
        "claimed_office": claimed.name if claimed else None,
    }
    service.append(session, ticket, actor, "return", now=now, note=given["statement"], data=data)
    return asked


def _refuse(session: Session, ticket: Ticket) -> None:
    own = (ReturnRequest.ticket_id == ticket.id, ReturnRequest.office_id == ticket.office_id)
    n_signed = func.count().filter(ReturnRequest.signed.is_(True))
    n_deferred = func.count().filter(
        ReturnRequest.ruling == Ruling.HANDLE_FIRST.value, ReturnRequest.settled_at.is_(None)
    )
    row = session.execute(select(n_signed, n_deferred).where(*own)).one()
    refusal = rules.may_return(row[0], ticket.designated, deferred=row[1] > 0)
    if refusal:
        raise Conflict(refusal, code="may_not_return")


def _require_signer(session: Session, actor: Actor, ticket: Ticket) -> None:
    """Raise Conflict when no other reviewer of the office or one above could sign."""
    other = (
        select(Account.id)
        .join(Office, Office.id == Account.office_id)
        .where(
            Account.role == Role.REVIEWER.value,
            Account.is_active,
            Account.id.is_distinct_from(actor.account_id),
            Office.code.in_(path_codes(ticket.office.path)),
        )
    )
    if session.scalar(other.limit(1)) is None:
        raise Conflict(
            "退单须由另一位审核人签批，本单位和上级单位目前都没有；请由承办人提出退单，或请管理员增设审核人。",
            code="no_signer",
        )


def sign_return(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """审核退单: a second person of the office (or of one above it) sends the return out, or declines it with the reason.

    Signed, the ticket waits for a ruling and the ruling clock starts; the handling clock runs on.
    """
    asked = waiting(session, ticket)
    if asked is None or asked.signed is not None:
        raise Conflict("没有等待审核的退单申请。", code="no_return")
    require_other(actor, asked.requested_by_id, "退单")
    if given["approve"]:
        _refuse(session, ticket)
    asked.signed, asked.sign_opinion = given["approve"], given["opinion"]
    asked.signed_by_id, asked.signed_at = actor.account_id, now
    if not given["approve"]:
        data = {"approved": False}
        service.append(session, ticket, actor, "sign-return", now=now, note=given["opinion"], data=data)
        return
    asked.from_status = Status(ticket.status).value
    ticket.n_returns += 1
    own_desk = ticket.intake_office_id == ticket.office_id
    told: dict[str, Any] = {
        "approved": True,
        "nth": ticket.n_returns,
        "arbitration": rules.needs_arbiter(ticket.n_returns, own_desk=own_desk),
    }
    service.move(
        session,
        ticket,
        actor,
        "sign-return",
        Status.RETURN_REQUESTED,
        now=now,
        note=given["opinion"],
        data=told,
    )
    clocks.on_stage(session, ticket, Clock.RULE, now)


def withdraw_return(
    session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime
) -> None:
    """撤回退单: by who asked for it or a reviewer of the office, as long as nobody ruled.

    A return that was signed counts as the office's one return even so; the ticket goes back to where it stood, unsigned
    with a fresh signing clock, since the old one ended when the return was signed.
    """
    asked = waiting(session, ticket)
    if asked is None:
        raise Conflict("没有可以撤回的退单。", code="no_return")
    if actor.account_id != asked.requested_by_id and not allowed(actor, Permission.TICKET_REVIEW):
        raise NotAllowed("退单只能由申请人或本单位审核人撤回。", code="not_your_return")
    asked.ended_at, asked.ended_why = now, f"{WITHDRAWN}{given['reason']}"
    if ticket.status != Status.RETURN_REQUESTED:
        service.append(session, ticket, actor, "withdraw-return", now=now, note=given["reason"])
        return
    back = Status(asked.from_status)
    service.move(session, ticket, actor, "withdraw-return", back, now=now, note=given["reason"])
    clocks.on_stage(session, ticket, Clock.SIGN if back is Status.DISPATCHED else None, now)


def may_sign(actor: Actor, ticket: Ticket) -> bool:
    """Return whether a return waits for the signature of somebody like the actor."""
    asked = _asked(ticket)
    other = asked is not None and asked.signed is None
    return other and (actor.account_id is None or asked is None or actor.account_id != asked.requested_by_id)


def may_ask(actor: Actor, ticket: Ticket) -> bool:  # noqa: ARG001 # every `offered` is asked alike
    """Return whether no return waits already."""
    return _asked(ticket) is None


def may_withdraw(actor: Actor, ticket: Ticket) -> bool:
    """Return whether a return waits that the actor may take back."""
    asked = _asked(ticket)
    return asked is not None and (
        actor.account_id == asked.requested_by_id or allowed(actor, Permission.TICKET_REVIEW)
    )


def _asked(ticket: Ticket) -> ReturnRequest | None:
    session = object_session(ticket)
    return waiting(session, ticket) if session is not None else None
