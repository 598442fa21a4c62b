"""拆分与撤销拆分: one text, several matters. Each part is a ticket of its own; the parent keeps complainant and survey.

A part ends by itself and is told on the parent's timeline; the parent ends after its parts, or says why it did not wait.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, object_session

from tracker.errors import Conflict, Invalid
from tracker.permissions import Actor
from tracker.tickets import clocks, merging, receive, rules, service, triage
from tracker.tickets.dispatch import office_by_code, refuse_respondent
from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.rules import Kind, Status

_UNTOUCHED = frozenset({Status.RECEIVED, Status.MANUAL, Status.TRIAGED, Status.DISPATCHED})
_WORK = ("accept", "return", "evidence")
"""Events that say an office has begun with a part."""


def may_split(_: Actor, ticket: Ticket) -> bool:
    """Return whether the ticket is one that can be split: a complaint, neither a part itself nor split already."""
    return ticket.kind != Kind.FINDING and ticket.parent_id is None and not ticket.n_parts


def split(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """拆分: make each matter a ticket with number, office and clocks of its own, routed by its own words."""
    if not may_split(actor, ticket):
        raise Conflict(_why_not(ticket), code="may_not_split")
    parts = [
        _made(session, actor, ticket, nth, one, given["reason"], now)
        for nth, one in enumerate(given["parts"], start=1)
    ]
    ticket.n_parts = len(parts)
    data = {"parts": [one.number for one in parts]}
    service.append(session, ticket, actor, "split", now=now, note=given["reason"], data=data, internal=False)


def _why_not(ticket: Ticket) -> str:
    if ticket.kind == Kind.FINDING:
        return "专项整治问题一件一号，不能拆分。"
    if ticket.parent_id is not None:
        return "本工单由拆分而来，不能再拆分；确有另外事项的请另行受理。"
    return "工单已经拆分；拆分有误的请先撤销拆分，再重新拆分。"


def _made(
    session: Session,
    actor: Actor,
    parent: Ticket,
    nth: int,
    given: dict[str, Any],
    reason: str,
    now: datetime,
) -> Ticket:
    try:
        return _part(session, actor, parent, given, reason, now)
    except Invalid as refused:
        told = [sentence for sentences in refused.fields.values() for sentence in sentences]
        raise Invalid(
            f"第{nth}件：{refused.message}",
            code=refused.code,
            fields={"parts": [f"第{nth}件：{one}" for one in told or [refused.message]]},
        ) from refused


def _part(
    session: Session, actor: Actor, parent: Ticket, given: dict[str, Any], reason: str, now: datetime
) -> Ticket:
    """Return one part, received at the parent's desk; what the parent's caller said of time and place holds for it too."""
    office = office_by_code(session, given["office"]) if given.get("office") else None
    intake = {
        "channel": parent.channel_code,
        "kind": Kind(parent.kind).value,
        "title": given["title"],
        "content": given["content"],
        "occurred_at": parent.occurred_at,
        "place_text": parent.place_text,
        "division_code": parent.division_code,
        "party_kind": parent.party_kind,
        "urgent": parent.urgent,
        "category_code": given.get("category"),
    }
    desk = parent.intake_office
    part = receive.receive(session, actor, intake, now=now, office=desk, triage_now=False).ticket
    part.parent_id = parent.id
    note = f"由{parent.number}拆分而来：{reason}"
    service.append(session, part, actor, "split-off", now=now, note=note, data={"parent": parent.number})
    if office is None:
        triage.attempt(session, part, now=now, division_code=parent.division_code)
    else:
        triage.send(session, actor, part, office, now=now, because=f"{actor.name}拆分时指定：{reason}")
        refuse_respondent(session, part, office)
    return part


def conclude(session: Session, actor: Actor, part: Ticket, public_text: str, now: datetime) -> None:
    """办结 of a part at its approved reply: nobody is called back about it, the parent's complainant about the whole."""
    note = "答复已审核，交原工单一并答复诉求人"
    part.closed_at = now
    data = {"public_text": public_text}
    service.move(session, part, actor, "close", Status.CLOSED, now=now, note=note, data=data)
    clocks.on_stage(session, part, None, now)


def n_open(session: Session, ticket: Ticket) -> int:
    """Return how many parts of the ticket are not settled."""
    if not ticket.n_parts:
        return 0
    settled = [one.value for one in rules.SETTLED]
    counted = select(func.count()).where(Ticket.parent_id == ticket.id, Ticket.status.not_in(settled))
    return session.scalar(counted) or 0


def require_settled(session: Session, ticket: Ticket, label: str) -> None:
    """Raise Conflict while a part is open: whoever ends the parent first says what becomes of each part."""
    n = n_open(session, ticket)
    if n:
        raise Conflict(
            f"还有{n}件拆分出的工单没有办结，不能{label}；请先分别办结、撤回，或撤销拆分。", code="parts_open"
        )


def may_unsplit(_: Actor, ticket: Ticket) -> bool:
    """Return whether there are parts and nobody has begun with any of them."""
    session = object_session(ticket)
    return bool(ticket.n_parts) and session is not None and not _begun(session, ticket)


def _begun(session: Session, ticket: Ticket) -> bool:
    untouched = [one.value for one in _UNTOUCHED]
    worked = select(TicketEvent.id).where(TicketEvent.ticket_id == Ticket.id, TicketEvent.action.in_(_WORK))
    begun = select(Ticket.id).where(
        Ticket.parent_id == ticket.id, Ticket.status.not_in(untouched) | worked.exists()
    )
    return session.scalar(begun.limit(1)) is not None


def unsplit(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """撤销拆分: while no office has begun with a part; the parts are withdrawn and the ticket is one matter again."""
    if not ticket.n_parts:
        raise Conflict("工单没有拆分，或已有人撤销拆分，不必再撤销。", code="not_split")
    parts = _locked(session, ticket)
    if len(parts) < ticket.n_parts or _begun(session, ticket):
        raise Conflict(
            "拆分出的工单已有单位在办，或正有人操作，不能撤销拆分；不需要的请分别撤回。", code="parts_begun"
        )
    for part in parts:
        merging.release(session, part, "已撤销拆分", now)
        part.parent_id = None
        note, data = f"撤销拆分，并回{ticket.number}：{given['reason']}", {"parent": ticket.number}
        service.move(session, part, actor, "unsplit", Status.WITHDRAWN, now=now, note=note, data=data)
        clocks.on_stage(session, part, None, now)
    ticket.n_parts = 0
    told = {"parts": [one.number for one in parts]}
    service.append(
        session, ticket, actor, "unsplit", now=now, note=given["reason"], data=told, internal=False
    )


def _locked(session: Session, ticket: Ticket) -> Sequence[Ticket]:
    """Return the parts nobody else holds: whoever holds one waits for the parent, so that waiting for him would last."""
    return session.scalars(
        select(Ticket)
        .where(Ticket.parent_id == ticket.id)
        .options(joinedload(Ticket.office), joinedload(Ticket.intake_office))
        .order_by(Ticket.id)
        .with_for_update(of=Ticket, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
