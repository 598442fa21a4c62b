"""One command runs everything and takes everything with it when it ends."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parent.parent
TRACKER = Path(sys.executable).parent / "tracker"
BOOT_SECONDS = 180  # two cores that run the rest of the suite as well


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="up-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def environment(home: Path, ports: tuple[int, int]) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    return {
        **env,
        "TRACKER_HOME": str(home),
        "PORT": str(ports[0]),
        "DISCIPLINE_PORT": str(ports[1]),
        "WEB_CONCURRENCY": "1",
    }


def processes_of(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            marked = process.environ().get("TRACKER_RUN") == str(home)
            if marked or any(str(home) in part for part in process.cmdline()):
                found.append(process)
    return found


def wait_until_gone(home: Path) -> None:
    give_up_at = time.monotonic() + 60
    while processes_of(home):
        assert time.monotonic() < give_up_at, processes_of(home)
        time.sleep(0.1)


@contextlib.contextmanager
def running(home: Path, ports: tuple[int, int]) -> Iterator[subprocess.Popen[bytes]]:
    """`tracker up`, ready; killed at the end of the block if it still runs. Its output goes to a file in `home`."""
    with (home / "out.txt").open("wb") as out:
        env = environment(home, ports)
        process = subprocess.Popen([TRACKER, "up"], env=env, stdout=out, stderr=subprocess.STDOUT, cwd=home)
        try:
            give_up_at = time.monotonic() + BOOT_SECONDS
            while "discipline   http" not in (said := (home / "out.txt").read_text("utf-8")):
                assert process.poll() is None, said
                assert time.monotonic() < give_up_at, said
                time.sleep(0.2)
            yield process
        finally:
            process.kill()
            process.wait()
            wait_until_gone(home)


def run(home: Path, ports: tuple[int, int]) -> subprocess.CompletedProcess[str]:
    env = environment(home, ports)
    return subprocess.run(
        [TRACKER, "up"], env=env, cwd=home, capture_output=True, text=True, timeout=BOOT_SECONDS, check=False
    )


@pytest.mark.slow  # the browser tests hold the same of `tracker demo`, which runs anyway
def test_it_serves_refuses_a_second_and_ends_with_ctrl_c(home: Path) -> None:
    ports = free_ports()
    with running(home, ports) as process:
        for port in ports:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
                assert answer.status == 200
        second = run(home, free_ports())
        assert second.returncode == 1
        assert "已有一套系统在运行" in second.stderr
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert not processes_of(home)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start cleans up")
def test_killed_outright_it_takes_everything_along_and_starts_again(home: Path) -> None:
    ports = free_ports()
    with running(home, ports) as process:
        process.kill()
        process.wait()
        wait_until_gone(home)
    with running(home, ports) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert not processes_of(home)


@pytest.mark.parametrize("which", [0, 1])
def test_a_taken_port_is_named_with_the_variable_that_changes_it(home: Path, which: int) -> None:
    ports = free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports[which]))
        taken.listen()
        refused = run(home, ports)
    assert refused.returncode == 1
    assert f"127.0.0.1:{ports[which]} 不能使用" in refused.stderr
    assert ("PORT", "DISCIPLINE_PORT")[which] + "=" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert not processes_of(home)


def test_a_bad_setting_stops_the_start_with_one_line(home: Path) -> None:
    refused = run(home, (70000, 8001))
    assert refused.returncode == 1
    assert refused.stderr.strip().startswith("PORT=")
    assert not processes_of(home)
