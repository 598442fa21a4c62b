"""What a model can be, and what may be switched to; pure."""

from enum import StrEnum

EVERY = "*"
"""The row of costs for every label without a row of its own."""


class Kind(StrEnum):
    """Where a model comes from."""

    SHIPPED = "shipped"
    """随程序: trained on the sentences written for this program."""
    CHALLENGER = "challenger"
    """再训练: trained here, on those sentences and on what people corrected."""


class State(StrEnum):
    """What a model is good for."""

    CANDIDATE = "candidate"
    """待启用: not worse than the one in use; a person may switch to it."""
    ACTIVE = "active"
    """在用: it classifies."""
    RETIRED = "retired"
    """已停用: it was in use; a person may switch back."""
    REFUSED = "refused"
    """未通过: worse than the one in use."""


KIND_LABELS: dict[Kind, str] = {Kind.SHIPPED: "随程序提供", Kind.CHALLENGER: "本单位再训练"}
STATE_LABELS: dict[State, str] = {
    State.CANDIDATE: "待启用",
    State.ACTIVE: "在用",
    State.RETIRED: "已停用",
    State.REFUSED: "未通过",
}


def may_switch_to(state: State) -> str | None:
    """Return why one may not switch to a model in that state, or None."""
    if state is State.ACTIVE:
        return "这个模型已经在用。"
    if state is State.REFUSED:
        return "这个模型的成绩不如比较时在用的模型，不能启用。"
    return None


def entry_state(active_kind: Kind | None) -> State:
    """Return the state in which a newly shipped model enters; it takes the place of an older shipped one by itself.

    active_kind: of the model in use, None when there is none. A model somebody chose to train stays in use.
    """
    return State.CANDIDATE if active_kind is Kind.CHALLENGER else State.ACTIVE
