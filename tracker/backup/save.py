"""Backing up: one moment of the database, seen by both sides' dumps, and the files of the home, sealed while they stream."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tracker.backup import programs
from tracker.backup.container import Writer, chunks
from tracker.backup.manifest import DISCIPLINE, SIDE_WORDS, SUPERVISION, Manifest, Part
from tracker.errors import Conflict, NotAllowed, Unavailable
from tracker.fields import key_id

FACTS, DATABASE, FILES = "facts.json", "database.dump", "files/"
ANCHORS, MODELS = "anchors", "models"
"""The folders of the home that go along: what proves the logs, and what was trained. Never secrets, never accounts."""
_WHAT: Mapping[str, tuple[str, ...]] = {
    SUPERVISION: ("--exclude-table-data=discipline.*",),
    DISCIPLINE: ("--schema=discipline",),
}
_WHERE = ("host", "hostaddr", "port", "dbname")


@dataclass(frozen=True)
class Source:
    """One side to back up. url: of a role that may read all of it. key: what its file is sealed under."""

    side: str
    url: str
    key: str


def run(
    folder: Path,
    home: Path,
    sources: Sequence[Source],
    *,
    clock: Callable[[], datetime],
    told: Callable[[int], None],
) -> Manifest:
    """Write the backup into the folder, which must be new or empty, and return its manifest.

    told: called with the number of bytes each time some were read. Raises Conflict, NotAllowed, Unavailable; what was
    written until then is removed.
    """
    _require_empty(folder)
    begun = _stamp(clock())
    with contextlib.ExitStack() as stack:
        stack.enter_context(_removed_unless_done(folder))
        # before the moment of the database, so that no anchor speaks of what is not in it yet
        anchors = [(path, path.read_bytes()) for path in _files(home, ANCHORS)]
        seen = [stack.enter_context(_moment(source)) for source in sources]
        snapshots = _shared(sources, seen)
        manifest = Manifest(_revision(seen[0], sources[0]), _version(seen), begun, "", ())
        parts = []
        for source, snapshot in zip(sources, snapshots, strict=True):
            with_files = source.side == SUPERVISION
            files = _members(home, anchors) if with_files else iter(())
            dump = _dump(source, snapshot, manifest.postgresql)
            parts.append(_part(folder, source, manifest, files, _counted(dump, told)))
        done = Manifest(
            manifest.revision, manifest.postgresql, begun, _stamp(clock()), tuple(parts), manifest.format
        )
        done.write(folder)
        return done


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _require_empty(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = next(folder.iterdir(), None)
    except OSError as error:
        raise Unavailable(f"备份目录 {folder} 不能写入（{error.strerror}），请换一个目录。") from error
    if held:
        raise Conflict(f"备份目录 {folder} 不是空的，请换一个新目录。", code="folder_not_empty")


@contextlib.contextmanager
def _removed_unless_done(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for left in folder.iterdir():
            left.unlink()
        raise


@contextlib.contextmanager
def _moment(source: Source) -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection that stands still at one moment of the database until the block ends."""
    try:
        connection = psycopg.connect(source.url, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise Unavailable(
            f"{SIDE_WORDS[source.side]}的数据库连接不上，没有备份；只备份另一侧请用 --side。"
        ) from error
    with connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute("SELECT 1")
        yield connection


def _shared(sources: Sequence[Source], seen: Sequence[psycopg.Connection[Any]]) -> list[str]:
    """Return the snapshot each side is dumped at: one for all on the same database, so that both tell one story."""
    first = _where(sources[0].url)
    own = [str(one.execute("SELECT pg_export_snapshot()").fetchone()[0]) for one in seen]  # type: ignore[index]
    return [own[0] if _where(one.url) == first else mine for one, mine in zip(sources, own, strict=True)]


def _where(url: str) -> list[Any]:
    parts = conninfo_to_dict(url)
    return [parts.get(name) for name in _WHERE]


def _revision(connection: psycopg.Connection[Any], source: Source) -> str:
    try:
        row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        row = None
    except psycopg.errors.InsufficientPrivilege:
        raise NotAllowed(
            f"{SIDE_WORDS[source.side]}的数据库账号无权读取表结构版本，请先运行 tracker migrate。",
            code="no_grant",
        ) from None
    if row is None:
        raise Conflict("数据库里还没有表，没有可备份的内容。", code="nothing_there")
    return str(row[0])


def _version(seen: Sequence[psycopg.Connection[Any]]) -> int:
    return max(programs.server_version(one) for one in seen)


def _dump(source: Source, snapshot: str, version: int) -> Iterator[bytes]:
    command: list[str | Path] = [
        programs.find("pg_dump", version),
        "--format=custom",
        "--compress=1",
        "--no-owner",
        "--no-privileges",
        f"--snapshot={snapshot}",
        *_WHAT[source.side],
    ]
    return programs.read_from(command, programs.surroundings(source.url))


def _counted(content: Iterator[bytes], told: Callable[[int], None]) -> Iterator[bytes]:
    for chunk in content:
        told(len(chunk))
        yield chunk


def _files(home: Path, folder: str) -> list[Path]:
    """Return the files of a folder of the home; what is being written, hidden or a link is left out."""
    return [
        path
        for path in sorted((home / folder).rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and path.suffix != ".draft"
        and not any(part.startswith(".") for part in path.relative_to(home).parts)
    ]


def _members(home: Path, anchors: Sequence[tuple[Path, bytes]]) -> Iterator[tuple[str, Iterator[bytes]]]:
    for path, content in anchors:
        yield f"{FILES}{path.relative_to(home).as_posix()}", iter((content,))
    for path in _files(home, MODELS):
        # a model that was just dropped is none that the database still speaks of
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            yield f"{FILES}{path.relative_to(home).as_posix()}", chunks(file)


def _part(
    folder: Path,
    source: Source,
    manifest: Manifest,
    files: Iterator[tuple[str, Iterator[bytes]]],
    dump: Iterator[bytes],
) -> Part:
    """Write one sealed file, safely on disk, and return what the manifest says of it."""
    path = folder / f"{source.side}.sealed"
    facts = json.dumps({**manifest.facts, "side": source.side}).encode()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        writer = Writer(out, source.key, source.side)
        writer.member(FACTS, (facts,))
        for name, content in files:
            writer.member(name, content)
        writer.member(DATABASE, dump)
        writer.close()
        out.flush()
        os.fsync(out.fileno())
    return Part(source.side, path.name, writer.size, writer.sha256.hexdigest(), key_id(source.key).hex())
