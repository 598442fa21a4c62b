"""What may be said to and about tickets, in JSON and in forms alike.

Field metadata serves the pages: `label` (Chinese), `widget` (text, textarea, select, number, checkbox, office),
`choices` ((value, label) pairs) and `help`.
"""

import unicodedata
from datetime import date, datetime
from typing import Any

from marshmallow import (
    EXCLUDE,
    RAISE,
    Schema,
    ValidationError,
    fields,
    missing,
    pre_load,
    validate,
    validates_schema,
)

from tracker.offices.rules import LEVEL_NAMES
from tracker.tickets import identifiers, rules

REQUIRED: dict[str, Any] = {"required": "此项必填。", "null": "此项必填。", "invalid": "格式不对。"}
CONTENT_MAX = 20_000
FACTS_MAX = 2000
STRANGERS_MOST = 200_000
"""Characters of a code a stranger shows, which the bound on his requests stops before."""


def text_field(
    label: str, *, required: bool = False, longest: int = 2000, shortest: int = 1, **more: Any
) -> Any:
    """Return a text field with its Chinese label; blank counts as absent and length is told in Chinese."""
    metadata = {"label": label, "widget": more.pop("widget", "textarea" if longest > 200 else "text"), **more}
    limits = validate.Length(
        min=shortest if required else 0, max=longest, error=f"长度应为{shortest}至{longest}字。"
    )
    return fields.String(
        required=required,
        load_default=missing if required else None,
        allow_none=not required,
        validate=limits,
        metadata=metadata,
        error_messages=REQUIRED,
    )


def choice_field(label: str, labels: dict[Any, str], *, required: bool = True, **more: Any) -> Any:
    """Return a field that takes one of the values of an enum's label table."""
    choices = [(str(value), name) for value, name in labels.items()]
    allowed = validate.OneOf(
        [value for value, _ in choices], error="不在可选范围内，可选：" + "、".join(v for v, _ in choices)
    )
    return fields.String(
        required=required,
        allow_none=not required,
        load_default=missing if required else None,
        validate=allowed,
        metadata={"label": label, "widget": "select", "choices": choices, **more},
        error_messages=REQUIRED,
    )


def storable(text: str) -> str:
    """Return the text without what no database stores: NUL, and halves of characters left by a careless cut.

    A text of nothing but invisible characters is no text.
    """
    kept = text.replace("\x00", "").encode("utf-8", "ignore").decode()
    return kept if any(unicodedata.category(one) not in {"Cf", "Cc", "Zs"} for one in kept) else ""


class Strict(Schema):
    """Strips surrounding space, turns blanks into nothing, drops what cannot be stored, refuses unknown fields."""

    class Meta:
        unknown = RAISE

    error_messages = {  # noqa: RUF012 — marshmallow declares it so
        "unknown": "没有这个字段。",
        "type": "内容应是一个对象。",
    }

    @pre_load
    def strip(self, data: Any, **_: Any) -> Any:
        """Return the input with blank strings dropped and each string storable, without space around it."""
        if not isinstance(data, dict):
            return data
        stripped = {k: storable(v).strip() if isinstance(v, str) else v for k, v in data.items()}
        return {k: v for k, v in stripped.items() if v != ""}


class RespondentIn(Strict):
    """The body complained about, as far as the caller can name it."""

    name = text_field("被投诉单位", longest=200)
    body_code = fields.String(load_default=None, allow_none=True)
    level = choice_field("单位层级", LEVEL_NAMES, required=False)
    officer_name = text_field("执法人员姓名", longest=80)
    officer_cert_no = text_field("执法证号", longest=80)


class PhoneField(fields.String):
    """A telephone number however it was pasted: “139 1234 5678”, “+86 139…” and full-width digits are one number."""

    def _deserialize(self, *given: Any, **more: Any) -> Any:
        return identifiers.plain_phone(super()._deserialize(*given, **more))


class ComplainantIn(Strict):
    """Who complains; nothing is required, and anonymous complaints are lawful."""

    name = text_field("姓名", longest=80)
    phone = PhoneField(load_default=None, allow_none=True, validate=identifiers.check_phone)
    id_no = fields.String(load_default=None, allow_none=True, validate=identifiers.check_id_no)
    address = text_field("住址", longest=200)
    anonymous = fields.Boolean(load_default=False)
    hide_identity = fields.Boolean(load_default=False)


class TicketIn(Strict):
    """A complaint as it comes in."""

    channel = fields.String(required=True, error_messages=REQUIRED)
    kind = choice_field("诉求类型", rules.CALLER_KINDS)
    title = text_field("标题", longest=200)
    content = text_field("内容", required=True, longest=CONTENT_MAX)
    occurred_at = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        default_timezone=identifiers.LOCAL,
        error_messages={"invalid": "时间格式应如 2026-03-01T09:30。"},
    )
    place_text = text_field("地点", longest=300)
    division_code = fields.String(load_default=None, allow_none=True)
    respondent = fields.Nested(RespondentIn, load_default=None, allow_none=True)
    party_kind = choice_field(
        "诉求主体", {"enterprise": "企业", "sole_trader": "个体工商户", "person": "个人"}, required=False
    )
    uscc = fields.String(load_default=None, allow_none=True, validate=identifiers.check_uscc)
    complainant = fields.Nested(ComplainantIn, load_default=None, allow_none=True)
    urgent = fields.Boolean(load_default=False)
    source_no = text_field("来源编号", longest=80)
    received_at = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        default_timezone=identifiers.LOCAL,
        error_messages={"invalid": "时间格式应如 2026-03-01T09:30。"},
    )
    category_code = fields.String(load_default=None, allow_none=True)

    @validates_schema
    def occurs_before_receipt(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an event dated after the complaint about it."""
        occurred, received = data.get("occurred_at"), data.get("received_at")
        if isinstance(occurred, datetime) and isinstance(received, datetime) and occurred > received:
            raise ValidationError("发生时间不能晚于受理时间。", "occurred_at")


class BatchIn(Strict):
    """Up to 1,000 complaints; each row is judged by itself."""

    tickets = fields.List(
        fields.Raw(allow_none=True),
        required=True,
        validate=validate.Length(min=1, max=1000, error="一次可提交1至1000条。"),
        error_messages=REQUIRED,
    )


class TriageIn(Strict):
    """A text to be judged without writing anything."""

    title = text_field("标题", longest=200)
    text = text_field("内容", required=True, longest=CONTENT_MAX)
    division_code = fields.String(load_default=None, allow_none=True)
    respondent = fields.Nested(RespondentIn, load_default=None, allow_none=True)
    phone = fields.String(load_default=None, allow_none=True)


_within_calendar = validate.Range(
    min=date(1990, 1, 1), max=date(2200, 12, 31), error="日期应在1990年至2200年之间。"
)


class ListIn(Schema):
    """The filters of the ticket list."""

    class Meta:
        unknown = EXCLUDE

    tab = fields.String(load_default="all")
    office = fields.String(load_default=None)
    category = fields.String(load_default=None)
    q = fields.String(load_default=None, validate=validate.Length(max=100, error="搜索词最多100字。"))
    caller = fields.String(load_default=None, validate=validate.Length(max=20))
    division = fields.String(load_default=None, validate=validate.Length(max=9))
    received_from = fields.Date(
        load_default=None, validate=_within_calendar, error_messages={"invalid": "日期应写作2026-03-02。"}
    )
    received_to = fields.Date(
        load_default=None, validate=_within_calendar, error_messages={"invalid": "日期应写作2026-03-02。"}
    )
    parent = fields.String(load_default=None, validate=validate.Length(max=20))
    without_findings = fields.Boolean(load_default=False, error_messages={"invalid": "应为1或0。"})
    sort = fields.String(
        load_default="due",
        validate=validate.OneOf(
            ["due", "stage", "received", "-received"], error="排序可选 due、stage、received、-received。"
        ),
    )
    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(min=1, max=200, error="每页1至200条。"),
        error_messages={"invalid": "应为整数。"},
    )
    cursor = fields.String(load_default=None)


class BulkIn(Strict):
    """One action on many tickets; each ticket is judged by itself."""

    action = fields.String(required=True, error_messages=REQUIRED)
    numbers = fields.List(fields.String(), required=True, error_messages=REQUIRED)
    given = fields.Dict(keys=fields.String(), load_default=dict)
    preview = fields.Boolean(load_default=False)


class NoInput(Strict):
    """An action that needs nothing but a remark."""

    note = text_field("备注")


class NoteIn(Strict):
    """An internal note."""

    note = text_field("内部备注", required=True)


class ReturnIn(Strict):
    """A return (退单): coded reason, basis, the office claimed to be right, and what was found."""

    reason = choice_field("退单理由", rules.RETURN_REASON_LABELS)
    basis = text_field("依据（法规、职责清单条款）", required=True, shortest=2)
    statement = text_field("情况说明", required=True, shortest=5)
    claimed_office = text_field("认为应由哪个单位承办", longest=20, widget="office")


def _precedent_field() -> Any:
    return fields.Boolean(
        load_default=True,
        allow_none=True,
        metadata={
            "label": "以后同类诉求",
            "widget": "select",
            "choices": [("true", "照此派单（作为先例）"), ("false", "不受影响（仅限本件）")],
            "help": "同一被投诉单位、同一分类的诉求；先例可随时停用。",
        },
    )


class SignIn(Strict):
    """A second person's decision on a return before it goes out (审核退单)."""

    approve = fields.Boolean(
        required=True,
        metadata={
            "label": "审核意见",
            "widget": "select",
            "choices": [("true", "同意退单"), ("false", "不同意，继续办理")],
        },
        error_messages=REQUIRED,
    )
    opinion = text_field("意见", required=True, shortest=2)


class DeskRuleIn(Strict):
    """What the office that dispatched a ticket decides on its first return (处理退单)."""

    ruling = choice_field("处理", rules.DESK_RULING_LABELS)
    reason = text_field("理由", required=True, shortest=5)
    office = text_field("改派的单位", longest=20, widget="office")


class RuleIn(Strict):
    """A ruling (裁决) on a return."""

    ruling = choice_field("裁决", rules.RULING_LABELS)
    reason = text_field("裁决理由", required=True, shortest=5)
    office = text_field(
        "改派或指定的单位", longest=20, widget="office", help="维持、先办后议不填；选定一个单位的才填。"
    )
    category = text_field("同时更正分类", longest=10, widget="category")
    precedent = _precedent_field()


class SettleIn(Strict):
    """Whose business it was (议定职责), after an office handled it first."""

    ruling = choice_field("职责归属", rules.SETTLEMENT_LABELS)
    reason = text_field("议定理由", required=True, shortest=5)
    office = text_field("应由哪个单位承办", longest=20, widget="office", help="退单成立时填写。")
    precedent = _precedent_field()


class ExtendIn(Strict):
    """A request for more time (延期)."""

    days = fields.Integer(
        required=True,
        validate=validate.Range(min=1, max=60, error="延长天数应为1至60个工作日。"),
        metadata={"label": "延长工作日", "widget": "number"},
        error_messages={**REQUIRED, "invalid": "应为整数。"},
    )
    reason = text_field("延期理由", required=True, shortest=5)
    basis = text_field("依据", required=True, shortest=2)


class DecideIn(Strict):
    """A second person's decision on a request."""

    approve = fields.Boolean(
        required=True,
        metadata={"label": "决定", "widget": "select", "choices": [("true", "同意"), ("false", "不同意")]},
        error_messages=REQUIRED,
    )
    opinion = text_field("意见", required=True, shortest=2)


class CoHandleIn(Strict):
    """Offices asked to help (协办)."""

    office = text_field("协办单位", required=True, longest=20, widget="office")
    task = text_field("协办事项", required=True, shortest=5)
    days = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=60, error="协办期限应为1至60个工作日。"),
        metadata={"label": "协办工作日", "widget": "number", "help": "不填则与主办期限相同。"},
        error_messages={"invalid": "应为整数。"},
    )


class CoRecallIn(Strict):
    """Calling off what an office was asked to help with (撤回协办)."""

    office = text_field("撤回哪个单位的协办", required=True, longest=20, widget="office")
    reason = text_field("理由", required=True, shortest=2)


class OpinionIn(Strict):
    """A co-handler's opinion (协办意见)."""

    opinion = text_field("协办意见", required=True, shortest=5)


class ReasonIn(Strict):
    """A step that must say why."""

    reason = text_field("理由", required=True, shortest=2)


class SuspendIn(Strict):
    """Suspension (挂起) until something outside the office happens."""

    reason = text_field("挂起原因", required=True, shortest=5)


class MergeIn(Strict):
    """Merging (并案) under a lead ticket; each keeps its number, complainant and survey."""

    lead = text_field("主工单编号", required=True, longest=20)
    reason = text_field("理由", required=True, shortest=2)


class RedirectIn(Strict):
    """Sending the caller to the right channel (转其他渠道)."""

    channel = text_field("应走的渠道", required=True, longest=200)
    reason = text_field("理由", required=True, shortest=2)


class RejectIn(Strict):
    """Not accepting a complaint (不予受理); the reason and the right way are always told."""

    reason = choice_field("不予受理的理由", rules.REJECT_REASON_LABELS)
    route = text_field("告知诉求人的正确途径", required=True, shortest=2)


class TerminateIn(Strict):
    """Asking to terminate (终止), or deciding on it."""

    reason = text_field("理由", required=True, shortest=5)
    approve = fields.Boolean(
        load_default=None,
        allow_none=True,
        metadata={
            "label": "审批（仅审核人）",
            "widget": "select",
            "choices": [("", "提出申请"), ("true", "同意终止"), ("false", "不同意")],
        },
    )


class RecategoriseIn(Strict):
    """A person's correction of the category; becomes training material."""

    category = text_field("事项分类", required=True, longest=10, widget="category")
    reason = text_field("理由", longest=500)
    route = fields.Boolean(
        load_default=False, metadata={"label": "人工研判中的，同时按派单规则派出", "widget": "checkbox"}
    )


class RedispatchIn(Strict):
    """Dispatch by hand to an office (派单、改派)."""

    office = text_field("承办单位", required=True, longest=20, widget="office")
    reason = text_field("理由", required=True, shortest=2)
    category = text_field("事项分类", longest=10, widget="category")


class RevealIn(Strict):
    """Asking to see one contact field in clear."""

    field = choice_field(
        "字段",
        {"name": "姓名", "phone": "电话", "id_no": "证件号码", "address": "住址", "content": "诉求原文"},
    )
    seq = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 1_000_000),
        metadata={"widget": "none", "description": "field 为 content 时：流转记录的序号，0 为诉求内容本身"},
    )
    reason = text_field("查看理由", required=True, shortest=4, longest=500)


class PublicQueryIn(Strict):
    """What a complainant shows to see the progress: number and last four digits, or the receipt code.

    What is too long to be one of them is no other answer than one that does not fit.
    """

    number = text_field("工单号", longest=STRANGERS_MOST)
    phone_tail = text_field("电话后四位", longest=STRANGERS_MOST)
    receipt_code = text_field("16位回执码", longest=STRANGERS_MOST)


class FactsIn(Strict):
    """Facts a complainant adds."""

    text = text_field("补充情况", required=True, shortest=2, longest=FACTS_MAX)
