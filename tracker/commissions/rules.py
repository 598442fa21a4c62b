"""What a liaison may do with a package, and what a receipt proves. Pure."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache

from tracker.errors import Conflict


class Stage(StrEnum):
    """Where a package stands at a commission."""

    SENT = "sent"
    """待签收: delivered, still sealed."""
    SIGNED = "signed"
    """已签收: receipted; to be accepted, forwarded or returned."""
    ACCEPTED = "accepted"
    """已受理: to be disposed of."""
    PARTLY_ACCEPTED = "partly_accepted"
    """部分受理: the rest lies outside the commission's powers."""
    FORWARDED = "forwarded"
    """已转送: passed to the competent commission."""
    RETURNED = "returned"
    """已退回: no jurisdiction, with the reason."""
    DISPOSED = "disposed"
    """已提出处置意见: feedback may follow."""
    ANSWERED = "answered"
    """已反馈: what may be told was told."""


PASSED_ON = frozenset({Stage.FORWARDED, Stage.RETURNED})
"""Stages in which the matter is no longer this commission's, and what it says is closed to it again."""

STAGE_LABELS: dict[Stage, str] = {
    Stage.SENT: "待签收",
    Stage.SIGNED: "已签收",
    Stage.ACCEPTED: "已受理",
    Stage.PARTLY_ACCEPTED: "部分受理",
    Stage.FORWARDED: "已转送",
    Stage.RETURNED: "已退回",
    Stage.DISPOSED: "已处置",
    Stage.ANSWERED: "已反馈",
}


class Deed(StrEnum):
    """What a liaison does with a package; the value is the last part of the address."""

    SIGN = "sign"
    """签收."""
    ACCEPT = "accept"
    """受理."""
    ACCEPT_PART = "accept-part"
    """部分受理."""
    FORWARD = "forward"
    """转送."""
    RETURN = "return"
    """退回."""
    DISPOSE = "dispose"
    """提出处置意见."""
    FEEDBACK = "feedback"
    """反馈."""


DEED_LABELS: dict[Deed, str] = {
    Deed.SIGN: "签收",
    Deed.ACCEPT: "受理",
    Deed.ACCEPT_PART: "部分受理",
    Deed.FORWARD: "转送",
    Deed.RETURN: "退回",
    Deed.DISPOSE: "处置",
    Deed.FEEDBACK: "反馈",
}

READING_LABELS: dict[str, str] = {
    "open": "拆阅内容",
    "evidence": "查阅证据",
    "identity": "查看诉求人身份",
    "receipt": "打印回执",
    "ask-identity": "申请查看诉求人身份",
    "agree-identity": "同意查看诉求人身份",
}
"""Readings and what leads to them, which are logged as deeds are."""

OWN_AFFAIRS = "本机关"
"""What stands in the log in the place of a number where members and keys are concerned."""

OWN_LABELS: dict[str, str] = {
    "set-up": "启用密钥",
    "admit": "授予联络员",
    "remove": "移除联络员",
    "rotate": "更换密钥",
    "recover": "由保管人恢复",
    "new-shares": "更换保管词",
    "password": "首次登录改密",
    "token": "生成接口令牌",
    "two-persons": "查看身份须两人同意",
    "one-person": "查看身份改为一人",
}
"""Deeds that concern members and keys."""

NEXT: dict[tuple[Stage, Deed], Stage] = {
    (Stage.SENT, Deed.SIGN): Stage.SIGNED,
    (Stage.SIGNED, Deed.ACCEPT): Stage.ACCEPTED,
    (Stage.SIGNED, Deed.ACCEPT_PART): Stage.PARTLY_ACCEPTED,
    (Stage.SIGNED, Deed.FORWARD): Stage.FORWARDED,
    (Stage.SIGNED, Deed.RETURN): Stage.RETURNED,
    (Stage.ACCEPTED, Deed.DISPOSE): Stage.DISPOSED,
    (Stage.PARTLY_ACCEPTED, Deed.DISPOSE): Stage.DISPOSED,
    (Stage.DISPOSED, Deed.FEEDBACK): Stage.ANSWERED,
}
"""The one table of what may follow what; a pair that is not here is refused."""

FINAL: frozenset[Stage] = frozenset({Stage.FORWARDED, Stage.RETURNED, Stage.ANSWERED})


class Disposition(StrEnum):
    """The four ways of disposing of a clue (《中国共产党纪律检查机关监督执纪工作规则》第二十一条)."""

    TALK = "talk"
    """谈话函询."""
    VERIFY = "verify"
    """初步核实."""
    KEEP = "keep"
    """暂存待查."""
    END = "end"
    """予以了结."""


DISPOSITION_LABELS: dict[Disposition, str] = {
    Disposition.TALK: "谈话函询",
    Disposition.VERIFY: "初步核实",
    Disposition.KEEP: "暂存待查",
    Disposition.END: "予以了结",
}


def after(stage: Stage, deed: Deed) -> Stage:
    """Return the stage the deed leads to; raises Conflict when the present one forbids it."""
    target = NEXT.get((stage, deed))
    if target is None:
        raise Conflict(f"该线索目前为“{STAGE_LABELS[stage]}”，不能{DEED_LABELS[deed]}。")
    return target


@cache
def possible(stage: Stage) -> tuple[Deed, ...]:
    """Return what may be done at the stage, in the order of the desk."""
    return tuple(deed for deed in Deed if (stage, deed) in NEXT)


def digest(ciphertext: bytes, envelope: bytes | None, files: Iterable[bytes]) -> bytes:
    """Return the SHA-256 over the SHA-256 of every sealed part: package, envelope (empty when absent), files in order.

    files: the SHA-256 over the sealed pieces of each, since large ones are counted piece by piece.
    """
    whole = hashlib.sha256(hashlib.sha256(ciphertext).digest())
    whole.update(hashlib.sha256(envelope or b"").digest())
    for one in files:
        whole.update(one)
    return whole.digest()


@dataclass(frozen=True)
class Receipt:
    """What a signature on delivery says: which package, whose sealed content, when and by whom it was received.

    generation: of the key that signs the receipt; None for receipts of before, which nothing signs.
    """

    number: str
    commission_code: str
    digest: bytes
    signed_at: datetime
    signed_by: str
    generation: int | None = None

    def facts(self) -> bytes:
        """Return every fact in one way of writing, which both sides can write down from what they hold."""
        facts: list[str | int] = [
            self.number,
            self.commission_code,
            self.digest.hex(),
            self.signed_at.astimezone(UTC).isoformat(),
            self.signed_by,
        ]
        if self.generation is not None:
            facts.append(self.generation)
        return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()

    def hash(self) -> bytes:
        """Return the SHA-256 of the facts; equal hashes prove equal content."""
        return hashlib.sha256(self.facts()).digest()
