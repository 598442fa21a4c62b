"""The actions of this room."""

from tracker.replies import handlers, returning, schemas, service
from tracker.tickets import returns
from tracker.tickets.actions import Action
from tracker.tickets.schemas import ReasonIn

ACTIONS: tuple[Action, ...] = (
    Action(
        "return",
        "退单",
        schemas.ReturnIn,
        returning.return_,
        shortcut="b",
        offered=returns.may_ask,
    ),
    Action(
        "reply",
        "答复",
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
        ReasonIn,
        handlers.allow,
        offered=handlers.may_allow,
    ),
    Action(
        "review",
        "审核答复",
        schemas.ReviewIn,
        service.review,
        tone="primary",
    ),
)
