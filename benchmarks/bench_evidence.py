"""A file of 200 MB handed in, looked at, sent by hand and by the worker, signed for, downloaded: time, and growth of memory.

The whole product runs as `tracker demo` starts it, every process its own; memory is what the kernel tells of each at its
peak (VmHWM) above what it held before, after a small file went the same way. Of PostgreSQL's processes it is memory of their
own (RssAnon), sampled: what they share is set beforehand. Floor: hashing, sealing and opening the same bytes in memory.
`python -m benchmarks.bench_evidence [MB]` runs it alone; Linux only.
"""

import hashlib
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from benchmarks.measure import Measured, seconds
from tracker import embedded, streams

ROOT = Path(__file__).parents[1]
MB = 1024 * 1024
N_MB = 200
SMALL = 3 * MB
READY_S = 300
BOUNDARY = secrets.token_hex(16)
GIVEN = {"person": "测量某", "unit_code": "440106-SC", "rank": "section", "facts": "仅供测量，内容是编的。"}


def block(n: int) -> bytes:
    """Return the n-th megabyte of the measured film: nothing in it can be compressed, the first says what it is."""
    made = hashlib.blake2b(n.to_bytes(8, "big")).digest() * (MB // 64)
    return b"\0\0\0\x18ftypmp42" + made[12:] if n == 0 else made


def form(n_bytes: int) -> tuple[Iterator[bytes], int]:
    """Return the body of a proposal with a film of that size, piece by piece, and its length."""
    head = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (*GIVEN.items(), ("post", secrets.token_hex(4)))
    )
    head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="evidence"; filename="film.mp4"\r\n\r\n'
    end = f"\r\n--{BOUNDARY}--\r\n".encode()

    def body() -> Iterator[bytes]:
        yield head.encode()
        for n in range(n_bytes // MB):
            yield block(n)
        yield end

    return body(), len(head.encode()) + n_bytes + len(end)


@dataclass
class Product:
    """The running product and who speaks to it: three people of one office, and a liaison."""

    home: Path
    port: int
    desk_port: int
    process: psutil.Process
    people: dict[str, str] = field(default_factory=dict)

    def call(self, who: str, method: str, path: str, given: Any = None) -> Any:
        """Return the JSON that comes back; raises RuntimeError for a refusal."""
        with self._line(who) as line:
            head = {"Authorization": f"Bearer {self.people[who]}", "Content-Type": "application/json"}
            body = None if given is None else json.dumps(given)
            line.request(method, urllib.parse.quote(path, safe="/?=&"), body, head)
            answer = line.getresponse()
            told = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {told.decode()[:300]}")
        return json.loads(told)

    @contextmanager
    def _line(self, who: str) -> Iterator[http.client.HTTPConnection]:
        port = self.desk_port if who == "liaison" else self.port
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        yield line
        line.close()

    def hand_in(self, ticket: str, n_bytes: int) -> str:
        """Propose with a film of that size and return the number of the clue."""
        body, length = form(n_bytes)
        with self._line("officer") as line:
            head = {
                "Authorization": f"Bearer {self.people['officer']}",
                "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
                "Content-Length": str(length),
            }
            line.request("POST", f"/api/v1/tickets/{ticket}/clues", body, head)
            answer = line.getresponse()
            told = json.loads(answer.read())
        if answer.status != 201:
            raise RuntimeError(f"proposal: {answer.status} {told}")
        return str(told["number"])

    def download(self, who: str, path: str) -> tuple[int, str]:
        """Return size and SHA-256 of what comes down, forgotten as it comes."""
        counted, size = hashlib.sha256(), 0
        with self._line(who) as line:
            line.request(
                "GET", urllib.parse.quote(path), headers={"Authorization": f"Bearer {self.people[who]}"}
            )
            answer = line.getresponse()
            while piece := answer.read(MB):
                counted.update(piece)
                size += len(piece)
        return size, counted.hexdigest()

    def step(self, who: str, number: str, name: str) -> None:
        """Do a step of either side."""
        given = {} if who == "liaison" else {"opinion": "测量"}
        self.call(who, "POST", f"/api/v1/clues/{number}/actions/{name}", given)

    def approved(self, ticket: str, n_bytes: int) -> str:
        """Hand a film in and have it approved; return the number of the clue."""
        number = self.hand_in(ticket, n_bytes)
        self.step("second", number, "co-sign")
        self.step("head", number, "approve")
        return number

    def let_worker_send(self, number: str) -> None:
        """Make the approval older than the worker waits for, and wait until it has sent."""
        with (
            embedded.servers(self.home) as running,
            psycopg.connect(running.owner_url, autocommit=True) as connection,
        ):
            connection.execute(
                "UPDATE clue SET approved_at = approved_at - interval '2 hours' WHERE number = %s", (number,)
            )
        give_up_at = time.monotonic() + 300
        while self.call("officer", "GET", f"/api/v1/clues/{number}")["stage"] != "sent":
            if time.monotonic() > give_up_at:
                raise RuntimeError("the worker did not send")
            time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def product() -> Iterator[Product]:
    """Start `tracker demo` in a home of its own and yield it once it answers; everything is gone afterwards."""
    ports = _free_port(), _free_port()
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        env = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        env |= {"TRACKER_HOME": home, "PORT": str(ports[0]), "DISCIPLINE_PORT": str(ports[1])}
        with (Path(home) / "demo.log").open("wb") as log:
            command = [str(Path(sys.executable).parent / "tracker"), "demo"]
            process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            found = Product(Path(home), *ports, psutil.Process(process.pid))
            _await(found, process)
            _meet(found)
            yield found
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def _await(found: Product, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + READY_S
    for port in (found.port, found.desk_port):
        while True:
            with suppress(OSError):
                line = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
                line.request("GET", "/readyz")
                if line.getresponse().status == http.HTTPStatus.OK:
                    break
            if time.monotonic() > give_up_at or process.poll() is not None:
                raise RuntimeError((found.home / "demo.log").read_text()[-2000:])
            time.sleep(0.3)


def _meet(found: Product) -> None:
    """Find three people of one office and the liaison of its commission among the accounts of the demonstration."""
    told = json.loads((found.home / "demo-accounts.json").read_text())
    code = "440106"
    own = [one for one in told if (one.get("office") or {}).get("code") == code]
    officers = [one["token"] for one in own if one["role"] == "officer"]
    found.people["officer"] = officers[0]
    heads = [one["token"] for one in own if one["role"] == "reviewer"]
    found.people["head"] = heads[0]
    found.people["second"] = (officers[1:] + heads[1:])[0]
    found.people["liaison"] = next(one["token"] for one in own if one["role"] == "liaison")


def _ours(process: psutil.Process) -> Iterator[tuple[str, psutil.Process]]:
    """Yield the processes of the product with the names they have in docs/benchmarks.md."""
    names = {
        "discipline_process": "discipline",
        "web_process": "web",
        "workers.clock": "clock",
        "-m workers": "worker",
        "rq:": "worker",  # as it calls itself once it works
        "postgres": "PostgreSQL",
        "redis-server": "Redis",
    }
    for one in process.children(recursive=True):
        with suppress(psutil.Error):
            line = " ".join(one.cmdline())
            name = next(
                (name for mark, name in names.items() if mark in line and "/bin/sh" not in line), None
            )
            if name:
                yield name, one


def _told(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0


class Watch:
    """Watches the memory of every process while something goes on; children that come and go are watched too."""

    def __init__(self, process: psutil.Process) -> None:
        self._process, self._stop = process, threading.Event()
        self._before: dict[int, int] = {}
        self._names: dict[int, str] = {}
        self._peaks: dict[int, int] = {}
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Watch":
        for name, one in _ours(self._process):
            with suppress(OSError):
                Path(f"/proc/{one.pid}/clear_refs").write_text("5")  # forget the peak so far
                self._before[one.pid] = _told(one.pid, "RssAnon" if name == "PostgreSQL" else "VmRSS")
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._look()
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            self._look()

    def _look(self) -> None:
        for name, one in _ours(self._process):
            with suppress(OSError, psutil.Error):
                now = _told(one.pid, "RssAnon" if name == "PostgreSQL" else "VmHWM")
                if one.pid not in self._before:  # a job's own process begins as a copy of its parent
                    self._before[one.pid] = self._before.get(one.ppid(), now)
                self._names[one.pid] = name
                self._peaks[one.pid] = max(now, self._peaks.get(one.pid, 0))

    def growth(self) -> dict[str, int]:
        """Return by how many bytes the process of each name that grew most did grow."""
        grown: dict[str, int] = {}
        for pid, name in self._names.items():
            grown[name] = max(grown.get(name, 0), self._peaks[pid] - self._before[pid])
        return grown


def floor(n_bytes: int) -> float:
    """Return the seconds it takes to hash, seal and open so many bytes in memory, and hash them again."""
    key = streams.new_key()

    def work() -> None:
        counted, again = hashlib.sha256(), hashlib.sha256()

        def clear() -> Iterator[bytes]:
            for n in range(n_bytes // MB):
                piece = block(n)
                counted.update(piece)
                yield piece

        for piece in streams.unseal(streams.seal(clear(), key), key):
            again.update(piece)

    return seconds(work)


def measure(n_mb: int = N_MB) -> Iterator[Measured | str]:
    """Yield the time of every part of the way, and at the end by how much each process grew."""
    n_bytes, grown = n_mb * MB, {}
    expected = hashlib.sha256(b"".join(block(n) for n in range(SMALL // MB)))
    with product() as running:
        ticket = running.call("officer", "GET", "/api/v1/tickets?limit=1&tab=working")["items"][0]["number"]
        warm = running.approved(ticket, SMALL)
        running.let_worker_send(warm)
        running.step("liaison", warm, "sign")
        if running.download("liaison", f"/api/v1/clues/{warm}/evidence/1") != (SMALL, expected.hexdigest()):
            raise RuntimeError("the small file came back as another one")
        least, numbers = floor(n_bytes), []

        def part(name: str, work: Callable[[], object]) -> Measured:
            with Watch(running.process) as watch:
                took = seconds(work)
            for one, bytes_ in watch.growth().items():
                grown[one] = max(grown.get(one, 0), bytes_)
            return Measured(f"{n_mb} MB {name}", "hashed, sealed, opened in memory", 1, took, least)

        yield part("handed in", lambda: numbers.append(running.approved(ticket, n_bytes)))
        yield part("draft looked at", lambda: running.download("second", f"/clues/{numbers[0]}/evidence/1"))
        yield part("sent by hand", lambda: running.step("head", numbers[0], "send"))
        yield part("signed for", lambda: running.step("liaison", numbers[0], "sign"))
        came: list[tuple[int, str]] = []
        path = f"/api/v1/clues/{numbers[0]}/evidence/1"
        yield part("downloaded", lambda: came.append(running.download("liaison", path)))
        listed = running.call("liaison", "GET", f"/api/v1/clues/{numbers[0]}")["evidence"][0]
        if came != [(n_bytes, listed["sha256"])]:
            raise RuntimeError("the file came back as another one")
        second = running.approved(ticket, n_bytes)
        yield part("sent by the worker, with its wait", lambda: running.let_worker_send(second))
    yield "growth of resident memory: " + ", ".join(
        f"{one} {b / 1e6:.0f} MB" for one, b in sorted(grown.items())
    )


def main() -> None:
    """Run everything and print the lines."""
    for line in measure(int(sys.argv[1]) if len(sys.argv) > 1 else N_MB):
        print(line, flush=True)


if __name__ == "__main__":
    main()
