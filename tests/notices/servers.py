"""A mail server and a web server that really listen on this machine, and take or refuse as they are told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Mail:
    """What a mail server was given. refuse: the answer to RCPT when it is not 250."""

    url: str = ""
    letters: list[str] = field(default_factory=list)
    refuse: str = ""


@dataclass
class Posted:
    """What a web server was given: bodies and headers. answer: the status it gives."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: int = 200


class _Talk(socketserver.StreamRequestHandler):
    """One conversation in SMTP, as far as a notice needs it."""

    server: "_MailServer"

    def handle(self) -> None:
        self.say("220 here")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.say("354 go on")
                self.server.held.letters.append(self.letter())
            self.say(self.server.held.refuse or "250 fine" if word == b"RCPT" else "250 fine")
            if word == b"QUIT":
                return

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")

    def letter(self) -> str:
        lines = iter(self.rfile.readline, b".\r\n")
        return "".join(line.decode() for line in lines)


class _MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.held = Mail(f"smtp://127.0.0.1:{self.server_address[1]}/?from=tickets@example.gov.cn")


@contextmanager
def mail_server() -> Iterator[Mail]:
    """A mail server that keeps every letter."""
    with _MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.held
        server.shutdown()


@contextmanager
def web_server() -> Iterator[Posted]:
    """A web server that keeps every body posted to it."""
    held = Posted()

    class Talk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            held.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            held.headers.append(dict(self.headers))
            self.send_response(held.answer)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Talk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        held.url = f"http://:a-key@127.0.0.1:{server.server_address[1]}/told?x=1"
        yield held
        server.shutdown()
