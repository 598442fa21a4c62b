"""/api/v1/routing: the table with its versions, the duty list, sheets of both, and a tester for facts."""

from datetime import date
from io import BytesIO
from typing import Any

from flask import Response, request, send_file
from flask_smorest import Blueprint

from tracker import web
from tracker.clock import local_date
from tracker.errors import NotFound
from tracker.permissions import Permission
from tracker.routing import duties, exchange, precedents, queries, schemas, service, sheets, versions
from tracker.routing.conditions import FEATURES, PLACEHOLDERS, VALUES, in_force
from tracker.routing.facts import Decision, Rule
from tracker.routing.models import RoutingRule
from tracker.web import allow

blp = Blueprint("routing", __name__, url_prefix="/api/v1/routing", description="派单规则")


@blp.route("/rules")
@allow(Permission.TABLE_READ)
@blp.arguments(schemas.ListQuery, location="query")
@blp.response(200, schemas.RuleList)
def list_rules(query: dict[str, Any]) -> dict[str, Any]:
    """Return the rules in force on a day (today) in the order they are tried, and what comes after it."""
    on = query.get("on") or local_date(web.now())
    current, upcoming = tables(on)
    return {
        "items": current,
        "upcoming": upcoming,
        "faults": versions.faults_on(web.session(), on),
        "features": FEATURES,
        "values": VALUES,
        "placeholders": PLACEHOLDERS,
    }


def tables(on: date) -> tuple[list[RoutingRule], list[RoutingRule]]:
    """Return the rows in force on a local date in the order they are tried, and those that begin later, soonest first."""
    rows = queries.rule_versions(web.session())
    known = {(row.code, row.version): row for row in rows}
    ordered = sorted(in_force(service.versions(web.session()), on), key=lambda one: (one.priority, one.code))
    upcoming = sorted(
        (row for row in rows if row.effective_from > on), key=lambda one: (one.effective_from, one.code)
    )
    return [known[one.code, one.version] for one in ordered], upcoming


@blp.route("/rules/<code>/versions")
@allow(Permission.TABLE_READ)
@blp.response(200, schemas.VersionList)
def list_versions(code: str) -> dict[str, Any]:
    """Return every version of a rule: from when, by whom and why."""
    rows = queries.rule_versions(web.session(), code)
    if not rows:
        raise NotFound("没有这条派单规则。", code="rule_not_found")
    return {"items": rows}


@blp.route("/rules", methods=["POST"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.NewRule)
@blp.response(201, schemas.RuleSchema)
def add_rule(given: dict[str, Any]) -> RoutingRule:
    """Add a rule; one that overlaps, can never be reached or leads nowhere is refused."""
    given.pop("expected", None)
    reason = given.pop("reason")
    beginning: dict[str, Any] = {"effective_from": local_date(web.now()), "verified": False}
    draft = Rule(**beginning | given)
    return versions.add_rule(web.session(), web.actor(), draft, reason=reason, now=web.now())


@blp.route("/rules/<code>", methods=["PATCH"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.RuleChange)
@blp.response(200, schemas.RuleSchema)
def change_rule(changes: dict[str, Any], code: str) -> RoutingRule:
    """Write a new version of a rule (`is_active`: false retires it); tickets already dispatched stay where they are."""
    return versions.change_rule(web.session(), web.actor(), code, **changes, now=web.now())


@blp.route("/rules/export")
@allow(Permission.TABLE_READ)
def export_rules() -> Response:
    """Return the rules in force and yet to come as xlsx, which the import reads again."""
    current, upcoming = tables(local_date(web.now()))
    latest = {row.code: row for row in (*current, *sorted(upcoming, key=lambda one: one.version))}
    return workbook(sheets.rules_book(latest.values()), "派单规则")


@blp.route("/rules/import", methods=["POST"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.Sheet, location="form")
@blp.response(200, schemas.Imported)
def import_rules(given: dict[str, Any]) -> exchange.Intake:
    """Take in a sheet of rules (multipart field `file`); with one bad row nothing is written."""
    return exchange.import_rules(web.session(), web.actor(), uploaded(), **given, now=web.now())


@blp.route("/duties")
@allow(Permission.TABLE_READ)
@blp.response(200, schemas.DutyList)
def list_duties() -> dict[str, Any]:
    """Return the duty list in force or yet to come."""
    return {"items": duties.current(web.session(), local_date(web.now()))}


@blp.route("/duties/export")
@allow(Permission.TABLE_READ)
def export_duties() -> Response:
    """Return the duty list as xlsx; while it is empty this is the template."""
    return workbook(sheets.duties_book(duties.current(web.session(), local_date(web.now()))), "职责清单")


@blp.route("/duties/import", methods=["POST"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.DutySheet, location="form")
@blp.response(200, schemas.Imported)
def import_duties(given: dict[str, Any]) -> exchange.Intake:
    """Take in a duty list (multipart field `file`, xlsx or csv); with one bad row nothing is written."""
    return exchange.import_duties(web.session(), web.actor(), uploaded(), **given, now=web.now())


@blp.route("/precedents")
@allow(Permission.PRECEDENT_SWITCH)
@blp.response(200, schemas.PrecedentList)
def list_precedents() -> dict[str, Any]:
    """裁决先例：哪些退单裁决正影响派单，现行的在前。"""
    found = precedents.listed(web.session(), web.actor())
    return {"items": [precedents.told(web.actor(), one, office) for one, office in found]}


@blp.route("/precedents/<int(max=9223372036854775807):precedent_id>/switch", methods=["POST"])
@allow(Permission.PRECEDENT_SWITCH)
@blp.arguments(schemas.SwitchIn)
@blp.response(200, schemas.PrecedentSchema)
def switch_precedent(given: dict[str, Any], precedent_id: int) -> dict[str, Any]:
    """停用或恢复一条裁决先例；已派工单不变。"""
    now = web.now()
    row = precedents.switch(web.session(), web.actor(), precedent_id, **given, now=now)
    return precedents.one_told(web.session(), web.actor(), row.id)


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


def uploaded() -> bytes:
    """Return the content of the uploaded file, empty without one."""
    file = request.files.get("file")
    return file.stream.read(sheets.MOST_BYTES + 1) if file else b""


def workbook(content: bytes, name: str) -> Response:
    """Return the workbook as a download named after what it holds and the local date."""
    named = f"{name}{local_date(web.now()).isoformat()}.xlsx"
    return send_file(BytesIO(content), mimetype=sheets.XLSX, as_attachment=True, download_name=named)
