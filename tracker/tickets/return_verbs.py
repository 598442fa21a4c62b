"""The actions around a return, after it was asked for; asking brings evidence along and belongs to the room of replies."""

from tracker.permissions import Permission as P
from tracker.tickets import returns, rulings, schemas
from tracker.tickets.actions import Action, Relation
from tracker.tickets.rules import RETURNABLE
from tracker.tickets.rules import Status as S

RETURN_ACTIONS: tuple[Action, ...] = (
    Action(
        "rule",
        "裁决退单",
        P.TICKET_RULE,
        Relation.ABOVE,
        frozenset({S.RETURN_REQUESTED}),
        schemas.RuleIn,
        rulings.rule,
        tone="primary",
    ),
    Action(
        "decide-return",
        "处理退单",
        P.TICKET_TRIAGE,
        Relation.INTAKE,
        frozenset({S.RETURN_REQUESTED}),
        schemas.DeskRuleIn,
        rulings.decide_return,
        tone="primary",
        offered=rulings.may_decide,
    ),
    Action(
        "settle-return",
        "议定职责",
        P.TICKET_RULE,
        Relation.ABOVE,
        frozenset(S),
        schemas.SettleIn,
        rulings.settle_return,
        offered=rulings.may_settle,
    ),
    Action(
        "sign-return",
        "审核退单",
        P.TICKET_REVIEW,
        Relation.SUBTREE,
        RETURNABLE,
        schemas.SignIn,
        returns.sign_return,
        tone="primary",
        offered=returns.may_sign,
    ),
    Action(
        "withdraw-return",
        "撤回退单",
        P.TICKET_HANDLE,
        Relation.OWN,
        RETURNABLE | {S.RETURN_REQUESTED},
        schemas.ReasonIn,
        returns.withdraw_return,
        offered=returns.may_withdraw,
    ),
)
