"""Writing down what people corrected: the one writer, called for each committed event of a ticket, harmless when repeated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from classifiers.thresholds import Cost
from tracker.categories.models import Category
from tracker.errors import Invalid
from tracker.fields import cipher
from tracker.learning import rules
from tracker.learning.models import Correction
from tracker.learning.scrub import scrub
from tracker.offices.models import Office
from tracker.permissions import Actor
from tracker.textmodels import service as textmodels
from tracker.textmodels.rules import EVERY
from tracker.tickets.models import Complainant, Ticket, TicketEvent

CATEGORY, OFFICE = "category", "office"
_SETTING = frozenset({"recategorise", "triage"})
"""Events by which a category is set."""
_SENDING = frozenset({"dispatch", "redispatch", "rule", "decide-return"})
"""Events by which a ticket reaches an office."""
_SETTLING = "settle-return"
"""Says whose business it was, the ticket staying where it was handled."""
_TAKEN_BACK = "undo-redispatch"
"""A dispatch done in bulk was undone."""
_DEFERRED = "handle_first"
"""A ruling that says nothing yet of whose business it is."""
_AT_INTAKE = "receive"


@dataclass(frozen=True)
class _Person:
    """Who decided, and with which event's words."""

    account_id: int | None
    name: str
    why: str


def follow(session: Session, event: TicketEvent, *, now: datetime) -> int:  # noqa: ARG001  # like every follower
    """Write what the event teaches and return how many rows were new: a category a person set, an office changed.

    Doing it twice for one event writes nothing the second time.
    """
    found = 0
    if event.action in _SETTING:
        found += _category(session, event)
    if event.action in _SENDING or event.action == _SETTLING:
        found += _office(session, event)
    if event.action == _TAKEN_BACK:
        _forget(session, event)
    return found


def _forget(session: Session, event: TicketEvent) -> None:
    """Remove what a dispatch taught that was taken back minutes later, with the category chosen along with it."""
    seq = event.data["undid"]
    chosen_along = and_(TicketEvent.seq == seq - 1, TicketEvent.action == "triage")
    undone = select(TicketEvent.id).where(
        TicketEvent.ticket_id == event.ticket_id, or_(TicketEvent.seq == seq, chosen_along)
    )
    session.execute(delete(Correction).where(Correction.event_id.in_(undone)))


def _category(session: Session, event: TicketEvent) -> int:
    ticket = session.get(Ticket, event.ticket_id)
    if ticket is None or not ticket.top3:
        return 0  # no machine said anything, so nothing was corrected
    label = event.data.get("to") if event.actor_id is not None else _chosen_at_intake(event)
    if label is None:
        return 0
    who = _Person(event.actor_id, event.actor_name, event.note)
    if event.actor_id is None:
        who = _receiver(session, ticket)
    names = _names(session, ticket)
    title, content = scrub(ticket.title, names), scrub(ticket.content, names)
    first = ticket.top3[0]
    row = {
        "subject": CATEGORY,
        "action": event.action if event.actor_id is not None else _AT_INTAKE,
        "title": title,
        "content": content,
        "machine_label": first["code"],
        "machine_share": first["share"],
        "model_version": ticket.model_version,
        "old_label": event.data.get("from"),
        "label": label,
        "frozen": rules.is_frozen(title, content),
    }
    return _write(session, event, who, scrub(who.why, names), row)


def _chosen_at_intake(event: TicketEvent) -> str | None:
    """Return the category the operator had set when the machine looked, None when the machine's own was taken."""
    return event.data.get("category") if event.data.get("by") == "person" else None


def _receiver(session: Session, ticket: Ticket) -> _Person:
    received = session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.seq == 1)
    ).one()
    return _Person(received.actor_id, received.actor_name, "")


def _names(session: Session, ticket: Ticket) -> list[str]:
    sealed = select(Complainant.name_sealed).where(Complainant.ticket_id == ticket.id)
    return [ticket.officer_name or "", cipher(session).open(session.scalar(sealed))]


def _office(session: Session, event: TicketEvent) -> int:
    """Write a change of office that a person made; the first dispatch by the routing table corrects nothing.

    What an arbiter ruled or settled is written even when it left the office as it was: then it confirms the dispatch.
    """
    if event.actor_id is None or event.data.get("ruling") == _DEFERRED:
        return 0
    before = event.data.get("returned_by") or session.scalar(
        select(TicketEvent.data["office_code"].astext)
        .where(
            TicketEvent.ticket_id == event.ticket_id,
            TicketEvent.seq < event.seq,
            TicketEvent.action.in_(_SENDING),
        )
        .order_by(TicketEvent.seq.desc())
        .limit(1)
    )
    after = event.data.get("duty_of" if event.action == _SETTLING else "office_code")
    said = event.action in {"rule", _SETTLING}
    if before is None or after is None or (before == after and not said):
        return 0
    known = session.execute(select(Office.code, Office.id).where(Office.code.in_([before, after])))
    ids = {code: office_id for code, office_id in known}  # noqa: C416  # dict() of rows has no types
    row = {
        "subject": OFFICE,
        "action": event.action,
        "old_office_id": ids.get(before),
        "office_id": ids.get(after),
    }
    return _write(
        session, event, _Person(event.actor_id, event.actor_name, event.note), scrub(event.note), row
    )


def _write(session: Session, event: TicketEvent, who: _Person, why: str, row: dict[str, Any]) -> int:
    values = {
        **row,
        "event_id": event.id,
        "ticket_id": event.ticket_id,
        "by_id": who.account_id,
        "by_name": who.name,
        "at": event.at,
        "why": why,
    }
    written = insert(Correction).values(values).on_conflict_do_nothing().returning(Correction.id)
    return len(session.scalars(written).all())


def set_cost(session: Session, actor: Actor, given: Mapping[str, Any], *, home: Path, now: datetime) -> int:
    """Write one row of the costs and return how many models' thresholds moved; raises NotAllowed, Invalid."""
    label = given["label"]
    known = session.get(Category, label)
    if label != EVERY and (known is None or known.parent_code is None):
        raise Invalid("没有这个分类，请选择具体的二级分类。", fields={"label": ["没有这个分类。"]})
    if given["remove"]:
        return textmodels.set_costs(session, actor, {label: None}, home=home, now=now)
    missing = {name: ["此项必填。"] for name in ("wrong", "look") if given[name] is None}
    if missing:
        raise Invalid("请填写错派和人工查看的成本。", fields=missing)
    if given["wrong"] < given["look"]:
        too_low = "分错的代价不能低于人工查看的代价：否则宁可分错也不请人看。"
        raise Invalid(too_low, fields={"wrong": ["应不低于人工查看的代价。"]})
    cost = Cost(given["wrong"], given["look"])
    return textmodels.set_costs(session, actor, {label: cost}, home=home, now=now)
