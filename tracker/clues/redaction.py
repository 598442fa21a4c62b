"""The least that is needed: what names the complainant, or is a number that names anybody, is hidden before it is kept.

The complainant travels in the second envelope alone. Of one who hides himself the name is hidden only when the package is
sealed, where nobody here looks on: a draft in which a name turned into stars would say that it was the right one.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from tracker.clues.rules import Rank
from tracker.permissions import Actor
from tracker.tickets import originals
from tracker.tickets.models import Ticket

Hider = Callable[[str | None], str]
"""Returns a text, as long as before, with stars over what is to be hidden; "" for none."""

_AS_TYPED = ("person", "amount_fen")
_HIDDEN = ("post", "facts", "occurred", "place")


def in_draft(session: Session, ticket_id: int, actor: Actor) -> Hider:
    """Return what hides in the words that the actor writes."""
    ticket = session.get_one(Ticket, ticket_id)
    return lambda text: originals.shown_by(session, ticket, text, actor) if text else ""


def in_package(session: Session, ticket_id: int) -> Hider:
    """Return what hides in the words that leave."""
    ticket = session.get_one(Ticket, ticket_id)
    return lambda text: originals.shown_by(session, ticket, text) if text else ""


def draft(given: Mapping[str, Any], unit: str, rank: Rank, hide: Hider) -> dict[str, Any]:
    """Return what is kept of a proposal: the columns of the register and the report, which stands for the facts if left out."""
    kept = {name: given.get(name) for name in _AS_TYPED}
    kept |= {name: hide(given.get(name)) or None for name in _HIDDEN}
    return kept | {"unit": unit, "rank": rank.value, "report": hide(given.get("report")) or kept["facts"]}


def leaving(register: Mapping[str, Any], hide: Hider) -> dict[str, Any]:
    """Return the columns of a draft as they leave."""
    return {name: hide(value) if name in _HIDDEN else value for name, value in register.items()}
