"""JSON door of the replies room."""

from typing import Any
from urllib.parse import quote

from flask import Response, jsonify, make_response, request
from flask.views import MethodView
from flask_smorest import Blueprint

from tracker.errors import Invalid
from tracker.offices.models import Office
from tracker.permissions import Permission
from tracker.replies import checks, evidence, present, queries, rules, schemas, templates, wording
from tracker.rights import ACTIONS
from tracker.tickets import service as tickets
from tracker.tickets.actions import require_related
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


@blp.route("/tickets/<number>/reply-templates")
@allow(Permission.TICKET_HANDLE)
def templates_for_ticket(number: str) -> Response:
    """适用于该工单的答复模板，已填入工单信息；【】内由承办人填写。"""
    ticket = tickets.find(session(), actor(), number)
    found = templates.for_ticket(session(), ticket, now())
    return jsonify({"items": [present.template(one) for one in found]})


@blp.route("/tickets/<number>/reply-check", methods=["POST"])
@allow(Permission.TICKET_HANDLE)
@blp.arguments(schemas.CheckIn)
def check(given: dict[str, Any], number: str) -> Response:
    """预检答复内容：列出须修改的（refusal）和提醒核对的（warning），不写入任何内容。"""
    ticket = tickets.find(session(), actor(), number)
    require_related(session(), actor(), ticket, ACTIONS["check-reply"])
    text = checks.filled(session(), ticket, given["public_text"], now())
    outcome = rules.Outcome(given["outcome"]) if given["outcome"] else None
    found = checks.findings(session(), ticket, text, outcome, now())
    return jsonify({"text": text, "findings": [present.finding(one) for one in found]})


@blp.route("/reply-templates")
class ReplyTemplates(MethodView):
    """The templates of an office."""

    @allow(Permission.TICKET_READ)
    def get(self) -> Response:
        """本单位可用的答复模板，含上级单位的；变量未替换，draft 中待承办人填写的显示为【】。"""
        office = session().get(Office, actor().office_id) if actor().office_id else None
        found = templates.of_office(session(), office)
        items = [{**present.template(one), "draft": wording.draft(one.text)} for one in found]
        return jsonify({"items": items})

    @allow(Permission.REPLY_TEMPLATE)
    @blp.arguments(schemas.TemplateIn)
    def put(self, given: dict[str, Any]) -> Response:
        """写入本单位某分类、某结论的答复模板，下级单位未另设的随之采用；不认识的变量会被拒绝。"""
        row = templates.put(session(), actor(), given, now=now())
        return jsonify({"id": row.id})


@blp.route("/reply-templates/<int:template_id>", methods=["DELETE"])
@allow(Permission.REPLY_TEMPLATE)
def drop_template(template_id: int) -> Response:
    """删除本单位的模板，恢复采用上级单位的。"""
    templates.remove(session(), actor(), template_id, now=now())
    return jsonify({"id": template_id})
