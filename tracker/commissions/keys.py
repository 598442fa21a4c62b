"""The key file of the discipline process, and the key pairs of the commissions sealed under it.

A package is sealed to a commission's public key, so whoever seals it cannot open it again. The private keys lie in the
database sealed under a file that only the discipline process is told of (docs/decisions/020-clue-secrecy.md).
"""

import hashlib
from datetime import datetime
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import keyfiles
from tracker.commissions.models import Commission, CommissionKey
from tracker.errors import Conflict, Unavailable
from tracker.fields import FieldCipher, cipher

FILE_NAME = "discipline.key"


def key_file(home: Path) -> Path:
    """Return where the key file of a home lies."""
    return home / "secrets" / FILE_NAME


def read(home: Path) -> str:
    """Return the key; raises Unavailable when the file is missing or empty."""
    try:
        key = key_file(home).read_text().strip()
    except OSError as error:
        raise Unavailable(
            f"读不到纪检端密钥文件 {key_file(home)}，请先运行 tracker seed，或从备份恢复该文件。",
            code="no_key_file",
        ) from error
    if not key:
        raise Unavailable(f"纪检端密钥文件 {key_file(home)} 是空的，请从备份恢复。", code="no_key_file")
    return key


def ensure(home: Path) -> str:
    """Return the key, made on the first call in a file only its owner may read."""
    keyfiles.ensure(key_file(home))
    return read(home)


def ring(home: Path) -> list[str]:
    """Return the key and those it replaced, the newest first; raises Unavailable when the file is missing or empty."""
    return [read(home), *keyfiles.older(key_file(home))]


def session_key(key: str) -> str:
    """Return the secret the discipline process signs its cookies with; the supervision side does not know it."""
    return hashlib.blake2b(key.encode(), digest_size=32, person=b"cookie").hexdigest()


def make_missing(session: Session, seal: FieldCipher, *, now: datetime) -> int:
    """Give a key pair to every commission without one and return how many were made."""
    lacking = session.scalars(select(Commission).where(Commission.public_key.is_(None))).all()
    for commission in lacking:
        private = PrivateKey.generate()
        commission.public_key = bytes(private.public_key)
        sealed = seal.seal(bytes(private).hex())
        session.add(CommissionKey(commission_code=commission.code, private_key_sealed=sealed, made_at=now))
    session.flush()
    return len(lacking)


def seal_to(public_key: bytes | None, clear: bytes) -> bytes:
    """Return a box only the holder of the private key opens; raises Conflict when there is no public key yet."""
    if not public_key:
        raise Conflict("接收机关尚未启用密钥，暂时不能移送，请联系纪检端管理员。", code="no_receiver_key")
    return bytes(SealedBox(PublicKey(public_key)).encrypt(clear))


def open_box(session: Session, commission_code: str, box: bytes) -> bytes:
    """Return the content of a box sealed to the commission; raises Unavailable when it cannot be opened."""
    row = session.get(CommissionKey, commission_code)
    if row is None:
        raise Unavailable("本机关的密钥不存在，请联系纪检端管理员。", code="no_commission_key")
    private = PrivateKey(bytes.fromhex(cipher(session).open(row.private_key_sealed)))
    try:
        return bytes(SealedBox(private).decrypt(box))
    except CryptoError as error:
        raise Unavailable(
            "材料无法解封：内容损坏或不是封给本机关的，请联系发送机关。", code="box_broken"
        ) from error
