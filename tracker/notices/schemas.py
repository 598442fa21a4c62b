"""What may be said to the inbox."""

from marshmallow import EXCLUDE, RAISE, Schema, fields, validate

from tracker.tickets.schemas import REQUIRED, Strict, text_field


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


class AddressesIn(Schema):
    """Own addresses by gateway; one that is not named stays, an empty one turns its gateway off."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "没有这种通知方式。"}  # noqa: RUF012 — marshmallow declares it so

    email = fields.String(validate=validate.Length(max=120, error="邮箱地址太长。"))
    sms = fields.String(validate=validate.Length(max=20, error="手机号太长。"))


class SettleIn(Strict):
    """Whether a letter went, and why not when it did not."""

    is_sent = fields.Boolean(required=True, error_messages=REQUIRED)
    reason = text_field("原因", longest=200)


class DeadIn(Schema):
    """A page of the dead-letter list."""

    class Meta:
        unknown = EXCLUDE

    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(min=1, max=200, error="每页1至200条。"),
        error_messages={"invalid": "应为整数。"},
    )
    cursor = fields.Integer(
        load_default=None,
        validate=validate.Range(min=1, max=2**62, error="翻页标记无效。"),
        error_messages={"invalid": "翻页标记无效。"},
    )


class DropIn(Strict):
    """Why a given-up notice need not be sent."""

    reason = text_field("原因", required=True, shortest=2, longest=200)
