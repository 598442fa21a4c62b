"""JSON door of models and corrections."""

from pathlib import Path
from typing import Any, cast

from flask import Response, current_app, jsonify, make_response
from flask_smorest import Blueprint

from tracker.learning import present, queries, retrain, schemas, service
from tracker.permissions import Permission
from tracker.textmodels import queries as models
from tracker.textmodels import service as textmodels
from tracker.tickets.engine import engine
from tracker.web import actor, allow, now, session

blp = Blueprint("learning_api", __name__, url_prefix="/api/v1", description="模型与校正")

BLUEPRINTS = (blp,)


def home() -> Path:
    """Return TRACKER_HOME as this application was told."""
    return cast(Path, current_app.extensions["settings"].home)


@blp.route("/models")
@allow(Permission.MODEL_READ)
def listing() -> Response:
    """全部模型，在用的在前；fault 说明在用模型为何未能载入（正常时为空）。"""
    in_use = models.in_use(session())
    return jsonify(
        {
            "items": present.everything(session()),
            "active": in_use.version if in_use else None,
            "fault": engine().serving(session()).fault,
        }
    )


@blp.route("/models/<version>")
@allow(Permission.MODEL_READ)
def one(version: str) -> Response:
    """一个模型，含各类前后成绩和阈值。"""
    return jsonify(present.model(textmodels.find(session(), version)))


@blp.route("/models/<version>/switch", methods=["POST"])
@allow(Permission.MODEL_MANAGE)
@blp.arguments(schemas.SwitchIn)
def switch(given: dict[str, Any], version: str) -> Response:
    """启用一个模型，或换回曾用的模型；各进程随即生效，无须重启。"""
    switched = textmodels.switch(session(), actor(), version, given["reason"], home=home(), now=now())
    return jsonify(present.model(switched))


@blp.route("/models/switches")
@allow(Permission.MODEL_READ)
def switches() -> Response:
    """最近的切换，何人何时为何。"""
    return jsonify({"items": [present.switch(one) for one in models.switches(session())]})


@blp.route("/models/costs")
@allow(Permission.MODEL_READ)
def costs() -> Response:
    """错派与人工查看的成本；“*”为未单列的分类。"""
    return jsonify({"items": [present.cost(one) for one in models.cost_rows(session())]})


@blp.route("/models/costs", methods=["POST"])
@allow(Permission.MODEL_MANAGE)
@blp.arguments(schemas.CostIn)
def set_cost(given: dict[str, Any]) -> Response:
    """修改成本，阈值随之重新选定。"""
    n = service.set_cost(session(), actor(), given, home=home(), now=now())
    rows = [present.cost(one) for one in models.cost_rows(session())]
    return jsonify({"items": rows, "n_models_changed": n})


@blp.route("/models/training")
@allow(Permission.MODEL_READ)
def training() -> Response:
    """最近一次再训练的进度和结果。"""
    return jsonify({"training": present.training(queries.retraining(session()))})


@blp.route("/models/training", methods=["POST"])
@allow(Permission.MODEL_MANAGE)
def ask() -> Response:
    """用校正和自带例句再训练，并与在用模型比较；不如在用的不予采用，是否启用由人决定。"""
    asked = retrain.ask(session(), actor(), now=now())
    return make_response(jsonify({"training": present.training(asked)}), 202)


@blp.route("/models/drift")
@allow(Permission.MODEL_READ)
def drift() -> Response:
    """最近十二周：每周机器分类的保留率、常见更正、更正最多的分类；只计可见的工单。"""
    who, at = actor(), now()
    return jsonify(
        {
            "weeks": [present.week(one) for one in queries.agreement(session(), who, now=at)],
            "confusion": [vars(one) for one in queries.confusion(session(), who, now=at)],
            "most_corrected": [vars(one) for one in queries.most_corrected(session(), who, now=at)],
        }
    )


@blp.route("/corrections")
@allow(Permission.MODEL_READ)
@blp.arguments(schemas.CorrectionsIn, location="query")
def corrections(given: dict[str, Any]) -> Response:
    """人工校正，新的在前，游标翻页；不含诉求正文。"""
    found, following = queries.corrections(session(), actor(), **given)
    return jsonify({"items": [present.correction(actor(), one) for one in found], "next": following})
