"""JSON shapes of the routing table and its tester."""

from marshmallow import Schema, fields, validate

from tracker.offices.rules import Level
from tracker.routing.facts import DecisionKind


class RuleSchema(Schema):
    """One row of the routing table; rows are tried from the smallest `priority`, the first that fits decides."""

    code = fields.String()
    priority = fields.Integer()
    condition = fields.Dict()
    outcome = fields.String()
    target = fields.String()
    assisting = fields.Boolean()
    leadership = fields.Boolean()
    because = fields.String()
    basis = fields.String()
    verified = fields.Boolean()
    effective_from = fields.Date()
    is_active = fields.Boolean()


class RuleList(Schema):
    """All rows, with what their conditions may speak of."""

    items = fields.List(fields.Nested(RuleSchema))
    features = fields.Dict(keys=fields.String(), values=fields.String())
    placeholders = fields.List(fields.String())


class RuleChange(Schema):
    """The parts of a row to change; what is absent stays."""

    priority = fields.Integer(validate=validate.Range(0, 10_000, error="优先级应在 0 至 10000 之间。"))
    condition = fields.Dict(keys=fields.String())
    assisting = fields.Boolean()
    leadership = fields.Boolean()
    because = fields.String(validate=validate.Length(1, 300, error="理由为 1 至 300 字。"))
    basis = fields.String(validate=validate.Length(1, 500, error="请填写依据，不超过 500 字。"))
    verified = fields.Boolean()
    effective_from = fields.Date()
    is_active = fields.Boolean()


class RespondentSchema(Schema):
    """A body complained about: its code, or its name and, when known, level."""

    name = fields.String(validate=validate.Length(1, 200, error="单位名称为 1 至 200 字。"))
    body_code = fields.String(validate=validate.Length(1, 20, error="单位代码为 1 至 20 个字符。"))
    level = fields.Enum(Level, by_value=True)


class Trial(Schema):
    """Facts for the tester: where it happened and who is complained about; several respondents acted jointly."""

    division_code = fields.String(
        validate=validate.Regexp(r"^\d{6}(\d{3})?$", error="区划代码应为 6 位或 9 位数字。")
    )
    respondents = fields.List(
        fields.Nested(RespondentSchema),
        load_default=list,
        validate=validate.Length(max=20, error="一次最多 20 个单位。"),
    )
    is_conduct = fields.Boolean(load_default=False)


class CandidateSchema(Schema):
    """An office a person may click."""

    office_code = fields.String()
    office_name = fields.String()
    label = fields.String()


class DecisionSchema(Schema):
    """Where the complaint goes and why; `kind` is dispatch, redirect or manual."""

    kind = fields.Enum(DecisionKind, by_value=True)
    office_code = fields.String(allow_none=True)
    rule_id = fields.String()
    because = fields.String()
    assisting_office_code = fields.String(allow_none=True)
    leadership = fields.Boolean()
    conduct = fields.Boolean()
    tell_body = fields.String()
    tell_body_codes = fields.List(fields.String())
    redirect_to = fields.String()
    candidates = fields.List(fields.Nested(CandidateSchema))
