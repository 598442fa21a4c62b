"""Where a ticket can stand: the words that its life (`tracker.tickets.rules`) and the rights over it share."""

from enum import StrEnum


class Status(StrEnum):
    """Where a ticket stands."""

    RECEIVED = "received"
    MANUAL = "manual"
    TRIAGED = "triaged"
    DISPATCHED = "dispatched"
    RETURN_REQUESTED = "return_requested"
    IN_PROGRESS = "in_progress"
    SUSPENDED = "suspended"
    REPLIED = "replied"
    REVIEWED = "reviewed"
    CALLED_BACK = "called_back"
    REWORK = "rework"
    TERMINATING = "terminating"
    CLOSED = "closed"
    ARCHIVED = "archived"
    NOT_ACCEPTED = "not_accepted"
    REDIRECTED = "redirected"
    MERGED = "merged"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"


S = Status

STATUS_LABELS: dict[Status, str] = {
    S.RECEIVED: "已受理",
    S.MANUAL: "人工研判",
    S.TRIAGED: "待派单",
    S.DISPATCHED: "待签收",
    S.RETURN_REQUESTED: "退单待裁决",
    S.IN_PROGRESS: "办理中",
    S.SUSPENDED: "挂起",
    S.REPLIED: "待审核",
    S.REVIEWED: "待回访",
    S.CALLED_BACK: "待办结",
    S.REWORK: "重办",
    S.TERMINATING: "终止待批",
    S.CLOSED: "已办结",
    S.ARCHIVED: "已归档",
    S.NOT_ACCEPTED: "不予受理",
    S.REDIRECTED: "转其他渠道",
    S.MERGED: "已并案",
    S.TERMINATED: "已终止",
    S.WITHDRAWN: "已撤回",
}

FINAL: frozenset[Status] = frozenset({S.ARCHIVED, S.NOT_ACCEPTED, S.REDIRECTED, S.TERMINATED, S.WITHDRAWN})
"""Nothing follows these. MERGED is not among them: a merge can be undone."""

HANDLING: frozenset[Status] = frozenset({S.IN_PROGRESS, S.REWORK})
"""The office in charge works on it."""

OPEN: frozenset[Status] = frozenset(Status) - FINAL - {S.CLOSED, S.MERGED}
"""The clock of handling still matters."""
