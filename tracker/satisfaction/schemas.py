"""What may be said to and about satisfaction."""

from typing import Any

from marshmallow import ValidationError, fields, pre_load, validate, validates_schema

from tracker.satisfaction import rules
from tracker.tickets.schemas import REQUIRED, Strict, choice_field, text_field

_TAGS = [(tag.value, label) for tag, label in rules.TAG_LABELS.items()]
_YES_NO = [("true", "是"), ("false", "否")]


class AnswerIn(Strict):
    """What the complainant says: grade, solved, tags, free text."""

    grade = choice_field("满意度", rules.GRADE_LABELS, required=False, widget="radio")
    solved = fields.Boolean(
        load_default=None,
        allow_none=True,
        metadata={"label": "问题是否解决", "widget": "radio", "choices": _YES_NO},
        error_messages=REQUIRED,
    )
    tags = fields.List(
        fields.String(validate=validate.OneOf([tag for tag, _ in _TAGS], error="没有这个标签。")),
        load_default=list,
        validate=validate.Length(max=len(_TAGS), error="标签太多。"),
        metadata={"label": "不满意的原因", "widget": "checkboxes", "choices": _TAGS},
    )
    remark = text_field("备注", longest=2000)

    @pre_load
    def one_tag(self, data: Any, **_: Any) -> Any:
        """Return the input with a single tag, as forms send it, made a list."""
        if isinstance(data, dict) and isinstance(data.get("tags"), str):
            return {**data, "tags": [tag for tag in data["tags"].replace("，", ",").split(",") if tag]}
        return data


class RateIn(AnswerIn):
    """The complainant's own answer through the link."""

    @validates_schema
    def complete(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an answer without grade or without saying whether the matter is solved."""
        missing = {name: ["请选择。"] for name in ("grade", "solved") if data.get(name) is None}
        if missing:
            raise ValidationError(missing)


class CallBackIn(AnswerIn):
    """One attempt by telephone (回访)."""

    class Meta(Strict.Meta):
        fields = ("reached", "grade", "solved", "tags", "remark")

    reached = fields.Boolean(
        required=True,
        metadata={
            "label": "是否接通",
            "widget": "radio",
            "choices": [("true", "接通"), ("false", "未接通")],
        },
        error_messages=REQUIRED,
    )

    @validates_schema
    def complete(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a reached call without its answer, and an answer to a call nobody took."""
        if data.get("reached"):
            missing = {name: ["接通后必填。"] for name in ("grade", "solved") if data.get(name) is None}
            if missing:
                raise ValidationError(missing)
        elif data.get("grade") is not None or data.get("solved") is not None:
            raise ValidationError({"reached": ["未接通时不能登记满意度。"]})


class AppealIn(Strict):
    """An appeal (申诉剔除) against an answer."""

    reason = text_field("申诉理由", required=True, shortest=2)
    proof = text_field("证明材料说明（录音、笔录、文书编号等）", required=True, shortest=2)


class ArchiveIn(Strict):
    """Archiving (归档)."""

    note = text_field("备注", longest=500)
