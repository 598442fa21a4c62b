"""What may be said to the supervision board."""

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.supervision.queries import BOARD
from tracker.supervision.rules import SORT_LABELS
from tracker.tickets.schemas import Strict, choice_field, text_field


class InstructIn(Strict):
    """A leader's instruction."""

    text = text_field("批示内容", required=True, shortest=2, longest=1000, rows=3)
    given_by = text_field("批示领导", longest=80, help="姓名、职务；领导本人登记的可不填。")
    given_on = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"label": "批示日期", "widget": "date", "help": "不填则为今天。"},
        error_messages={"invalid": "日期格式应如 2026-03-01。"},
    )
    days = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=250, error="期限应为1至250个工作日。"),
        metadata={"label": "反馈期限（工作日）", "widget": "number", "help": "不填则不设期限。"},
        error_messages={"invalid": "应为整数。"},
    )


class InstructionAnswerIn(Strict):
    """What was done about an instruction."""

    text = text_field("落实情况", required=True, shortest=5, longest=4000, rows=3)


class SortIn(Strict):
    """The class chosen; without one the proposal is taken."""

    sort = choice_field("分类", {one.value: label for one, label in SORT_LABELS.items()}, required=False)
    opinion = text_field("理由", longest=500, help="与建议不同的必填。")


class BoardIn(Schema):
    """Which part of the board."""

    class Meta:
        unknown = EXCLUDE

    tab = fields.String(
        load_default="overdue", validate=validate.OneOf(list(BOARD), error="没有这个标签页。")
    )
