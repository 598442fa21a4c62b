"""What may be said to this room, in JSON and in forms alike."""

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.tickets.schemas import REQUIRED, Strict, text_field


class AlarmsIn(Schema):
    """A page of alarms."""

    class Meta:
        unknown = EXCLUDE

    state = fields.String(
        load_default="all",
        validate=validate.OneOf(["open", "closed", "all"], error="可选 open、closed、all。"),
    )
    cursor = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=2**62, error="翻页标记无效。"),
        error_messages={"invalid": "翻页标记无效。"},
    )
    limit = fields.Integer(
        load_default=20,
        validate=validate.Range(min=1, max=100, error="每页1至100条。"),
        error_messages={"invalid": "应为整数。"},
    )


class AnswerIn(Strict):
    """An answer to an alarm: what was found, and whether it was false."""

    remark = text_field("核查情况", required=True, shortest=2, longest=500)
    is_false = fields.Boolean(load_default=False, error_messages={**REQUIRED, "invalid": "应为是或否。"})
