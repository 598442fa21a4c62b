"""What a line of the table says: which events, whose inbox, which post there, in what words; and conditions for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tracker.permissions import Permission as P
from tracker.tickets.rules import Status as S


class Whom(StrEnum):
    """Whose inbox a notice goes to."""

    LEAD = "lead"
    """The office in charge."""
    INTAKE = "intake"
    """The office that took the complaint in."""
    ABOVE = "above"
    """The office above the one in charge; the top office for itself."""
    HIGHER = "higher"
    """The office as many levels further above as the event says (rung); the top office where there are no more."""
    LEFT = "left"
    """The office that had the ticket for a moment, until its dispatch was taken back."""
    NAMED = "named"
    """The office named in the event, such as one asked to help."""


@dataclass(frozen=True)
class Happened:
    """An event as the table sees it. is_finding: the ticket has no complainant."""

    action: str
    from_status: str | None
    to_status: str
    data: Mapping[str, Any]
    is_finding: bool


@dataclass(frozen=True)
class Line:
    """One line of the table: when it applies, whose inbox, which post there (by permission), and the words.

    words may use number, title, office, note and due.
    """

    actions: frozenset[str]
    whom: Whom
    audience: P
    words: str
    when: Callable[[Happened], bool] = lambda _: True


def approved(one: Happened) -> bool:
    """Return whether the event approved what was asked."""
    return one.data.get("approved") is True


def to(*statuses: S) -> Callable[[Happened], bool]:
    """Return the condition that the event led to one of the statuses."""
    return lambda one: one.to_status in statuses


def stuck_in(*statuses: S) -> Callable[[Happened], bool]:
    """Return the condition that the ticket stood in one of the statuses when it happened."""
    return lambda one: one.data.get("status", one.to_status) in statuses


def not_in(*statuses: S) -> Callable[[Happened], bool]:
    """Return the condition that it stood in none of the statuses."""
    return lambda one: one.data.get("status", one.to_status) not in statuses


def line(
    actions: str, whom: Whom, audience: P, words: str, when: Callable[[Happened], bool] | None = None
) -> Line:
    """Return a line of the table; the actions in one text, apart by spaces."""
    return Line(frozenset(actions.split()), whom, audience, words, when or (lambda _: True))
