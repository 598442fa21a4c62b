"""Looking for viruses in what people upload: one protocol, clamd behind it where the settings name one.

Where none is named a file is kept and marked as not scanned. Where one is named and does not answer, the file is refused,
unless the settings say to keep it: a file nobody looked at is opened by a reviewer who trusts the mark.
"""

import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, cast
from urllib.parse import parse_qs, urlsplit

import structlog
from sqlalchemy.orm import Session

from tracker.config import Settings
from tracker.replies.rules import Scan

log = structlog.get_logger()

CARRIED = "scanner"
"""Where a unit of work finds the scanner of its process."""
TIMEOUT_S = 20
CHUNK = 256 * 1024
_PORT = 3310
_LONGEST_ANSWER = 4096


@dataclass(frozen=True)
class Verdict:
    """What a scanner says: the state to keep with a file, or the name of the threat found in it."""

    scan: Scan | None
    threat: str = ""


class ScannerDownError(Exception):
    """The scanner does not answer, or not in a way that could be understood."""


class Scanner(Protocol):
    """What a scanner must do."""

    def scan(self, pieces: Iterable[bytes]) -> Verdict:
        """Return the verdict on a file that comes in pieces of any size.

        Raises ScannerDownError when none can be had and the file must not be kept.
        """


class Unscanned:
    """Stands where the settings name no scanner."""

    def scan(self, pieces: Iterable[bytes]) -> Verdict:  # noqa: ARG002 # as the protocol has it
        """Return that nobody looked."""
        return Verdict(Scan.UNSCANNED)


class Clamd:
    """The daemon of ClamAV, asked by INSTREAM over TCP or a local socket."""

    def __init__(self, url: str) -> None:
        """Take tcp://host:3310 or unix:///path, with ?when_down=keep to keep files while it is down."""
        self._url = urlsplit(url)
        self._keeps = parse_qs(self._url.query).get("when_down") == ["keep"]

    def scan(self, pieces: Iterable[bytes]) -> Verdict:
        """Return clean, or the name of what was found; as the protocol for a daemon that is down."""
        try:
            return _verdict(self._ask(pieces))
        except (OSError, ScannerDownError) as error:
            log.error("virus_scanner_down", error=type(error).__name__, told=str(error)[:200])
            if self._keeps:
                return Verdict(Scan.UNREACHABLE)
            raise ScannerDownError(str(error)) from error

    def _ask(self, pieces: Iterable[bytes]) -> str:
        with self._connected() as line:
            with suppress(BrokenPipeError, ConnectionResetError):  # it may answer before it has heard all
                for part in _stream(pieces):
                    line.sendall(part)
            return _answer(line)

    def _connected(self) -> socket.socket:
        if self._url.scheme == "unix":
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(TIMEOUT_S)
            try:
                line.connect(self._url.path)
            except OSError:
                line.close()
                raise
            return line
        address = (self._url.hostname or "localhost", self._url.port or _PORT)
        return socket.create_connection(address, timeout=TIMEOUT_S)


def _stream(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the command: its name, each chunk after its length (4 bytes, big-endian), and an empty chunk."""
    yield b"zINSTREAM\0"
    for piece in pieces:
        for at in range(0, len(piece), CHUNK):
            part = piece[at : at + CHUNK]
            yield struct.pack(">I", len(part)) + part
    yield struct.pack(">I", 0)


def _answer(line: socket.socket) -> str:
    told = b""
    while not told.endswith(b"\0") and len(told) < _LONGEST_ANSWER:
        more = line.recv(_LONGEST_ANSWER)
        if not more:
            break
        told += more
    return told.rstrip(b"\0\n").decode("utf-8", "replace")


def _verdict(told: str) -> Verdict:
    if told == "stream: OK":
        return Verdict(Scan.CLEAN)
    if told.startswith("stream: ") and told.endswith(" FOUND"):
        return Verdict(None, told.removeprefix("stream: ").removesuffix(" FOUND")[:100])
    raise ScannerDownError(told or "no answer")


def of(settings: Settings) -> Scanner:
    """Return the scanner the settings name."""
    return Clamd(settings.virus_scan) if settings.virus_scan else Unscanned()


def scanner(session: Session) -> Scanner:
    """Return the scanner the process was started with; a unit of work without one, such as a command's, scans nothing."""
    return cast(Scanner, session.info.get(CARRIED) or Unscanned())
