"""Which of the places named in a text is meant, and when that has to be asked of a person; pure."""

from collections.abc import Sequence
from itertools import groupby

from classifiers.places import Place as Mention

SURE = 0.5
"""Least confidence of a mention that means one place; the candidates of an ambiguous name share less [P]."""


def settle(mentions: Sequence[Mention], home_path: str) -> tuple[str | None, tuple[str, ...]]:
    """Return (code of the place meant, ()) or (None, codes it might be); (None, ()) when no place is named.

    home_path: of the office that took the complaint in. A name that fits one place inside its area means that one, else one
    inside its city. Of several places told for certain only one in its city is preferred: that a caller tells the office's
    own district beside another one does not make it the scene.
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
        return _among(leaves, _city(home_path))
    for _, group in groupby(doubtful, key=lambda one: one.span):
        return _among(list(group), home_path, _city(home_path))
    return None, ()


def _leaves(mentions: Sequence[Mention]) -> list[Mention]:
    """Return the mentions, one for each place, without those that only say where another one lies."""
    found = {one.code: one for one in mentions}
    return [one for one in found.values() if not any(one.code in other.path[:-1] for other in found.values())]


def _city(home_path: str) -> str:
    """Return the path down to the city: "/440000/440100/440106/" becomes "/440000/440100/"."""
    return "/".join(home_path.split("/")[:3]) + "/" if home_path.count("/") > 3 else home_path


def _among(mentions: Sequence[Mention], *areas: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the only mention in the first of the areas that has any, else all there are to choose from."""
    for area in areas:
        inside = [one for one in mentions if f"/{'/'.join(one.path)}/".startswith(area)]
        if len(inside) == 1:
            return inside[0].code, ()
        mentions = inside or mentions
    return (mentions[0].code, ()) if len(mentions) == 1 else (None, tuple(one.code for one in mentions))
