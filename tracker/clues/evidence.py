"""Files of a draft: in sealed pieces under keys of their own, listed with their SHA-256, sealed anew when they leave."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tracker import streams
from tracker.clues import kinds
from tracker.clues.models import Clue, ClueEvidence, CluePiece
from tracker.clues.redaction import Hider
from tracker.clues.spool import Spool
from tracker.commissions import delivery
from tracker.db import Database, fetch_bytes
from tracker.errors import Invalid, NotFound, Unavailable
from tracker.fields import cipher
from tracker.replies import scanning
from tracker.replies.rules import Scan, clean_name

_PIECE = "SELECT content FROM clue_piece WHERE evidence_id = %(id)s AND i = %(i)s"
GONE = "没有这份证据，或线索已移送、草稿已清除。"


@dataclass(frozen=True)
class Upload:
    """A file as it was handed in, its spool ended."""

    name: str
    file: Spool


@dataclass(frozen=True)
class Label:
    """What the evidence list says of a file; size in bytes, sha256 hex of the clear content, scan a `Scan`."""

    n: int
    name: str
    type: str
    size: int
    sha256: str
    scan: str


@dataclass(frozen=True)
class Sealed:
    """A file that travels: its label, the hex key that goes into the package, the SHA-256 of its sealed pieces."""

    label: Label
    key: str
    digest: bytes


def check(session: Session, uploads: Sequence[Upload]) -> list[Scan]:
    """Return what the virus scanner made of each file.

    Raises Invalid when a file is empty, too large, of a kind we do not take or infected, or when they are too many;
    Unavailable when the scanner that should look at them does not answer.
    """
    problems = kinds.refusals_of_all([one.file.size for one in uploads])
    for one in uploads:
        problems += kinds.refusals(clean_name(one.name), one.file.size, one.file.media_type)
    if problems:
        raise Invalid(problems[0], code="bad_evidence", fields={"evidence": problems})
    return [_scanned(session, one) for one in uploads]


def _scanned(session: Session, upload: Upload) -> Scan:
    try:
        verdict = scanning.scanner(session).scan(upload.file.clear())
    except scanning.ScannerDownError as error:
        raise Unavailable(
            "杀毒服务暂时不通，文件没有保存，请稍后重试；急需时请联系管理员。", code="scanner_down"
        ) from error
    if verdict.scan is None:
        problem = f"“{clean_name(upload.name)}”含有病毒（{verdict.threat}），已拒收；请在本机杀毒后重新上传。"
        raise Invalid(problem, code="infected_file", fields={"evidence": [problem]})
    return verdict.scan


def keep(
    session: Session, clue_id: int, uploads: Sequence[Upload], scans: Sequence[Scan], hide: Hider
) -> None:
    """Store the files as they lie in their spools, piece by piece; their keys are sealed under FIELD_KEY.

    hide: hides in the names of the files, see `redaction`.
    The clue itself may follow later in the transaction, so that no number is held while large files are written.
    """
    seal = cipher(session)
    for n, (upload, scan) in enumerate(zip(uploads, scans, strict=True), start=1):
        file = upload.file
        name = hide(clean_name(upload.name))
        label = Label(n, name, file.media_type or "", file.size, file.sha256, scan.value)
        row = ClueEvidence(clue_id=clue_id, n=n)
        row.key_sealed = seal.seal(file.key.hex()) or b""
        row.label_sealed = seal.seal(json.dumps(asdict(label), ensure_ascii=False)) or b""
        session.add(row)
        session.flush()
        for i, piece in enumerate(file.pieces()):
            session.execute(insert(CluePiece).values(evidence_id=row.id, i=i, content=piece))


def wipe(session: Session, clue: Clue) -> None:
    """Delete the files of a draft with their keys."""
    own = select(ClueEvidence.id).where(ClueEvidence.clue_id == clue.id)
    session.execute(delete(CluePiece).where(CluePiece.evidence_id.in_(own)))
    session.execute(delete(ClueEvidence).where(ClueEvidence.clue_id == clue.id))


def _rows(session: Session, clue: Clue) -> Sequence[ClueEvidence]:
    return session.scalars(
        select(ClueEvidence).where(ClueEvidence.clue_id == clue.id).order_by(ClueEvidence.n)
    ).all()


def _label(session: Session, row: ClueEvidence) -> Label:
    return Label(**json.loads(cipher(session).open(row.label_sealed)))


def labels(session: Session, clue: Clue) -> list[Label]:
    """Return the list of the files of a draft, in order."""
    return [_label(session, row) for row in _rows(session, clue)]


def send(session: Session, clue: Clue) -> list[Sealed]:
    """Seal every file anew under a fresh key and deliver it piece by piece, in order.

    Raises Unavailable when a file is no longer what was handed in.
    """
    return [_send(session, clue, row) for row in _rows(session, clue)]


def _send(session: Session, clue: Clue, row: ClueEvidence) -> Sealed:
    label, key = _label(session, row), streams.new_key()
    sealed = streams.in_turn(lambda i: _piece(session, row.id, i))
    try:
        digest = delivery.deliver_file(
            session,
            number=clue.number,
            commission_code=clue.receiver_code,
            n=label.n,
            n_bytes=label.size,
            pieces=streams.seal(_opened(session, row, label, sealed), key),
        )
    except streams.BrokenStreamError as error:
        raise Unavailable(
            f"第{label.n}份证据已损坏，不能移送，请撤回后重新提出。", code="evidence_broken"
        ) from error
    return Sealed(label, key.hex(), digest)


def clear(database: Database, session: Session, clue: Clue, n: int) -> tuple[Label, Iterator[bytes]]:
    """Return the n-th file's label and its clear pieces, each read in a transaction of its own; raises NotFound.

    However slowly they are taken, no connection waits for that; when the draft is wiped meanwhile, they break off.
    """
    row = session.scalar(select(ClueEvidence).where(ClueEvidence.clue_id == clue.id, ClueEvidence.n == n))
    if row is None:
        raise NotFound(GONE)
    evidence_id = row.id

    def fetch(i: int) -> bytes | None:
        with database.unit_of_work() as apart:
            return _piece(apart, evidence_id, i)

    label = _label(session, row)
    return label, _opened(session, row, label, streams.in_turn(fetch))


def _piece(session: Session, evidence_id: int, i: int) -> bytes | None:
    return fetch_bytes(session, _PIECE, {"id": evidence_id, "i": i})


def _opened(session: Session, row: ClueEvidence, label: Label, sealed: Iterator[bytes]) -> Iterator[bytes]:
    key = bytes.fromhex(cipher(session).open(row.key_sealed))
    return streams.proved(streams.unseal(sealed, key), label.size, label.sha256)
