"""Tickets as the pages show them: words, lights, the stage bar and the timeline as plain dicts for the templates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.calendar.rules import Calendar, working_days_between
from tracker.categories import service as categories
from tracker.clock import local, local_date
from tracker.tickets import clocks, deadline, present, queries, rules
from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.rules import Kind, Status

S = Status

LIGHT_WORDS = {
    "green": "正常",
    "yellow": "将到期",
    "red": "已超期",
    "supervised": "督办",
    "suspended": "挂起，时限暂停",
    "none": "不计时",
}

EVENT_WORDS = {
    "undo-accept": "撤销批量签收",
    "undo-redispatch": "撤销批量派单",
    "undo-urge": "撤销批量催办",
    "undo-reply": "撤销批量答复",
    "receive": "受理",
    "triage": "自动分类",
    "dispatch": "派单",
    "facts": "诉求人补充情况",
    "evidence": "上传证据材料",
    "merged-in": "并入一张工单",
    "lead-reply": "随主工单答复",
    "split-off": "由拆分而来",
    "part-ended": "一件拆分工单有了结果",
    "part-reopened": "一件拆分工单重新办理",
    "unmerged": "一张工单撤销并案",
    "overdue": "办理超期",
    "stage_overdue": "本环节超时",
    "auto_urge": "系统催办",
    "circulated": "通报并督办",
    "still_suspended": "挂起提醒",
    "ruling_late": "裁决超期上报",
    "co_overdue": "协办超期",
    "retimed": "时限重算",
    "inherit": "单位撤销，转由上级承办",
    "unassign": "承办人停用，待另派",
    "co-closed": "协办单位撤销",
    "share-ended": "共享到期",
    "archive": "归档",
    "close": "办结",
    "reveal": "查看联系方式",
    "document": "制发文书",
    "document-signed": "文书签收",
    "document-answered": "文书反馈",
    "document-rechecked": "文书复查",
    "document-retimed": "文书时限重算",
    "document-voided": "文书作废",
    "document-objected": "文书申请复核",
    "document-reviewed": "文书复核决定",
    "sort": "分类监督",
    "instruction-answered": "批示反馈",
    "release": "解除督办",
}

DOUBTFUL = 0.7
"""[P] Below this confidence the queue shows the figure, so that somebody looks."""

_TONES = {
    "wait": {
        S.MANUAL,
        S.DISPATCHED,
        S.RETURN_REQUESTED,
        S.REPLIED,
        S.REVIEWED,
        S.CALLED_BACK,
        S.TERMINATING,
        S.SUSPENDED,
    },
    "work": {S.RECEIVED, S.TRIAGED, S.IN_PROGRESS},
    "stop": {S.REWORK, S.NOT_ACCEPTED, S.TERMINATED},
    "done": {S.CLOSED, S.ARCHIVED},
}

_REACHED = ("received_at", "dispatched_at", "accepted_at", "replied_at", "called_back_at", "closed_at", None)
"""When each stage of `rules.STAGES` was entered, as far as it is kept."""


@dataclass(frozen=True)
class Words:
    """Names the rows of one page need, read once."""

    categories: Mapping[str, str]
    channels: Mapping[str, str]
    divisions: Mapping[str, str]
    actions: Mapping[str, str]


def words(session: Session, tickets: Iterable[Ticket], actions: Mapping[str, str]) -> Words:
    """Return the names of categories, channels, divisions and actions that the tickets mention."""
    names = {
        one.code: one.name
        for branch in categories.tree(session, with_inactive=True)
        for one in (branch.category, *branch.leaves)
    }
    codes = {one.division_code for one in tickets if one.division_code}
    return Words(
        names,
        {one.code: one.name for one in queries.channels(session)},
        queries.division_names(session, codes),
        {**EVENT_WORDS, **actions},
    )


def status(value: str) -> dict[str, str]:
    """Return label and tone of a status."""
    at = Status(value)
    tone = next((name for name, members in _TONES.items() if at in members), "quiet")
    return {"label": rules.STATUS_LABELS[at], "tone": tone, "value": at.value}


def light(session: Session, ticket: Ticket, now: datetime) -> dict[str, str]:
    """Return tone and label of the light: shape and word tell what the colour tells."""
    tone = present.light(session, ticket, now)
    late = ticket.status in rules.OPEN and ticket.stage_due_at is not None and ticket.stage_due_at < now
    if tone == "none" and late:
        return {"tone": "red", "label": "本环节超时"}
    return {"tone": tone, "label": LIGHT_WORDS[tone]}


def time_left(session: Session, ticket: Ticket, due_at: datetime | None, now: datetime) -> str:
    """Return what is left in words: working days of the office in charge, on the last day hours; 超期 once past."""
    return left(clocks.table_of(session, ticket).calendar, due_at, now)


def left(calendar: Calendar, due_at: datetime | None, now: datetime) -> str:
    """Return what is left until the moment in words, by the working days of that calendar."""
    if due_at is None:
        return "—"
    today, due_on = local_date(now), local_date(due_at)
    if due_at < now:
        days = working_days_between(due_on, today, calendar)
        return f"超期{days}个工作日" if days else "今日已超期"
    if today == due_on:
        hours = int((due_at - now).total_seconds() // 3600)
        return f"剩{hours}小时" if hours else "剩不足1小时"
    return f"剩{working_days_between(today, due_on, calendar)}个工作日"


def row(session: Session, ticket: Ticket, known: Words, now: datetime) -> dict[str, Any]:
    """Return the ticket as one row of the queue."""
    clocked = ticket.status in present.CLOCKED and ticket.due_at is not None
    due_at = ticket.due_at if clocked else ticket.stage_due_at if ticket.status in rules.OPEN else None
    return {
        "number": ticket.number,
        "version": ticket.version,
        "title": ticket.title,
        "urgent": ticket.urgent,
        "light": light(session, ticket, now),
        "kind": rules.KIND_LABELS[Kind(ticket.kind)],
        "category_code": ticket.category_code,
        "category": known.categories.get(ticket.category_code or "", ""),
        "confidence": ticket.confidence if ticket.category_by == "model" else None,
        "doubtful": ticket.category_by == "model" and (ticket.confidence or 0.0) < DOUBTFUL,
        "channel": known.channels.get(ticket.channel_code, ticket.channel_code),
        "division": known.divisions.get(ticket.division_code or "", ""),
        "body": ticket.respondent_name or "",
        "office": ticket.office.short_name,
        "assisted": ticket.assisting_office_id is not None,
        "due_at": due_at,
        "left": "挂起" if ticket.status == S.SUSPENDED else time_left(session, ticket, due_at, now),
        "status": status(ticket.status),
        "n_repeats": ticket.n_repeats,
        "n_parts": ticket.n_parts,
        "is_part": ticket.parent_id is not None,
        "n_urged": ticket.n_urged,
        "last": known.actions.get(ticket.last_event, ticket.last_event),
        "last_at": ticket.last_event_at,
        "because": ticket.because,
    }


def stages(ticket: Ticket) -> list[dict[str, str]]:
    """Return the stage bar: label, state (done, now, ended, ahead) and the date it was reached."""
    at = rules.stage_index(Status(ticket.status))
    ended = ticket.status in rules.FINAL and ticket.status != S.ARCHIVED
    bar = []
    for index, (label, _) in enumerate(rules.STAGES):
        state = "done" if index < at else "ahead" if index > at else "ended" if ended else "now"
        if ticket.status == S.ARCHIVED:
            state = "done"
        reached = getattr(ticket, _REACHED[index] or "", None) if index <= at else None
        bar.append({"label": label, "state": state, "note": f"{local(reached):%m-%d}" if reached else ""})
    return bar


def countdown(session: Session, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return the handling clock (words, due_at, tone), the stage's own clock, and why the day is that day."""
    seen = row_clock(session, ticket, now)
    return {
        **seen,
        "light": light(session, ticket, now),
        "stage_left": time_left(session, ticket, ticket.stage_due_at, now) if ticket.stage_due_at else None,
        "stage_due_at": ticket.stage_due_at,
        "why": deadline.explanation(session, ticket) if ticket.due_at else None,
    }


def row_clock(session: Session, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return words, due_at and late of the handling clock as it stands."""
    if ticket.status not in rules.OPEN:
        return {"words": rules.STATUS_LABELS[Status(ticket.status)], "due_at": ticket.due_at, "late": False}
    if ticket.status == S.SUSPENDED:
        return {"words": "时限暂停", "due_at": ticket.due_at, "late": False}
    if ticket.due_at is None and ticket.status not in rules.ANSWERED:
        return {"words": "派单后起算", "due_at": None, "late": False}
    if ticket.due_at is None or ticket.status not in present.CLOCKED:
        return {"words": "已答复，时限停止", "due_at": ticket.due_at, "late": False}
    left = time_left(session, ticket, ticket.due_at, now)
    return {"words": left, "due_at": ticket.due_at, "late": ticket.due_at < now}


def facts(ticket: Ticket, known: Words) -> list[tuple[str, str]]:
    """Return the facts of the ticket as label and words, blank ones left out."""
    body = ticket.respondent_body
    level = {"province": "省", "city": "市", "county": "县（区）", "township": "镇（街）"}
    found = [
        ("诉求类型", rules.KIND_LABELS[Kind(ticket.kind)]),
        ("来源", known.channels.get(ticket.channel_code, ticket.channel_code)),
        ("来源编号", ticket.source_no),
        ("被投诉单位", ticket.respondent_name),
        ("单位层级", level.get(ticket.respondent_level or "")),
        ("领域", str(body.domain.value) if body and hasattr(body.domain, "value") else ticket.domain),
        ("执法人员", ticket.officer_name),
        ("执法证号", ticket.officer_cert_no),
        ("行政区划", known.divisions.get(ticket.division_code or "")),
        ("地点", ticket.place_text),
        ("发生时间", f"{local(ticket.occurred_at):%Y-%m-%d %H:%M}" if ticket.occurred_at else None),
        (
            "诉求主体",
            {"enterprise": "企业", "sole_trader": "个体工商户", "person": "个人"}.get(
                ticket.party_kind or ""
            ),
        ),
        ("统一社会信用代码", ticket.uscc),
        ("受理时间", f"{local(ticket.received_at):%Y-%m-%d %H:%M}"),
        ("受理单位", ticket.intake_office.name),
    ]
    return [(label, value) for label, value in found if value]


def timeline(session: Session, events: Sequence[TicketEvent], known: Words) -> list[dict[str, Any]]:
    """Return the history, newest first: what, who, office, old → new in words, note and attached facts."""
    offices = queries.office_names(session, {one.office_id for one in events if one.office_id})
    return [_event(one, offices, known) for one in reversed(events)]


def _event(one: TicketEvent, offices: Mapping[int, str], known: Words) -> dict[str, Any]:
    before, after = one.from_status or one.to_status, one.to_status
    return {
        "seq": one.seq,
        "what": "人工研判"
        if one.action == "triage" and one.actor_id
        else known.actions.get(one.action, one.action),
        "who": one.actor_name,
        "office": offices.get(one.office_id or 0, ""),
        "at": one.at,
        "change": (
            f"{rules.STATUS_LABELS[Status(before)]} → {rules.STATUS_LABELS[Status(after)]}"
            if before != after
            else ""
        ),
        "note": one.note,
        "details": _details(one.data, known),
        "internal": one.is_internal,
        "hash": one.hash.hex()[:12],
    }


def _details(data: Mapping[str, Any], known: Words) -> list[str]:
    """Return the stored facts worth reading, each as a short phrase."""
    found = []
    if data.get("category"):
        share = data.get("confidence")
        name = known.categories.get(data["category"], "")
        found.append(f"{data['category']} {name}" + (f"，把握 {share:.0%}" if share is not None else ""))
    if data.get("to"):
        codes = dict.fromkeys(code for code in (data.get("from"), data["to"]) if code)
        found.append(" → ".join(f"{code} {known.categories.get(code, '')}" for code in codes))
    if data.get("office"):
        found.append(f"单位：{data['office']}" + (f"，期限 {data['until']}" if data.get("until") else ""))
    if data.get("basis"):
        found.append(f"依据：{data['basis']}")
    if data.get("claimed_office"):
        found.append(f"认为应由{data['claimed_office']}承办")
    if data.get("days"):
        found.append(f"{data['days']}个工作日")
    if data.get("sha256"):
        found.append(f"SHA-256 {data['sha256'][:16]}…")
    return found
