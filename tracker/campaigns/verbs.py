"""The actions of this room."""

from tracker.campaigns import clearing, schemas
from tracker.permissions import Permission as P
from tracker.tickets.actions import Action, Relation
from tracker.tickets.rules import Kind
from tracker.tickets.rules import Status as S

ACTIONS: tuple[Action, ...] = (
    Action(
        "verify",
        "验收销号",
        P.TICKET_VERIFY,
        Relation.ABOVE,
        frozenset({S.REVIEWED}),
        schemas.VerifyIn,
        clearing.verify,
        tone="primary",
        offered=lambda _, ticket: ticket.kind == Kind.FINDING,
    ),
    Action(
        "look-back",
        "回头看",
        P.TICKET_VERIFY,
        Relation.ABOVE,
        frozenset({S.CLOSED}),
        schemas.LookBackIn,
        clearing.look_back,
        offered=lambda _, ticket: ticket.kind == Kind.FINDING,
    ),
)
