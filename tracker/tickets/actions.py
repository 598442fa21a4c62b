"""The registry of what can be done to a ticket: one entry per action, read by the API, the pages and the tests.

Rooms above (replies, satisfaction, campaigns) declare their own actions with the same type; `tracker.app` gathers them.
Who may do it, standing how to the ticket and in which status, is its line in `tracker.rights.ACTIONS`; it is offered when
that line allows it, and performed only under the same three conditions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError
from sqlalchemy.orm import Session

from tracker import rights
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.permissions import Actor, Permission, require
from tracker.rights import REFUSALS, Right
from tracker.tickets import originals, rules, service, sight, sweep
from tracker.tickets.bulk_models import BulkItem
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

Run = Callable[[Session, Actor, Ticket, dict[str, Any], datetime], None]
Foresee = Callable[[Session, Actor, Ticket, Mapping[str, Any], datetime], str]
Undo = Callable[[Session, Actor, Ticket, BulkItem, datetime], None]


@dataclass(frozen=True)
class Action:
    """One thing that can be done.

    name: as in the URL and in the table of rights. label: what the button says.
    run: receives session, actor, the locked ticket, the validated input and now.
    tone: primary, secondary or danger, for the button. shortcut: a single key on the pages.
    foresee: says in words what the action would do to one ticket of many, or raises as it would; writes nothing.
    undo: takes the action back from a ticket nobody touched since it was done in bulk.
    """

    name: str
    label: str
    schema: type[Schema]
    run: Run
    tone: str = "secondary"
    shortcut: str = ""
    offered: Callable[[Actor, Ticket], bool] | None = None
    foresee: Foresee | None = None
    undo: Undo | None = None

    @property
    def right(self) -> Right:
        """The action's line in the table; an action without one fails here, at start-up and in every test."""
        return rights.ACTIONS[self.name]

    @property
    def permission(self) -> Permission:
        """What the post must hold."""
        return self.right.permission

    @property
    def sources(self) -> frozenset[Status]:
        """Statuses in which it is possible."""
        return self.right.states


def may(session: Session, actor: Actor, ticket: Ticket, name: str) -> bool:
    """Return whether the table lets the actor do what goes by that name to the ticket as it stands."""
    return rights.may_do(actor, name, sight.stands(session, actor, ticket), ticket.status)


def require_related(session: Session, actor: Actor, ticket: Ticket, right: Right) -> None:
    """Raise NotAllowed, in the words of the line, unless the actor's post and office stand to the ticket as it asks."""
    if not rights.holds(actor, right, sight.stands(session, actor, ticket)):
        raise NotAllowed(REFUSALS[right.relations], code="not_your_office")


def lawful(session: Session, actor: Actor, ticket: Ticket, registry: Mapping[str, Action]) -> list[Action]:
    """Return the actions the actor may perform on the ticket as it stands, in the registry's order."""
    relations = sight.stands(session, actor, ticket)
    return [
        action
        for action in registry.values()
        if rights.may_do(actor, action.name, relations, ticket.status)
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
    require_related(session, actor, ticket, action.right)
    if ticket.status not in action.sources:
        raise Conflict(rules.refusal(Status(ticket.status), action.label))
    try:
        clean = action.schema().load(payload)
    except ValidationError as error:
        raise Invalid("填写的内容有误，请按提示修改。", fields=lists(error.messages)) from error
    at = sweep.catch_up(session, ticket, now)
    action.run(session, actor, ticket, _hidden(session, actor, ticket, action, clean), at)
    session.flush()
    return ticket


def _hidden(
    session: Session, actor: Actor, ticket: Ticket, action: Action, clean: dict[str, Any]
) -> dict[str, Any]:
    """Return the input without what names a person, save what the action looks over itself (`as_typed`)."""
    as_typed = {name for name, field in action.schema().fields.items() if field.metadata.get("as_typed")}
    return originals.hidden_in(session, ticket, actor, clean, but=as_typed)


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
