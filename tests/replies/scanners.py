"""A clamd that really listens on this machine, as far as INSTREAM goes, and answers as it is told."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

VIRUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


@dataclass
class Daemon:
    """What a daemon was asked. answer: what it says instead of looking; "" hangs up; most: so many bytes it takes."""

    url: str = ""
    heard: list[bytes] = field(default_factory=list)
    answer: str | None = None
    most: int = 2**31


class _Talk(socketserver.StreamRequestHandler):
    server: "_Tcp | _Unix"

    def handle(self) -> None:
        held = self.server.held
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
            if len(content) > held.most:
                self.say("INSTREAM size limit exceeded. ERROR")
                return
        held.heard.append(content)
        found = "stream: Eicar-Test-Signature FOUND" if VIRUS in content else "stream: OK"
        self.say(found if held.answer is None else held.answer)

    def say(self, words: str) -> None:
        if words:
            self.wfile.write(words.encode() + b"\0")


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    held: Daemon


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    held: Daemon


@contextmanager
def clamd(path: Path | None = None) -> Iterator[Daemon]:
    """A daemon on TCP, or on a local socket at the path."""
    server: _Tcp | _Unix = _Unix(str(path), _Talk) if path else _Tcp(("127.0.0.1", 0), _Talk)
    with server:
        url = f"unix://{path}" if path else f"tcp://127.0.0.1:{server.server_address[1]}"  # type: ignore[index, str-bytes-safe]
        server.held = Daemon(url)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.held
        server.shutdown()
