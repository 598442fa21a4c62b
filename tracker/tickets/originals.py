"""隐去与原文: what names a person never enters a ticket's texts in clear; the words as they came lie sealed beside them.

Hidden once, at the door through which a text comes in, so that no page, list, search, export, log or job can forget it.
"""

from sqlalchemy.orm import Session

from classifiers.hiding import hide
from tracker.fields import cipher
from tracker.tickets.models import Complainant, Ticket, TicketOriginal

CONTENT = 0
"""The place of the complaint itself; events have their `seq`."""


def hidden(session: Session, ticket: Ticket, seq: int, text: str) -> str:
    """Return the text with what names a person hidden, the complainant's name too.

    Where that changed it, the words as they came are sealed under (ticket, seq).
    """
    if not text:
        return text
    shown = hide(text, [_name(session, ticket)])
    if shown != text:
        keep(session, ticket, seq, text)
    return shown


def keep(session: Session, ticket: Ticket, seq: int, text: str) -> None:
    """Seal the words as they came under (ticket, seq)."""
    session.add(TicketOriginal(ticket_id=ticket.id, seq=seq, sealed=cipher(session).seal(text)))


def original(session: Session, ticket: Ticket, seq: int = CONTENT) -> str:
    """Return the words as they came, "" when nothing of them was hidden."""
    found = session.get(TicketOriginal, (ticket.id, seq))
    return cipher(session).open(found.sealed) if found else ""


def _name(session: Session, ticket: Ticket) -> str:
    found = session.get(Complainant, ticket.id)
    return cipher(session).open(found.name_sealed) if found else ""
