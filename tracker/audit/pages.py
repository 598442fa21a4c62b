"""/audit: the log, with filters."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from marshmallow import EXCLUDE, ValidationError

from tracker import web
from tracker.audit import queries, rules
from tracker.audit.models import AuditEntry
from tracker.audit.schemas import AuditFilterSchema
from tracker.permissions import Permission
from tracker.web import allow

blp = Blueprint("audit", __name__)


@blp.get("/audit")
@allow(Permission.AUDIT_READ)
def log() -> str:
    """Show a page of the log; filters that cannot be read are named and nothing is listed."""
    asked = {name: value.strip() for name, value in request.args.items() if value.strip()}
    page, unreadable = queries.Page((), None), False
    try:
        query = AuditFilterSchema().load(asked, unknown=EXCLUDE)
        page = queries.entries(web.session(), web.actor(), **query)
    except ValidationError:
        unreadable = True
    return render_template(
        "audit/log.html",
        rows=[_row(entry) for entry in page.items],
        asked=asked,
        unreadable=unreadable,
        actions=rules.ACTION_LABELS,
        things=rules.THING_LABELS,
        older=_address({**asked, "cursor": page.next}) if page.next else None,
        newer=_address({**asked, "cursor": ""}) if "cursor" in asked else None,
    )


def _address(query: dict[str, str]) -> str:
    return url_for(".log") + "?" + urlencode({name: value for name, value in query.items() if value})


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


def _words(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {True: "是", False: "否", None: "—"}[value]
    return "、".join(str(one) for one in value) if isinstance(value, list) else str(value)
