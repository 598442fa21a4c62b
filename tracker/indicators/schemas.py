"""What may be asked of the indicators."""

from datetime import date
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.indicators.rules import ELSEWHERE, OWN, UNSORTED


def _day(name: str, told: str) -> Any:
    within = validate.Range(
        min=date(2000, 1, 1), max=date(2099, 12, 31), error="日期应在2000年至2099年之间。"
    )
    return fields.Date(data_key=name, load_default=None, validate=within, error_messages={"invalid": told})


class PeriodIn(Schema):
    """A period of local dates, both ends included, and the office whose subtree is counted."""

    class Meta:
        unknown = EXCLUDE

    office = fields.String(load_default=None, validate=validate.Length(max=20, error="最多20个字符。"))
    since = _day("from", "日期格式应如 2026-03-01。")
    until = _day("to", "日期格式应如 2026-03-31。")


class FigureIn(PeriodIn):
    """One figure of a report, whole or one cell of the heat grid; a page of its tickets."""

    figure = fields.String(
        required=True,
        validate=validate.Length(max=40, error="没有这项指标。"),
        error_messages={"required": "请指明指标。"},
    )
    category = fields.String(
        load_default=None, validate=validate.Regexp(f"^([A-Z]|{UNSORTED})$", error="没有这个大类。")
    )
    area = fields.String(
        load_default=None,
        validate=validate.Regexp(rf"^(\d{{1,12}}|{OWN}|{ELSEWHERE})$", error="没有这个地区。"),
    )
    own = fields.Boolean(load_default=False, error_messages={"invalid": "应为是或否。"})
    cursor = fields.Integer(
        load_default=None,
        validate=validate.Range(min=1, max=2**62, error="翻页标记无效。"),
        error_messages={"invalid": "翻页标记无效。"},
    )
    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(min=1, max=200, error="每页1至200条。"),
        error_messages={"invalid": "应为整数。"},
    )
