"""JSON door of the replies room."""

from urllib.parse import quote

from flask import Response, jsonify, make_response, request
from flask_smorest import Blueprint

from tracker.errors import Invalid
from tracker.permissions import Permission
from tracker.replies import evidence, present, queries, rules
from tracker.tickets import service as tickets
from tracker.web import actor, allow, now, session

blp = Blueprint("replies_api", __name__, url_prefix="/api/v1", description="答复与证据")

BLUEPRINTS = (blp,)


@blp.route("/tickets/<number>/replies")
@allow(Permission.TICKET_READ)
def replies(number: str) -> Response:
    """历次答复及审核意见，自新至旧。"""
    ticket = tickets.find(session(), actor(), number)
    return jsonify({"items": [present.reply(one) for one in queries.replies(session(), ticket)]})


@blp.route("/tickets/<number>/evidence")
@allow(Permission.TICKET_READ)
def files(number: str) -> Response:
    """证据材料目录，含每个文件的 SHA-256。"""
    ticket = tickets.find(session(), actor(), number)
    return jsonify({"items": [present.file(number, one) for one in queries.files(session(), ticket)]})


@blp.route("/tickets/<number>/evidence", methods=["POST"])
@allow(Permission.TICKET_HANDLE)
def upload(number: str) -> Response:
    """上传一份证据材料（multipart/form-data，字段 file，不超过20MB）。"""
    sent = request.files.get("file")
    if sent is None:
        raise Invalid("请选择要上传的文件（字段名 file）。", fields={"file": ["此项必填。"]})
    content = sent.stream.read(rules.MAX_FILE_BYTES + 1)
    file = evidence.upload(session(), actor(), number, sent.filename or "", content, now=now())
    return make_response(jsonify(present.file(number, file)), 201)


@blp.route("/tickets/<number>/evidence/<int:file_id>")
@allow(Permission.TICKET_READ)
def download(number: str, file_id: int) -> Response:
    """下载一份证据材料；内容类型由内容判定。"""
    file = evidence.read(session(), actor(), number, file_id)
    answer = make_response(file.content)
    answer.headers["Content-Type"] = file.content_type
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.set_etag(file.sha256)
    return answer
