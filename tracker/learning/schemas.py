"""What may be said to this room, in JSON and in forms alike."""

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.textmodels.rules import EVERY
from tracker.tickets.schemas import REQUIRED, Strict, text_field

_PRICE = {**REQUIRED, "invalid": "应为数字。", "special": "应为数字。"}


class SwitchIn(Strict):
    """Switching to a model, or back to one."""

    reason = text_field("切换理由", required=True, shortest=2, longest=200)


class CostIn(Strict):
    """What a wrong dispatch and a look by a person cost, for one label or all; `remove` lets the common row hold again."""

    label = fields.String(load_default=EVERY, validate=validate.Length(max=40))
    wrong = fields.Float(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=0, max=10_000, error="应在0至10000之间。"),
        error_messages=_PRICE,
    )
    look = fields.Float(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=0, max=10_000, min_inclusive=False, error="应大于0，不超过10000。"),
        error_messages=_PRICE,
    )
    remove = fields.Boolean(load_default=False)


class CorrectionsIn(Schema):
    """A page of corrections."""

    class Meta:
        unknown = EXCLUDE

    cursor = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=2**62))
    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(min=1, max=200, error="每页1至200条。"),
        error_messages=_PRICE,
    )
