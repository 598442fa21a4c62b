"""JSON shapes of the calendar and the deadline table."""

from marshmallow import Schema, fields, validate

from tracker.calendar.deadlines import Unit
from tracker.calendar.rules import FURTHEST


class YearQuery(Schema):
    """Which year to show; the current one (Asia/Shanghai) when absent."""

    year = fields.Integer(validate=validate.Range(1990, 2200, error="年份应在 1990 至 2200 之间。"))


class DaySchema(Schema):
    """One day: whether offices work on it, and its name when it has one."""

    day = fields.Date(required=True)
    is_working = fields.Boolean(required=True)
    note = fields.String(load_default="", validate=validate.Length(max=50, error="备注不超过 50 字。"))
    hours = fields.String(load_default="", validate=validate.Length(max=60, error="工作时间不超过 60 字。"))


class YearSchema(Schema):
    """One year of the working calendar. `provisional` years are not arranged yet: plain Monday to Friday."""

    year = fields.Integer()
    provisional = fields.Boolean()
    source = fields.String()
    n_working_days = fields.Integer()
    days = fields.List(fields.Nested(DaySchema))


class ArrangementSchema(Schema):
    """The days of a year that differ from Monday to Friday, or carry a name, and where that was published."""

    source = fields.String(
        required=True, validate=validate.Length(min=1, max=200, error="请填写安排的出处。")
    )
    days = fields.List(
        fields.Nested(DaySchema),
        required=True,
        validate=validate.Length(max=366, error="一年最多 366 天。"),
    )


class DayChange(Schema):
    """What to make of one day: `hours` when they are not the usual ones, `why` for the record of changes."""

    is_working = fields.Boolean(required=True)
    note = fields.String(load_default="", validate=validate.Length(max=50, error="备注不超过 50 字。"))
    hours = fields.String(load_default="", validate=validate.Length(max=60, error="工作时间不超过 60 字。"))
    why = fields.String(load_default="", validate=validate.Length(max=200, error="原因不超过 200 字。"))


class ClosureIn(Schema):
    """A day on which an office and all below it are closed, and why."""

    office_code = fields.String(required=True, error_messages={"required": "请选择单位。"})
    day = fields.Date(required=True, error_messages={"invalid": "日期格式应为 2026-10-01。"})
    why = fields.String(
        required=True, validate=validate.Length(min=1, max=50, error="请填写原因，不超过 50 字。")
    )


class WhyIn(Schema):
    """A reason."""

    why = fields.String(
        required=True, validate=validate.Length(min=1, max=200, error="请填写原因，不超过 200 字。")
    )


class ClosureSchema(Schema):
    """One local closure."""

    id = fields.Integer()
    office_code = fields.String()
    office = fields.String()
    day = fields.Date()
    why = fields.String()
    by_name = fields.String()
    at = fields.AwareDateTime()


class ClosureList(Schema):
    """The closures of a year."""

    items = fields.List(fields.Nested(ClosureSchema))


class DeadlineRuleSchema(Schema):
    """One deadline rule. Empty `kind`, `category_prefix`, `urgency` match any; `closes_at` is Asia/Shanghai."""

    code = fields.String()
    name = fields.String()
    clock = fields.String()
    kind = fields.String()
    category_prefix = fields.String()
    urgency = fields.String()
    amount = fields.Integer()
    unit = fields.String()
    basis = fields.String()
    verified = fields.Boolean()
    effective_from = fields.Date()
    closes_at = fields.Time()
    is_active = fields.Boolean()


class DeadlineRuleChange(Schema):
    """The parts of a deadline rule to change; what is absent stays."""

    amount = fields.Integer(validate=validate.Range(0, FURTHEST, error=f"数量应在 0 至 {FURTHEST} 之间。"))
    unit = fields.Enum(Unit, by_value=True)
    basis = fields.String(validate=validate.Length(min=1, max=500, error="请填写依据，不超过 500 字。"))
    verified = fields.Boolean()
    effective_from = fields.Date()
    closes_at = fields.Time()
    is_active = fields.Boolean()


class DeadlineRuleList(Schema):
    """All deadline rules."""

    items = fields.List(fields.Nested(DeadlineRuleSchema))
