"""The registry of what can be done to a ticket: one entry per action, read by the API, the pages and the tests.

Rooms above (replies, satisfaction, campaigns) declare their own actions with the same type; `tracker.app` gathers them.
An action is offered when role, relation and status allow it, and performed only under the same three conditions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.permissions import Actor, Permission, allowed, in_subtree, is_above, require
from tracker.tickets import rules, service, sweep
from tracker.tickets.models import BulkItem, CoHandler, Ticket
from tracker.tickets.rules import Status


class Relation(StrEnum):
    """How the actor's office must stand to the ticket."""

    OWN = "own"
    """The office in charge (承办单位)."""
    CO = "co"
    """A co-handling office with its part still open (协办单位)."""
    INTAKE = "intake"
    """The office that took the complaint in, or one above it (受理单位)."""
    SUBTREE = "subtree"
    """The office in charge or any above it."""
    ABOVE = "above"
    """An office strictly above the one in charge; the province stands above itself."""


RELATION_REFUSALS: dict[Relation, str] = {
    Relation.OWN: "只有承办单位的人员可以办理这一步。",
    Relation.CO: "只有尚未办结的协办单位可以办理这一步。",
    Relation.INTAKE: "只有受理单位及其上级可以办理这一步。",
    Relation.SUBTREE: "只有承办单位及其上级可以办理这一步。",
    Relation.ABOVE: "只有承办单位的上级机构可以办理这一步。",
}

Run = Callable[[Session, Actor, Ticket, dict[str, Any], datetime], None]
Foresee = Callable[[Session, Actor, Ticket, Mapping[str, Any], datetime], str]
Undo = Callable[[Session, Actor, Ticket, BulkItem, datetime], None]


@dataclass(frozen=True)
class Action:
    """One thing that can be done.

    name: as in the URL. label: what the button says. sources: statuses in which it is possible.
    run: receives session, actor, the locked ticket, the validated input and now.
    tone: primary, secondary or danger, for the button. shortcut: a single key on the pages.
    foresee: says in words what the action would do to one ticket of many, or raises as it would; writes nothing.
    undo: takes the action back from a ticket nobody touched since it was done in bulk.
    """

    name: str
    label: str
    permission: Permission
    relation: Relation
    sources: frozenset[Status]
    schema: type[Schema]
    run: Run
    tone: str = "secondary"
    shortcut: str = ""
    offered: Callable[[Actor, Ticket], bool] | None = None
    foresee: Foresee | None = None
    undo: Undo | None = None


def relates(session: Session, actor: Actor, ticket: Ticket, relation: Relation) -> bool:
    """Return whether the actor's office stands to the ticket as the relation asks; the workers stand everywhere."""
    if actor.is_system:
        return True
    if relation is Relation.CO:
        mine = select(CoHandler.id).where(
            CoHandler.ticket_id == ticket.id,
            CoHandler.office_id == actor.office_id,
            CoHandler.done_at.is_(None),
        )
        return session.scalar(mine.limit(1)) is not None
    return {
        Relation.OWN: actor.office_id == ticket.office_id,
        Relation.INTAKE: in_subtree(actor, ticket.intake_office.path)
        or in_subtree(actor, ticket.office.path),
        Relation.SUBTREE: in_subtree(actor, ticket.office.path),
        Relation.ABOVE: is_above(actor, ticket.office.path)
        or (ticket.office.parent_id is None and actor.office_id == ticket.office_id),
    }[relation]


def lawful(session: Session, actor: Actor, ticket: Ticket, registry: Mapping[str, Action]) -> list[Action]:
    """Return the actions the actor may perform on the ticket as it stands, in the registry's order."""
    return [
        action
        for action in registry.values()
        if allowed(actor, action.permission)
        and ticket.status in action.sources
        and relates(session, actor, ticket, action.relation)
        and (action.offered is None or action.offered(actor, ticket))
    ]


def perform(
    session: Session,
    actor: Actor,
    action: Action,
    number: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    version: int | None = None,
) -> Ticket:
    """Do the action and return the ticket.

    payload: raw input, validated here by the action's schema. version: of the ticket as the caller read it.
    Raises NotFound, NotAllowed, Conflict, Stale or Invalid; nothing is written then.
    """
    require(actor, action.permission)
    ticket = service.lock(session, actor, number, version=version)
    if not relates(session, actor, ticket, action.relation):
        raise NotAllowed(RELATION_REFUSALS[action.relation], code="not_your_office")
    if ticket.status not in action.sources:
        raise Conflict(rules.refusal(Status(ticket.status), action.label))
    try:
        clean = action.schema().load(payload)
    except ValidationError as error:
        raise Invalid("填写的内容有误，请按提示修改。", fields=lists(error.messages)) from error
    action.run(session, actor, ticket, clean, sweep.catch_up(session, ticket, now))
    session.flush()
    return ticket


def lists(messages: Any) -> dict[str, list[str]]:
    """Return marshmallow's messages as {field: [sentence, ...]}."""
    if not isinstance(messages, dict):
        return {"_": [str(one) for one in messages]}
    return {str(field): [str(one) for one in _flat(value)] for field, value in messages.items()}


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [
            f"第{key + 1}件：{one}" if isinstance(key, int) else one
            for key, inner in value.items()
            for one in _flat(inner)
        ]
    return list(value) if isinstance(value, list) else [value]


def named(registry: Mapping[str, Action], name: str) -> Action:
    """Return the action of that name; raises NotFound when there is none."""
    if name not in registry:
        raise NotFound(f"没有名为“{name}”的操作。", code="unknown_action")
    return registry[name]
