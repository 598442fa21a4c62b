"""The embedded servers for real: durable, private, restarted after every kind of end, and gone when told to go."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from tracker import embedded
from tracker.config import SettingsError
from tracker.errors import Unavailable

ROOT = Path(__file__).parent.parent
HOLD = """
import ctypes, os, pwd, sys
from pathlib import Path
from tracker import embedded

def ordinary_user():
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)

def root_without_namespaces():  # a namespace in which root is root, and may make no other
    told, tell = os.pipe()
    if os.fork() == 0:
        os.read(told, 1)
        for names in ("uid_map", "gid_map"):
            Path(f"/proc/{os.getppid()}/{names}").write_text("0 0 65536")
        os._exit(0)
    assert ctypes.CDLL(None).unshare(0x10000000) == 0
    os.write(tell, b".")
    assert os.wait()[1] == 0
    Path("/proc/sys/user/max_user_namespaces").write_text("0")

globals()[sys.argv[2]]() if len(sys.argv) > 2 else None
with embedded.servers(Path(sys.argv[1]), durable=False) as running:
    print(running.owner_url, flush=True)
    sys.stdin.read()
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def home() -> Iterator[Path]:
    """A short folder everybody may enter; pytest's own is too deep for the names of sockets."""
    with tempfile.TemporaryDirectory(prefix="t-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "home"


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A home whose servers ran once; making the data folder takes longer than all that is done with it."""
    with tempfile.TemporaryDirectory(prefix="t-", ignore_cleanup_errors=True) as folder:
        with embedded.servers(Path(folder) / "home", durable=False):
            pass
        yield Path(folder) / "home"


@pytest.fixture
def used(home: Path, made: Path) -> Path:
    """A home of the test's own whose servers ran before."""
    shutil.copytree(made, home, ignore=shutil.ignore_patterns("run", "*.lock"))
    return home


def processes_of(home: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if process.pid != os.getpid() and any(str(home) in part for part in process.info["cmdline"] or ())
    ]


def wait_until_gone(home: Path) -> None:
    give_up_at = time.monotonic() + 20
    while processes_of(home):
        assert time.monotonic() < give_up_at, processes_of(home)
        time.sleep(0.05)


@contextmanager
def held(home: Path, *manner: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs the servers of `home` until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home), *manner],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        text=True,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("postgresql://"), first + process.stdout.read()
        yield process
        process.communicate(timeout=60)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
        assert row is not None
        return row[0]


def test_both_servers_are_real_durable_and_private(home: Path) -> None:
    with embedded.servers(home) as running:
        assert ask(running.owner_url, "SELECT current_setting('fsync')") == "on"
        assert ask(running.owner_url, "SELECT current_setting('synchronous_commit')") == "on"
        assert ask(running.owner_url, "SELECT current_setting('listen_addresses')") == ""
        assert ask(running.owner_url, "SELECT current_setting('TimeZone')") == "UTC"
        assert ask(running.database_url, "SELECT current_user::text") == "tracker_app"
        assert ask(running.discipline_database_url, "SELECT current_user::text") == "tracker_discipline"
        assert not ask(
            running.owner_url, "SELECT bool_or(rolsuper) FROM pg_roles WHERE rolname = 'tracker_app'"
        )
        with redis.Redis.from_url(running.redis_url) as queue:
            assert queue.config_get("appendonly") == {"appendonly": "yes"}
            assert queue.config_get("port") == {"port": "0"}
        assert (home / "run").stat().st_mode & 0o777 == 0o700
        assert (home / "postgres").stat().st_mode & 0o777 == 0o700
        assert processes_of(home)
    assert not processes_of(home)


def test_data_outlives_a_restart(used: Path) -> None:
    with embedded.servers(used) as running, redis.Redis.from_url(running.redis_url) as queue:
        with psycopg.connect(running.owner_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT '留下' AS word")
        queue.set("kept", "1")
    with embedded.servers(used) as running, redis.Redis.from_url(running.redis_url) as queue:
        assert ask(running.owner_url, "SELECT word FROM kept") == "留下"
        assert queue.get("kept") == b"1"


def test_two_homes_do_not_meet(home: Path) -> None:
    with embedded.servers(home / "a", durable=False) as a, embedded.servers(home / "b", durable=False) as b:
        with psycopg.connect(a.owner_url) as connection:
            connection.execute("CREATE TABLE only_a ()")
        assert ask(b.owner_url, "SELECT to_regclass('only_a')") is None


def test_a_home_too_long_for_a_socket_works_and_stays_private(home: Path) -> None:
    deep = home.joinpath(*["很深的目录" * 4] * 3)
    with embedded.servers(deep, durable=False) as running:
        assert ask(running.database_url, "SELECT 1") == 1
        folder = Path(str(ask(running.owner_url, "SELECT current_setting('unix_socket_directories')")))
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not processes_of(deep)
    shutil.rmtree(folder)


def test_a_second_process_joins_and_leaves_the_servers_running(used: Path) -> None:
    with held(used):
        with embedded.servers(used) as joined:
            assert ask(joined.database_url, "SELECT 1") == 1
        with pytest.raises(Unavailable, match="已有一套系统在运行"), embedded.servers(used, alone=True):
            pass
        assert processes_of(used)
    assert not processes_of(used)


@linux
def test_servers_end_when_their_parent_is_killed_and_the_next_start_works(used: Path) -> None:
    with held(used) as holder:
        with psycopg.connect(f"host={used}/run user=tracker_owner dbname=tracker") as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        holder.kill()
    wait_until_gone(used)
    with embedded.servers(used, durable=False) as running:
        assert ask(running.owner_url, "SELECT n FROM kept") == 7


def test_servers_that_outlived_their_parent_are_stopped_by_the_next_start(used: Path) -> None:
    # where the kernel offers no leash: the holder is stopped, its servers are told nothing, the lock is let go
    with embedded.servers(used, durable=False) as running:
        with psycopg.connect(running.owner_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        left = [process.pid for process in processes_of(used)]
        with embedded.servers(used, durable=False) as again:  # this very process: the lock lets it in
            assert ask(again.owner_url, "SELECT n FROM kept") == 7
            assert not set(left) & {process.pid for process in processes_of(used)}


@pytest.mark.parametrize("program", ["postgres", "redis-server"])
def test_a_server_killed_outright_starts_again_with_what_was_committed(used: Path, program: str) -> None:
    with embedded.servers(used) as running:
        with psycopg.connect(running.owner_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        next(one for one in processes_of(used) if one.name() == program).kill()
    with embedded.servers(used) as running:
        assert ask(running.owner_url, "SELECT n FROM kept") == 7


def test_a_lock_file_naming_a_stranger_does_not_hinder_the_start(used: Path) -> None:
    with embedded.servers(used, durable=False):
        lock_file = (used / "postgres" / "postmaster.pid").read_text()
    _, rest = lock_file.split("\n", 1)
    (used / "postgres" / "postmaster.pid").write_text(f"{os.getppid()}\n{rest}")
    with embedded.servers(used, durable=False) as running:
        assert ask(running.owner_url, "SELECT 1") == 1
    assert psutil.pid_exists(os.getppid())


def test_a_start_killed_while_making_the_data_folder_leaves_nothing_half_made(home: Path) -> None:
    (home / "postgres.half").mkdir(parents=True)
    (home / "postgres.half" / "PG_VERSION").write_text("16\n")
    with embedded.servers(home, durable=False) as running:
        assert ask(running.owner_url, "SELECT 1") == 1


def test_data_of_another_version_is_refused_with_a_sentence(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(Unavailable, match=r"PostgreSQL 9\.6"), embedded.servers(home):
        pass
    assert not processes_of(home)


def test_a_home_that_is_a_file_is_refused_with_a_sentence(home: Path) -> None:
    home.write_text("")
    with pytest.raises(Unavailable, match="不能写入"), embedded.servers(home):
        pass


def test_data_nobody_can_read_is_refused_with_a_sentence(used: Path) -> None:
    with embedded.servers(used, durable=False):
        pass
    (used / "postgres" / "global" / "pg_control").write_bytes(b"spoilt")
    with pytest.raises(Unavailable, match="原因见日志"), embedded.servers(used, durable=False):
        pass
    assert not processes_of(used)


@linux
@as_root
def test_root_without_user_namespaces_runs_postgres_as_nobody_and_goes_back(home: Path) -> None:
    with held(home, "root_without_namespaces"):
        assert (home / "postgres").owner() == "nobody"
    with embedded.servers(home, durable=False) as running:  # the folder changes hands again, where it can
        assert ask(running.owner_url, "SELECT 1") == 1


@linux
@as_root
def test_root_without_user_namespaces_is_told_when_nobody_cannot_reach_the_data(home: Path) -> None:
    home.parent.chmod(0o700)
    with pytest.raises(AssertionError, match="进不了"), held(home, "root_without_namespaces"):
        pass


@linux
@as_root
def test_an_ordinary_user_can_run_the_servers(home: Path) -> None:
    home.mkdir()
    shutil.chown(home, "nobody")
    with held(home, "ordinary_user"):
        assert (home / "postgres").owner() == "nobody"


def test_an_environment_that_names_its_servers_is_left_alone(home: Path) -> None:
    env = {"DATABASE_URL": "postgresql://db/x", "REDIS_URL": "redis://r", "TRACKER_HOME": str(home)}
    with embedded.environment(env) as complete:
        assert complete == env
    assert not home.exists()


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_naming_one_server_only_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=name), embedded.environment({name: "postgresql://db/x"}):
        pass


def test_keys_are_made_once_and_kept_from_others(used: Path) -> None:
    env = {"TRACKER_HOME": str(used), "FIELD_KEY": "given by the user, thirty-two characters"}
    with embedded.environment(env) as first:
        pass
    with embedded.environment(env) as second:
        assert second["SECRET_KEY"] == first["SECRET_KEY"]
        assert len(second["SECRET_KEY"]) >= 32
        assert second["FIELD_KEY"] == env["FIELD_KEY"]
        assert ask(second["DATABASE_URL"], "SELECT current_user::text") == "tracker_app"
    assert (used / "secrets").stat().st_mode & 0o777 == 0o700
    assert (used / "secrets" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert {file.name for file in (used / "secrets").iterdir()} == {"secret_key", "field_key"}
