"""派单、签收、改派: the hand-over between a person at intake and the office in charge."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.categories.models import Category
from tracker.errors import Invalid
from tracker.offices.models import Body, Office
from tracker.permissions import Actor
from tracker.rights import is_top
from tracker.tickets import clocks, handover, service, triage
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status


def office_by_code(session: Session, code: str, field: str = "office") -> Office:
    """Return the active office of that code; raises Invalid naming the form field when there is none."""
    office = session.scalar(select(Office).where(Office.code == code, Office.is_active))
    if office is None:
        raise Invalid(
            "没有这个承办单位，请从单位列表中选择。",
            code="unknown_office",
            fields={field: ["没有这个单位。"]},
        )
    return office


def refuse_respondent(session: Session, ticket: Ticket, office: Office) -> None:
    """Raise Invalid when the office is the one complained about, or answers to it (被投诉单位不得承办)."""
    body = session.get(Body, ticket.respondent_body_id) if ticket.respondent_body_id else None
    if body is None or body.kind != "supervision":
        return
    if body.division_code == office.division_code:
        raise Invalid("被投诉单位不得承办针对自己的投诉，请选择其上级机构。", code="recusal")
    itself = select(Office.path).where(Office.division_code == body.division_code, Office.is_active)
    for path in session.scalars(itself):
        if office.path.startswith(path) and not is_top(path):  # above the top one nobody is left
            raise Invalid("被投诉单位的下级不得承办针对它的投诉，请选择其上级机构。", code="recusal")


def set_category(session: Session, ticket: Ticket, code: str) -> None:
    """Write a person's choice of category; raises Invalid when there is no such leaf."""
    category = session.get(Category, code)
    if category is None or category.parent_code is None:
        raise Invalid(
            "没有这个事项分类，请选择具体的二级分类。",
            code="unknown_category",
            fields={"category": ["没有这个分类。"]},
        )
    ticket.category_code, ticket.category_by = code, "person"


def accept(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """签收: the office takes the ticket; the person who signs handles it."""
    ticket.accepted_at = now
    ticket.handler_id = actor.account_id
    service.move(
        session,
        ticket,
        actor,
        "accept",
        Status.IN_PROGRESS,
        now=now,
        note=given.get("note") or "",
        internal=False,
    )
    clocks.on_stage(session, ticket, None, now)


def redispatch(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """派单或改派 by hand: to the office chosen, with the reason told."""
    office = office_by_code(session, given["office"])
    refuse_respondent(session, ticket, office)
    chosen: dict[str, Any] = {}
    if given.get("category"):
        chosen = {"from": ticket.category_code, "to": given["category"]}
        set_category(session, ticket, given["category"])
    if ticket.category_code is None:
        raise Invalid(
            "请先选定事项分类再派单。", code="category_needed", fields={"category": ["请选择分类。"]}
        )
    if ticket.status != Status.TRIAGED:
        service.move(
            session, ticket, actor, "triage", Status.TRIAGED, now=now, note=given["reason"], data=chosen
        )
    ticket.routing_rule = "by_hand"
    ticket.designated = handover.is_designated(session, ticket, office)
    triage.dispatch(
        session,
        actor,
        ticket,
        office,
        now=now,
        because=f"{actor.name}人工派单：{given['reason']}",
        action="redispatch",
    )


def recategorise(
    session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime
) -> None:
    """Correct the category; the old and the new one stay in the history as training material.

    given["route"]: also dispatch a ticket that waits for a person, to the office the routing table tells.
    """
    before = ticket.category_code
    set_category(session, ticket, given["category"])
    service.append(
        session,
        ticket,
        actor,
        "recategorise",
        now=now,
        note=given.get("reason") or "",
        data={"from": before, "to": ticket.category_code, "model": ticket.model_version},
    )
    if given.get("route") and ticket.status == Status.MANUAL:
        triage.route(session, actor, ticket, now=now)
