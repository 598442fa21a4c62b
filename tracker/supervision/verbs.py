"""The actions of this room."""

from tracker.permissions import Permission as P
from tracker.supervision import schemas, service
from tracker.tickets.actions import Action, Relation
from tracker.tickets.rules import OPEN

ACTIONS: tuple[Action, ...] = (
    Action(
        "instruct",
        "领导批示",
        P.TICKET_INSTRUCT,
        Relation.SUBTREE,
        OPEN,
        schemas.InstructIn,
        service.instruct,
    ),
)
