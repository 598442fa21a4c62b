"""The ticket's life: statuses, the steps between them, and who watches each.

The facts are those of the field: 受理 → 分类 → 派单 → 签收/办理 → 答复 → 审核 → 回访 → 办结 → 归档, with the side paths
退单/裁决, 挂起, 重办, 并案, 转其他渠道, 不予受理, 终止 and 撤回. Signing (签收) opens handling (办理) at once: no ticket can
be stuck between the two.
"""

from enum import StrEnum

from tracker import statuses

Status = statuses.Status
STATUS_LABELS = statuses.STATUS_LABELS
FINAL, HANDLING, OPEN = statuses.FINAL, statuses.HANDLING, statuses.OPEN

S = Status


class Kind(StrEnum):
    """What the caller wants (诉求类型); findings come from campaigns."""

    ENQUIRY = "enquiry"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    FINDING = "finding"


KIND_LABELS: dict[Kind, str] = {
    Kind.ENQUIRY: "咨询",
    Kind.HELP: "求助",
    Kind.COMPLAINT: "投诉",
    Kind.REPORT: "举报",
    Kind.SUGGESTION: "建议",
    Kind.FINDING: "专项整治问题",
}

CALLER_KINDS: dict[Kind, str] = {
    kind: label for kind, label in KIND_LABELS.items() if kind is not Kind.FINDING
}
"""What a caller may want; a finding is only ever entered into a campaign."""


ANSWERED: frozenset[Status] = frozenset({S.REVIEWED, S.CALLED_BACK, S.CLOSED})
"""An approved reply has gone out."""

SETTLED: frozenset[Status] = FINAL | {S.CLOSED}
"""Nobody works on it any more; of a split ticket's part, what the parent waits for."""

_CLOSABLE = frozenset({S.NOT_ACCEPTED, S.REDIRECTED, S.MERGED, S.WITHDRAWN, S.TERMINATING})

NEXT: dict[Status, frozenset[Status]] = {
    S.RECEIVED: frozenset({S.MANUAL, S.TRIAGED}) | (_CLOSABLE - {S.TERMINATING}),
    S.MANUAL: frozenset({S.TRIAGED}) | (_CLOSABLE - {S.TERMINATING}),
    S.TRIAGED: frozenset({S.DISPATCHED, S.MANUAL}) | (_CLOSABLE - {S.TERMINATING}),
    S.DISPATCHED: frozenset({S.IN_PROGRESS, S.RETURN_REQUESTED, S.TRIAGED, S.MANUAL}) | _CLOSABLE,
    S.RETURN_REQUESTED: frozenset({S.DISPATCHED, S.IN_PROGRESS, S.REDIRECTED, S.WITHDRAWN}),
    S.IN_PROGRESS: frozenset({S.REPLIED, S.SUSPENDED, S.RETURN_REQUESTED, S.TRIAGED, S.DISPATCHED})
    | _CLOSABLE,
    S.SUSPENDED: frozenset({S.IN_PROGRESS, S.REWORK, S.TERMINATING, S.WITHDRAWN}),
    S.REPLIED: frozenset({S.REVIEWED, S.IN_PROGRESS, S.REWORK}),
    S.REVIEWED: frozenset({S.CALLED_BACK, S.REWORK, S.CLOSED}),
    S.CALLED_BACK: frozenset({S.CLOSED, S.REWORK}),
    S.REWORK: frozenset({S.REPLIED, S.SUSPENDED, S.TERMINATING, S.WITHDRAWN}),
    S.TERMINATING: frozenset({S.TERMINATED, S.DISPATCHED, S.IN_PROGRESS, S.REWORK}),
    S.CLOSED: frozenset({S.ARCHIVED, S.REWORK}),
    S.MERGED: frozenset({S.RECEIVED, S.MANUAL, S.TRIAGED, S.DISPATCHED, S.IN_PROGRESS, S.REVIEWED}),
    **{final: frozenset() for final in FINAL},
}
"""Which status may follow which. TRIAGED follows DISPATCHED and IN_PROGRESS only through redispatch; MANUAL follows
DISPATCHED, and DISPATCHED follows IN_PROGRESS, only when a bulk action is undone."""

WATCHERS: dict[Status, str] = {
    S.RECEIVED: "triage job",
    S.MANUAL: "dispatch deadline",
    S.TRIAGED: "triage job",
    S.DISPATCHED: "signing deadline",
    S.RETURN_REQUESTED: "ruling deadline",
    S.IN_PROGRESS: "handling deadline",
    S.SUSPENDED: "look at the suspension every ten working days",
    S.REPLIED: "handling deadline",
    S.REVIEWED: "call-back deadline",
    S.CALLED_BACK: "call-back deadline",
    S.REWORK: "handling deadline",
    S.TERMINATING: "handling deadline",
    S.CLOSED: "archive sweep",
    S.MERGED: "the review of the lead's reply, and the sweep for whoever was held then",
}
"""Who notices when a ticket rests too long in a non-final status."""

STAGES: tuple[tuple[str, frozenset[Status]], ...] = (
    ("受理", frozenset({S.RECEIVED, S.MANUAL, S.NOT_ACCEPTED, S.REDIRECTED, S.WITHDRAWN})),
    ("派单", frozenset({S.TRIAGED, S.DISPATCHED, S.RETURN_REQUESTED})),
    ("办理", frozenset({S.IN_PROGRESS, S.SUSPENDED, S.REWORK, S.TERMINATING, S.TERMINATED, S.MERGED})),
    ("审核", frozenset({S.REPLIED})),
    ("回访", frozenset({S.REVIEWED, S.CALLED_BACK})),
    ("办结", frozenset({S.CLOSED})),
    ("归档", frozenset({S.ARCHIVED})),
)
"""The stage bar of the ticket page, and all that a complainant is told."""


class ReturnReason(StrEnum):
    """Why an office sends a ticket back (退单)."""

    NOT_OUR_DUTY = "not_our_duty"
    NOT_OUR_AREA = "not_our_area"
    WRONG_LEVEL = "wrong_level"
    RECUSAL = "recusal"
    NOT_ENFORCEMENT = "not_enforcement"
    INSUFFICIENT = "insufficient"


RETURN_REASON_LABELS: dict[ReturnReason, str] = {
    ReturnReason.NOT_OUR_DUTY: "不属于本单位职责",
    ReturnReason.NOT_OUR_AREA: "不在本行政区域",
    ReturnReason.WRONG_LEVEL: "层级管辖有误",
    ReturnReason.RECUSAL: "应当回避",
    ReturnReason.NOT_ENFORCEMENT: "不属于行政执法监督事项",
    ReturnReason.INSUFFICIENT: "信息不足无法办理",
}


class RejectReason(StrEnum):
    """Why a complaint is not accepted (不予受理). Source: published hotline rules; each names the right way."""

    OTHER_ROUTE = "other_route"
    NO_NEW_FACTS = "no_new_facts"
    OUTSIDE_DUTY = "outside_duty"
    CONFIDENTIAL = "confidential"
    EMERGENCY = "emergency"
    UNLAWFUL = "unlawful"


REJECT_REASON_LABELS: dict[RejectReason, str] = {
    RejectReason.OTHER_ROUTE: "已有或应走其他法定途径（复议、诉讼、仲裁、信访、纪检）",
    RejectReason.NO_NEW_FACTS: "同一事项已办结且无新的事实和理由",
    RejectReason.OUTSIDE_DUTY: "不属于行政执法监督职责范围",
    RejectReason.CONFIDENTIAL: "涉及国家秘密、商业秘密或个人隐私",
    RejectReason.EMERGENCY: "属于110、119、120等紧急事项",
    RejectReason.UNLAWFUL: "内容违法或违背公序良俗",
}


class Ruling(StrEnum):
    """What the arbiter decides on a return (裁决)."""

    UPHOLD = "uphold"
    REDISPATCH = "redispatch"
    DESIGNATE = "designate"
    HANDLE_FIRST = "handle_first"


RULING_LABELS: dict[Ruling, str] = {
    Ruling.UPHOLD: "维持原派单（退单不成立）",
    Ruling.REDISPATCH: "改派其他单位",
    Ruling.DESIGNATE: "指定办理（不得再退）",
    Ruling.HANDLE_FIRST: "先办后议（现单位先办，职责随后议定）",
}

DESK_RULING_LABELS: dict[Ruling, str] = {
    one: RULING_LABELS[one] for one in (Ruling.UPHOLD, Ruling.REDISPATCH)
}
"""What whoever dispatched the ticket may decide; designating an office takes an arbiter above it."""

SETTLEMENT_LABELS: dict[Ruling, str] = {
    Ruling.UPHOLD: "属先办单位职责（退单不成立）",
    Ruling.REDISPATCH: "属其他单位职责（退单成立）",
}
"""What may be settled after 先办后议; the ticket itself stays where it was handled."""

RETURNABLE: frozenset[Status] = frozenset({S.DISPATCHED, S.IN_PROGRESS})
"""Where a ticket may be returned from; once it leaves these, a return nobody signed yet lapses."""

MAX_RETURNS_PER_OFFICE = 1
ARBITRATION_FROM_RETURN = 2

ABOUT_DUTY: frozenset[ReturnReason] = frozenset(
    {ReturnReason.NOT_OUR_DUTY, ReturnReason.NOT_OUR_AREA, ReturnReason.WRONG_LEVEL}
)
"""Reasons whose ruling says whose business such a matter is, so that it can be a precedent; the others concern one ticket."""


def may_move(current: Status, target: Status) -> bool:
    """Return whether the target may follow the current status."""
    return target in NEXT[current]


def stage_index(status: Status) -> int:
    """Return the position (0-based) of the status on the stage bar."""
    return next(i for i, (_, statuses) in enumerate(STAGES) if status in statuses)


def refusal(current: Status, label: str) -> str:
    """Return the sentence told when a step is not possible in the present status."""
    return f"工单当前为“{STATUS_LABELS[current]}”，不能{label}；请按最新状态办理。"


def may_return(n_returns_by_office: int, designated: bool, deferred: bool = False) -> str | None:
    """Return why the office may not return the ticket, or None when it may (one return per office).

    deferred: it was told to handle first while its return is settled later.
    """
    if designated:
        return "该工单已由裁决指定本单位办理，不得再次退单。"
    if deferred:
        return "该工单已裁决先办后议，请先办理；职责归属另行议定，不得再次退单。"
    if n_returns_by_office >= MAX_RETURNS_PER_OFFICE:
        return "本单位已退过一次，不得再次退单；如有异议请联系裁决人。"
    return None


def needs_arbiter(nth_return: int, *, own_desk: bool) -> bool:
    """Return whether a return must go to an arbiter at once: from the second of a ticket on, and whenever the returning

    office took the complaint in itself, since nobody decides on his own dispatch.
    """
    return nth_return >= ARBITRATION_FROM_RETURN or own_desk


def mask_name(name: str) -> str:
    """Return a name with all but the family name hidden: 张三 → 张*."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def mask_phone(phone: str) -> str:
    """Return a phone number showing the first three digits: 138********.

    Never the last four: with the ticket number they query and rate as the complainant.
    """
    return phone[:3] + "*" * 8 if len(phone) >= 7 else "****" if phone else ""


def mask_id_no(id_no: str) -> str:
    """Return an id number showing the first three and last two characters."""
    return id_no[:3] + "*" * 13 + id_no[-2:] if len(id_no) >= 15 else "****" if id_no else ""
