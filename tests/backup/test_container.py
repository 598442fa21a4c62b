"""A sealed file of a backup: what was put in comes out, nothing else does, and its size tells little."""

import io
import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.backup.container import STEP, NotWholeError, Writer, members, padded
from tracker.streams import EXTRA, HEADER, PIECE

KEY = "a key of at least thirty-two characters"


def sealed(*held: tuple[str, list[bytes]], side: str = "supervision") -> bytes:
    out = io.BytesIO()
    writer = Writer(out, KEY, side)
    for name, content in held:
        writer.member(name, content)
    writer.close()
    assert writer.size == len(out.getvalue())
    return out.getvalue()


def opened(file: bytes, key: str = KEY, side: str = "supervision") -> list[tuple[str, bytes]]:
    return [(name, b"".join(content)) for name, content in members(io.BytesIO(file), key, side)]


@settings(max_examples=15)
@given(st.lists(st.tuples(st.text(max_size=20), st.lists(st.binary(max_size=300), max_size=4)), max_size=4))
def test_what_was_put_in_comes_out(held: list[tuple[str, list[bytes]]]) -> None:
    assert opened(sealed(*held)) == [(name, b"".join(content)) for name, content in held]


@pytest.mark.parametrize("n", [0, 1, PIECE - 6, PIECE - 5, PIECE, 3 * PIECE + 1, STEP - 21, STEP, STEP + 1])
def test_large_members_come_out_whole(n: int) -> None:
    content = random.Random(n).randbytes(n)
    assert opened(sealed(("one", [content]), ("two", [b"x"]))) == [("one", content), ("two", b"x")]


def test_a_member_nobody_takes_is_passed_over() -> None:
    file = sealed(("one", [b"a" * PIECE, b"b" * PIECE]), ("two", [b"x"]))
    assert [name for name, _ in members(io.BytesIO(file), KEY, "supervision")] == ["one", "two"]


def test_sizes_are_coarse_and_never_grow_by_much() -> None:
    head, whole = 24 + HEADER, STEP + STEP // PIECE * EXTRA
    assert len(sealed()) == len(sealed(("a clue", [b"x" * 1_000_000]))) == head + whole
    for n in (1, STEP, STEP + 1, 10**9, 10**12):
        assert n <= padded(n) <= max(STEP, n * 9 // 8 + 1) + STEP
        assert padded(n) % STEP == 0
    assert padded(10 * 10**9) == padded(10 * 10**9 + 200 * 2**20)


def test_neither_names_nor_content_show() -> None:
    file = sealed(("clue.json", [b"the words of a clue" * 1000]))
    assert b"clue" not in file
    assert b"words" not in file


def changed(file: bytes, at: int) -> bytes:
    return file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :]


@pytest.mark.parametrize("at", [0, 9, 30, 100, PIECE, 5 * PIECE, -1])
def test_a_changed_byte_is_found_out_wherever_it_is(at: int) -> None:
    file = sealed(("one", [b"x" * 100]))
    with pytest.raises(NotWholeError):
        opened(changed(file, at % len(file)))


@pytest.mark.parametrize("keep", [0, 7, 24, 40, 48, 60, PIECE + 65, STEP])
def test_a_cut_file_is_found_out(keep: int) -> None:
    with pytest.raises(NotWholeError):
        opened(sealed(("one", [b"x" * 100]))[:keep])


def test_what_was_put_behind_or_swapped_is_found_out() -> None:
    file = sealed(("one", [b"x" * 3 * PIECE]))
    first = 48 + PIECE + EXTRA
    second = first + PIECE + EXTRA
    for spoilt in (file + b"x", file + file[-100:], file[:first] + file[second:]):
        with pytest.raises(NotWholeError):
            opened(spoilt)


def test_another_key_or_side_opens_nothing() -> None:
    file = sealed(("one", [b"x"]))
    with pytest.raises(NotWholeError):
        opened(file, key="another key of thirty-two characters")
    with pytest.raises(NotWholeError):
        opened(file, side="discipline")


def test_neither_way_holds_more_than_a_few_pieces(tmp_path) -> None:
    path, block = tmp_path / "large", random.Random(1).randbytes(PIECE)
    tracemalloc.start()
    with path.open("wb") as out:
        writer = Writer(out, KEY, "supervision")
        writer.member("large", (block for _ in range(64)))
        writer.close()
    with path.open("rb") as file:
        n = sum(len(chunk) for _, content in members(file, KEY, "supervision") for chunk in content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n == 64 * PIECE
    assert peak < 12 * PIECE
