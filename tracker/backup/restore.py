"""Restoring into an empty database: everything is proved first, then each side comes back in one transaction."""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg
from psycopg import sql

from tracker import migrate
from tracker.backup import manifest as manifests
from tracker.backup import programs
from tracker.backup.container import NotWholeError, members
from tracker.backup.manifest import DISCIPLINE, SIDE_WORDS, SUPERVISION, Manifest, Part
from tracker.backup.save import ANCHORS, DATABASE, FACTS, FILES, MODELS
from tracker.errors import Conflict, Invalid, NotFound
from tracker.fields import key_id

_TABLES = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""
_DESK_TABLES = """
    SELECT tablename FROM pg_tables
    WHERE schemaname = 'discipline' AND tablename <> 'commission'
"""


@dataclass(frozen=True)
class _Chosen:
    part: Part
    key: str


def run(
    folder: Path,
    home: Path,
    url: str,
    keys: Mapping[str, Sequence[str]],
    *,
    sides: Sequence[str] = (),
    told: Callable[[str, int], None],
) -> tuple[Manifest, list[str]]:
    """Restore what the keys open and return the manifest with the sides that came back.

    url: of the owner of the tables, an empty database. keys: side → its ring. sides: only these; otherwise every side
    whose key is here. told: called with what is done ("check" or "restore") and how many bytes of it.
    Raises Invalid for what is damaged or too new, NotFound for a missing key, Conflict when something is there already.
    """
    manifest = manifests.read(folder)
    _require_known(manifest)
    chosen = _choose(manifest, keys, sides)
    for one in chosen:
        manifests.require_whole(folder, one.part)
        _prove(folder, manifest, one, told)
    with psycopg.connect(url, connect_timeout=5) as connection:
        _require_room(connection, manifest, [one.part.side for one in chosen], home)
        version = max(programs.server_version(connection), manifest.postgresql)
    program = programs.find("pg_restore", version)
    for one in chosen:
        _restore(folder, home, one, (program, url), told)
    return manifest, [one.part.side for one in chosen]


def _require_known(manifest: Manifest) -> None:
    if manifest.revision not in migrate.revisions():
        raise Invalid(
            f"这份备份的表结构（{manifest.revision}）比本程序的新，请用做备份时的版本或更新的版本恢复。",
            code="backup_too_new",
        )


def _choose(manifest: Manifest, keys: Mapping[str, Sequence[str]], sides: Sequence[str]) -> list[_Chosen]:
    """Return the parts to restore, 监督端 first, each with the key of the ring it is under."""
    chosen = []
    for side in (SUPERVISION, DISCIPLINE):
        part = next((one for one in manifest.parts if one.side == side), None)
        if part is None or (sides and side not in sides):
            continue
        key = next((one for one in keys.get(side, ()) if key_id(one).hex() == part.key), None)
        if key is None:
            if sides or side == SUPERVISION or keys.get(side):
                raise NotFound(_no_key(part), code="backup_key_missing")
            continue
        chosen.append(_Chosen(part, key))
    if not chosen:
        raise NotFound("这份备份里没有要恢复的部分。", code="no_such_part")
    return chosen


def _no_key(part: Part) -> str:
    where = "FIELD_KEY、FIELD_KEY_OLD" if part.side == SUPERVISION else "secrets/discipline.key"
    return (
        f"备份的{SIDE_WORDS[part.side]}部分由密钥 {part.key} 加密，{where} 中没有它；"
        "请把做备份时的密钥放回原处（内置模式为数据目录的 secrets 文件夹）再恢复。"
    )


def _prove(folder: Path, manifest: Manifest, one: _Chosen, told: Callable[[str, int], None]) -> None:
    """Go through the whole part; raises Invalid when it is not what was sealed, or its facts are not the manifest's."""
    facts: Any = None
    try:
        with (folder / one.part.file).open("rb") as file:
            for name, content in members(file, one.key, one.part.side):
                if name == FACTS:
                    facts = json.loads(b"".join(content))
                else:
                    for chunk in content:
                        told("check", len(chunk))
    except NotWholeError as error:
        raise Invalid(
            f"{SIDE_WORDS[one.part.side]}部分的文件 {one.part.file} 被改动或被截断，没有恢复任何内容。",
            code="backup_broken",
        ) from error
    if facts != {**manifest.facts, "side": one.part.side}:
        raise Invalid(
            "清单 manifest.json 与加密的内容不符，清单被改动过，没有恢复任何内容。", code="backup_broken"
        )


def _require_room(
    connection: psycopg.Connection[Any], manifest: Manifest, sides: Sequence[str], home: Path
) -> None:
    if SUPERVISION not in sides:
        _require_room_for_the_desk(connection, manifest)
        return
    n = _one(connection, _TABLES)
    if n:
        raise Conflict(
            f"目标数据库不是空的（已有{n}个表、视图或序列），为免覆盖，没有恢复任何内容；请换一个空数据库。",
            code="database_not_empty",
        )
    for name in (ANCHORS, MODELS):
        if (home / name).is_dir() and any((home / name).iterdir()):
            raise Conflict(
                f"数据目录里的 {home / name} 不是空的，没有恢复任何内容；请换一个空的 TRACKER_HOME。",
                code="home_not_empty",
            )


def _require_room_for_the_desk(connection: psycopg.Connection[Any], manifest: Manifest) -> None:
    """The discipline side by itself comes into tables of the same revision in which nobody did anything yet."""
    if not _one(connection, "SELECT to_regclass('public.alembic_version') IS NOT NULL"):
        raise Conflict("请先恢复监督端部分，再恢复纪检端部分。", code="supervision_first")
    revision = _one(connection, "SELECT version_num FROM public.alembic_version")
    if revision != manifest.revision:
        raise Conflict(
            f"数据库的表结构是 {revision}，这份备份是 {manifest.revision}：请在升级表结构之前恢复两侧，再运行 tracker migrate。",
            code="other_revision",
        )
    for (table,) in connection.execute(_DESK_TABLES).fetchall():
        held = sql.SQL("SELECT EXISTS (SELECT 1 FROM discipline.{})").format(sql.Identifier(table))
        if _one(connection, held):
            raise Conflict(f"纪检端的数据不是空的（{table}），没有恢复任何内容。", code="database_not_empty")


def _one(connection: psycopg.Connection[Any], query: Any) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _restore(
    folder: Path, home: Path, one: _Chosen, to: tuple[Path, str], told: Callable[[str, int], None]
) -> None:
    program, url = to
    env = programs.surroundings(url)
    command: list[str | Path] = [
        program,
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
    ]
    command += ["--clean", "--if-exists"] if one.part.side == DISCIPLINE else []
    command += ["--dbname", env["PGDATABASE"]]
    with (folder / one.part.file).open("rb") as file, _aside(home) as aside:
        for name, content in members(file, one.key, one.part.side):
            if name == DATABASE:
                programs.write_to(command, env, _counted(content, told))
            elif name.startswith(FILES):
                _write(aside, name.removeprefix(FILES), content)
        for made in sorted(aside.iterdir()):
            with contextlib.suppress(OSError):  # an empty folder of that name
                (home / made.name).rmdir()
            made.rename(home / made.name)


def _counted(content: Iterator[bytes], told: Callable[[str, int], None]) -> Iterator[bytes]:
    for chunk in content:
        told("restore", len(chunk))
        yield chunk


@contextlib.contextmanager
def _aside(home: Path) -> Iterator[Path]:
    """Yield a folder of the home in which files wait until the database is back."""
    aside = home / ".restoring"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700, parents=True)
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write(aside: Path, name: str, content: Iterator[bytes]) -> None:
    parts = PurePosixPath(name).parts
    if len(parts) < 2 or parts[0] not in {ANCHORS, MODELS} or ".." in parts:
        raise Invalid(f"备份里有不该有的文件：{name}。", code="backup_broken")
    path = aside.joinpath(*parts)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("xb") as out:
        for chunk in content:
            out.write(chunk)
    if parts[0] == ANCHORS:
        path.chmod(0o400)
