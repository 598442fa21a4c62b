"""What may be said to and about replies."""

import base64
import binascii
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from tracker.replies import rules, wording
from tracker.tickets import schemas as tickets
from tracker.tickets.schemas import REQUIRED, Strict, choice_field, text_field

_LONGEST_BASE64 = rules.MAX_FILE_BYTES * 4 // 3 + 4


class EvidenceIn(Strict):
    """One file of evidence inside a JSON body: its name and its bytes in base64."""

    name = text_field("文件名", required=True, longest=200)
    content = fields.String(
        required=True,
        validate=validate.Length(min=1, max=_LONGEST_BASE64, error="文件不能超过20MB。"),
        error_messages=REQUIRED,
        metadata={"label": "文件内容（base64）", "widget": "none"},
    )

    @post_load
    def decode(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the name and the bytes; refuse what is not base64 or not a file that evidence may be."""
        try:
            content = base64.b64decode(data["content"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError("文件内容应为 base64。", "content") from error
        refusal = rules.file_refusal(content)
        if refusal:
            raise ValidationError(refusal, "content")
        return {"name": data["name"], "content": content}


class ReplyIn(Strict):
    """A reply (答复): coded outcome, what the complainant reads, and what stays inside."""

    outcome = choice_field("办理结论", rules.OUTCOME_LABELS)
    public_text = text_field(
        "答复内容（审核后向诉求人公开）", required=True, shortest=10, longest=5000, rows=6, as_typed=True
    )
    note = text_field("内部说明", longest=5000, help="不向诉求人公开。")
    overrule_reason = text_field(
        "协办、拆分未办结仍答复的理由",
        longest=500,
        help="还有单位在协办、或拆分出的工单没办完时须填写，否则不能答复。",
    )
    acknowledged = fields.Boolean(
        load_default=None,
        allow_none=True,
        metadata={"label": "已核对提醒，仍按此提交", "widget": "checkbox"},
    )
    evidence = fields.List(
        fields.Nested(EvidenceIn),
        load_default=list,
        validate=validate.Length(max=10, error="一次最多附10个文件。"),
        metadata={
            "label": "证据材料",
            "widget": "none",
            "help": "四乱类事项须附证据；也可先在本页上传，答复时一并提交。",
        },
    )


class ReturnIn(tickets.ReturnIn):
    """A return (退单) with its evidence."""

    bind = fields.Boolean(
        load_default=False,
        metadata={
            "label": "本单位已上传、尚未随答复提交的材料，作为退单证据",
            "widget": "checkbox",
        },
    )
    evidence = fields.List(
        fields.Nested(EvidenceIn),
        load_default=list,
        validate=validate.Length(max=10, error="一次最多附10个文件。"),
        metadata={"label": "退单证据", "widget": "none"},
    )


class ReviewIn(Strict):
    """A second person's decision on a reply (审核)."""

    approve = fields.Boolean(
        required=True,
        metadata={
            "label": "审核意见",
            "widget": "select",
            "choices": [("true", "同意"), ("false", "退回重新办理")],
        },
        error_messages=REQUIRED,
    )
    opinion = text_field("理由", longest=2000, help="退回时必填。")


class CheckIn(Strict):
    """The public part of a reply to be looked over, whatever state it is in."""

    outcome = choice_field("办理结论", rules.OUTCOME_LABELS, required=False)
    public_text = fields.String(load_default="", validate=validate.Length(max=5000, error="答复最长5000字。"))


class TemplateIn(Strict):
    """A reply template of the own office."""

    outcome = choice_field("办理结论", rules.OUTCOME_LABELS, widget="select")
    category = text_field("事项分类", longest=8, widget="category", help="不选则适用于全部分类。")
    text = text_field("模板正文", required=True, longest=wording.LONGEST, rows=7)
    is_active = fields.Boolean(
        load_default=True, metadata={"label": "启用（不勾选则本单位及下级不再提供）", "widget": "checkbox"}
    )
