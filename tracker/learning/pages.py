"""/admin/models: versions and switching, training, costs, drift, corrections."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError

from tracker.categories import service as categories
from tracker.errors import Invalid, TrackerError
from tracker.learning import present, queries, retrain, schemas, service
from tracker.learning.api import home
from tracker.permissions import Permission
from tracker.textmodels import queries as models
from tracker.textmodels import service as textmodels
from tracker.textmodels.rules import EVERY
from tracker.tickets.actions import lists
from tracker.tickets.engine import engine
from tracker.web import actor, allow, now, session

blp = Blueprint("models", __name__, url_prefix="/admin/models")

BLUEPRINTS = (blp,)


@blp.get("")
@allow(Permission.MODEL_READ)
def index() -> ResponseReturnValue:
    """Show everything about the models."""
    return _page(None)


def _page(problem: TrackerError | None, tried: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """Return the page. problem: why the last form was refused. tried: what it held, if it was that of the costs."""
    in_use = models.in_use(session())
    weeks = queries.agreement(session(), actor(), now=now())
    return (
        render_template(
            "learning/index.html",
            problem=problem,
            tried=tried or {},
            fault=engine().serving(session()).fault,
            models=models.every(session()),
            shown={one.version: present.model(one) for one in models.every(session())},
            in_use=in_use,
            outcome=present.outcome(in_use, home()) if in_use else None,
            training=present.training(queries.retraining(session())),
            switches=models.switches(session()),
            costs=models.cost_rows(session()),
            every=EVERY,
            weeks=weeks,
            points=present.chart(weeks),
            size=(present.WIDTH, present.HEIGHT, present.MARGIN),
            **_corrected(),
            **_named(),
        ),
        (problem.http_status if problem else 200),
    )


def _corrected() -> dict[str, Any]:
    """Return confusion, the labels corrected most, and a page of corrections."""
    cursor = request.args.get("cursor", "")
    at = int(cursor) if cursor.isdecimal() and len(cursor) < 18 else None
    found, following = queries.corrections(session(), actor(), cursor=at, limit=30)
    return {
        "confusion": queries.confusion(session(), actor(), now=now()),
        "most": queries.most_corrected(session(), actor(), now=now()),
        "corrections": [(one, present.correction(actor(), one)) for one in found],
        "older": url_for(".index", cursor=following, _anchor="corrections") if following else None,
        "newer": url_for(".index", _anchor="corrections") if at else None,
    }


def _named() -> dict[str, Any]:
    """Return the names of categories, those to choose from, and the thresholds in use under their names."""
    branches = categories.tree(session(), with_inactive=True)
    names = {leaf.code: leaf.name for branch in branches for leaf in branch.leaves}
    groups = [
        (branch.category.name, [(leaf.code, f"{leaf.code} {leaf.name}") for leaf in branch.leaves])
        for branch in branches
    ]
    return {"names": names, "groups": groups, "cuts": present.cuts(models.in_use(session()), names)}


def _given(schema: Schema) -> dict[str, Any]:
    sent = {name: value for name, value in request.form.items() if name != "csrf_token"}
    try:
        return dict(schema.load(sent))
    except ValidationError as error:
        raise Invalid("没有保存，请按提示修改后再提交。", fields=lists(error.messages)) from error


@blp.post("/<version>/switch")
@allow(Permission.MODEL_MANAGE)
def switch(version: str) -> ResponseReturnValue:
    """Put a model into use, or an earlier one again."""
    try:
        with session().begin_nested():
            given = _given(schemas.SwitchIn())
            textmodels.switch(session(), actor(), version, given["reason"], home=home(), now=now())
    except TrackerError as refused:
        return _again(refused)
    flash(f"已启用模型 {version}，各进程随即生效，无须重启。", "success")
    return redirect(url_for(".index"), 303)


@blp.post("/training")
@allow(Permission.MODEL_MANAGE)
def train() -> ResponseReturnValue:
    """Ask for a training."""
    try:
        retrain.ask(session(), actor(), now=now())
    except TrackerError as refused:
        return _again(refused)
    flash("已开始再训练，完成后在本页给出前后对比。", "success")
    return redirect(url_for(".index"), 303)


@blp.post("/costs")
@allow(Permission.MODEL_MANAGE)
def set_cost() -> ResponseReturnValue:
    """Write one row of the costs."""
    try:
        with session().begin_nested():
            n = service.set_cost(session(), actor(), _given(schemas.CostIn()), home=home(), now=now())
    except TrackerError as refused:
        return _again(refused, request.form)
    flash(
        f"成本已保存，{n}个模型的阈值随之调整。" if n else "成本已保存，阈值不变。",
        "success",
    )
    return redirect(url_for(".index", _anchor="costs"), 303)


def _again(refused: TrackerError, tried: Mapping[str, str] | None = None) -> ResponseReturnValue:
    session().expire_all()
    models.forget(session())
    return _page(refused, tried)
