"""One action on many tickets: first what would happen to each, then each by itself, with its own result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.errors import Invalid, TrackerError
from tracker.permissions import Actor, allowed
from tracker.tickets import actions, queries, rules
from tracker.tickets.actions import Action
from tracker.tickets.rules import Status

BULK = ("accept", "urge", "redispatch")
"""Actions that make sense for many tickets at once."""

CAP = 500
"""[P] The most tickets of one bulk action."""


@dataclass(frozen=True)
class Result:
    """What became, or would become, of one ticket; `told` is why not."""

    number: str
    title: str
    fine: bool
    told: str


def offered(actor: Actor, registry: Mapping[str, Action]) -> list[Action]:
    """Return the bulk actions the actor's post may perform at all."""
    return [registry[name] for name in BULK if name in registry and allowed(actor, registry[name].permission)]


def _checked(action: Action, numbers: Sequence[str]) -> None:
    if action.name not in BULK:
        raise Invalid(f"“{action.label}”不能批量办理，请逐件办理。", code="not_in_bulk")
    if not numbers:
        raise Invalid("请先勾选工单。", code="nothing_chosen")
    if len(numbers) > CAP:
        raise Invalid(f"一次最多批量办理{CAP}件，请分批选择。", code="too_many_chosen")


def preview(
    session: Session,
    actor: Actor,
    action: Action,
    numbers: Sequence[str],
    given: Mapping[str, Any],  # noqa: ARG001 # the same call as `perform`, so that the door chooses by one word
    registry: Mapping[str, Action],
    *,
    now: datetime,  # noqa: ARG001
) -> list[Result]:
    """Return for each ticket in the actor's sight whether the action is lawful now; writes nothing."""
    _checked(action, numbers)
    found = []
    for ticket in queries.by_numbers(session, actor, numbers):
        lawful = {one.name for one in actions.lawful(session, actor, ticket, registry)}
        state = rules.STATUS_LABELS[Status(ticket.status)]
        told = "可以办理" if action.name in lawful else f"当前为“{state}”或不由您办理，将跳过"
        found.append(Result(ticket.number, ticket.title, action.name in lawful, told))
    return found


def perform(
    session: Session,
    actor: Actor,
    action: Action,
    numbers: Sequence[str],
    given: Mapping[str, Any],
    registry: Mapping[str, Action],  # noqa: ARG001
    *,
    now: datetime,
) -> list[Result]:
    """Do the action on each ticket in a savepoint of its own; a refused one stops no other."""
    _checked(action, numbers)
    titles = {one.number: one.title for one in queries.by_numbers(session, actor, numbers)}
    found = []
    for number in sorted(numbers):  # one order for everybody, so that two clerks cannot block each other
        try:
            with session.begin_nested():
                actions.perform(session, actor, action, number, given, now=now)
            found.append(Result(number, titles.get(number, ""), fine=True, told=f"已{action.label}"))
        except TrackerError as refused:
            found.append(Result(number, titles.get(number, ""), fine=False, told=refused.message))
    return found
