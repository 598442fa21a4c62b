"""What may be asked of groups and said about them."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.groups.rules import PERIODS, USUAL_PERIOD
from tracker.tickets.schemas import Strict, text_field

_WHOLE: dict[str, Any] = {"invalid": "应为整数。"}


class ListIn(Schema):
    """The list: days since the last ticket, and paging."""

    class Meta:
        unknown = EXCLUDE

    days = fields.Integer(
        load_default=USUAL_PERIOD,
        validate=validate.OneOf(list(PERIODS), error="可选7、30、90、365天。"),
        error_messages=_WHOLE,
    )
    limit = fields.Integer(
        load_default=30,
        validate=validate.Range(min=1, max=100, error="每页1至100条。"),
        error_messages=_WHOLE,
    )
    cursor = fields.String(load_default=None)


class MembersIn(Schema):
    """The tickets of a group: paging by the id that `next` gave."""

    class Meta:
        unknown = EXCLUDE

    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(min=1, max=200, error="每页1至200条。"),
        error_messages=_WHOLE,
    )
    cursor = fields.Integer(
        load_default=None,
        validate=validate.Range(min=0, max=2**63 - 1, error="翻页标记无效。"),
        error_messages=_WHOLE,
    )


class JoinIn(Strict):
    """A ticket to be put into the group."""

    number = text_field("工单编号", required=True, longest=20)
