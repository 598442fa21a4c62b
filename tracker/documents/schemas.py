"""What may be said to this room, in JSON and in forms alike."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.documents.letters import BASES
from tracker.documents.rules import KIND_LABELS, MOST_TICKETS, OUTCOME_LABELS, RULING_LABELS, Kind
from tracker.tickets.identifiers import LOCAL
from tracker.tickets.schemas import REQUIRED, Strict, choice_field, text_field

_NOT_WHOLE: dict[str, Any] = {"invalid": "应为整数。"}


def _days(help_: str) -> Any:
    return fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=250, error="期限应为1至250个工作日。"),
        metadata={"label": "期限（工作日）", "widget": "number", "help": help_},
        error_messages=_NOT_WHOLE,
    )


class IssueIn(Strict):
    """A document to be issued; one of to_office, to_body and to_name says to whom."""

    kind = choice_field("文书种类", KIND_LABELS)
    tickets = fields.List(
        fields.String(validate=validate.Length(min=1, max=20, error="工单编号无效。")),
        required=True,
        validate=validate.Length(min=1, max=MOST_TICKETS, error=f"一份文书应涉及1至{MOST_TICKETS}件工单。"),
        error_messages=REQUIRED,
        metadata={"label": "涉及工单", "widget": "none"},
    )
    to_office = text_field("主送：监督机构", longest=20, widget="office", help="三个主送栏只填一个。")
    to_body = text_field("主送：执法主体", longest=20, widget="body")
    to_name = text_field(
        "主送：其他单位", longest=100, help="只用于移送函；移送问题线索给纪检监察机关请在“线索”中办理。"
    )
    subject = text_field(
        "事由", longest=80, help="标题为“关于……的督办函”；不填则写工单编号。意见书、决定书和工单不用填。"
    )
    facts = text_field(
        "事实", required=True, shortest=5, longest=8000, rows=5, help="不得写入诉求人的姓名、电话、证件号码。"
    )
    basis = text_field("依据", required=True, shortest=2, longest=1000, rows=2, default=BASES[Kind.URGING])
    demand = text_field("要求", required=True, shortest=5, longest=8000, rows=4, help="多条要求每条一行。")
    days = _days("不填则按文书种类的规定：意见书、决定书自收到之日起计，其余自印发之日起计。")
    once_key = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=80, error="重复提交标记最长80个字符。"),
        metadata={"widget": "none"},
    )
    cc = text_field("抄送", longest=200, help="多个单位用顿号隔开。")


class ListIn(Schema):
    """The filters of the list of documents."""

    class Meta:
        unknown = EXCLUDE

    kind = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf([one.value for one in Kind], error="没有这种文书。"),
    )
    office = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=20))
    state = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=20))
    cursor = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=2**62, error="翻页标记无效。"),
        error_messages={"invalid": "翻页标记无效。"},
    )
    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(min=1, max=200, error="每页1至200条。"),
        error_messages=_NOT_WHOLE,
    )


class SignIn(Strict):
    """A receipt. signed_by and signed_at only where the issuing office writes down a receipt on paper."""

    signed_by = text_field("签收人", longest=80)
    signed_at = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        default_timezone=LOCAL,
        metadata={"label": "签收时间", "widget": "datetime-local", "help": "不填则为现在。"},
        error_messages={"invalid": "时间格式应如 2026-03-01T09:30。"},
    )
    note = text_field("备注", longest=200)


class AnswerIn(Strict):
    """What the addressee reports to have done."""

    text = text_field("办理（整改）情况", required=True, shortest=5, longest=8000, rows=4)


class RecheckIn(Strict):
    """What a recheck found."""

    outcome = choice_field("复查结果", OUTCOME_LABELS)
    finding = text_field("复查情况", required=True, shortest=5, longest=4000, rows=3)
    days = _days("没有整改到位的必填：从今天起继续整改的工作日数。")


class ObjectIn(Strict):
    """Why the addressee objects."""

    grounds = text_field("申请复核的理由", required=True, shortest=5, longest=4000, rows=3)


class RulingIn(Strict):
    """What is decided on an objection."""

    ruling = choice_field("复核决定", RULING_LABELS)
    reason = text_field("理由", required=True, shortest=5, longest=4000, rows=3)


class VoidIn(Strict):
    """Why a document is void."""

    reason = text_field("作废原因", required=True, shortest=2, longest=500)


class TemplateIn(Strict):
    """The text of a kind of document."""

    text = text_field("正文模板", required=True, longest=4000, rows=8)


class PrefixIn(Strict):
    """What heads the numbers of an office."""

    office = text_field("单位", required=True, longest=20, widget="office")
    kind = choice_field("文书种类", {"": "全部种类", **KIND_LABELS}, required=False)
    prefix = text_field("发文机关代字", required=True, longest=16, help="如“粤执监督”。")
