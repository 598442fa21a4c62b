"""pg_dump and pg_restore of a version that fits the server: the embedded ones, or those this machine has."""

import contextlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tracker import embedded
from tracker.errors import Unavailable

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
_FIRST_ERROR = re.compile(r"(?:error|ERROR): +(?:.*(?:ERROR|FATAL): +)?(.+)")


def server_version(connection: psycopg.Connection[Any]) -> int:
    """Return the major version of the server."""
    return connection.info.server_version // 10000


def find(name: str, at_least: int) -> Path:
    """Return the oldest program of that name from that major version on: a newer one writes what an older server refuses.

    Raises Unavailable, naming the package to install.
    """
    found = []
    for folder in _folders():
        program = folder / name
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            told = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
            version = re.search(r"\) (\d+)", told)
            if version and int(version[1]) >= at_least:
                found.append((int(version[1]), program))
    if not found:
        raise Unavailable(
            f"找不到与数据库版本（PostgreSQL {at_least}）相配的 {name}，请安装 postgresql-client-{at_least} 后重试。",
            code="no_program",
        )
    return min(found, key=lambda one: one[0])[1]


def _folders() -> Iterator[Path]:
    yield embedded.PROGRAMS
    yield from map(Path, os.get_exec_path())
    for pattern in _PLACES:
        yield from Path("/").glob(pattern.removeprefix("/"))


def surroundings(url: str) -> dict[str, str]:
    """Return the environment that leads a program to the database of the URL; not an argument, which others could read."""
    parts = conninfo_to_dict(url)
    told = {
        variable: str(parts[name]) for name, variable in _VARIABLES.items() if parts.get(name) is not None
    }
    return {"PATH": os.defpath, "PGAPPNAME": "tracker backup", "PGOPTIONS": "-c statement_timeout=0", **told}


def read_from(command: Iterable[str | Path], env: Mapping[str, str]) -> Iterator[bytes]:
    """Yield what the program writes; raises Unavailable with its own first error when it fails."""
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(list(command), env=dict(env), stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        assert process.stdout is not None
        try:
            while chunk := process.stdout.read(256 * 1024):
                yield chunk
        except BaseException:
            process.kill()
            raise
        if process.wait():
            raise _failed(errors)


def write_to(command: Iterable[str | Path], env: Mapping[str, str], content: Iterable[bytes]) -> None:
    """Give the program the content to read; raises Unavailable with its own first error when it fails."""
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            list(command), env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors
        ) as process,
    ):
        assert process.stdin is not None
        try:
            with contextlib.suppress(BrokenPipeError):  # it failed and says why
                for chunk in content:
                    process.stdin.write(chunk)
                process.stdin.close()
        except BaseException:
            process.kill()
            raise
        if process.wait():
            raise _failed(errors)


def _failed(errors: Any) -> Unavailable:
    """Return the refusal; of what the program said only its first line, since the others may quote rows."""
    errors.seek(0)
    said = errors.read(65536).decode(errors="replace")
    found = _FIRST_ERROR.search(said)
    return Unavailable(
        f"数据库程序没有完成：{found[1].strip() if found else '没有说明原因'}", code="program_failed"
    )
