"""/api/v1/divisions, /api/v1/offices and /api/v1/bodies."""

from collections.abc import Sequence
from typing import Any

from flask_smorest import Blueprint

from tracker.offices import moving, schemas, service
from tracker.offices.models import Body, Division, Office
from tracker.offices.rules import NewBody
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("offices", __name__, url_prefix="/api/v1", description="行政区划、监督机构与执法主体")


@blp.route("/divisions")
@allow(Permission.TABLE_READ)
@blp.arguments(schemas.DivisionQuery, location="query")
@blp.response(200, schemas.DivisionList)
def list_divisions(query: dict[str, Any]) -> dict[str, Sequence[Division]]:
    """Return divisions that match what was typed ("天河 石牌"), or the children of a node."""
    found = service.find_divisions(
        session(), actor(), query=query["q"], parent_code=query["parent"], limit=query["limit"]
    )
    return {"items": found}


@blp.route("/divisions/<code>")
@allow(Permission.TABLE_READ)
@blp.response(200, schemas.DivisionSchema)
def show_division(code: str) -> Division:
    """Return one division."""
    return service.division(session(), code)


@blp.route("/offices")
@allow(Permission.TABLE_READ)
@blp.arguments(schemas.OfficeQuery, location="query")
@blp.response(200, schemas.OfficeList)
def list_offices(query: dict[str, Any]) -> dict[str, Sequence[Office]]:
    """Return active offices that match, the children of one, or the top of the tree."""
    found = service.find_offices(
        session(),
        query=query["q"],
        parent_code=query["parent"],
        level=query["level"],
        path=service.office(session(), query["within"]).path if query["within"] else "/",
        limit=query["limit"],
    )
    return {"items": found}


@blp.route("/offices/<code>")
@allow(Permission.TABLE_READ)
@blp.response(200, schemas.OfficeSchema)
def show_office(code: str) -> Office:
    """Return one office."""
    return service.office(session(), code)


@blp.route("/offices/<code>", methods=["PATCH"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.OfficeChange)
@blp.response(200, schemas.OfficeSchema)
def change_office(changes: dict[str, Any], code: str) -> Office:
    """Rename an office or switch it on or off."""
    return service.change_office(session(), actor(), code, now=now(), **changes)


@blp.route("/offices/<code>/move", methods=["POST"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.OfficeMove)
@blp.response(200, schemas.OfficeSchema)
def move_office(given: dict[str, Any], code: str) -> Office:
    """Put an office, with all below it, under another parent."""
    return moving.move(session(), actor(), code, given["parent"], now=now())


@blp.route("/bodies")
@allow(Permission.TABLE_READ)
@blp.arguments(schemas.BodyQuery, location="query")
@blp.response(200, schemas.BodyList)
def list_bodies(query: dict[str, Any]) -> dict[str, Sequence[Body]]:
    """Return active bodies that match what was typed ("天河 城管")."""
    found = service.find_bodies(
        session(),
        actor(),
        query=query["q"],
        division_code=query["division"],
        domain=query["domain"],
        limit=query["limit"],
    )
    return {"items": found}


@blp.route("/bodies", methods=["POST"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.BodyNew)
@blp.response(201, schemas.BodySchema)
def add_body(new: NewBody) -> Body:
    """Add a body."""
    return service.add_body(session(), actor(), new, now=now())


@blp.route("/bodies/<code>")
@allow(Permission.TABLE_READ)
@blp.response(200, schemas.BodySchema)
def show_body(code: str) -> Body:
    """Return one body."""
    return service.body(session(), code)


@blp.route("/bodies/<code>", methods=["PATCH"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.BodyChange)
@blp.response(200, schemas.BodySchema)
def change_body(changes: dict[str, Any], code: str) -> Body:
    """Change a body's name, aliases or superior, or switch it on or off."""
    return service.change_body(session(), actor(), code, now=now(), **changes)
