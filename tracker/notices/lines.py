"""Who is told what when a ticket moves: one table, read from top to bottom.

Nothing here knows of clues: the events of a ticket carry none, and no line may be added for them.
"""

from tracker.notices.line import Happened, Line, Whom, approved, line, not_in, stuck_in, to
from tracker.permissions import Permission as P
from tracker.tickets.rules import Status as S

_BEFORE = (S.RECEIVED, S.MANUAL, S.TRIAGED)
_WITH_OFFICE = (S.DISPATCHED, S.IN_PROGRESS, S.SUSPENDED, S.REWORK, S.REPLIED, S.TERMINATING)

LINES: tuple[Line, ...] = (
    line(
        "triage", Whom.INTAKE, P.TICKET_TRIAGE, "工单 {number}《{title}》需要人工研判：{note}", to(S.MANUAL)
    ),
    line(
        "dispatch redispatch rule decide-return",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "新派工单 {number}《{title}》，请在 {due} 前签收或退单。",
        to(S.DISPATCHED),
    ),
    line("return", Whom.LEAD, P.TICKET_REVIEW, "工单 {number}《{title}》申请退单，请审核：{note}"),
    line(
        "sign-return",
        Whom.INTAKE,
        P.TICKET_TRIAGE,
        "{office}退回了工单 {number}《{title}》，请在 {due} 前处理退单。",
        lambda one: approved(one) and not one.data.get("arbitration"),
    ),
    line(
        "sign-return",
        Whom.ABOVE,
        P.TICKET_RULE,
        "{office}对工单 {number}《{title}》申请退单，请裁决。",
        lambda one: approved(one) and bool(one.data.get("arbitration")),
    ),
    line(
        "sign-return",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》的退单申请未获同意，请继续办理：{note}",
        lambda one: not approved(one),
    ),
    line("withdraw-return", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》的退单已撤回：{note}"),
    line(
        "withdraw-return",
        Whom.ABOVE,
        P.TICKET_RULE,
        "{office}撤回了工单 {number}《{title}》的退单，不必再裁决。",
        lambda one: one.from_status == S.RETURN_REQUESTED,
    ),
    line("settle-return", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》的职责归属已议定：{note}"),
    line(
        "urge auto_urge",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》被催办：{note}",
        not_in(S.RETURN_REQUESTED),
    ),
    line(
        "auto_urge overdue",
        Whom.ABOVE,
        P.TICKET_RULE,
        "工单 {number}《{title}》退单未裁决，办理时限已过，请立即裁决。",
        stuck_in(S.RETURN_REQUESTED),
    ),
    line(
        "ruling_late",
        Whom.HIGHER,
        P.TICKET_READ,
        "{office}的工单 {number}《{title}》退单逾期未裁决，请督促裁决。",
    ),
    line(
        "stage_overdue",
        Whom.INTAKE,
        P.TICKET_TRIAGE,
        "工单 {number}《{title}》超过派单时限，请尽快派单。",
        stuck_in(*_BEFORE),
    ),
    line(
        "stage_overdue",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》超过签收时限，请立即签收。",
        stuck_in(S.DISPATCHED),
    ),
    line(
        "stage_overdue",
        Whom.ABOVE,
        P.TICKET_RULE,
        "工单 {number}《{title}》的退单超过裁决时限，请尽快裁决。",
        stuck_in(S.RETURN_REQUESTED),
    ),
    line(
        "stage_overdue",
        Whom.INTAKE,
        P.TICKET_CALL_BACK,
        "工单 {number}《{title}》超过回访时限，请尽快回访。",
        stuck_in(S.REVIEWED, S.CALLED_BACK),
    ),
    line(
        "overdue",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》已超过办理时限，请立即办结。",
        not_in(S.RETURN_REQUESTED),
    ),
    line(
        "circulated",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》超期经催办仍未办结，已通报并转督办。",
    ),
    line(
        "circulated",
        Whom.ABOVE,
        P.TICKET_SUPERVISE,
        "{office}的工单 {number}《{title}》超期未办结，已转督办。",
    ),
    line("still_suspended", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》仍在挂起，请核对挂起原因。"),
    line(
        "still_suspended",
        Whom.ABOVE,
        P.TICKET_SUPERVISE,
        "{office}的工单 {number}《{title}》仍在挂起，请关注。",
    ),
    line("inherit", Whom.LEAD, P.TICKET_HANDLE, "接手撤销单位的工单 {number}《{title}》：{note}。"),
    line("unassign", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》没有承办人：{note}。"),
    line("co-closed", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》的协办单位已撤销：{note}。"),
    line("retimed", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》时限重算：{note}"),
    line("supervise", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》转入督办：{note}"),
    line("instruct", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》有领导批示，请落实后反馈：{note}"),
    line(
        "instruction-answered",
        Whom.NAMED,
        P.TICKET_INSTRUCT,
        "工单 {number}《{title}》的领导批示已反馈：{note}",
    ),
    line("extend", Whom.LEAD, P.TICKET_REVIEW, "工单 {number}《{title}》申请延期，请审批。"),
    line("decide-extension", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》的延期申请已审批：{note}"),
    line(
        "undo-redispatch",
        Whom.NAMED,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》的改派已撤销，仍由本单位办理。",
        to(S.DISPATCHED, S.IN_PROGRESS),
    ),
    line(
        "undo-redispatch", Whom.LEFT, P.TICKET_HANDLE, "派给本单位的工单 {number} 已由派单人撤回，不必办理。"
    ),
    line("undo-urge", Whom.LEAD, P.TICKET_HANDLE, "对工单 {number}《{title}》的催办已撤回。"),
    line("co-handle", Whom.NAMED, P.TICKET_HANDLE, "{office}请求协办工单 {number}《{title}》：{note}"),
    line(
        "co-recall",
        Whom.NAMED,
        P.TICKET_HANDLE,
        "{office}撤回了工单 {number} 的协办请求，不必再提交意见：{note}",
    ),
    line("share", Whom.NAMED, P.TICKET_HANDLE, "{office}共享了工单 {number}《{title}》，供查阅：{note}"),
    line("unshare", Whom.NAMED, P.TICKET_HANDLE, "{office}收回了工单 {number} 的共享：{note}"),
    line(
        "co_overdue",
        Whom.NAMED,
        P.TICKET_HANDLE,
        "协办工单 {number}《{title}》已超过协办期限，请立即提交意见。",
    ),
    line("co_overdue", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》：{note}。"),
    line("document", Whom.NAMED, P.DOCUMENT_SIGN, "收到就工单 {number} 制发的文书，请签收：{note}"),
    line(
        "document-signed document-answered document-rechecked document-voided document-objected document-reviewed",
        Whom.NAMED,
        P.DOCUMENT_SIGN,
        "工单 {number} 的文书有新情况：{note}",
    ),
    line("co-reply", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》收到协办意见。"),
    line(
        "merge",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》已并入主工单一并办理，不必再单独答复：{note}",
        lambda one: one.from_status in _WITH_OFFICE,
    ),
    line(
        "merged-in",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "有一张同一事项的工单并入 {number}《{title}》，答复时请一并考虑。",
        stuck_in(*_WITH_OFFICE),
    ),
    line(
        "unmerge",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》已撤销并案，请单独办理：{note}",
        to(S.DISPATCHED, S.IN_PROGRESS),
    ),
    line(
        "lead-reply",
        Whom.INTAKE,
        P.TICKET_CALL_BACK,
        "工单 {number}《{title}》已随主工单答复，请在 {due} 前回访。",
    ),
    line(
        "split",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》已拆分，各件办结后再一并答复：{note}",
        stuck_in(*_WITH_OFFICE),
    ),
    line(
        "unsplit",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》已撤销拆分：{note}",
        stuck_in(*_WITH_OFFICE, S.WITHDRAWN),
    ),
    line(
        "part-ended part-reopened", Whom.LEAD, P.TICKET_HANDLE, "工单 {number} 拆分出的一件有新情况：{note}"
    ),
    line("reply", Whom.LEAD, P.TICKET_REVIEW, "工单 {number}《{title}》已答复，请审核。"),
    line(
        "review",
        Whom.INTAKE,
        P.TICKET_CALL_BACK,
        "工单 {number}《{title}》答复已审核，请在 {due} 前回访。",
        lambda one: approved(one) and not one.is_finding,
    ),
    line(
        "review",
        Whom.ABOVE,
        P.TICKET_VERIFY,
        "{office}申请销号：{number}《{title}》，请验收。",
        lambda one: approved(one) and one.is_finding,
    ),
    line(
        "review",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》的答复被退回：{note}",
        lambda one: not approved(one),
    ),
    line(
        "terminate",
        Whom.LEAD,
        P.TICKET_REVIEW,
        "工单 {number}《{title}》申请终止，请审批。",
        to(S.TERMINATING),
    ),
    line(
        "terminate",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》的终止申请已审批：{note}",
        lambda one: one.to_status != S.TERMINATING,
    ),
    line(
        "rework verify look-back",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "工单 {number}《{title}》须重办，请另派承办人：{note}",
        to(S.REWORK),
    ),
    line(
        "allow-handler",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "审核人同意由原承办人重办工单 {number}《{title}》：{note}",
    ),
    line("appeal", Whom.ABOVE, P.TICKET_RULE, "{office}对工单 {number}《{title}》的评价提出申诉，请裁定。"),
    line("decide-appeal", Whom.LEAD, P.TICKET_HANDLE, "工单 {number}《{title}》的申诉已裁定：{note}"),
    line(
        "facts",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "诉求人对工单 {number}《{title}》补充了情况。",
        stuck_in(*_WITH_OFFICE),
    ),
    line(
        "withdraw",
        Whom.LEAD,
        P.TICKET_HANDLE,
        "诉求人撤回了工单 {number}《{title}》。",
        lambda one: one.from_status in _WITH_OFFICE,
    ),
)


def told(happened: Happened) -> list[Line]:
    """Return the lines that apply to the event, in the table's order; most events tell nobody."""
    return [one for one in LINES if happened.action in one.actions and one.when(happened)]
