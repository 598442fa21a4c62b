"""/api/v1/categories."""

from typing import Any

from flask_smorest import Blueprint

from tracker.categories import schemas, service
from tracker.categories.models import Category
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("categories", __name__, url_prefix="/api/v1", description="投诉类别")


@blp.route("/categories")
@allow(Permission.TABLE_READ)
@blp.response(200, schemas.CategoryList)
def list_categories() -> dict[str, Any]:
    """Return the tree of categories in use."""
    dump = schemas.CategorySchema().dump
    branches = service.tree(session())
    return {"items": [{**dump(one.category), "children": one.leaves} for one in branches]}


@blp.route("/categories/<code>")
@allow(Permission.TABLE_READ)
@blp.response(200, schemas.CategorySchema)
def show_category(code: str) -> Category:
    """Return one category."""
    return service.category(session(), code)


@blp.route("/categories/<code>", methods=["PATCH"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.CategoryChange)
@blp.response(200, schemas.CategorySchema)
def change_category(changes: dict[str, Any], code: str) -> Category:
    """Change a category's words or switch it off."""
    return service.change(session(), actor(), code, now=now(), **changes)
