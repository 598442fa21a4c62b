"""/api/v1/audit."""

from typing import Any

from flask_smorest import Blueprint

from tracker import web
from tracker.audit import queries, schemas
from tracker.audit.models import AuditEntry, ReadEntry
from tracker.permissions import Permission
from tracker.web import allow

blp = Blueprint("audit_api", __name__, url_prefix="/api/v1", description="审计日志")


@blp.route("/audit")
@allow(Permission.AUDIT_READ)
@blp.arguments(schemas.AuditFilterSchema, location="query")
@blp.response(200, schemas.AuditPageSchema)
def list_entries(query: dict[str, Any]) -> queries.Page[AuditEntry]:
    """Return who did what to which thing, newest first."""
    return queries.entries(web.session(), web.actor(), **query)


@blp.route("/audit/readings")
@allow(Permission.AUDIT_READ)
@blp.arguments(schemas.AuditFilterSchema, location="query")
@blp.response(200, schemas.ReadingPageSchema)
def list_readings(query: dict[str, Any]) -> queries.Page[ReadEntry]:
    """Return who was shown what, newest first; the filter `action` has no meaning here."""
    return queries.readings(web.session(), web.actor(), **query)
