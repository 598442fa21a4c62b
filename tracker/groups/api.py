"""/api/v1/groups: 群体诉求."""

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from tracker.errors import NotFound
from tracker.groups import present, queries, schemas, service
from tracker.groups.queries import Summary
from tracker.groups.rules import USUAL_PERIOD
from tracker.permissions import Permission
from tracker.tickets import present as tickets_present
from tracker.tickets import service as tickets
from tracker.web import actor, allow, now, session

blp = Blueprint("groups_api", __name__, url_prefix="/api/v1", description="群体诉求")


def _group(number: str) -> Summary:
    ticket = tickets.find(session(), actor(), number)
    found = queries.of_ticket(session(), actor(), ticket.id)
    if found is None:
        raise NotFound("该工单还没有完成归组，请一分钟后再试。", code="not_grouped_yet")
    return found


def _answer(number: str) -> Response:
    rows = present.groups(session(), actor(), [_group(number)], now=now(), days=USUAL_PERIOD)
    return jsonify(present.answer(rows[0]))


@blp.route("/groups")
@allow(Permission.TICKET_READ)
@blp.arguments(schemas.ListIn, location="query")
def list_groups(query: dict[str, Any]) -> Response:
    """列出权限范围内的群体诉求，热度高的在前；人数与件数只计可见工单。"""
    found, following = queries.hottest(session(), actor(), now=now(), **query)
    rows = present.groups(session(), actor(), found, now=now(), days=query["days"])
    return jsonify({"items": [present.answer(one) for one in rows], "next": following})


@blp.route("/groups/<number>")
@allow(Permission.TICKET_READ)
def show(number: str) -> Response:
    """返回一张工单所在的群体诉求。"""
    return _answer(number)


@blp.route("/groups/<number>/tickets")
@allow(Permission.TICKET_READ)
@blp.arguments(schemas.MembersIn, location="query")
def members(query: dict[str, Any], number: str) -> Response:
    """列出同组工单，编号新的在前。"""
    limit = query["limit"]
    found = queries.members(
        session(), actor(), _group(number).group_id, before=query["cursor"], limit=limit + 1
    )
    rows = [tickets_present.row(session(), one, now()) for one in found[:limit]]
    return jsonify({"items": rows, "next": found[limit - 1].id if len(found) > limit else None})


@blp.route("/groups/<number>/tickets", methods=["POST"])
@allow(Permission.TICKET_TRIAGE)
@blp.arguments(schemas.JoinIn)
def join(given: dict[str, Any], number: str) -> Response:
    """把一张工单并入本组；此后系统不再移动它。"""
    service.join(session(), actor(), given["number"], number, now=now())
    return _answer(number)


@blp.route("/groups/<number>/leave", methods=["POST"])
@allow(Permission.TICKET_TRIAGE)
def leave(number: str) -> Response:
    """把这张工单移出所在的组；此后系统不再把它归回去。"""
    service.take_out(session(), actor(), number, now=now())
    return _answer(number)
