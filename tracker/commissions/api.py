"""/api/v1/clues of the discipline side."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response, jsonify, make_response, request
from flask_smorest import Blueprint
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from tracker.commissions import cursor, desk, envelope, pieces, receipts, schemas, service
from tracker.commissions.models import Package
from tracker.commissions.rules import PASSED_ON, Deed, Stage
from tracker.errors import Invalid, NotFound
from tracker.permissions import Actor, Permission
from tracker.transfers import attachment, to_keep
from tracker.web import actor, allow, doorway, now, session

ASKED = "已申请查看诉求人身份，请本机关另一名联络员同意；同意后24小时内由您拆阅。"
blp = Blueprint("desk_api", __name__, url_prefix="/api/v1", description="线索接收与办理")


@blp.route("/clues")
@allow(Permission.CLUE_RECEIVE)
@blp.arguments(schemas.ListIn, location="query")
def list_packages(filters: dict[str, Any]) -> Response:
    """列出移送给本机关的线索（封面信息）。"""
    stage = Stage(filters["stage"]) if filters["stage"] else None
    found = desk.packages(
        session(), actor(), stage=stage, after=cursor.read(filters["cursor"]), limit=filters["limit"] + 1
    )
    page = found[: filters["limit"]]
    more = cursor.after(page[-1]) if len(found) > len(page) else None
    return jsonify({"items": [schemas.summary(one) for one in page], "next": more})


@blp.route("/clues/<number>")
@allow(Permission.CLUE_RECEIVE)
def show(number: str) -> Response:
    """签收前为封面信息；签收后为拆封内容，每次查阅均留痕。"""
    package = desk.find(session(), actor(), number)
    answer = schemas.summary(package) | {"has_identity": desk.has_identity(session(), package)}
    asked = envelope.waiting(session(), package, now())
    answer["identity_requests"] = [schemas.request(one, reason) for one, reason in asked]
    if not answer["sealed"] and Stage(package.stage) not in PASSED_ON:
        answer |= desk.opened(session(), actor(), package, now=now())
    return jsonify(answer)


@blp.route("/clues/<number>/evidence/<int:n>")
@allow(Permission.CLUE_RECEIVE)
def evidence(number: str, n: int) -> Response:
    """下载一份证据，校验值核对一致才给出。"""
    package = desk.find(session(), actor(), number)
    listed, clear = desk.evidence(session(), actor(), package, n, database=doorway().database, now=now())
    return file_answer(listed, clear)


def file_answer(listed: pieces.Listed, clear: Iterator[bytes]) -> Response:
    """Return a file as a download; the last piece leaves only when all of it is what the list says."""
    broken = "这份证据无法解密或与清单上的校验值不一致，请联系发送机关。"
    answer = attachment(listed["name"], listed["type"], listed["size"], clear, broken=broken)
    answer.headers["X-Content-SHA256"] = listed["sha256"]
    return answer


@blp.route("/clues/<number>/receipt")
@allow(Permission.CLUE_RECEIVE)
def receipt(number: str) -> Response:
    """签收回执：时间、签收人、校验值与签名，发送机关可据以核验。"""
    package = desk.find(session(), actor(), number)
    return receipt_answer(session(), actor(), package, now())


def receipt_answer(opened: Session, who: Actor, package: Package, at: datetime) -> Response:
    """Return the receipt as a file for the sending office, which verifies it; the reading is logged."""
    found = service.receipt(package)
    desk.record(opened, who, package, "receipt", now=at)
    answer = make_response(receipts.as_file(found, who.office_name))
    answer.content_type = "application/json"
    answer.headers["Content-Disposition"] = to_keep(f"回执-{package.number}.json")
    return answer


@blp.route("/clues/<number>/identity", methods=["POST"])
@allow(Permission.CLUE_RECEIVE)
@blp.arguments(schemas.IdentityIn)
def identity(given: dict[str, Any], number: str) -> Response:
    """拆开第二信封查看诉求人身份，须写明理由并留痕；须两人同意的机关先答 202，等另一名联络员同意。"""
    package = desk.find(session(), actor(), number)
    found = envelope.opened(session(), actor(), package, given["reason"], now=now())
    if found is None:
        return make_response(jsonify({"state": "asked", "message": ASKED}), 202)
    return jsonify(found)


@blp.route("/clues/<number>/identity/<int:request_id>/agree", methods=["POST"])
@allow(Permission.CLUE_RECEIVE)
def agree(number: str, request_id: int) -> Response:
    """同意另一名联络员查看诉求人身份。"""
    package = desk.find(session(), actor(), number)
    envelope.agree(session(), actor(), package, request_id, now=now())
    return jsonify({"state": "agreed"})


@blp.route("/clues/<number>/actions/<name>", methods=["POST"])
@blp.doc(
    requestBody={"content": {"application/json": {"schema": {"anyOf": list(schemas.DEED_SCHEMAS.values())}}}}
)
@allow(Permission.CLUE_RECEIVE)
def act(number: str, name: str) -> Response:
    """签收、受理、部分受理、转送、退回、处置、反馈。"""
    if name not in list(Deed):
        raise NotFound(f"没有名为“{name}”的操作。", code="unknown_action")
    given = request.get_json() if request.data else {}
    package = service.perform(session(), actor(), number, Deed(name), load(Deed(name), given), now=now())
    return jsonify(schemas.summary(package))


def load(deed: Deed, given: Any) -> dict[str, Any]:
    """Return the validated input of a deed; raises Invalid with the fields at fault."""
    try:
        clean: dict[str, Any] = schemas.DEED_SCHEMAS[deed]().load(given)
    except ValidationError as error:
        messages = error.messages if isinstance(error.messages, dict) else {"_": error.messages}
        raise Invalid("填写的内容有误，请按提示修改。", fields=messages) from error
    return clean
