import socket
import tempfile
from pathlib import Path

import pytest

from tests.replies.scanners import VIRUS, clamd
from tracker.replies import scanning
from tracker.replies.rules import SCAN_LABELS, Scan
from tracker.replies.scanning import Clamd, ScannerDownError, Unscanned, Verdict


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_clean_file_is_told_clean_and_every_byte_was_heard() -> None:
    content = bytes(range(256)) * 3000
    with clamd() as daemon:
        assert Clamd(daemon.url).scan([content]) == Verdict(Scan.CLEAN)
        assert daemon.heard == [content]


def test_a_file_in_pieces_is_heard_as_one() -> None:
    pieces = [b"a" * 300_000, b"b", b"", VIRUS]
    with clamd() as daemon:
        assert Clamd(daemon.url).scan(iter(pieces)) == Verdict(None, "Eicar-Test-Signature")
        assert daemon.heard == [b"".join(pieces)]


def test_a_virus_is_named_over_a_local_socket_too() -> None:
    with tempfile.TemporaryDirectory(prefix="clamd-") as folder, clamd(Path(folder) / "ctl") as daemon:
        assert Clamd(daemon.url).scan([b"x" + VIRUS]) == Verdict(None, "Eicar-Test-Signature")


@pytest.mark.parametrize("answer", ["", "stream: Can't allocate memory ERROR", "PONG"])
def test_an_answer_that_is_none_is_a_scanner_that_is_down(answer: str) -> None:
    with clamd() as daemon:
        daemon.answer = answer
        with pytest.raises(ScannerDownError):
            Clamd(daemon.url).scan([b"x"])
        assert Clamd(daemon.url + "?when_down=keep").scan([b"x"]) == Verdict(Scan.UNREACHABLE)


def test_a_daemon_that_takes_no_more_is_understood_though_it_hung_up() -> None:
    with clamd() as daemon:
        daemon.most = 1000
        with pytest.raises(ScannerDownError):
            Clamd(daemon.url).scan([b"x" * 4_000_000])


def test_nobody_at_the_address_is_a_scanner_that_is_down() -> None:
    for url in (f"tcp://127.0.0.1:{closed_port()}", "unix:///nowhere/clamd.ctl"):
        with pytest.raises(ScannerDownError):
            Clamd(url).scan([b"x"])
        assert Clamd(url + "?when_down=keep").scan([b"x"]).scan is Scan.UNREACHABLE


def test_without_a_scanner_a_file_is_marked_as_not_scanned() -> None:
    assert Unscanned().scan([b"x"]) == Verdict(Scan.UNSCANNED)
    assert set(SCAN_LABELS) == set(Scan)
    assert scanning.TIMEOUT_S <= 30
