"""What may be asked of the inbox."""

from marshmallow import EXCLUDE, Schema, fields, validate


class InboxIn(Schema):
    """One page of the inbox: notices older than `before`, at most `limit`."""

    class Meta:
        unknown = EXCLUDE

    before = fields.Integer(
        load_default=None, validate=validate.Range(min=1, max=2**62, error="翻页标记无效。")
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200, error="每页1至200条。"))
