"""JSON shapes of trying a table out."""

from marshmallow import Schema, fields, validate

from tracker.routing.schemas import CandidateSchema, NewRule


class TextTrial(Schema):
    """A text, where it happened as far as a person knows, and by which day's table (today's)."""

    text = fields.String(
        required=True, validate=validate.Length(1, 20_000, error="请填写 1 至 20,000 字的诉求内容。")
    )
    division_code = fields.String(
        validate=validate.Regexp(r"^\d{6}(\d{3})?$", error="区划代码应为 6 位或 9 位数字。")
    )
    on = fields.Date()


class OfficeSchema(Schema):
    """The office in charge."""

    code = fields.String()
    name = fields.String()
    level = fields.String()


class TextDecision(Schema):
    """Where the text would go; `kind` is dispatch, redirect or manual, `doubt` says why a person would look first."""

    kind = fields.String()
    office = fields.Nested(OfficeSchema, allow_none=True)
    redirect_to = fields.String()
    rule_id = fields.String()
    because = fields.String()
    doubt = fields.String(allow_none=True)
    category_code = fields.String()
    confidence = fields.Float()
    candidates = fields.List(fields.Nested(CandidateSchema))


class Draft(NewRule):
    """A rule as it would be, new or changed; the reason comes when it is saved."""

    class Meta:
        exclude = ("reason", "expected")


class PreviewIn(Schema):
    """Rules as they would be; without any, what begins by the day anyhow is tried."""

    rules = fields.List(
        fields.Nested(Draft),
        load_default=list,
        validate=validate.Length(max=200, error="一次最多 200 条规则。"),
    )
    on = fields.Date()


class MoveSchema(Schema):
    """One ticket that would go elsewhere."""

    number = fields.String()
    received_at = fields.DateTime()
    office = fields.String()
    before = fields.String()
    after = fields.String()
    rule_before = fields.String()
    rule_after = fields.String()
    because = fields.String()


class PreviewSchema(Schema):
    """What would move: `n_moved` of `n_tried` open tickets, the first 200 listed; `more`: older ones were not tried.

    `n_unread`: not tried either, because too many texts would have to be read again.
    """

    on = fields.Date()
    n_tried = fields.Integer()
    n_unread = fields.Integer()
    more = fields.Boolean()
    n_moved = fields.Integer()
    moves = fields.List(fields.Nested(MoveSchema))
