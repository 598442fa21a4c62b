"""What every page shares: who is signed in, the way around, and how moments and figures read in the offices' words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, g, request

from tracker import clock
from tracker.permissions import Actor, Permission, Role, allowed

ROLE_LABELS: dict[Role, str] = {
    Role.OPERATOR: "话务员",
    Role.OFFICER: "承办人",
    Role.REVIEWER: "审核人",
    Role.ARBITER: "裁决人",
    Role.LIAISON: "纪检联络员",
    Role.LEADER: "领导",
    Role.ADMINISTRATOR: "管理员",
    Role.AUDITOR: "审计员",
    Role.SYSTEM: "系统",
}

LEVEL_LABELS: dict[str, str] = {"province": "省", "city": "市", "county": "县（区）", "township": "镇（街）"}

_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Entry:
    """One way in the navigation: shown to those holding the permission, when the application has such a page."""

    path: str
    label: str
    icon: str
    permission: Permission


NAVIGATION: tuple[Entry, ...] = (
    Entry("/intake", "受理", "telephone-inbound", Permission.TICKET_INTAKE),
    Entry("/tickets", "工单", "list-check", Permission.TICKET_READ),
    Entry("/groups", "群体诉求", "people-fill", Permission.TICKET_READ),
    Entry("/returns", "退单裁决", "arrow-left-right", Permission.TICKET_RULE),
    Entry("/supervision", "督办台", "kanban", Permission.TICKET_INSTRUCT),
    Entry("/documents", "督办文书", "file-earmark-text", Permission.DOCUMENT_READ),
    Entry("/callbacks", "回访", "telephone-outbound", Permission.TICKET_CALL_BACK),
    Entry("/indicators", "看板", "bar-chart", Permission.REPORT_READ),
    Entry("/surges", "预警", "graph-up-arrow", Permission.SURGE_READ),
    Entry("/campaigns", "专项整治", "flag", Permission.CAMPAIGN_READ),
    Entry("/clues", "线索", "shield-lock", Permission.CLUE_PROPOSE),
    Entry("/notices", "消息", "bell", Permission.NOTICE_READ),
    Entry("/imports", "导入", "upload", Permission.IMPORT),
    Entry("/audit", "审计", "journal-text", Permission.AUDIT_READ),
    Entry("/admin/routing", "派单规则", "signpost-split", Permission.TABLE_EDIT),
    Entry("/admin/models", "模型", "cpu", Permission.MODEL_READ),
    Entry("/admin/calendar", "工作日历", "calendar3", Permission.TABLE_EDIT),
    Entry("/admin/notices", "未送达", "send", Permission.NOTICE_MANAGE),
    Entry("/replies/templates", "答复模板", "chat-left-text", Permission.TABLE_EDIT),
    Entry("/admin/documents", "文书模板", "file-earmark-ruled", Permission.TABLE_EDIT),
    Entry("/admin/offices", "机构", "building", Permission.TABLE_EDIT),
    Entry("/admin/accounts", "账号", "people", Permission.ACCOUNT_MANAGE),
    Entry("/accounts/grants", "授权复核", "person-check", Permission.ACCOUNT_CONFIRM),
)


def can(permission: str) -> bool:
    """Return whether the signed-in actor holds the permission, named by its value ("ticket:read")."""
    actor: Actor | None = g.get("actor")
    return actor is not None and allowed(actor, Permission(permission))


def navigation() -> list[dict[str, Any]]:
    """Return the entries for the signed-in actor: path, label, icon, active, and how many things wait there."""
    pages = {rule.rule for rule in current_app.url_map.iter_rules()}
    return [
        {
            "path": entry.path,
            "label": entry.label,
            "icon": entry.icon,
            "active": _under(entry.path),
            "n_waiting": _waiting(entry.path),
        }
        for entry in NAVIGATION
        if entry.path in pages and can(entry.permission)
    ]


def _waiting(path: str) -> int:
    """Return the count a room offers for its entry (`BADGES` in its pages), 0 for none."""
    count = current_app.extensions.get("badges", {}).get(path)
    return int(count(g.session, g.actor, now=g.now)) if count and g.get("session") else 0


def _under(path: str) -> bool:
    return request.path == path or request.path.startswith(path + "/")


def day(value: date | datetime | None) -> str:
    """Return "2026-11-23（周一）" in Asia/Shanghai, "—" for nothing."""
    if value is None:
        return "—"
    on = clock.local_date(value) if isinstance(value, datetime) else value
    return f"{on:%Y-%m-%d}（周{_WEEKDAYS[on.weekday()]}）"


def moment(at: datetime | None) -> str:
    """Return "2026-11-23 09:05" in Asia/Shanghai, "—" for nothing."""
    return f"{clock.local(at):%Y-%m-%d %H:%M}" if at else "—"


def short_moment(at: datetime | None) -> str:
    """Return "11-23 09:05" in Asia/Shanghai, "—" for nothing."""
    return f"{clock.local(at):%m-%d %H:%M}" if at else "—"


def iso(at: datetime | None) -> str:
    """Return the moment for a <time datetime="…"> attribute, "" for nothing."""
    return clock.local(at).isoformat(timespec="seconds") if at else ""


def percent(share: float | None) -> str:
    """Return 0.873 as "87%", "—" for nothing."""
    return f"{share:.0%}" if share is not None else "—"


def ago(at: datetime | None, now: datetime) -> str:
    """Return how long ago the moment was, in words: 刚刚, 5分钟前, 3小时前, 2天前, then the date (with the year when it is another)."""
    if at is None:
        return "—"
    seconds = (now - at).total_seconds()
    for limit, unit, word in (
        (60, 0, "刚刚"),
        (3600, 60, "分钟前"),
        (86400, 3600, "小时前"),
        (864000, 86400, "天前"),
    ):
        if seconds < limit:
            return f"{int(seconds // unit)}{word}" if unit else word
    on, today = clock.local_date(at), clock.local_date(now)
    return f"{on:%m-%d}" if on.year == today.year else f"{on:%Y-%m-%d}"


def install(app: Flask, *, frame: str = "base.html") -> None:
    """Give the templates the shared words and filters, and serve Bootstrap from this machine.

    frame: the template that carries this side's header, for pages both sides have.
    """
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        can=can, navigation=navigation, role_labels=ROLE_LABELS, level_labels=LEVEL_LABELS, frame=frame
    )
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        short_moment=short_moment,
        iso=iso,
        percent=percent,
        ago=lambda at: ago(at, g.now),
    )
