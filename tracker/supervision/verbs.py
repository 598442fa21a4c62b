"""The actions of this room."""

from tracker.supervision import schemas, service
from tracker.tickets.actions import Action

ACTIONS: tuple[Action, ...] = (
    Action(
        "instruct",
        "领导批示",
        schemas.InstructIn,
        service.instruct,
    ),
)
