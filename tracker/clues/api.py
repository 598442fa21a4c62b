"""/api/v1/clues of the sending side, and the proposal under its ticket."""

from typing import Any

from flask import Response, jsonify, make_response, request
from flask_smorest import Blueprint

from tracker.clues import intake, propose, queries, receipt, schemas, service
from tracker.clues.models import Clue
from tracker.clues.rules import Step
from tracker.commissions import delivery
from tracker.errors import NotFound
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("clues_api", __name__, url_prefix="/api/v1", description="线索移送")


def _answer(clue: Clue) -> dict[str, Any]:
    hops, steps = delivery.hops(session(), clue.number), service.offered(actor(), clue)
    return schemas.answer(clue, hops, steps, can_receive=receipt.can_receive(session(), clue))


@blp.route("/tickets/<number>/clues", methods=["POST"])
@blp.doc(
    requestBody={
        "content": {
            "application/json": {"schema": schemas.ClueApiIn},
            "multipart/form-data": {"schema": schemas.ClueFormIn},
        }
    }
)
@intake.receives_evidence
@allow(Permission.CLUE_PROPOSE)
def create(number: str) -> Response:
    """就一张工单提出线索移送，返回编号、环节与接收机关，不回显内容。

    大文件（每份不超过200MB）用 multipart/form-data 提交，字段相同，文件字段名 evidence。
    """
    if request.mimetype == "multipart/form-data":
        clean, files = schemas.load(schemas.ClueIn, intake.fields()), intake.uploads()
    else:
        clean = schemas.load(schemas.ClueApiIn, request.get_json())
        files = schemas.uploads(clean.pop("evidence"), intake.spool)
    clue = propose.propose(session(), actor(), number, schemas.given(clean), files, now=now())
    return make_response(jsonify(_answer(clue)), 201)


@blp.route("/clues")
@allow(Permission.CLUE_PROPOSE)
@blp.arguments(schemas.ListIn, location="query")
def list_clues(query: dict[str, Any]) -> Response:
    """列出本单位的线索移送：编号、环节、接收机关。"""
    found = queries.clues(session(), actor(), before=query["cursor"], limit=query["limit"] + 1)
    page = found[: query["limit"]]
    more = str(page[-1].id) if len(found) > len(page) else None
    return jsonify({"items": [schemas.row(one) for one in page], "next": more})


@blp.route("/clues/<number>")
@allow(Permission.CLUE_PROPOSE)
def show(number: str) -> Response:
    """返回进度、回执与可告知的反馈，不返回内容。"""
    return jsonify(_answer(queries.find(session(), actor(), number)))


@blp.route("/clues/<number>/actions/<name>", methods=["POST"])
@blp.doc(requestBody={"content": {"application/json": {"schema": schemas.OpinionIn}}})
@allow(Permission.CLUE_PROPOSE)
def act(number: str, name: str) -> Response:
    """联署、同意移送、不予移送、发送、撤回。"""
    if name not in list(Step):
        raise NotFound(f"没有名为“{name}”的操作。", code="unknown_action")
    given = schemas.load(schemas.OpinionIn, request.get_json() if request.data else {})
    return jsonify(_answer(service.perform(session(), actor(), number, Step(name), given, now=now())))
