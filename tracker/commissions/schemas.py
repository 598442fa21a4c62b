"""What may be said to and about a package, in JSON and in forms alike."""

from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, fields, missing, pre_load, validate

from tracker.clock import LOCAL
from tracker.commissions.models import DeskEntry, EnvelopeRequest, Package
from tracker.commissions.rules import (
    DEED_LABELS,
    DISPOSITION_LABELS,
    OWN_LABELS,
    READING_LABELS,
    STAGE_LABELS,
    Deed,
    Disposition,
    Stage,
    possible,
)

_REQUIRED: dict[str, Any] = {"required": "此项必填。", "null": "此项必填。", "invalid": "格式不对。"}


def _text(label: str, *, required: bool = True, shortest: int = 2, longest: int = 4000) -> Any:
    return fields.String(
        required=required,
        load_default=missing if required else None,
        allow_none=not required,
        validate=validate.Length(
            min=shortest if required else 0, max=longest, error=f"长度应为{shortest}至{longest}字。"
        ),
        metadata={"label": label, "widget": "textarea", "max": longest},
        error_messages=_REQUIRED,
    )


class Strict(Schema):
    """Strips surrounding space, turns blanks into nothing, refuses unknown fields."""

    class Meta:
        unknown = RAISE

    error_messages: dict[str, str] = {"unknown": "没有这个字段。", "type": "内容应是一个对象。"}  # noqa: RUF012  # as marshmallow declares it

    @pre_load
    def strip(self, data: Any, **_: Any) -> Any:
        """Return the input with blank strings dropped and space around strings removed."""
        if not isinstance(data, dict):
            return data
        stripped = {key: value.strip() if isinstance(value, str) else value for key, value in data.items()}
        return {key: value for key, value in stripped.items() if value != ""}


class SignIn(Strict):
    """签收 needs nothing said."""


class AcceptIn(Strict):
    """受理."""

    opinion = _text("受理意见", required=False)


class AcceptPartIn(Strict):
    """部分受理, saying which part."""

    opinion = _text("受理范围与不受理部分的理由")


class ForwardIn(Strict):
    """转送 to the competent commission."""

    commission = fields.String(
        required=True,
        validate=validate.Regexp(r"[0-9]{6,9}\Z", error="应为机关代码（行政区划代码）。"),
        metadata={"label": "转送机关代码", "widget": "text", "max": 9, "help": "行政区划代码，如 440100"},
        error_messages=_REQUIRED,
    )
    reason = _text("转送理由")


class ReturnIn(Strict):
    """退回; the sending office reads the reason."""

    reason = _text("退回理由（发送机关可见）")


class DisposeIn(Strict):
    """处置意见."""

    disposition = fields.String(
        required=True,
        validate=validate.OneOf(
            list(Disposition), error="处置方式应为：" + "、".join(DISPOSITION_LABELS) + "。"
        ),
        metadata={
            "label": "处置方式",
            "widget": "radio",
            "choices": [(one.value, name) for one, name in DISPOSITION_LABELS.items()],
        },
        error_messages=_REQUIRED,
    )
    opinion = _text("处置意见（不对外）")


class FeedbackIn(Strict):
    """反馈; exactly this text is shown to the sending office."""

    text = _text("反馈内容（发送机关可见，请只写可以告知的内容）")


class IdentityIn(Strict):
    """Opening the second envelope."""

    reason = _text("查看理由", shortest=4, longest=500)


DEED_SCHEMAS: dict[Deed, type[Schema]] = {
    Deed.SIGN: SignIn,
    Deed.ACCEPT: AcceptIn,
    Deed.ACCEPT_PART: AcceptPartIn,
    Deed.FORWARD: ForwardIn,
    Deed.RETURN: ReturnIn,
    Deed.DISPOSE: DisposeIn,
    Deed.FEEDBACK: FeedbackIn,
}


class ListIn(Schema):
    """The filters of the list."""

    class Meta:
        unknown = EXCLUDE

    stage = fields.String(
        load_default=None, validate=validate.OneOf(list(Stage), error="没有这个环节。"), allow_none=True
    )
    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(min=1, max=1000, error="每页1至1000条。"),
        error_messages={"invalid": "应为整数。"},
    )
    cursor = fields.String(load_default=None)


def _at(value: Any) -> str | None:
    return value.astimezone(LOCAL).isoformat(timespec="seconds") if value else None


def summary(package: Package) -> dict[str, Any]:
    """Return the sealed summary: what stands on the outside of the package, for the list and before signing."""
    stage = Stage(package.stage)
    return {
        "number": package.number,
        "stage": stage.value,
        "stage_label": STAGE_LABELS[stage],
        "sender": package.sender_name,
        "sent_at": _at(package.sent_at),
        "digest": package.digest.hex(),
        "n_evidence": package.n_evidence,
        "sealed": stage is Stage.SENT,
        "due_at": _at(package.due_at),
        "signed_at": _at(package.signed_at),
        "receipt_hash": package.receipt_hash.hex() if package.receipt_hash else None,
        "disposition": package.disposition,
        "released": package.released,
        "forwarded_to": package.forwarded_to,
        "actions": [deed.value for deed in possible(stage)],
    }


def request(found: EnvelopeRequest, reason: str) -> dict[str, Any]:
    """Return a request to open the second envelope that waits for another liaison."""
    return {"id": found.id, "who": found.asked_by, "at": _at(found.asked_at), "reason": reason}


def entry(found: DeskEntry, note: str) -> dict[str, Any]:
    """Return one line of the desk's log with its note in clear."""
    label = READING_LABELS.get(found.deed) or OWN_LABELS.get(found.deed) or DEED_LABELS[Deed(found.deed)]
    return {"at": found.at, "who": found.liaison_name, "deed": found.deed, "label": label, "note": note}
