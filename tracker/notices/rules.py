"""Who is told what when a ticket moves: one table, read from top to bottom.

Nothing here knows of clues: the events of a ticket carry none, and no line may be added for them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zlib import crc32

from tracker.permissions import Permission as P
from tracker.tickets.rules import Status as S

INBOX_DAYS = 90
"""[P] Calendar days a notice stays in the inbox."""

URGENT = frozenset(
    {"urge", "auto_urge", "circulated", "return", "sign-return", "supervise", "instruct", "alarm"}
)
"""Kinds of notices that also leave by the gateways; the others wait in the inbox, so that a big import wakes nobody."""

MAX_TRIES = 8
"""[P] How often a gateway is tried before a notice is given up."""


class Whom(StrEnum):
    """Whose inbox a notice goes to."""

    LEAD = "lead"
    """The office in charge."""
    INTAKE = "intake"
    """The office that took the complaint in."""
    ABOVE = "above"
    """The office above the one in charge; the top office for itself."""
    HIGHER = "higher"
    """The office as many levels further above as the event says (rung); the top office where there are no more."""
    LEFT = "left"
    """The office that had the ticket for a moment, until its dispatch was taken back."""
    NAMED = "named"
    """The office named in the event, such as one asked to help."""


@dataclass(frozen=True)
class Happened:
    """An event as the table sees it. is_finding: the ticket has no complainant."""

    action: str
    from_status: str | None
    to_status: str
    data: Mapping[str, Any]
    is_finding: bool


@dataclass(frozen=True)
class Line:
    """One line of the table: when it applies, whose inbox, which post there (by permission), and the words.

    words may use number, title, office, note and due.
    """

    actions: frozenset[str]
    whom: Whom
    audience: P
    words: str
    when: Callable[[Happened], bool] = lambda _: True


def _approved(one: Happened) -> bool:
    return one.data.get("approved") is True


def _to(*statuses: S) -> Callable[[Happened], bool]:
    return lambda one: one.to_status in statuses


def _stuck_in(*statuses: S) -> Callable[[Happened], bool]:
    return lambda one: one.data.get("status", one.to_status) in statuses


def _not_in(*statuses: S) -> Callable[[Happened], bool]:
    return lambda one: one.data.get("status", one.to_status) not in statuses


def _line(
    actions: str, whom: Whom, audience: P, words: str, when: Callable[[Happened], bool] | None = None
) -> Line:
    return Line(frozenset(actions.split()), whom, audience, words, when or (lambda _: True))


_BEFORE = (S.RECEIVED, S.MANUAL, S.TRIAGED)
_WITH_OFFICE = (S.DISPATCHED, S.IN_PROGRESS, S.SUSPENDED, S.REWORK, S.REPLIED, S.TERMINATING)

LINES: tuple[Line, ...] = (
    _line(
        "triage", Whom.INTAKE, P.TICKET_TRIAGE, "工单 {number}《{title}》需要人工研判：{note}", _to(S.MANUAL)
    ),
    _line(
        "dispatch redispatch rule decide-return",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "新派工单 {number}《{title}》，请在 {due} 前签收或退单。",
        _to(S.DISPATCHED),
    ),
    _line("return", Whom.LEAD, P.TICKET_REVIEW, "工单 {number}《{title}》申请退单，请审核：{note}"),
    _line(
        "sign-return",
        Whom.INTAKE,
        P.TICKET_TRIAGE,
        "{office}退回了工单 {number}《{title}》，请在 {due} 前处理退单。",
        lambda one: _approved(one) and not one.data.get("arbitration"),
    ),
    _line(
        "sign-return",
        Whom.ABOVE,
        P.TICKET_RULE,
        "{office}对工单 {number}《{title}》申请退单，请裁决。",
        lambda one: _approved(one) and bool(one.data.get("arbitration")),
    ),
    _line(
        "sign-return",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》的退单申请未获同意，请继续办理：{note}",
        lambda one: not _approved(one),
    ),
    _line("withdraw-return", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》的退单已撤回：{note}"),
    _line(
        "withdraw-return",
        Whom.ABOVE,
        P.TICKET_RULE,
        "{office}撤回了工单 {number}《{title}》的退单，不必再裁决。",
        lambda one: one.from_status == S.RETURN_REQUESTED,
    ),
    _line("settle-return", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》的职责归属已议定：{note}"),
    _line(
        "urge auto_urge",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》被催办：{note}",
        _not_in(S.RETURN_REQUESTED),
    ),
    _line(
        "auto_urge overdue",
        Whom.ABOVE,
        P.TICKET_RULE,
        "工单 {number}《{title}》退单未裁决，办理时限已过，请立即裁决。",
        _stuck_in(S.RETURN_REQUESTED),
    ),
    _line(
        "ruling_late",
        Whom.HIGHER,
        P.TICKET_READ,
        "{office}的工单 {number}《{title}》退单逾期未裁决，请督促裁决。",
    ),
    _line(
        "stage_overdue",
        Whom.INTAKE,
        P.TICKET_TRIAGE,
        "工单 {number}《{title}》超过派单时限，请尽快派单。",
        _stuck_in(*_BEFORE),
    ),
    _line(
        "stage_overdue",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》超过签收时限，请立即签收。",
        _stuck_in(S.DISPATCHED),
    ),
    _line(
        "stage_overdue",
        Whom.ABOVE,
        P.TICKET_RULE,
        "工单 {number}《{title}》的退单超过裁决时限，请尽快裁决。",
        _stuck_in(S.RETURN_REQUESTED),
    ),
    _line(
        "stage_overdue",
        Whom.INTAKE,
        P.TICKET_CALL_BACK,
        "工单 {number}《{title}》超过回访时限，请尽快回访。",
        _stuck_in(S.REVIEWED, S.CALLED_BACK),
    ),
    _line(
        "overdue",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》已超过办理时限，请立即办结。",
        _not_in(S.RETURN_REQUESTED),
    ),
    _line(
        "circulated",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》超期经催办仍未办结，已通报并转督办。",
    ),
    _line(
        "circulated",
        Whom.ABOVE,
        P.TICKET_SUPERVISE,
        "{office}的工单 {number}《{title}》超期未办结，已转督办。",
    ),
    _line(
        "still_suspended", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》仍在挂起，请核对挂起原因。"
    ),
    _line(
        "still_suspended",
        Whom.ABOVE,
        P.TICKET_SUPERVISE,
        "{office}的工单 {number}《{title}》仍在挂起，请关注。",
    ),
    _line("retimed", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》时限重算：{note}"),
    _line("supervise", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》转入督办：{note}"),
    _line("instruct", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》有领导批示，请落实后反馈：{note}"),
    _line(
        "instruction-answered",
        Whom.NAMED,
        P.TICKET_INSTRUCT,
        "工单 {number}《{title}》的领导批示已反馈：{note}",
    ),
    _line("extend", Whom.LEAD, P.TICKET_REVIEW, "工单 {number}《{title}》申请延期，请审批。"),
    _line("decide-extension", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》的延期申请已审批：{note}"),
    _line(
        "undo-redispatch",
        Whom.NAMED,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》的改派已撤销，仍由本单位办理。",
        _to(S.DISPATCHED, S.IN_PROGRESS),
    ),
    _line(
        "undo-redispatch", Whom.LEFT, P.TICKET_HANDLE, "派给本单位的工单 {number} 已由派单人撤回，不必办理。"
    ),
    _line("undo-urge", Whom.LEAD, P.TICKET_HANDLE, "对工单 {number}《{title}》的催办已撤回。"),
    _line("co-handle", Whom.NAMED, P.TICKET_HANDLE, "{office}请求协办工单 {number}《{title}》：{note}"),
    _line(
        "co-recall",
        Whom.NAMED,
        P.TICKET_HANDLE,
        "{office}撤回了工单 {number} 的协办请求，不必再提交意见：{note}",
    ),
    _line(
        "co_overdue",
        Whom.NAMED,
        P.TICKET_HANDLE,
        "协办工单 {number}《{title}》已超过协办期限，请立即提交意见。",
    ),
    _line("co_overdue", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》：{note}。"),
    _line("document", Whom.NAMED, P.DOCUMENT_SIGN, "收到就工单 {number} 制发的文书，请签收：{note}"),
    _line(
        "document-signed document-answered document-rechecked document-voided document-objected document-reviewed",
        Whom.NAMED,
        P.DOCUMENT_SIGN,
        "工单 {number} 的文书有新情况：{note}",
    ),
    _line("co-reply", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》收到协办意见。"),
    _line(
        "merge",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》已并入主工单一并办理，不必再单独答复：{note}",
        lambda one: one.from_status in _WITH_OFFICE,
    ),
    _line(
        "merged-in",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "有一张同一事项的工单并入 {number}《{title}》，答复时请一并考虑。",
        _stuck_in(*_WITH_OFFICE),
    ),
    _line(
        "unmerge",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》已撤销并案，请单独办理：{note}",
        _to(S.DISPATCHED, S.IN_PROGRESS),
    ),
    _line(
        "lead-reply",
        Whom.INTAKE,
        P.TICKET_CALL_BACK,
        "工单 {number}《{title}》已随主工单答复，请在 {due} 前回访。",
    ),
    _line("reply", Whom.LEAD, P.TICKET_REVIEW, "工单 {number}《{title}》已答复，请审核。"),
    _line(
        "review",
        Whom.INTAKE,
        P.TICKET_CALL_BACK,
        "工单 {number}《{title}》答复已审核，请在 {due} 前回访。",
        lambda one: _approved(one) and not one.is_finding,
    ),
    _line(
        "review",
        Whom.ABOVE,
        P.TICKET_VERIFY,
        "{office}申请销号：{number}《{title}》，请验收。",
        lambda one: _approved(one) and one.is_finding,
    ),
    _line(
        "review",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》的答复被退回：{note}",
        lambda one: not _approved(one),
    ),
    _line(
        "terminate",
        Whom.LEAD,
        P.TICKET_REVIEW,
        "工单 {number}《{title}》申请终止，请审批。",
        _to(S.TERMINATING),
    ),
    _line(
        "terminate",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》的终止申请已审批：{note}",
        lambda one: one.to_status != S.TERMINATING,
    ),
    _line(
        "rework verify look-back",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》须重办，请另派承办人：{note}",
        _to(S.REWORK),
    ),
    _line(
        "allow-handler",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "审核人同意由原承办人重办工单 {number}《{title}》：{note}",
    ),
    _line("appeal", Whom.ABOVE, P.TICKET_RULE, "{office}对工单 {number}《{title}》的评价提出申诉，请裁定。"),
    _line("decide-appeal", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》的申诉已裁定：{note}"),
    _line(
        "facts",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "诉求人对工单 {number}《{title}》补充了情况。",
        _stuck_in(*_WITH_OFFICE),
    ),
    _line(
        "withdraw",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "诉求人撤回了工单 {number}《{title}》。",
        lambda one: one.from_status in _WITH_OFFICE,
    ),
)


def told(happened: Happened) -> list[Line]:
    """Return the lines that apply to the event, in the table's order; most events tell nobody."""
    return [line for line in LINES if happened.action in line.actions and line.when(happened)]


def pause_seconds(n_tries: int, jitter: float = 0.5) -> int | None:
    """Return how long to wait after so many failed tries, None to give up.

    30 s, doubling, an hour at most; a quarter less or more by `jitter` in [0, 1), so that a gateway that comes back is
    not met by everybody at once.
    """
    if n_tries >= MAX_TRIES:
        return None
    return int(min(30 * 2 ** (n_tries - 1), 3600) * (0.75 + jitter / 2))


def jitter(key: str) -> float:
    """Return a number in [0, 1) that is the same for the same key and looks like chance."""
    return crc32(key.encode()) / 2**32


OUTSIDE_WORDS: Mapping[str, str] = {
    "urge": "工单 {number} 被催办",
    "auto_urge": "工单 {number} 已超期，系统自动催办",
    "circulated": "工单 {number} 超期未办结，已通报并转督办",
    "return": "工单 {number} 申请退单，等待审核",
    "sign-return": "工单 {number} 的退单申请有新进展",
    "supervise": "工单 {number} 转入督办",
    "instruct": "工单 {number} 有领导批示，请落实后反馈",
}
"""What leaves the system: number and kind alone. Titles and remarks are written by people, who write names into them."""


def outside_words(kind: str, number: str | None) -> str:
    """Return the sentence that may leave the system for a notice of the kind; it holds nothing personal."""
    said = OUTSIDE_WORDS.get(kind, "您有一条新消息")
    told = said.format(number=number) if number or "{number}" not in said else "您有一条紧急消息"
    return f"{told}，请登录行政执法监督工单系统查看。"


def superior_letter(*, superior: str, body: str, number: str, category: str, office: str) -> str:
    """Return the draft that tells the superior department of a vertically managed body; nothing personal in it."""
    about = f"（{category}）" if category else ""
    return (
        f"{superior}：\n"
        f"{office}收到涉及{body}行政执法行为的投诉举报{about}，编号 {number}，已依法受理并由{office}办理。"
        f"{body}实行垂直管理，现将有关情况告知你单位，请支持配合核查；办理结果另行通报。\n"
        f"{office}"
    )
