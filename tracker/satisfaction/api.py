"""JSON door of the satisfaction room."""

from typing import Any

from flask import Response, current_app, jsonify, make_response
from flask_smorest import Blueprint

from tracker.permissions import Permission
from tracker.satisfaction import links, present, queries, schemas
from tracker.tickets import service as tickets
from tracker.web import actor, allow, now, public, session

blp = Blueprint("satisfaction_api", __name__, url_prefix="/api/v1", description="回访与满意度")
public_blp = Blueprint("rating_api", __name__, url_prefix="/public", description="群众评价")

BLUEPRINTS = (blp, public_blp)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


@blp.route("/tickets/<number>/call-backs")
@allow(Permission.TICKET_READ)
def call_backs(number: str) -> Response:
    """历次回访、评价与申诉，自早至晚。"""
    ticket = tickets.find(session(), actor(), number)
    return jsonify(
        {
            "items": [present.call_back(one) for one in queries.call_backs(session(), ticket)],
            "appeals": [present.appeal(one) for one in queries.appeals(session(), ticket)],
        }
    )


@blp.route("/tickets/<number>/rating-link", methods=["POST"])
@allow(Permission.TICKET_CALL_BACK)
def rating_link(number: str) -> Response:
    """生成一次性评价链接，发给诉求人；同一轮重复索取得到同一链接。"""
    ticket = tickets.lock(session(), actor(), number)
    token = links.issue(session(), ticket, secret=_secret(), now=now())
    body = {"token": token, "page": f"/rate/{token}", "api": f"/public/rate/{token}"}
    return make_response(jsonify(body), 201)


@blp.route("/rework-rules")
@allow(Permission.TABLE_READ)
def rework_rules() -> Response:
    """重办规则表，按先后次序，第一条符合的生效。"""
    return jsonify({"items": [present.rework_rule(one) for one in queries.rework_rules(session())]})


@public_blp.route("/rate/<token>")
@public
def show_rating(token: str) -> Response:
    """凭评价链接查看答复和评价选项。"""
    return jsonify(present.form(links.open_(session(), token, secret=_secret(), now=now())))


@public_blp.route("/rate/<token>", methods=["POST"])
@public
@public_blp.arguments(schemas.RateIn)
def rate(given: dict[str, Any], token: str) -> Response:
    """凭评价链接评价一次。"""
    answer = links.rate(session(), token, given, secret=_secret(), now=now())
    return jsonify(present.rated(answer))
