"""A receipt (回执) that proves itself: the facts of a signature on delivery, signed by the commission (Ed25519).

The file that goes with the printed page is JSON; the sending office holds it against what it sent and against the keys
the commission published.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.commissions.models import CommissionKey
from tracker.commissions.rules import Receipt
from tracker.errors import Invalid

FORMAT = "clue-receipt/1"
MAX_BYTES = 64 * 1024
_SIGNED = b"tracker/clue-receipt/1\n"
_FACTS = ("number", "commission_code", "digest", "signed_at", "signed_by", "generation", "signature")


@dataclass(frozen=True)
class Signed:
    """A receipt and the signature over it, 64 bytes."""

    receipt: Receipt
    signature: bytes


@dataclass(frozen=True)
class Filed:
    """What a receipt file says. commission: the name it gives itself. is_exact: it says nothing beside the signed facts."""

    signed: Signed
    commission: str
    is_exact: bool


@dataclass(frozen=True)
class Published:
    """The key a commission signs with, and from when to when it was the newest."""

    verify_key: bytes
    made_at: datetime
    ended_at: datetime | None


def sign(receipt: Receipt, key: SigningKey) -> bytes:
    """Return the signature over every fact of the receipt."""
    return bytes(key.sign(_SIGNED + receipt.facts()).signature)


def is_signed(receipt: Receipt, signature: bytes | None, verify_key: bytes | None) -> bool:
    """Return whether the signature belongs to exactly these facts and this key."""
    try:
        VerifyKey(verify_key or b"").verify(_SIGNED + receipt.facts(), signature or b"")
    except (BadSignatureError, ValueError):
        return False
    return True


def published(session: Session, code: str, generation: int | None) -> Published | None:
    """Return the key of a generation as everybody may read it, None when the commission published none such."""
    # column by column: the sending side's role may read no more of this table
    query = select(CommissionKey.verify_key, CommissionKey.made_at, CommissionKey.ended_at).where(
        CommissionKey.commission_code == code, CommissionKey.generation == generation
    )
    row = session.execute(query).first()
    return Published(row.verify_key, row.made_at, row.ended_at) if row else None


def as_file(signed: Signed, commission: str) -> str:
    """Return the receipt as the text of its file; commission: its name, for readers."""
    return json.dumps(_told(signed, commission), ensure_ascii=False, indent=2) + "\n"


def _told(signed: Signed, commission: str) -> dict[str, Any]:
    receipt = signed.receipt
    return {
        "format": FORMAT,
        "number": receipt.number,
        "commission": commission,
        "commission_code": receipt.commission_code,
        "digest": receipt.digest.hex(),
        "signed_at": receipt.signed_at.isoformat(),
        "signed_by": receipt.signed_by,
        "generation": receipt.generation,
        "receipt_hash": receipt.hash().hex(),
        "signature": signed.signature.hex(),
    }


def read(raw: bytes) -> Filed:
    """Return what a receipt file says, nothing proved yet; raises Invalid when it is none of ours or was cut."""
    if len(raw) > MAX_BYTES:
        raise Invalid("这不是回执文件：内容过大。", code="no_receipt")
    try:
        told = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_each_once)
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise Invalid(f"这不是回执文件：格式应为 {FORMAT}。", code="no_receipt")
        signed, commission = _signed({name: told[name] for name in _FACTS}), str(told["commission"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise Invalid("回执文件不完整或已损坏，请向接收机关重新索取。", code="no_receipt") from error
    return Filed(signed, commission, is_exact=told == _told(signed, commission))


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object; raises ValueError where a name stands twice, of which a reader may believe the other."""
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError
    return told


def _signed(told: dict[str, Any]) -> Signed:
    generation, signed_at = told["generation"], datetime.fromisoformat(told["signed_at"])
    if type(generation) is not int or not 0 < generation < 2**31 or signed_at.tzinfo is None:
        raise ValueError
    receipt = Receipt(
        str(told["number"]),
        str(told["commission_code"]),
        bytes.fromhex(told["digest"]),
        signed_at,
        str(told["signed_by"]),
        generation,
    )
    return Signed(receipt, bytes.fromhex(told["signature"]))
