"""JSON door of the inbox."""

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from tracker.notices import queries, schemas, service
from tracker.permissions import Permission
from tracker.tickets.present import iso
from tracker.web import actor, allow, now, session

blp = Blueprint("notices_api", __name__, url_prefix="/api/v1", description="消息")


@blp.route("/notices")
@blp.arguments(schemas.InboxIn, location="query")
@allow(Permission.NOTICE_READ)
def inbox(given: dict[str, Any]) -> Response:
    """本人收到的消息，新的在前。"""
    page = queries.inbox(session(), actor(), before=given["before"], limit=given["limit"])
    items = [{**vars(one), "created_at": iso(one.created_at)} for one in page.items]
    return jsonify({"items": items, "next": page.next, "n_unread": service.n_unread(session(), actor())})


@blp.route("/notices/<int:notice_id>/read", methods=["POST"])
@allow(Permission.NOTICE_READ)
def read(notice_id: int) -> Response:
    """标为已读。"""
    service.read(session(), actor(), notice_id, now=now())
    return jsonify({"message": "已标为已读。"})
