"""JSON door of the notices room."""

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from tracker.notices import present, queries, schemas, service
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("notices_api", __name__, url_prefix="/api/v1", description="消息")

BLUEPRINTS = (blp,)


@blp.route("/notices")
@allow(Permission.NOTICE_READ)
@blp.arguments(schemas.InboxIn, location="query")
def inbox(given: dict[str, Any]) -> Response:
    """本人和本岗位的消息，自新至旧，游标翻页。"""
    items, following = queries.inbox(
        session(),
        actor(),
        now=now(),
        unread_only=given["unread"],
        before=given["cursor"],
        limit=given["limit"],
    )
    return jsonify({"items": [present.item(one) for one in items], "next": following})


@blp.route("/notices/unread")
@allow(Permission.NOTICE_READ)
def unread() -> Response:
    """未读条数，数到100为止。"""
    return jsonify({"count": queries.n_unread(session(), actor(), now=now()), "cap": queries.UNREAD_CAP})


@blp.route("/notices/read", methods=["POST"])
@allow(Permission.NOTICE_READ)
@blp.arguments(schemas.ReadIn)
def read(given: dict[str, Any]) -> Response:
    """把指定的（不指定则全部）消息记为已读。"""
    return jsonify({"read": service.mark_read(session(), actor(), given["ids"], now=now())})
