"""The least that is needed: what names the complainant, or is a number that names anybody, is hidden before it is kept.

The complainant travels in the second envelope alone. What was hidden can be seen in the files of evidence, if it matters.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from classifiers.hiding import hide
from tracker.clues.rules import Rank
from tracker.fields import cipher
from tracker.tickets import queries as tickets
from tracker.tickets.models import Ticket

_AS_TYPED = ("person", "amount_fen")
_HIDDEN = ("post", "facts", "occurred", "place")


def names(session: Session, ticket_id: int) -> list[str]:
    """Return the complainant's name, nothing for an anonymous complaint."""
    found = tickets.complainant(session, session.get_one(Ticket, ticket_id))
    name = cipher(session).open(found.name_sealed) if found else ""
    return [name] if name else []


def hidden(text: str | None, known: Sequence[str]) -> str:
    """Return the text, as long as before, with stars over telephones, identity and card numbers, plates and the names."""
    return hide(text, known) if text else ""


def draft(given: Mapping[str, Any], unit: str, rank: Rank, known: Sequence[str]) -> dict[str, Any]:
    """Return what is kept of a proposal: the columns of the register and the report, which stands for the facts if left out."""
    kept = {name: given.get(name) for name in _AS_TYPED}
    kept |= {name: hidden(given[name], known) if given.get(name) else None for name in _HIDDEN}
    report = hidden(given.get("report"), known) or kept["facts"]
    return kept | {"unit": unit, "rank": rank.value, "report": report}
