"""The actions of this room."""

from tracker.permissions import Permission as P
from tracker.replies import handlers, returning, schemas, service
from tracker.tickets import returns
from tracker.tickets.actions import Action, Relation
from tracker.tickets.rules import HANDLING, RETURNABLE
from tracker.tickets.rules import Status as S
from tracker.tickets.schemas import ReasonIn

ACTIONS: tuple[Action, ...] = (
    Action(
        "return",
        "退单",
        P.TICKET_HANDLE,
        Relation.OWN,
        RETURNABLE,
        schemas.ReturnIn,
        returning.return_,
        shortcut="b",
        offered=returns.may_ask,
    ),
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
        offered=handlers.may_reply,
        foresee=service.foresee,
        undo=service.take_back,
    ),
    Action(
        "allow-handler",
        "同意原承办人重办",
        P.TICKET_REVIEW,
        Relation.SUBTREE,
        frozenset({S.REWORK}),
        ReasonIn,
        handlers.allow,
        offered=handlers.may_allow,
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
