"""JSON door of the indicators."""

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from tracker.indicators import present, schemas, service
from tracker.indicators.queries import Narrower
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("indicators_api", __name__, url_prefix="/api/v1/reports", description="指标")

BLUEPRINTS = (blp,)


@blp.route("/indicators")
@allow(Permission.REPORT_READ)
@blp.arguments(schemas.PeriodIn, location="query")
def report(given: dict[str, Any]) -> Response:
    """一个单位（含下级）在一段时间内的各项指标：原始值与剔除后值并列，逐项给出口径和工单清单地址；期满后的更正单列。"""
    of = service.scope(session(), actor(), given["office"], given["since"], given["until"], now=now())
    return jsonify(present.report(service.report(session(), actor(), of)))


@blp.route("/indicators/tickets")
@allow(Permission.REPORT_READ)
@blp.arguments(schemas.FigureIn, location="query")
def tickets(given: dict[str, Any]) -> Response:
    """一个数字背后的工单，件数与该数字相同，新的在前，游标翻页；已转出本级视野的只给编号。"""
    of = service.scope(session(), actor(), given["office"], given["since"], given["until"], now=now())
    found = service.tickets(
        session(),
        actor(),
        of,
        given["figure"],
        Narrower(given["category"], given["area"], given["own"]),
        cursor=given["cursor"],
        limit=given["limit"],
    )
    return jsonify(present.listed(found))
