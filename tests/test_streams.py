"""Files sealed piece by piece open whole or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import streams
from tracker.streams import BrokenStreamError, new_key, seal, unseal

KEY = new_key()
PIECES = [b"first", b"second", b"third"]


def sealed(pieces=PIECES, key=KEY) -> list[bytes]:
    return list(seal(pieces, key))


def given_out(pieces: list[bytes]) -> list[bytes]:
    """Return what came out before the refusal that must come."""
    got: list[bytes] = []
    with pytest.raises(BrokenStreamError):
        got.extend(unseal(pieces, KEY))
    return got


@given(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=6))
def test_what_was_sealed_opens_as_it_was(pieces: list[bytes]) -> None:
    hidden = sealed(pieces)
    assert list(unseal(hidden, KEY)) == pieces
    n_bytes = sum(map(len, pieces))
    assert sum(map(len, hidden)) == streams.HEADER + n_bytes + streams.EXTRA * len(pieces)


def test_the_size_is_known_beforehand() -> None:
    for n_bytes in (1, streams.PIECE - 1, streams.PIECE, streams.PIECE + 1, 3 * streams.PIECE):
        clear = bytes(n_bytes)
        cut = [clear[at : at + streams.PIECE] for at in range(0, n_bytes, streams.PIECE)]
        assert len(cut) == streams.n_pieces(n_bytes)
        assert sum(map(len, sealed(cut))) == streams.sealed_size(n_bytes)


def test_nothing_of_the_file_shows() -> None:
    assert not [word for word in PIECES if word in b"".join(sealed())]
    assert sealed() != sealed()


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_changed_piece_is_found_before_it_is_given_out(at: int) -> None:
    hidden = sealed()
    hidden[at] = hidden[at][:-1] + bytes([hidden[at][-1] ^ 1])
    assert given_out(hidden) == PIECES[:at]


SPOILT = {
    "cut": lambda one: one[:2],
    "cut to one": lambda one: one[:1],
    "nothing": lambda one: [],
    "left out": lambda one: [one[0], one[2]],
    "swapped": lambda one: [one[0], one[2], one[1]],
    "twice": lambda one: [*one, one[2]],
    "added": lambda one: [*one, b"more"],
    "repeated": lambda one: [one[0], one[0], one[1], one[2]],
    "no header": lambda one: one[1:],
    "empty first": lambda one: [b"", *one],
    "short header": lambda one: [one[0][:10], *one[1:]],
    "empty last": lambda one: [*one, b""],
}


@pytest.mark.parametrize("change", SPOILT.values(), ids=SPOILT.keys())
def test_pieces_left_out_swapped_or_added_are_found_out(change) -> None:
    assert len(given_out(change(sealed()))) < len(PIECES)


def test_the_last_piece_is_not_given_out_when_something_follows() -> None:
    assert given_out([*sealed(), b"more"]) == PIECES[:2]
    assert given_out(sealed()[:2]) == PIECES[:2]


def test_another_key_opens_nothing() -> None:
    with pytest.raises(BrokenStreamError):
        list(unseal(sealed(), new_key()))
