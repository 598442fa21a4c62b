"""Which of the places named in a text is meant, and when that has to be asked of a person; pure."""

from collections.abc import Sequence
from itertools import groupby

from classifiers.places import Place as Mention

SURE = 0.5
"""Least confidence of a mention that means one place; the candidates of an ambiguous name share less [P]."""


def settle(mentions: Sequence[Mention], home_path: str) -> tuple[str | None, tuple[str, ...]]:
    """Return (code of the place meant, ()) or (None, codes it might be); (None, ()) when no place is named.

    home_path: of the office that took the complaint in; a name that fits one place inside it means that one.
    """
    leaves = _leaves([one for one in mentions if one.confidence >= SURE])
    doubtful = [one for one in mentions if one.confidence < SURE]
    if len(leaves) == 1:
        inside = [one for one in doubtful if leaves[0].code in one.path]
        return (inside[0] if len(inside) == 1 else leaves[0]).code, ()
    if leaves:
        siblings = {one.path[-2] for one in leaves if one.level == "township"}
        if len(siblings) == 1 and all(one.level == "township" for one in leaves):
            return siblings.pop(), ()
        return _among(leaves, home_path)
    for _, group in groupby(doubtful, key=lambda one: one.span):
        return _among(list(group), home_path)
    return None, ()


def _leaves(mentions: Sequence[Mention]) -> list[Mention]:
    """Return the mentions, one for each place, without those that only say where another one lies."""
    found = {one.code: one for one in mentions}
    return [one for one in found.values() if not any(one.code in other.path[:-1] for other in found.values())]


def _among(mentions: Sequence[Mention], home_path: str) -> tuple[str | None, tuple[str, ...]]:
    at_home = [one for one in mentions if f"/{'/'.join(one.path)}/".startswith(home_path)]
    left = at_home or mentions
    return (left[0].code, ()) if len(left) == 1 else (None, tuple(one.code for one in left))
