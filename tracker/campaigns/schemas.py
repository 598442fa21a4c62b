"""What may be said to campaigns and their ledger; also the columns of an imported ledger."""

from decimal import Decimal
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from tracker.campaigns import rules
from tracker.tickets.schemas import CONTENT_MAX, REQUIRED, RespondentIn, Strict, text_field

_DATE = {**REQUIRED, "invalid": "日期格式应如 2026-03-01。"}


class Yuan(fields.Field[int]):
    """An amount in yuan, kept as integer 分."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
            raise ValidationError("金额应为数字，单位为元。")
        try:
            return rules.fen(str(value))
        except ValueError as error:
            raise ValidationError("金额应为不小于0、最多两位小数的数字，单位为元。") from error


def _date(label: str, **more: Any) -> Any:
    return fields.Date(
        load_default=None,
        allow_none=True,
        error_messages=_DATE,
        metadata={"label": label, "widget": "date", **more},
    )


class CampaignIn(Strict):
    """A new campaign (专项整治)."""

    name = text_field("名称", required=True, longest=120, shortest=2)
    starts_on = fields.Date(
        required=True, error_messages=_DATE, metadata={"label": "开始日期", "widget": "date"}
    )
    ends_on = fields.Date(
        required=True, error_messages=_DATE, metadata={"label": "结束日期", "widget": "date"}
    )
    problem_types = fields.List(
        fields.String(validate=validate.Length(min=1, max=120, error="每类1至120字。")),
        load_default=lambda: list(rules.OFFICIAL_TYPES),
        validate=validate.Length(min=1, max=50, error="应有1至50类。"),
    )
    offices = fields.List(
        fields.String(), load_default=list, validate=validate.Length(max=200, error="参与单位最多200个。")
    )
    look_back_months = fields.Integer(
        load_default=rules.LOOK_BACK_MONTHS,
        validate=validate.Range(min=1, max=36, error="应为1至36个月。"),
        metadata={"label": "几个月后“回头看”", "widget": "number"},
    )

    @validates_schema
    def in_order(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a period that ends before it starts."""
        if data["starts_on"] > data["ends_on"]:
            raise ValidationError("结束日期不能早于开始日期。", "ends_on")


class LedgerFields(Strict):
    """The columns of the ledger that people fill in."""

    problem_type = text_field("问题类型", longest=120)
    responsible_person = text_field("责任人", longest=80)
    measures = text_field("整改措施", longest=5000)
    due_on = _date("整改时限")
    progress = text_field("整改进展", longest=5000)
    result = text_field("整改结果", longest=5000)
    amount_returned = Yuan(
        load_default=None, allow_none=True, metadata={"label": "返还/释放金额（元）", "widget": "text"}
    )
    accountability = text_field("追责问责情况", longest=5000)
    is_transferred = fields.Boolean(
        load_default=None, allow_none=True, metadata={"label": "是否移送", "widget": "checkbox"}
    )
    lessons = text_field("举一反三措施", longest=5000)


class FindingIn(LedgerFields):
    """A new line of the ledger, with the ticket behind it."""

    title = text_field("标题", longest=200)
    content = text_field("问题描述", required=True, longest=CONTENT_MAX)
    source = text_field("问题来源", longest=40)
    source_no = text_field("编号", longest=60)
    office = text_field("责任单位", longest=20, widget="office", help="不填则按内容自动派单。")
    category_code = text_field("事项分类", longest=8, widget="category")
    division_code = text_field("地点", longest=9, widget="division")
    place_text = text_field("地点描述", longest=300)
    respondent = fields.Nested(RespondentIn, load_default=None, allow_none=True)


class DrawIn(LedgerFields):
    """Drawing a ticket that exists into the ledger."""

    number = text_field("工单编号", required=True, longest=20)


class LedgerIn(Schema):
    """The filters of the ledger."""

    class Meta:
        unknown = EXCLUDE

    campaign = fields.Integer(load_default=None, error_messages={"invalid": "应为专项编号。"})
    office = fields.String(load_default=None)
    problem_type = fields.String(load_default=None)
    stage = fields.String(
        load_default=None,
        validate=validate.OneOf([one.value for one in rules.Stage], error="没有这个阶段。"),
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200, error="每页1至200条。"))
    cursor = fields.Integer(load_default=0, error_messages={"invalid": "翻页标记无效，请从第一页重新开始。"})


class VerifyIn(Strict):
    """The level above verifies (验收), preferably on site."""

    approve = fields.Boolean(
        required=True,
        metadata={
            "label": "验收结论",
            "widget": "select",
            "choices": [("true", "通过，予以销号"), ("false", "不通过，退回整改")],
        },
        error_messages=REQUIRED,
    )
    opinion = text_field("验收意见", required=True, shortest=2)
    accepted_by = text_field("验收人", longest=80, help="不填则为本人。")
    accepted_on = _date("验收日期", help="不填则为今天。")


class LookBackIn(Strict):
    """Looking back (回头看) some months after 销号."""

    rebounded = fields.Boolean(
        required=True,
        metadata={
            "label": "是否反弹",
            "widget": "select",
            "choices": [("false", "未反弹"), ("true", "反弹，按原编号重新整改")],
        },
        error_messages=REQUIRED,
    )
    result = text_field("回头看情况", required=True, shortest=2)
    looked_back_on = _date("回头看日期", help="不填则为今天。")
