"""The actions of this room."""

from tracker.campaigns import clearing, schemas
from tracker.tickets.actions import Action
from tracker.tickets.rules import Kind

ACTIONS: tuple[Action, ...] = (
    Action(
        "verify",
        "验收销号",
        schemas.VerifyIn,
        clearing.verify,
        tone="primary",
        offered=lambda _, ticket: ticket.kind == Kind.FINDING,
    ),
    Action(
        "look-back",
        "回头看",
        schemas.LookBackIn,
        clearing.look_back,
        offered=lambda _, ticket: ticket.kind == Kind.FINDING,
    ),
)
