"""The actions around a return, after it was asked for; asking brings evidence along and belongs to the room of replies."""

from tracker.tickets import returns, rulings, schemas
from tracker.tickets.actions import Action

RETURN_ACTIONS: tuple[Action, ...] = (
    Action(
        "rule",
        "裁决退单",
        schemas.RuleIn,
        rulings.rule,
        tone="primary",
    ),
    Action(
        "decide-return",
        "处理退单",
        schemas.DeskRuleIn,
        rulings.decide_return,
        tone="primary",
        offered=rulings.may_decide,
    ),
    Action(
        "settle-return",
        "议定职责",
        schemas.SettleIn,
        rulings.settle_return,
        offered=rulings.may_settle,
    ),
    Action(
        "sign-return",
        "审核退单",
        schemas.SignIn,
        returns.sign_return,
        tone="primary",
        offered=returns.may_sign,
    ),
    Action(
        "withdraw-return",
        "撤回退单",
        schemas.ReasonIn,
        returns.withdraw_return,
        offered=returns.may_withdraw,
    ),
)
