"""JSON door of imports."""

from typing import Any

from flask import Response, jsonify, make_response, request
from flask_smorest import Blueprint

from tracker.campaigns import service as campaigns
from tracker.errors import Invalid
from tracker.imports import queries, schemas, service
from tracker.imports.models import ImportBatch
from tracker.permissions import Permission
from tracker.tickets.present import iso
from tracker.web import actor, allow, now, session

blp = Blueprint("imports_api", __name__, url_prefix="/api/v1", description="导入")


def shown(batch: ImportBatch) -> dict[str, Any]:
    """Return a batch as JSON."""
    names = ("id", "file_name", "channel_code", "campaign_id", "state", "n_rows", "n_ok", "n_same", "n_bad")
    return {
        **{name: getattr(batch, name) for name in names},
        "account": batch.account_name,
        "started_at": iso(batch.started_at),
        "finished_at": iso(batch.finished_at),
    }


def uploaded() -> tuple[str, bytes]:
    """Return name and bytes of the uploaded file; raises Invalid when there is none."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("请选择要导入的文件。", code="file_missing", fields={"file": ["请选择文件。"]})
    return file.filename, file.stream.read()


@blp.route("/imports", methods=["POST"])
@allow(Permission.IMPORT)
@blp.arguments(schemas.ImportIn, location="form")
def upload(given: dict[str, Any]) -> Response:
    """上传一个文件：试导只列出问题行，否则开始导入。"""
    name, content = uploaded()
    if given["campaign"] is not None:
        campaigns.find(session(), actor(), given["campaign"])
    plan = service.plan(session(), name, content, channel=given["channel"], campaign_id=given["campaign"])
    if given["dry_run"]:
        wrong = [vars(one) for one in service.problems(plan)]
        return jsonify({"n_rows": len(plan.rows), "problems": wrong[:1000], "n_bad": len(wrong)})
    batch = service.start(session(), actor(), name, content, plan, now=now())
    return make_response(jsonify(shown(batch)), 202)


@blp.route("/imports")
@allow(Permission.IMPORT)
def batches() -> Response:
    """最近的导入批次。"""
    return jsonify({"items": [shown(one) for one in queries.batches(session(), actor())]})


@blp.route("/imports/<int:batch_id>")
@allow(Permission.IMPORT)
def one(batch_id: int) -> Response:
    """一个批次的进度。"""
    return jsonify(shown(service.batch_of(session(), actor(), batch_id)))


@blp.route("/imports/<int:batch_id>/undo", methods=["POST"])
@allow(Permission.IMPORT)
def undo(batch_id: int) -> Response:
    """撤销一个批次：撤回其中尚未签收的工单。"""
    return jsonify({"n_withdrawn": service.undo(session(), actor(), batch_id, now=now())})
