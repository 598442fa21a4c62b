"""隐去与原文: what names a person never enters a ticket's texts in clear; the words as they came lie sealed beside them.

Hidden once, at the door through which a text comes in, so that no page, list, search, export, log or job can forget it.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from classifiers.hiding import NOBODY, Known, hide
from tracker.fields import cipher
from tracker.permissions import Actor, Role
from tracker.tickets.models import Complainant, Ticket, TicketOriginal

CONTENT = 0
"""The place of the complaint itself; events have their `seq`."""


def known(given: Mapping[str, Any] | None, *, in_texts: bool = True) -> Known:
    """Return what is to be hidden of a complainant as taken in (`schemas.ComplainantIn`), or as `_opened`.

    in_texts: the address too; the place of the matter may be where he lives, and is needed unless he hides himself.
    """
    if not given:
        return NOBODY
    wholly = bool(given.get("hide_identity") or given.get("anonymous"))
    said = {name: (given.get(name) or "").strip() for name in ("name", "phone", "id_no", "address")}
    return Known(
        names=(said["name"],) if said["name"] else (),
        numbers=tuple(one for one in (said["phone"], said["id_no"]) if one),
        addresses=(said["address"],) if said["address"] and (in_texts or wholly) else (),
        wholly=wholly,
    )


def hidden(session: Session, ticket: Ticket, seq: int, text: str, actor: Actor | None = None) -> str:
    """Return the text with what names a person hidden, the complainant's name too.

    Where that changed it, the words as they came are sealed under (ticket, seq). actor: who wrote it, None for the
    complainant himself.
    """
    if not text:
        return text
    shown = shown_by(session, ticket, text, actor)
    if shown != text:
        keep(session, ticket, seq, text)
    return shown


def shown_by(session: Session, ticket: Ticket, text: str, actor: Actor | None = None) -> str:
    """Return the text with what names a person hidden, nothing kept. actor as in `hidden`."""
    return hide(text, _known_to(session, ticket, actor))


def hidden_in(
    session: Session,
    ticket: Ticket,
    actor: Actor | None,
    given: Mapping[str, Any],
    *,
    but: Collection[str] = (),
) -> dict[str, Any]:
    """Return the input of an action with what names a person hidden in every text of it, save the fields in `but`.

    What was hidden is sealed together, under the event the action is about to write. actor as in `hidden`.
    """
    person = _known_to(session, ticket, actor)
    said: list[str] = []

    def shown(value: Any) -> Any:
        if isinstance(value, str):
            found = hide(value, person)
            if found != value:
                said.append(value)
            return found
        if isinstance(value, Mapping):
            return {name: shown(inner) for name, inner in value.items()}
        return [shown(one) for one in value] if isinstance(value, list) else value

    clean = {name: value if name in but else shown(value) for name, value in given.items()}
    if said:
        keep(session, ticket, ticket.n_events + 1, "\n\n".join(dict.fromkeys(said)))
    return clean


def keep(session: Session, ticket: Ticket, seq: int, text: str) -> None:
    """Seal the words as they came under (ticket, seq), after what is kept there already."""
    # the complaint itself is written once, with its ticket: nothing can lie there, and a file brings thousands
    found = session.get(TicketOriginal, (ticket.id, seq)) if seq != CONTENT else None
    if found is None:
        session.add(TicketOriginal(ticket_id=ticket.id, seq=seq, sealed=cipher(session).seal(text)))
    else:
        found.sealed = cipher(session).seal(f"{cipher(session).open(found.sealed)}\n\n{text}")


def original(session: Session, ticket: Ticket, seq: int = CONTENT) -> str:
    """Return the words as they came, "" when nothing of them was hidden."""
    found = session.get(TicketOriginal, (ticket.id, seq))
    return cipher(session).open(found.sealed) if found else ""


def _known_to(session: Session, ticket: Ticket, actor: Actor | None) -> Known:
    """Return what to hide of the complainant (of a part, the whole's) in what the actor writes.

    Of whoever hides himself only the desk that took him in: elsewhere a name that turns into stars would say that it was
    the right one.
    """
    found = session.get(Complainant, ticket.parent_id or ticket.id)
    if found is None:
        return NOBODY
    desk = actor is None or (actor.role is Role.OPERATOR and actor.office_id == ticket.intake_office_id)
    if (found.hide_identity or found.anonymous) and not desk:
        return NOBODY
    return known(_opened(session, found))


def _opened(session: Session, found: Complainant) -> dict[str, Any]:
    key = cipher(session)
    sealed = {name: getattr(found, f"{name}_sealed") for name in ("name", "phone", "id_no", "address")}
    wishes = {"hide_identity": found.hide_identity, "anonymous": found.anonymous}
    return {**{name: key.open(value) for name, value in sealed.items()}, **wishes}
