"""The sealed files of packages: proved and handed out piece by piece, passed on without leaving the database."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from tracker import streams
from tracker.commissions.models import Package, PackageEvidence, PackagePiece
from tracker.db import Database, fetch_bytes
from tracker.errors import Conflict, NotFound

_PIECE = (
    "SELECT content FROM discipline.package_piece "
    "WHERE number = %(number)s AND commission_code = %(code)s AND n = %(n)s AND i = %(i)s"
)
Listed = Mapping[str, Any]
"""A file as the evidence list inside the package has it: n, name, type, size, sha256, key."""


def stored(session: Session, package: Package) -> Sequence[PackageEvidence]:
    """Return the files as they lie, in order: sizes and hashes, no content."""
    return session.scalars(
        select(PackageEvidence)
        .where(
            PackageEvidence.number == package.number,
            PackageEvidence.commission_code == package.commission_code,
        )
        .order_by(PackageEvidence.n)
    ).all()


def digests(session: Session, package: Package) -> list[bytes]:
    """Return the SHA-256 over the sealed pieces of every file, in order, counted from what lies there now."""
    found = []
    for n in range(1, package.n_evidence + 1):
        counted = hashlib.sha256()
        for piece in _sealed(session, package, n):
            counted.update(piece)
        found.append(counted.digest())
    return found


def prove(session: Session, package: Package, listed: Sequence[Listed]) -> None:
    """Raise Conflict unless the files are those of the list: as many, each opening under its key to its SHA-256."""
    if [one["n"] for one in listed] != list(range(1, package.n_evidence + 1)):
        raise Conflict("收到的证据与清单不一致，不能签收，请联系发送机关重新移送。", code="evidence_changed")
    for one in listed:
        try:
            for _ in _opened(one, _sealed(session, package, one["n"])):
                pass
        except streams.BrokenStreamError as error:
            raise Conflict(
                f"第{one['n']}份证据无法解密或与清单上的校验值不一致，不能签收，请联系发送机关重新移送。",
                code="evidence_changed",
            ) from error


def clear(
    database: Database, package: Package, listed: Sequence[Listed], n: int
) -> tuple[Listed, Iterator[bytes]]:
    """Return the n-th file as listed and its clear pieces, each read in a transaction of its own; raises NotFound."""
    one = next((one for one in listed if one["n"] == n), None)
    if one is None:
        raise NotFound("没有这份证据。")
    number, code = package.number, package.commission_code

    def fetch(i: int) -> bytes | None:
        with database.unit_of_work() as apart:
            return _piece(apart, number, code, n, i)

    return one, _opened(one, streams.in_turn(fetch))


def forward(session: Session, package: Package, to_code: str) -> list[bytes]:
    """Copy the files to the same package at another commission, one after the other, inside the database.

    Returns the SHA-256 over the sealed pieces of each, as they came: whoever signs for them counts them anew.
    """
    found = stored(session, package)
    for one in found:
        columns = (PackagePiece.number, PackagePiece.n, PackagePiece.i, PackagePiece.content)
        pieces = select(*columns, literal(to_code)).where(
            PackagePiece.number == one.number,
            PackagePiece.commission_code == one.commission_code,
            PackagePiece.n == one.n,
        )
        session.execute(
            insert(PackagePiece).from_select([*(column.key for column in columns), "commission_code"], pieces)
        )
        row = {"number": one.number, "commission_code": to_code, "n": one.n, "n_bytes": one.n_bytes}
        session.execute(insert(PackageEvidence).values(**row, sealed_sha256=one.sealed_sha256))
    return [one.sealed_sha256 for one in found]


def _sealed(session: Session, package: Package, n: int) -> Iterator[bytes]:
    return streams.in_turn(lambda i: _piece(session, package.number, package.commission_code, n, i))


def _piece(session: Session, number: str, commission_code: str, n: int, i: int) -> bytes | None:
    return fetch_bytes(session, _PIECE, {"number": number, "code": commission_code, "n": n, "i": i})


def _opened(listed: Listed, sealed: Iterator[bytes]) -> Iterator[bytes]:
    key = bytes.fromhex(listed["key"])
    return streams.proved(streams.unseal(sealed, key), listed["size"], listed["sha256"])
