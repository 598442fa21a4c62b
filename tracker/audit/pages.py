"""/audit: what was done, and /audit/readings: what was read; with filters, each to be taken along as a workbook."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from marshmallow import EXCLUDE, ValidationError

from tracker import marks, web
from tracker.audit import export, queries, rules, service
from tracker.audit.models import AuditEntry, ReadEntry
from tracker.audit.schemas import AuditFilterSchema
from tracker.clock import local
from tracker.errors import Invalid
from tracker.permissions import Permission
from tracker.web import allow

blp = Blueprint("audit", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LOG_HEADS = (
    ("时间", 19),
    ("操作人", 14),
    ("动作", 14),
    ("对象", 24),
    ("说明", 60),
    ("来源地址", 16),
    ("校验值", 66),
)
_READ_HEADS = (
    ("时间", 19),
    ("查阅人", 14),
    ("内容", 14),
    ("编号", 24),
    ("筛选条件", 40),
    ("来源地址", 16),
    ("封存号", 8),
)


@blp.get("/audit")
@allow(Permission.AUDIT_READ)
def log() -> str:
    """Show a page of the log; filters that cannot be read are named and nothing is listed."""
    query, asked = _wanted()
    nothing: queries.Page[AuditEntry] = queries.Page((), None)
    page = queries.entries(web.session(), web.actor(), **query) if query else nothing
    return render_template(
        "audit/log.html",
        rows=[_row(entry) for entry in page.items],
        actions=rules.ACTION_LABELS,
        things=rules.THING_LABELS,
        **_around(".log", ".export_log", asked, page.next, unreadable=query is None),
    )


@blp.get("/audit/readings")
@allow(Permission.AUDIT_READ)
def readings() -> str:
    """Show a page of the readings, filtered like the log."""
    query, asked = _wanted()
    nothing: queries.Page[ReadEntry] = queries.Page((), None)
    page = queries.readings(web.session(), web.actor(), **query) if query else nothing
    return render_template(
        "audit/readings.html",
        rows=[_reading(entry) for entry in page.items],
        things=rules.READ_LABELS,
        **_around(".readings", ".export_readings", asked, page.next, unreadable=query is None),
    )


@blp.get("/audit/export.xlsx")
@allow(Permission.AUDIT_READ)
def export_log() -> ResponseReturnValue:
    """Give the log as filtered; taking it along is itself written down."""
    query, _ = _wanted()
    found = queries.entries(web.session(), web.actor(), **_all(query)).items
    rows = [
        (
            _moment(one["at"]),
            one["who"],
            one["label"],
            f"{one['thing']} {one['thing_id']}",
            one["detail"],
            one["address"],
            one["hash"],
        )
        for one in map(_row, found)
    ]
    return _file("审计日志", _LOG_HEADS, rows)


@blp.get("/audit/readings/export.xlsx")
@allow(Permission.AUDIT_READ)
def export_readings() -> ResponseReturnValue:
    """Give the readings as filtered; taking them along is itself written down."""
    query, _ = _wanted()
    found = queries.readings(web.session(), web.actor(), **_all(query)).items
    rows = [
        (
            _moment(one["at"]),
            one["who"],
            one["thing"],
            one["thing_id"],
            one["asked"],
            one["address"],
            one["seal"],
        )
        for one in map(_reading, found)
    ]
    return _file("查阅记录", _READ_HEADS, rows)


def _wanted() -> tuple[dict[str, Any] | None, dict[str, str]]:
    """Return the query as the schema reads it, None when it cannot, and what was asked."""
    asked = {name: value.strip() for name, value in request.args.items() if value.strip()}
    try:
        return AuditFilterSchema().load(asked, unknown=EXCLUDE), asked
    except ValidationError:
        return None, asked


def _all(query: dict[str, Any] | None) -> dict[str, Any]:
    """Return the query for a file; raises Invalid for filters nobody can read, lest the file hold everything."""
    if query is None:
        raise Invalid("筛选条件有误，请检查日期和编号后重新导出。", code="bad_filter")
    return {"wanted": query["wanted"], "cursor": None, "limit": export.MOST}


def _around(
    view: str, file: str, asked: dict[str, str], following: str | None, *, unreadable: bool
) -> dict[str, Any]:
    kept = {name: value for name, value in asked.items() if name != "cursor"}
    return {
        "asked": asked,
        "unreadable": unreadable,
        "older": _address(view, {**asked, "cursor": following}) if following else None,
        "newer": _address(view, kept) if "cursor" in asked else None,
        "export_at": _address(file, kept),
    }


def _address(view: str, query: dict[str, str]) -> str:
    return url_for(view) + "?" + urlencode({name: value for name, value in query.items() if value})


def _file(
    title: str, heads: tuple[tuple[str, int], ...], rows: Sequence[Sequence[str]]
) -> ResponseReturnValue:
    content = export.workbook(title, heads, rows, marks.taken_by(web.actor(), web.now()))
    told: rules.Detail = {"name": title, "rows": len(rows)}
    service.record(web.session(), web.actor(), "export", "audit", title, told, now=web.now())
    name = f"{title}-{local(web.now()):%Y%m%d-%H%M}.xlsx"
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


def _moment(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M:%S}"


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "who": entry.actor_name,
        "label": rules.label(entry.action),
        "thing": rules.THING_LABELS.get(entry.thing, entry.thing),
        "thing_id": entry.thing_id,
        "detail": "；".join(
            f"{rules.DETAIL_LABELS.get(name, name)}：{_words(value)}" for name, value in entry.detail.items()
        ),
        "address": entry.address or "",
        "hash": entry.hash.hex(),
    }


def _reading(entry: ReadEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "who": entry.actor_name,
        "thing": rules.READ_LABELS.get(entry.thing, entry.thing),
        "thing_id": entry.thing_id,
        "asked": entry.asked,
        "address": entry.address or "",
        "seal": str(entry.seal_n or ""),
    }


def _words(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {True: "是", False: "否", None: "—"}[value]
    return "、".join(str(one) for one in value) if isinstance(value, list) else str(value)
