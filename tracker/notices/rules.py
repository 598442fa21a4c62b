"""Who is told what when a ticket moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tracker.permissions import Permission


class Receiver(StrEnum):
    """Whose inbox: the office in charge, the office that took the complaint in, or the office above the one in charge."""

    OFFICE = "office"
    INTAKE = "intake"
    ABOVE = "above"


@dataclass(frozen=True)
class Telling:
    """One notice an action brings about. audience: only posts holding the permission see it. words: {number}, {title}."""

    to: Receiver
    audience: Permission
    words: str


_HANDLERS, _REVIEWERS = Permission.TICKET_HANDLE, Permission.TICKET_REVIEW
_RULERS, _DESK, _CALLERS = Permission.TICKET_RULE, Permission.TICKET_TRIAGE, Permission.TICKET_CALL_BACK
_SUPERVISORS = Permission.TICKET_SUPERVISE

TELLINGS: Mapping[str, tuple[Telling, ...]] = {
    "dispatch": (
        Telling(Receiver.OFFICE, _HANDLERS, "新派工单 {number}《{title}》，请在时限内签收或退单。"),
    ),
    "redispatch": (
        Telling(Receiver.OFFICE, _HANDLERS, "改派工单 {number}《{title}》，请在时限内签收或退单。"),
    ),
    "return": (Telling(Receiver.ABOVE, _RULERS, "工单 {number}《{title}》被退单，请裁决。"),),
    "rule": (
        Telling(Receiver.OFFICE, _HANDLERS, "工单 {number}《{title}》退单已裁决，由本单位承办，请签收。"),
        Telling(Receiver.INTAKE, _DESK, "工单 {number}《{title}》的退单已裁决。"),
    ),
    "extend": (Telling(Receiver.OFFICE, _REVIEWERS, "工单 {number}《{title}》申请延期，请审批。"),),
    "decide-extension": (
        Telling(Receiver.OFFICE, _HANDLERS, "工单 {number}《{title}》的延期申请已有结果。"),
    ),
    "reply": (Telling(Receiver.OFFICE, _REVIEWERS, "工单 {number}《{title}》已答复，请审核。"),),
    "review": (
        Telling(Receiver.OFFICE, _HANDLERS, "工单 {number}《{title}》的答复已审核。"),
        Telling(Receiver.INTAKE, _CALLERS, "工单 {number}《{title}》待回访。"),
    ),
    "rework": (Telling(Receiver.OFFICE, _HANDLERS, "工单 {number}《{title}》须重办，请换人办理。"),),
    "terminate": (
        Telling(Receiver.OFFICE, _REVIEWERS, "工单 {number}《{title}》申请终止或已有结果，请查看。"),
    ),
    "urge": (Telling(Receiver.OFFICE, _HANDLERS, "工单 {number}《{title}》被催办，请尽快办理。"),),
    "auto_urge": (Telling(Receiver.OFFICE, _HANDLERS, "工单 {number}《{title}》已超期，系统催办。"),),
    "overdue": (Telling(Receiver.OFFICE, _REVIEWERS, "工单 {number}《{title}》已超过办理时限。"),),
    "stage_overdue": (Telling(Receiver.OFFICE, _REVIEWERS, "工单 {number}《{title}》本环节已超时限。"),),
    "circulated": (
        Telling(Receiver.OFFICE, _REVIEWERS, "工单 {number}《{title}》催办后仍未办结，已通报并转督办。"),
        Telling(Receiver.ABOVE, _SUPERVISORS, "工单 {number}《{title}》催办后仍未办结，已列入督办。"),
    ),
    "supervise": (Telling(Receiver.OFFICE, _HANDLERS, "工单 {number}《{title}》已被督办。"),),
    "facts": (Telling(Receiver.OFFICE, _HANDLERS, "诉求人为工单 {number}《{title}》补充了情况。"),),
    "withdraw": (Telling(Receiver.OFFICE, _HANDLERS, "工单 {number}《{title}》已由诉求人撤回。"),),
    "appeal": (Telling(Receiver.ABOVE, _RULERS, "工单 {number}《{title}》申诉剔除评价，请裁定。"),),
}
"""Action of the event → who is told. Clues bring about nothing here."""

PAUSES_S = (60, 300, 1800, 7200, 43200)
"""How long a gateway that refused is left alone before each further try; after the last the notice is given up."""


def pause_s(n_tries: int) -> int | None:
    """Return the seconds until the next try after so many failed ones, None when no more are made."""
    return PAUSES_S[n_tries - 1] if 1 <= n_tries <= len(PAUSES_S) else None
