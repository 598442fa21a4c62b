"""What may be said to the inbox."""

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.tickets.schemas import Strict


class InboxIn(Schema):
    """The filters of the inbox."""

    class Meta:
        unknown = EXCLUDE

    unread = fields.Boolean(load_default=False, error_messages={"invalid": "应为 true 或 false。"})
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200, error="每页1至200条。"))
    cursor = fields.Integer(
        load_default=None, error_messages={"invalid": "翻页标记无效，请从第一页重新开始。"}
    )


class ReadIn(Strict):
    """Which notices were read: ids, or everything when none are given."""

    ids = fields.List(
        fields.Integer(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=500, error="一次最多500条。"),
    )
