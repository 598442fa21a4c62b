"""The whole system on one machine: embedded servers where none are named, then every process of the Procfile.

The processes are the same as on many machines; only who starts them differs. They end together, however this one ends.
"""

import contextlib
import fcntl
import functools
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import psutil
from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.process import Popen, Process

from tracker import config, embedded, unprivileged
from tracker.accounts.secrets import totp_now
from tracker.errors import NotFound, Unavailable

ROOT = Path(__file__).parent.parent
ACCOUNTS = "demo-accounts.json"
RELEASE = "release"
READY_SECONDS = 120
_TOTP = ".venv/bin/tracker totp"
_MARK = "TRACKER_RUN"
"""In the environment of every process we start: which TRACKER_HOME it works for."""


def run(*, demo: bool, env: Mapping[str, str] = os.environ) -> int:
    """Start everything, serve until Ctrl-C or SIGTERM, stop everything; return the exit code.

    demo: load the demonstration data first.
    Raises SettingsError and Unavailable, each with a sentence, when it cannot start.
    """
    signal.signal(signal.SIGTERM, _leave)
    home = config.home(env)
    with _only_one(home), embedded.environment(env, alone=True) as complete:
        settings = config.load(complete)
        told = _process_environment(complete, settings)
        _stop_leftovers(home)
        for name, port in (("PORT", settings.port), ("DISCIPLINE_PORT", settings.discipline_port)):
            _refuse_taken(name, settings.bind, port)
        processes = parse_procfile((ROOT / "Procfile").read_text()).processes
        release = processes.pop(RELEASE)
        _run_to_end(f"{release} --demo" if demo else release, told)
        return _serve(processes, told, functools.partial(_announce, settings, demo=demo))


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)


def _process_environment(env: Mapping[str, str], settings: config.Settings) -> dict[str, str]:
    programs = Path(sys.executable).parent
    return {
        **env,
        "BIND": settings.bind,
        "PORT": str(settings.port),
        "DISCIPLINE_PORT": str(settings.discipline_port),
        "WEB_CONCURRENCY": str(settings.web_concurrency),
        "PATH": f"{programs}{os.pathsep}{env.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
        _MARK: str(settings.home),
    }


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[None]:
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "up.lock").open("a")
    except OSError as error:
        raise Unavailable(
            f"数据目录 {home} 不能写入（{error.strerror}），请检查权限，或用 TRACKER_HOME 指定另一个目录。"
        ) from error
    with lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unavailable(
                f"数据目录 {home} 已有一套系统在运行，请先停止它，或用 TRACKER_HOME 指定另一个目录。"
            ) from None
        yield


def _stop_leftovers(home: Path) -> None:
    """Stop processes an earlier run left behind: on Linux the kernel does so at once, elsewhere nobody else would."""
    left = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(_MARK) == str(home):
                process.terminate()
                left.append(process)
    for stubborn in psutil.wait_procs(left, timeout=10)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            stubborn.kill()


def _refuse_taken(name: str, bind: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as error:
            raise Unavailable(
                f"{bind}:{port} 不能使用（{error.strerror}），可能已被别的程序占用；请用 {name} 换一个端口，例如 {name}={port + 10}。"
            ) from error


def _run_to_end(command: str, env: Mapping[str, str]) -> None:
    """Run one command of the Procfile; raises Unavailable when it fails, having shown its own words."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", command],
        env=env,
        cwd=ROOT,
        preexec_fn=functools.partial(unprivileged.end_with_parent, signal.SIGTERM),  # noqa: PLW1509  # one thread
    )
    try:
        failed = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if failed:
        raise Unavailable(f"准备步骤没有完成（{command}），请按上面的提示处理后重试。")


class _Leashed(Process):  # type: ignore[misc]  # honcho has no types
    """A process of the Procfile that ends with us even when we are killed outright."""

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        unprivileged.end_with_parent(signal.SIGKILL)  # honcho's go-between heeds nothing less
        leash = functools.partial(unprivileged.end_with_parent, signal.SIGTERM)
        self._child_ctor = functools.partial(Popen, preexec_fn=leash)
        super().run(events, ignore_signals)


class _Processes(Manager):  # type: ignore[misc]  # honcho has no types
    """The processes of the Procfile; calls `started` in a thread once all were started, which forking must precede."""

    def __init__(self, started: functools.partial[None]) -> None:
        super().__init__()
        self._process_ctor = _Leashed
        self._started = threading.Thread(target=started, daemon=True)

    def _start(self) -> None:
        super()._start()
        self._started.start()


def _serve(processes: Mapping[str, str], env: Mapping[str, str], started: functools.partial[None]) -> int:
    manager = _Processes(started)
    for name, command in processes.items():
        manager.add_process(name, command, env=dict(env), cwd=str(ROOT))
    manager.loop()
    asked = manager.returncode in {130, 143}  # honcho's own code for Ctrl-C and SIGTERM: what the user wanted
    return 0 if asked else int(manager.returncode or 0)


def _announce(settings: config.Settings, *, demo: bool) -> None:
    """Print the addresses, and for a demonstration the accounts, once the web answers."""
    seen_as = "127.0.0.1" if settings.bind in {"127.0.0.1", "0.0.0.0", "::"} else settings.bind  # nosec B104  # noqa: S104
    ports = (settings.port, settings.discipline_port)
    give_up_at = time.monotonic() + READY_SECONDS
    while not all(_answers(seen_as, port) for port in ports):
        if time.monotonic() > give_up_at:
            return
        time.sleep(0.1)
    address, discipline = (f"http://{seen_as}:{port}" for port in ports)
    lines = ["", f"监督端  supervision  {address}", f"纪检端  discipline   {discipline}"]
    if demo:
        lines += [
            *_account_lines(settings.home / ACCOUNTS),
            "",
            "Ctrl-C 停止。Press Ctrl-C to stop everything.",
        ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def demo_code(home: Path, account: str, now: datetime) -> tuple[str, int]:
    """Return the one-time code of a demonstration account and for how many seconds it is shown; raises NotFound."""
    file = home / ACCOUNTS
    told = json.loads(file.read_text()) if file.exists() else []
    secret = next((one.get("totp_secret") for one in told if one["account"] == account), None)
    if not secret:
        raise NotFound(f"{file} 里没有账号 {account} 的动态口令。")
    return totp_now(secret, now)


def _account_lines(file: Path) -> list[str]:
    accounts = json.loads(file.read_text()) if file.exists() else []
    shown = [f"演示账号  demo accounts（全部见 {file}）"] if accounts else []
    for one in accounts:
        office = (one.get("office") or {}).get("name", "")
        code = f"  动态口令 one-time code: {_TOTP} {one['account']}" if one.get("totp_secret") else ""
        shown.append(f"  {one['role']:<14}{one['account']:<22}{one['password']:<22}{office}{code}")
    return shown
