"""Files of a draft: known by their content, encrypted under keys of their own, listed with their SHA-256."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath

from nacl.secret import SecretBox
from nacl.utils import random as random_bytes
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from tracker.clues.models import Clue, ClueEvidence
from tracker.errors import Invalid, NotFound
from tracker.fields import cipher

MAX_BYTES = 20 * 1024 * 1024
MAX_FILES = 10
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"RIFF", "audio/wav"),
    (4, b"ftyp", "video/mp4"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
"""Where in the file which bytes stand: PDF, pictures, sound, film, Office documents new (zip) and old (OLE)."""


@dataclass(frozen=True)
class Upload:
    """A file as it was handed in."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Label:
    """What the evidence list says of a file; size in bytes, sha256 hex of the clear content."""

    n: int
    name: str
    type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Sealed:
    """A file ready to travel: its label, the hex key and the ciphertext under it."""

    label: Label
    key: str
    ciphertext: bytes


def content_type(content: bytes) -> str | None:
    """Return the media type found in the bytes, or None when it is none we take."""
    for offset, magic, name in _MAGIC:
        if content[offset : offset + len(magic)] == magic:
            return name
    if b"\x00" in content:
        return None
    try:
        content.decode()
    except UnicodeDecodeError:
        return None
    return "text/plain"


def check(uploads: Sequence[Upload]) -> None:
    """Raise Invalid when a file is empty, too large, of a kind we do not take, or when there are too many."""
    problems = []
    if len(uploads) > MAX_FILES:
        problems.append(f"证据最多{MAX_FILES}份。")
    for upload in uploads:
        if not upload.content:
            problems.append(f"“{upload.name}”是空文件。")
        elif len(upload.content) > MAX_BYTES:
            problems.append(f"“{upload.name}”超过20MB，请压缩或拆分。")
        elif content_type(upload.content) is None:
            problems.append(f"“{upload.name}”的格式不支持，请提交PDF、图片、音视频、Office文档或文本。")
    if problems:
        raise Invalid(problems[0], code="bad_evidence", fields={"evidence": problems})


def keep(session: Session, clue: Clue, uploads: Sequence[Upload]) -> None:
    """Store the files, each encrypted under a fresh key that is sealed under FIELD_KEY."""
    seal = cipher(session)
    for n, upload in enumerate(uploads, start=1):
        key = random_bytes(SecretBox.KEY_SIZE)
        name = PurePosixPath(upload.name.replace("\\", "/")).name.replace("\x00", "")[-120:] or f"证据{n}"
        digest = hashlib.sha256(upload.content).hexdigest()
        label = Label(n, name, content_type(upload.content) or "", len(upload.content), digest)
        row = ClueEvidence(clue_id=clue.id, n=n, content=bytes(SecretBox(key).encrypt(upload.content)))
        row.key_sealed = seal.seal(key.hex()) or b""
        row.label_sealed = seal.seal(json.dumps(asdict(label), ensure_ascii=False)) or b""
        session.add(row)
    session.flush()


def _label(session: Session, row: ClueEvidence) -> Label:
    return Label(**json.loads(cipher(session).open(row.label_sealed)))


def labels(session: Session, clue: Clue) -> list[Label]:
    """Return the list of the files of a draft, in order."""
    rows = session.scalars(
        select(ClueEvidence).where(ClueEvidence.clue_id == clue.id).order_by(ClueEvidence.n)
    )
    return [_label(session, row) for row in rows]


def sealed(session: Session, clue: Clue) -> list[Sealed]:
    """Return every file of a draft as it travels, in order."""
    rows = session.scalars(
        select(ClueEvidence)
        .where(ClueEvidence.clue_id == clue.id)
        .order_by(ClueEvidence.n)
        .options(undefer(ClueEvidence.content))
    )
    opened = cipher(session)
    return [Sealed(_label(session, row), opened.open(row.key_sealed), row.content) for row in rows]


def clear(session: Session, clue: Clue, n: int) -> tuple[Label, bytes]:
    """Return the n-th file with its label; raises NotFound."""
    for one in sealed(session, clue):
        if one.label.n == n:
            return one.label, bytes(SecretBox(bytes.fromhex(one.key)).decrypt(one.ciphertext))
    raise NotFound("没有这份证据，或线索已移送、草稿已清除。")
