"""The actions of this room."""

from tracker.permissions import Permission as P
from tracker.replies import schemas, service
from tracker.tickets.actions import Action, Relation
from tracker.tickets.rules import HANDLING
from tracker.tickets.rules import Status as S

ACTIONS: tuple[Action, ...] = (
    Action(
        "reply",
        "答复",
        P.TICKET_HANDLE,
        Relation.OWN,
        HANDLING,
        schemas.ReplyIn,
        service.reply,
        tone="primary",
        shortcut="r",
    ),
    Action(
        "review",
        "审核答复",
        P.TICKET_REVIEW,
        Relation.SUBTREE,
        frozenset({S.REPLIED}),
        schemas.ReviewIn,
        service.review,
        tone="primary",
    ),
)
