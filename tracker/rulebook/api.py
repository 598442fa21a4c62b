"""/api/v1/routing/rules/test and /preview: the table tried on a text and on the open tickets."""

from typing import Any

from flask_smorest import Blueprint

from tracker.clock import local_date
from tracker.permissions import Permission
from tracker.routing import versions
from tracker.routing.facts import Rule
from tracker.rulebook import schemas, service
from tracker.web import actor, allow, now, session

blp = Blueprint("rulebook_api", __name__, url_prefix="/api/v1/routing/rules", description="派单规则试用")


@blp.route("/test", methods=["POST"])
@allow(Permission.TABLE_READ)
@blp.arguments(schemas.TextTrial)
@blp.response(200, schemas.TextDecision)
def ask(given: dict[str, Any]) -> dict[str, Any]:
    """这段话会派给谁，为什么；不写入任何内容。"""
    found = service.ask(
        session(),
        actor(),
        given["text"],
        division_code=given.get("division_code"),
        on=given.get("on"),
        now=now(),
    )
    decided = found.decision
    return {
        "kind": decided.kind.value,
        "office": found.office,
        "redirect_to": decided.redirect_to,
        "rule_id": decided.rule_id,
        "because": decided.because,
        "doubt": found.doubt,
        "category_code": found.text.suggestion.label,
        "confidence": found.text.suggestion.confidence,
        "candidates": decided.candidates,
    }


@blp.route("/preview", methods=["POST"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.PreviewIn)
@blp.response(200, schemas.PreviewSchema)
def preview(given: dict[str, Any]) -> service.Preview:
    """试算：改为这些规则后，哪些在办工单会派往别处；不写入任何内容，不合格的规则照样拒绝。"""
    on = given.get("on") or local_date(now())
    beginning: dict[str, Any] = {"effective_from": on, "verified": False}
    drafts = versions.numbers(session(), [Rule(**beginning | one) for one in given["rules"]])
    versions.refuse(session(), drafts, now=now())
    return service.preview(
        session(), actor(), drafts, on=max([on, *(one.effective_from for one in drafts)]), now=now()
    )
