"""A large file passes through in memory that does not grow with it: here 48 MB, in docs/benchmarks.md 200 MB and real processes."""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import factories
from tests.clues.large import MB, film, sha256_of
from tests.clues.sides import Sides
from tests.clues.test_large import hand_in

SIZE = 48 * MB
MOST = 20 * MB
"""A few pieces, what the libraries keep of them, and what the run warms up; far below the file."""
STATUS, PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def status(name: str) -> int:
    """Return a number of the kernel's on this process, in bytes."""
    return int(re.search(rf"{name}:\s+(\d+) kB", STATUS.read_text())[1]) * 1024


@contextmanager
def growth() -> Iterator[list[int]]:
    """Yield a list to which is added by how many bytes the resident memory of this process grew at its peak."""
    gc.collect()
    PEAK.write_text("5")  # forget the peak so far
    before, told = status("VmRSS"), []
    yield told
    told.append(status("VmHWM") - before)


@pytest.mark.skipif(not PEAK.exists(), reason="the peak of memory is told by Linux alone")
def test_memory_does_not_grow_with_the_file(sides: Sides) -> None:
    hand_in(sides)  # once with small ones, so that everything is loaded
    with growth() as handed_in:
        made = hand_in(sides, {"现场.mp4": (SIZE, 7)})
    assert made.status_code == 201, made.text
    number, expected = made.json["number"], sha256_of(film(SIZE, 7))
    sides.step("officer2", number, "co-sign")
    sides.step("reviewer", number, "approve")
    with growth() as sent:
        assert sides.step("reviewer", number, "send").status_code == 200
    with growth() as signed:
        assert sides.liaison().act(number, "sign").status_code == 200
    with growth() as downloaded:
        answer = sides.desk_client.get(
            f"/api/v1/clues/{number}/evidence/1",
            headers={"Authorization": f"Bearer {sides.liaisons['jw.tianhe']['token']}"},
        )
        assert sha256_of(iter(answer.response)) == expected
    told = {"handed in": handed_in, "sent": sent, "signed": signed, "downloaded": downloaded}
    assert all(one < MOST for (one,) in told.values()), told


def test_a_draft_is_looked_at_in_pieces_too(sides: Sides) -> None:
    number = hand_in(sides, {"现场.mp4": (SIZE // 2, 8)}).json["number"]
    with growth() as read:
        answer = sides.office_client.get(f"/clues/{number}/evidence/1", headers=factories.headers("officer2"))
        assert sha256_of(iter(answer.response)) == sha256_of(film(SIZE // 2, 8))
    assert read[0] < MOST
