"""Earlier rulings alike: by the body complained about, the category, and the words the texts share."""

import re
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from classifiers.clean import clean
from classifiers.words import cut
from tracker.permissions import Actor
from tracker.tickets.models import ReturnRequest, Ticket
from tracker.tickets.sight import visible

COMPARED = 60
"""The newest rulings on the same body or class of matter that are compared; more would make the page wait."""
SHOWN = 5
LEAST = 0.1
"""[P] Likeness of texts below which a ruling on another body and another leaf is not worth reading."""
TOLD_WORDS = 6
_PLACE = re.compile(r".{2,}(?:[省市区县镇州]|街道)")
_SAME_BODY, _SAME_LEAF = 1.0, 0.5
"""[P] What the same body and the same category count beside a likeness between 0 and 1."""


@dataclass(frozen=True)
class Alike:
    """An earlier ruling: the return, its ticket, what is the same, and the words both texts use, the longest first."""

    asked: ReturnRequest
    ticket: Ticket
    same_body: bool
    same_category: bool
    likeness: float
    words: tuple[str, ...]


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how much of their words two texts share: 0 for nothing, 1 for all (Dice)."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def telling_words(text: str) -> frozenset[str]:
    """Return the words of a text that tell something: two characters or more, names of places left out."""
    return frozenset(word for word in cut(clean(text)) if len(word) > 1 and not _PLACE.fullmatch(word))


def rulings_alike(session: Session, actor: Actor, ticket: Ticket, *, limit: int = SHOWN) -> list[Alike]:
    """Return the arbiters' rulings on other tickets in the actor's sight most like this one, the likest first."""
    leaf = ticket.category_code or "?"
    near = Ticket.category_code.startswith(leaf[:1], autoescape=True)
    if ticket.respondent_body_id is not None:
        near = or_(near, Ticket.respondent_body_id == ticket.respondent_body_id)
    rows = session.execute(
        select(ReturnRequest, Ticket)
        .join(Ticket, Ticket.id == ReturnRequest.ticket_id)
        .where(
            ReturnRequest.ruling.is_not(None),
            ReturnRequest.ruled_at_desk.is_(False),
            Ticket.id != ticket.id,
            near,
            visible(actor),
        )
        .options(
            joinedload(ReturnRequest.office),
            joinedload(ReturnRequest.claimed_office),
            joinedload(ReturnRequest.ruled_office),
            joinedload(ReturnRequest.settled_office),
        )
        .order_by(ReturnRequest.ruled_at.desc())
        .limit(COMPARED)
    )
    here = telling_words(f"{ticket.title}\n{ticket.content}")
    found = [_compared(row.ReturnRequest, row.Ticket, ticket, here) for row in rows]
    worth = [one for one in found if one.same_body or one.same_category or one.likeness >= LEAST]
    return sorted(worth, key=_rank, reverse=True)[:limit]


def _compared(asked: ReturnRequest, other: Ticket, ticket: Ticket, here: frozenset[str]) -> Alike:
    there = telling_words(f"{other.title}\n{other.content}")
    shared = sorted(here & there, key=lambda word: (-len(word), word))[:TOLD_WORDS]
    body = ticket.respondent_body_id
    return Alike(
        asked,
        other,
        same_body=body is not None and other.respondent_body_id == body,
        same_category=other.category_code is not None and other.category_code == ticket.category_code,
        likeness=likeness(here, there),
        words=tuple(shared),
    )


def _rank(one: Alike) -> tuple[float, int]:
    return (_SAME_BODY * one.same_body + _SAME_LEAF * one.same_category + one.likeness, one.asked.id)
