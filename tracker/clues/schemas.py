"""What may be said to and about a clue at the sending office. What comes back never holds content."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from tracker.clock import LOCAL
from tracker.clues.evidence import Upload
from tracker.clues.kinds import MAX_FILES
from tracker.clues.models import Clue
from tracker.clues.rules import RANK_LABELS, STAGE_LABELS, Rank, Stage, Step
from tracker.clues.spool import Spool
from tracker.commissions.delivery import Progress
from tracker.commissions.rules import STAGE_LABELS as COMMISSION_STAGE_LABELS
from tracker.errors import Invalid
from tracker.tickets.schemas import REQUIRED, Strict, choice_field, text_field
from tracker.web import flat_fields


class ClueIn(Strict):
    """A proposal (线索移送呈批): the register's columns and the report."""

    person = text_field("反映对象", required=True, longest=80, help="不知姓名的写职务、特征")
    unit = text_field("所在单位", longest=200, help="不填时取工单的被投诉单位")
    unit_code = text_field("所在单位代码", longest=20)
    post = text_field("职务", longest=80)
    rank = choice_field("职级", RANK_LABELS, required=False)
    facts = text_field(
        "主要问题", required=True, longest=10_000, shortest=5, help="请勿写入诉求人的姓名、电话"
    )
    amount_yuan = fields.Decimal(
        places=2,
        load_default=None,
        allow_none=True,
        allow_nan=False,
        validate=validate.Range(min=0, max=10**12, error="金额应在0至一万亿元之间。"),
        metadata={"label": "涉及金额（元）", "widget": "text", "max": 20},
        error_messages={"invalid": "应为数字，如 12000.50。"},
    )
    occurred = text_field("发生时间", longest=100, help="如 2026年3月至5月")
    place = text_field("地点", longest=200)
    report = text_field(
        "核查报告",
        longest=20_000,
        help="不填时以主要问题代替；写到姓名的本单位人员须回避、看不到本线索，核查人请写“承办人”",
    )
    opinion = text_field("承办意见", longest=1000)


class EvidenceIn(Strict):
    """One file in JSON."""

    name = text_field("文件名", required=True, longest=200)
    content_base64 = fields.String(
        required=True, error_messages=REQUIRED, metadata={"label": "内容（Base64）"}
    )


class ClueApiIn(ClueIn):
    """A proposal in JSON, small files inside; large ones come with the same fields as a form (multipart/form-data)."""

    evidence = fields.List(
        fields.Nested(EvidenceIn),
        load_default=list,
        validate=validate.Length(max=MAX_FILES, error=f"证据最多{MAX_FILES}份。"),
    )


class ClueFormIn(ClueIn):
    """A proposal as a form, with files; for the description of the door only."""

    evidence = fields.List(fields.Raw(metadata={"type": "string", "format": "binary"}))


class OpinionIn(Strict):
    """An opinion; required when refusing or withdrawing."""

    opinion = text_field("意见", longest=1000)


class ListIn(Schema):
    """Paging of the list."""

    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(min=1, max=1000, error="每页1至1000条。"),
        error_messages={"invalid": "应为整数。"},
    )
    cursor = fields.Integer(load_default=None, error_messages={"invalid": "翻页参数不可用，请回到第一页。"})


def given(clean: Mapping[str, Any]) -> dict[str, Any]:
    """Return a validated proposal as the service takes it: rank unknown when left out, money in 分."""
    amount = clean.get("amount_yuan")
    fen = int(amount * 100) if amount is not None else None
    return {**clean, "rank": clean.get("rank") or Rank.UNKNOWN.value, "amount_fen": fen}


def uploads(listed: list[Mapping[str, str]], spool: Callable[[], Spool]) -> list[Upload]:
    """Return the files of a JSON proposal in spools; raises Invalid for content that is not Base64."""
    found = []
    for one in listed:
        try:
            content = base64.b64decode(one["content_base64"], validate=True)
        except (binascii.Error, ValueError) as error:
            problem = "证据内容应为 Base64 编码。"
            raise Invalid(problem, code="bad_evidence", fields={"evidence": [problem]}) from error
        file = spool()
        file.write(content)
        file.seek(0)
        found.append(Upload(one["name"], file))
    return found


def load(schema: type[Schema], raw: Any) -> dict[str, Any]:
    """Return validated form input; raises Invalid with the fields at fault."""
    try:
        clean: dict[str, Any] = schema().load(raw)
    except ValidationError as error:
        raise Invalid("填写的内容有误，请按提示修改。", fields=flat_fields(error.messages)) from error
    return clean


def _at(value: datetime | None) -> str | None:
    return value.astimezone(LOCAL).isoformat(timespec="seconds") if value else None


def row(clue: Clue) -> dict[str, Any]:
    """Return number, stage and receiver, which is all a list tells."""
    stage = Stage(clue.stage)
    return {
        "number": clue.number,
        "stage": stage.value,
        "stage_label": STAGE_LABELS[stage],
        "receiver": {"code": clue.receiver_code, "name": clue.receiver_name},
    }


def answer(
    clue: Clue, hops: list[Progress], steps: Iterable[Step], *, can_receive: bool = True
) -> dict[str, Any]:
    """Return how far a clue got, with receipt and what the commission released; never content.

    steps: those the reader may take. can_receive: whether the receiver has keys; without them the clue waits.
    """
    first, last = (hops[0], hops[-1]) if hops else (None, None)
    return row(clue) | {
        "because": clue.because,
        "flagged": clue.flagged,
        "can_receive": can_receive,
        "due_at": _at(clue.due_at),
        "sent_at": _at(clue.sent_at),
        "actions": [step.value for step in steps],
        "commission_stage": last.stage.value if last else None,
        "commission_stage_label": COMMISSION_STAGE_LABELS[last.stage] if last else None,
        "receipt": receipt(clue, first),
        "released": last.released if last else None,
    }


def receipt(clue: Clue, first: Progress | None) -> dict[str, Any] | None:
    """Return the receipt and whether it holds for what was sent, None before it was given."""
    if first is None or first.receipt_hash is None or clue.package_digest is None:
        return None
    return {
        "signed_at": _at(first.signed_at),
        "signed_by": first.signed_by,
        "hash": first.receipt_hash.hex(),
        "digest": clue.package_digest.hex(),
        "holds": first.receipt_holds(clue.number, clue.package_digest),
        "signed": first.receipt_signature is not None,
    }
