"""Shapes of the audit log on the wire."""

from datetime import date
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from tracker.audit import rules
from tracker.audit.queries import Filter

_SENSIBLE = validate.Range(date(2000, 1, 1), date(2199, 12, 31), error="日期应在 2000 年至 2199 年之间。")


class AuditFilterSchema(Schema):
    """Query string of the audit list."""

    action = fields.String(validate=validate.Length(max=60), metadata={"description": "动作，如 sign_in"})
    thing = fields.String(validate=validate.Length(max=40), metadata={"description": "对象种类，如 ticket"})
    thing_id = fields.String(validate=validate.Length(max=80), metadata={"description": "对象编号"})
    actor = fields.String(
        attribute="actor_name", validate=validate.Length(max=80), metadata={"description": "操作人姓名"}
    )
    from_on = fields.Date(
        data_key="from", validate=_SENSIBLE, metadata={"description": "起始日（北京时间，含当日）"}
    )
    to_on = fields.Date(
        data_key="to", validate=_SENSIBLE, metadata={"description": "截止日（北京时间，含当日）"}
    )
    cursor = fields.String(validate=validate.Length(max=40), metadata={"description": "上一页返回的 next"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))

    @post_load
    def parts(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return {wanted: Filter, cursor, limit}."""
        cursor, limit = data.pop("cursor", None), data.pop("limit")
        return {"wanted": Filter(**data), "cursor": cursor, "limit": limit}


class AuditEntrySchema(Schema):
    """One entry."""

    id = fields.Integer()
    at = fields.AwareDateTime(format="iso")
    actor = fields.String(attribute="actor_name")
    actor_id = fields.Integer(allow_none=True)
    office_id = fields.Integer(allow_none=True)
    action = fields.String()
    label = fields.Function(lambda entry: rules.label(entry.action), metadata={"type": "string"})
    thing = fields.String()
    thing_id = fields.String()
    detail = fields.Dict()
    address = fields.String(allow_none=True)
    hash = fields.Function(lambda entry: entry.hash.hex(), metadata={"type": "string"})


class AuditPageSchema(Schema):
    """Entries, newest first, and the cursor of the next page."""

    items = fields.List(fields.Nested(AuditEntrySchema))
    next = fields.String(allow_none=True)


class ReadingSchema(Schema):
    """One reading: who was shown what. seal: number of the seal that covers it, None until the next one is set."""

    id = fields.Integer()
    at = fields.AwareDateTime(format="iso")
    actor = fields.String(attribute="actor_name")
    actor_id = fields.Integer(allow_none=True)
    office_id = fields.Integer(allow_none=True)
    thing = fields.String()
    thing_id = fields.String()
    asked = fields.String()
    address = fields.String(allow_none=True)
    seal = fields.Integer(attribute="seal_n", allow_none=True)


class ReadingPageSchema(Schema):
    """Readings, newest first, and the cursor of the next page."""

    items = fields.List(fields.Nested(ReadingSchema))
    next = fields.String(allow_none=True)
