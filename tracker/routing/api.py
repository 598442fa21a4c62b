"""/api/v1/routing: the table, and a tester for it."""

from typing import Any

from flask_smorest import Blueprint

from tracker import web
from tracker.permissions import Permission
from tracker.routing import queries, schemas, service
from tracker.routing.conditions import FEATURES, PLACEHOLDERS
from tracker.routing.facts import Decision
from tracker.routing.models import RoutingRule
from tracker.web import allow

blp = Blueprint("routing", __name__, url_prefix="/api/v1/routing", description="派单规则")


@blp.route("/rules")
@allow(Permission.TABLE_READ)
@blp.response(200, schemas.RuleList)
def list_rules() -> dict[str, Any]:
    """Return the routing table in the order it is tried."""
    rules = queries.routing_rules(web.session())
    return {"items": rules, "features": FEATURES, "placeholders": PLACEHOLDERS}


@blp.route("/rules/<code>", methods=["PATCH"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.RuleChange)
@blp.response(200, schemas.RuleSchema)
def change_rule(changes: dict[str, Any], code: str) -> RoutingRule:
    """Change a row; tickets already dispatched stay where they are."""
    return service.change_rule(web.session(), web.actor(), code, **changes, now=web.now())


@blp.route("/test", methods=["POST"])
@allow(Permission.TABLE_READ)
@blp.arguments(schemas.Trial)
@blp.response(200, schemas.DecisionSchema)
def try_out(query: dict[str, Any]) -> Decision:
    """Return where a complaint with these facts would go, and why; nothing is written."""
    return service.try_out(
        web.session(),
        now=web.now(),
        division_code=query.get("division_code"),
        respondents_told=query["respondents"],
        is_conduct=query["is_conduct"],
    )
