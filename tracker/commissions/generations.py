"""The key pairs of a commission, generation by generation (密钥代次): senders seal to the newest, members open with all.

The secret halves of a generation lie in sealed boxes to its members and to its custodians and nowhere else. Each
generation is vouched for by the one before, so that a public key slipped into the tables is noticed by the members.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from nacl.exceptions import BadSignatureError, CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.commissions import passphrases
from tracker.commissions.models import Commission, CommissionKey, KeyCopy, MemberKey
from tracker.errors import Conflict, Unavailable

_VOUCHED = b"tracker/commission-key/1\n"


@dataclass(frozen=True)
class Pair:
    """The secret halves of one generation: X25519 for boxes, Ed25519 for receipts."""

    box: PrivateKey
    signing: SigningKey

    @classmethod
    def fresh(cls) -> "Pair":
        """Return a random one."""
        return cls(PrivateKey.generate(), SigningKey.generate())

    @classmethod
    def read(cls, raw: bytes) -> "Pair":
        """Return the one that `raw` gave as 64 bytes."""
        return cls(PrivateKey(raw[:32]), SigningKey(raw[32:]))

    def raw(self) -> bytes:
        """Return both secret halves, 64 bytes."""
        return bytes(self.box) + bytes(self.signing)


def seal_to(public_key: bytes | None, clear: bytes) -> bytes:
    """Return a box only the holder of the private key opens; raises Conflict when there is no public key yet."""
    if not public_key:
        raise Conflict("接收机关尚未启用密钥，暂时不能移送，请联系该机关启用。", code="no_receiver_key")
    return bytes(SealedBox(PublicKey(public_key)).encrypt(clear))


def begin(
    session: Session,
    commission: Commission,
    members: Iterable[MemberKey],
    *,
    vouched_by: Pair | None,
    now: datetime,
) -> tuple[CommissionKey, Pair]:
    """Begin the next generation for these members and the custodians; return it with its secret halves.

    vouched_by: the newest generation so far, None for the first. The caller holds the row of the commission locked.
    """
    assert commission.custodian_key is not None
    former = newest(session, commission)
    if former is not None:
        former.ended_at = now
    pair = Pair.fresh()
    row = CommissionKey(
        commission_code=commission.code,
        generation=(commission.generation or 0) + 1,
        public_key=bytes(pair.box.public_key),
        verify_key=bytes(pair.signing.verify_key),
        custodian_copy=seal_to(commission.custodian_key, pair.raw()),
        made_at=now,
    )
    if vouched_by is not None:
        row.voucher = bytes(vouched_by.signing.sign(_facts(row)).signature)
    session.add(row)
    commission.generation, commission.public_key = row.generation, row.public_key
    session.flush()
    for member in members:
        hand(session, row, pair, member)
    session.flush()
    return row, pair


def hand(session: Session, row: CommissionKey, pair: Pair, member: MemberKey) -> None:
    """Give the member a copy of the generation, sealed to his own public key."""
    session.add(
        KeyCopy(
            liaison_id=member.liaison_id,
            commission_code=row.commission_code,
            generation=row.generation,
            box=seal_to(member.public_key, pair.raw()),
        )
    )


def newest(session: Session, commission: Commission) -> CommissionKey | None:
    """Return the generation senders seal to, None before the commission was set up."""
    return session.get(CommissionKey, (commission.code, commission.generation or 0))


def every(session: Session, code: str) -> Sequence[CommissionKey]:
    """Return all generations of a commission, the first first."""
    query = select(CommissionKey).where(CommissionKey.commission_code == code)
    return session.scalars(query.order_by(CommissionKey.generation)).all()


def opened(session: Session, row: CommissionKey) -> Pair:
    """Return the secret halves of a generation, opened with the key of whoever sends the request.

    Raises Conflict when he holds no copy of it, Unavailable when the tables were tampered with.
    """
    mine = passphrases.held(session)
    copy = session.get(KeyCopy, (mine.liaison_id, row.commission_code, row.generation))
    if copy is None:
        raise Conflict(
            f"您没有本机关第{row.generation}代密钥，请本机关已解锁的联络员重新授予，或由两名保管人恢复。",
            code="no_key_copy",
        )
    return open_copy(row, copy.box, mine.private)


def open_copy(row: CommissionKey, box: bytes, private: PrivateKey) -> Pair:
    """Return the secret halves in a copy; raises Unavailable when they are not those of the published keys."""
    try:
        pair = Pair.read(SealedBox(private).decrypt(box))
    except (CryptoError, ValueError) as error:
        raise _tampered(row) from error
    published = row.public_key, row.verify_key
    if published != (bytes(pair.box.public_key), bytes(pair.signing.verify_key)):
        raise _tampered(row)
    return pair


def _tampered(row: CommissionKey) -> Unavailable:
    return Unavailable(
        f"本机关第{row.generation}代密钥与公布的公钥不一致，数据库可能被改动：请停止收件，核对公钥指纹并报告主管部门。",
        code="key_mismatch",
    )


def require_vouched(session: Session, code: str) -> None:
    """Raise Unavailable when a generation the requester holds was not vouched for by the one he holds before it.

    A sealed box says nothing of who made it: whoever can write the tables could publish a pair of his own and seal a copy
    of it to every member. He cannot sign with the generation before.
    """
    mine = passphrases.held(session)
    query = (
        select(CommissionKey)
        .join(
            KeyCopy,
            (KeyCopy.commission_code == CommissionKey.commission_code)
            & (KeyCopy.generation == CommissionKey.generation),
        )
        .where(KeyCopy.liaison_id == mine.liaison_id, CommissionKey.commission_code == code)
        .order_by(CommissionKey.generation)
    )
    for before, row in pairwise(session.scalars(query)):
        try:
            VerifyKey(before.verify_key).verify(_facts(row), row.voucher or b"")
        except (BadSignatureError, ValueError) as error:
            raise _tampered(row) from error


def _facts(row: CommissionKey) -> bytes:
    made_at = row.made_at.astimezone(UTC).isoformat()
    facts = [row.commission_code, row.generation, row.public_key.hex(), row.verify_key.hex(), made_at]
    return _VOUCHED + json.dumps(facts, separators=(",", ":")).encode()


def open_box(session: Session, code: str, generation: int, box: bytes) -> bytes:
    """Return the content of a box sealed to a generation; raises Conflict without a copy of it, Unavailable if broken."""
    row = session.get(CommissionKey, (code, generation))
    if row is None:
        raise Unavailable(
            "这份材料封给的密钥已不存在，无法解封，请联系发送机关重新移送。", code="no_commission_key"
        )
    try:
        return bytes(SealedBox(opened(session, row).box).decrypt(box))
    except CryptoError as error:
        raise Unavailable(
            "材料无法解封：内容损坏或不是封给本机关的，请联系发送机关。", code="box_broken"
        ) from error


def fingerprint(public_key: bytes) -> str:
    """Return the public key as eight groups to be read out over the telephone and compared."""
    digits = hashlib.sha256(public_key).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))
