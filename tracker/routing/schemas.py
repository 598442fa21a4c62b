"""JSON shapes of the routing table and its tester."""

from marshmallow import Schema, fields, validate

from tracker.offices.rules import Level
from tracker.routing.facts import DecisionKind, Target
from tracker.routing.validity import Fault
from tracker.routing.wording import condition_text


class RuleSchema(Schema):
    """One version of a rule; rules are tried from the smallest `priority`, the first that fits decides.

    `condition_text` says the condition in words. `reason`, `recorded_by_name`, `recorded_at`: why, who, when.
    """

    code = fields.String()
    version = fields.Integer()
    priority = fields.Integer()
    condition = fields.Dict()
    condition_text = fields.Function(lambda rule: condition_text(rule.condition))
    outcome = fields.String()
    target = fields.String()
    office_code = fields.String()
    refers_to = fields.String()
    assisting = fields.Boolean()
    leadership = fields.Boolean()
    because = fields.String()
    basis = fields.String()
    verified = fields.Boolean()
    effective_from = fields.Date()
    is_active = fields.Boolean()
    reason = fields.String()
    recorded_by_name = fields.String()
    recorded_at = fields.DateTime(allow_none=True)


class FindingSchema(Schema):
    """Something wrong with a rule in force; `fault` is overlap, void, cycle or unreachable."""

    fault = fields.Enum(Fault, by_value=True)
    code = fields.String()
    other = fields.String()
    sentence = fields.String()


class RuleList(Schema):
    """The rules in force, those that begin later, what is wrong with them, and what conditions may speak of."""

    items = fields.List(fields.Nested(RuleSchema))
    upcoming = fields.List(fields.Nested(RuleSchema))
    faults = fields.List(fields.Nested(FindingSchema))
    features = fields.Dict(keys=fields.String(), values=fields.String())
    values = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    placeholders = fields.List(fields.String())


class VersionList(Schema):
    """All versions of one rule, the first one first."""

    items = fields.List(fields.Nested(RuleSchema))


class ListQuery(Schema):
    """Which day's table."""

    on = fields.Date()


_REASON = fields.String(
    required=True, validate=validate.Length(2, 300, error="请用2至300字写明为什么修改，如依据的文件。")
)


class RuleChange(Schema):
    """The parts of a rule to change and why; what is absent stays. `expected`: the version the writer last saw."""

    priority = fields.Integer(validate=validate.Range(0, 10_000, error="优先级应在 0 至 10000 之间。"))
    condition = fields.Dict(keys=fields.String())
    outcome = fields.Enum(DecisionKind, by_value=True)
    target = fields.Enum(Target, by_value=True)
    office_code = fields.String(validate=validate.Length(0, 20, error="机构代码不超过 20 字。"))
    refers_to = fields.String(validate=validate.Length(0, 64, error="规则编码不超过 64 字。"))
    assisting = fields.Boolean()
    leadership = fields.Boolean()
    because = fields.String(validate=validate.Length(1, 300, error="理由为 1 至 300 字。"))
    basis = fields.String(validate=validate.Length(1, 500, error="请填写依据，不超过 500 字。"))
    verified = fields.Boolean()
    effective_from = fields.Date()
    is_active = fields.Boolean()
    reason = _REASON
    expected = fields.Integer()


class NewRule(RuleChange):
    """A rule under a code of its own."""

    code = fields.String(
        required=True,
        validate=validate.Regexp(
            r"^[a-z][a-z0-9_]{1,59}$", error="编码用小写字母开头，由字母、数字、下划线组成。"
        ),
    )
    priority = fields.Integer(
        required=True, validate=validate.Range(0, 10_000, error="优先级应在 0 至 10000 之间。")
    )
    condition = fields.Dict(keys=fields.String(), required=True)
    outcome = fields.Enum(DecisionKind, by_value=True, required=True)
    target = fields.Enum(Target, by_value=True, required=True)
    because = fields.String(required=True, validate=validate.Length(1, 300, error="理由为 1 至 300 字。"))
    basis = fields.String(
        required=True, validate=validate.Length(1, 500, error="请填写依据，不超过 500 字。")
    )


class Sheet(Schema):
    """What goes with an uploaded sheet: why, from which local date (today when absent), and whether only to check it."""

    reason = _REASON
    effective_from = fields.Date()
    dry_run = fields.Boolean(load_default=False)


class DutySheet(Sheet):
    """`whole`: the sheet is the whole list, and whatever it does not hold ends."""

    whole = fields.Boolean(load_default=False)


class BadRowSchema(Schema):
    """A row of a sheet that cannot be taken: its number in the file, and why."""

    row = fields.Integer()
    sentence = fields.String()


class Imported(Schema):
    """How many rows were taken over, how many say what was known already, and the bad ones; with any of these nothing is."""

    n_written = fields.Integer()
    n_unchanged = fields.Integer()
    bad = fields.List(fields.Nested(BadRowSchema))


class DutySchema(Schema):
    """One line of the duty list (职责清单)."""

    item = fields.String()
    words = fields.List(fields.String())
    category_code = fields.String(allow_none=True)
    division_code = fields.String()
    body = fields.String()
    office_code = fields.String()
    basis = fields.String()
    effective_from = fields.Date()
    effective_to = fields.Date(allow_none=True)


class DutyList(Schema):
    """The lines in force or yet to come, 5,000 at most."""

    items = fields.List(fields.Nested(DutySchema))


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


class PrecedentSchema(Schema):
    """One ruling that dispatching follows (裁决先例), or followed until `ended_at`."""

    id = fields.Integer()
    body = fields.String()
    category_code = fields.String()
    division = fields.String(allow_none=True)
    office_code = fields.String()
    office = fields.String()
    ticket_number = fields.String()
    ruling = fields.String()
    reason = fields.String()
    ruled_by = fields.String()
    ruled_in = fields.String(allow_none=True)
    effective_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)
    ended_by = fields.String(allow_none=True)
    ended_why = fields.String(allow_none=True)


class PrecedentList(Schema):
    """Precedents, those in force first."""

    items = fields.List(fields.Nested(PrecedentSchema))


class SwitchIn(Schema):
    """Switching a precedent off or on again, and why."""

    active = fields.Boolean(required=True, error_messages={"required": "请选择停用或恢复。"})
    reason = fields.String(
        required=True,
        validate=validate.Length(2, 500, error="理由应为2至500字。"),
        error_messages={"required": "请写明理由。"},
    )
