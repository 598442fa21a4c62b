"""JSON door of surge alarms."""

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from tracker.clock import local_date
from tracker.permissions import Permission
from tracker.surges import present, queries, schemas, service
from tracker.surges.models import SurgeAlarm
from tracker.web import actor, allow, now, session

blp = Blueprint("surges_api", __name__, url_prefix="/api/v1", description="预警")

BLUEPRINTS = (blp,)


def _shown(*alarms: SurgeAlarm) -> list[dict[str, Any]]:
    sentences = service.sentences(session(), alarms, local_date(now()))
    return [present.alarm(one, sentences[one.id]) for one in alarms]


@blp.route("/surges")
@allow(Permission.SURGE_READ)
@blp.arguments(schemas.AlarmsIn, location="query")
def listing(given: dict[str, Any]) -> Response:
    """本级及下级的预警，新的在前，游标翻页；chart 为最近九周每天的件数、往常值和往常上限。"""
    found, following = queries.alarms(session(), actor(), **given)
    return jsonify({"items": _shown(*found), "next": following})


@blp.route("/surges/<int:alarm_id>")
@allow(Permission.SURGE_READ)
def one(alarm_id: int) -> Response:
    """一条预警。"""
    return jsonify(_shown(service.find(session(), actor(), alarm_id))[0])


@blp.route("/surges/<int:alarm_id>/answer", methods=["POST"])
@allow(Permission.SURGE_ANSWER)
@blp.arguments(schemas.AnswerIn)
def answer(given: dict[str, Any], alarm_id: int) -> Response:
    """答复一条预警：核查情况，是否误报；可再次答复，以最后一次为准。"""
    return jsonify(_shown(service.answer(session(), actor(), alarm_id, now=now(), **given))[0])
