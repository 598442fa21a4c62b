"""JSON door of the supervision board."""

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from tracker.documents import queries as documents
from tracker.permissions import Permission
from tracker.supervision import present, queries, schemas, service
from tracker.supervision.rules import Sort
from tracker.tickets import service as tickets
from tracker.web import actor, allow, now, session

blp = Blueprint("supervision_api", __name__, url_prefix="/api/v1", description="督办台")


@blp.route("/supervision")
@allow(Permission.DOCUMENT_READ)
@blp.arguments(schemas.BoardIn, location="query")
def board(given: dict[str, Any]) -> Response:
    """督办台的一个标签页，最急的在前，最多100件；每件给出已定的分类和规则建议。"""
    found = queries.board(session(), actor(), given["tab"], now=now())
    chosen, proposed = queries.sortings(session(), found), service.proposals(session(), found, now=now())
    n, asked = documents.n_documents(session(), found), queries.waiting(session(), found)
    return jsonify(
        {
            "tab": given["tab"],
            "items": [
                present.row(
                    one,
                    present.sorting(chosen.get(one.id), proposed.get(one.id)),
                    n.get(one.id, 0),
                    asked[one.id].n if one.id in asked else 0,
                )
                for one in found
            ],
        }
    )


@blp.route("/supervision/rules")
@allow(Permission.TABLE_READ)
def table() -> Response:
    """分类规则：从上往下逐条比对，第一条符合的给出建议。"""
    return jsonify({"items": [present.rule(one) for one in queries.table(session())]})


@blp.route("/tickets/<number>/sorting")
@allow(Permission.DOCUMENT_READ)
def sorting(number: str) -> Response:
    """一张工单的分类：已定的和规则建议的，建议附理由。"""
    ticket = tickets.find(session(), actor(), number)
    chosen, proposed = (
        queries.sortings(session(), [ticket]),
        service.proposals(session(), [ticket], now=now()),
    )
    return jsonify(present.sorting(chosen.get(ticket.id), proposed.get(ticket.id)))


@blp.route("/tickets/<number>/sorting", methods=["POST"])
@allow(Permission.TICKET_SUPERVISE)
@blp.arguments(schemas.SortIn)
def sort(given: dict[str, Any], number: str) -> Response:
    """定类：sort 不填即采纳建议；与建议不同的须写明理由。"""
    chosen = Sort(given["sort"]) if given["sort"] else None
    row = service.sort(session(), actor(), number, chosen, given["opinion"] or "", now=now())
    return jsonify(present.sorting(row, None)["decided"])


@blp.route("/tickets/<number>/instructions")
@allow(Permission.DOCUMENT_READ)
def instructions(number: str) -> Response:
    """一张工单上的领导批示和反馈，新的在前；登记批示用 actions/instruct。"""
    ticket = tickets.find(session(), actor(), number)
    found = queries.instructions(session(), ticket)
    return jsonify({"items": [present.instruction(one, now()) for one in found]})


@blp.route("/instructions/<int:instruction_id>/answer", methods=["POST"])
@allow(Permission.TICKET_HANDLE)
@blp.arguments(schemas.InstructionAnswerIn)
def answer(given: dict[str, Any], instruction_id: int) -> Response:
    """承办单位反馈批示落实情况；没有其他督办事由的，督办随之解除。"""
    row = service.answer(session(), actor(), instruction_id, given["text"], now=now())
    return jsonify(present.instruction(row, now()))
