"""Pure rules of the category tree."""

from typing import Final

CLASS_A: Final = "A"
"""四乱: a reply to these comes with evidence and a second person's review."""
CLUE_CLASS: Final = "H"
"""廉洁: hints at corruption."""
REDIRECT_CLASS: Final = "J"
"""Not a matter of enforcement supervision; the complainant is told the right channel."""


def letter(code: str) -> str:
    """Return the class a code belongs to: "A2" → "A"."""
    return code[:1]


def is_leaf(code: str) -> bool:
    """Return whether a code names a leaf ("A2") and not a whole class ("A")."""
    return len(code) > 1
