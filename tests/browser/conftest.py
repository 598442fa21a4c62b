"""The whole product as a newcomer starts it, and a real browser in front of it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.test_up import processes_of

ROOT = Path(__file__).parents[2]
READY_S = 240
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass(frozen=True)
class Product:
    """A running system: its two addresses, the demonstration accounts by login name, and TRACKER_HOME."""

    url: str
    discipline_url: str
    accounts: dict[str, dict[str, Any]]
    home: Path
    used: dict[str, int] = field(default_factory=dict)
    """The 30-second steps whose codes were spent, by account; each opens the door once."""

    def one_time_code(self, account: str) -> str:
        """Return a code of the account that was not used yet; waits for it when need be."""
        step = max(int(time.time()) // 30, self.used.get(account, 0) + 1)
        time.sleep(max(0.0, (step - 1) * 30 - time.time()))  # a code is taken half a minute early
        self.used[account] = step
        return pyotp.TOTP(self.accounts[account]["totp_secret"]).at(step * 30)

    def api(
        self, account: str, method: str, path: str, body: object = None, *, discipline: bool = False
    ) -> Any:
        """Return (status, JSON) of a call with the account's token."""
        request = urllib.request.Request(
            (self.discipline_url if discipline else self.url) + urllib.parse.quote(path, safe="/?=&"),
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.accounts[account]['token']}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + "/readyz", timeout=3) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """`tracker demo` on a home of its own; every process of the Procfile; Ctrl-C must end them all."""
    ports = _free_port(), _free_port()
    with tempfile.TemporaryDirectory(prefix="tracker-demo-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
        env |= {"TRACKER_HOME": home, "PORT": str(ports[0]), "DISCIPLINE_PORT": str(ports[1])}
        log = Path(home) / "demo.log"
        with log.open("wb") as out:
            command = [str(Path(sys.executable).parent / "tracker"), "demo"]
            process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
        url, discipline_url = (f"http://127.0.0.1:{port}" for port in ports)
        give_up_at = time.monotonic() + READY_S
        try:
            while not _ready(url):
                assert process.poll() is None, log.read_text()[-3000:]
                assert time.monotonic() < give_up_at, log.read_text()[-3000:]
                time.sleep(0.3)
        except AssertionError:
            process.send_signal(signal.SIGINT)  # or it would run on after the tests
            process.wait(timeout=60)
            raise
        told = json.loads((Path(home) / "demo-accounts.json").read_text())
        yield Product(url, discipline_url, {one["account"]: one for one in told}, Path(home))
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert not processes_of(Path(home))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, as tools/install-browser.sh brings it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "没有找到 Chromium：请先运行 tools/install-browser.sh（见 README）"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser window of 1366×768; a script error on any page fails the test."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []
