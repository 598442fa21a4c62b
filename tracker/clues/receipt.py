"""Verifying a receipt file at the sending office: who signed it, and whether it was given for what was sent."""

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.clock import local
from tracker.clues.models import Clue
from tracker.commissions import delivery, generations, receipts
from tracker.commissions.receipts import Signed
from tracker.errors import Invalid


def verify(session: Session, raw: bytes) -> str:
    """Return a sentence that says what the receipt file proves; raises Invalid with one that says what is wrong with it.

    Proved is that the commission the clue was addressed to signed these facts with a key it had published for that time,
    and that what it received is, bit by bit, what this side sealed.
    """
    filed = receipts.read(raw)
    signed, receipt = filed.signed, filed.signed.receipt
    clue = session.scalar(select(Clue).where(Clue.number == receipt.number))
    if clue is None or clue.package_digest is None:
        raise Invalid(f"本系统没有发送过编号为“{receipt.number}”的线索，回执不能采信。", code="never_sent")
    if receipt.commission_code != clue.receiver_code:
        raise Invalid(
            f"该线索是发给{clue.receiver_name}的，这份回执由另一机关出具（{receipt.commission_code}）："
            "转送后的材料由转送机关重新封装，本系统只能核验首个签收机关的回执。",
            code="other_commission",
        )
    _require_signature(session, signed, clue.receiver_name)
    if not hmac.compare_digest(receipt.digest, clue.package_digest):
        raise Invalid(
            "签名有效，但所签收的材料与本系统发送的不一致，请立即联系接收机关。", code="other_content"
        )
    if not filed.is_exact or filed.commission not in _names(session, clue):
        raise Invalid(
            "签名有效，但文件中签名以外的内容（机关名称、回执校验值等）被改动或添加过，不能采信，请向接收机关重新索取。",
            code="altered_file",
        )
    return (
        f"回执有效：{clue.receiver_name}于{local(receipt.signed_at):%Y年%m月%d日 %H:%M}由{receipt.signed_by}"
        f"签收{receipt.number}，签名由该机关第{receipt.generation}代密钥作出，所签材料与发送的一致。"
    )


def _names(session: Session, clue: Clue) -> set[str]:
    """Return what the receiver is called, when it was chosen and now."""
    now = delivery.addresses(session, [clue.receiver_code]).get(clue.receiver_code)
    return {clue.receiver_name, *([now.name] if now else [])}


def _require_signature(session: Session, signed: Signed, name: str) -> None:
    receipt = signed.receipt
    key = receipts.published(session, receipt.commission_code, receipt.generation)
    if key is None:
        raise Invalid(f"{name}没有公布过第{receipt.generation}代密钥，回执不能采信。", code="unknown_key")
    if not receipts.is_signed(receipt, signed.signature, key.verify_key):
        raise Invalid(f"签名与{name}公布的密钥不符：回执被改动过，或不是该机关出具的。", code="bad_signature")
    if receipt.signed_at < key.made_at or (key.ended_at is not None and receipt.signed_at > key.ended_at):
        raise Invalid("签收时间不在该代密钥的使用期内，回执不能采信，请向该机关核实。", code="key_not_in_use")


def can_receive(session: Session, clue: Clue) -> bool:
    """Return whether the receiver has keys, without which the clue waits, however far it was approved."""
    return receiver_print(session, clue) is not None


def receiver_print(session: Session, clue: Clue) -> str | None:
    """Return the fingerprint of the key the clue would be sealed to now, to be compared by telephone; None without keys."""
    address = delivery.addresses(session, [clue.receiver_code]).get(clue.receiver_code)
    if address is None or address.public_key is None:
        return None
    return generations.fingerprint(address.public_key)
