"""Look for patterns only around the few characters that must be in them, so that time grows with the text, not its square."""

import re
from collections.abc import Iterator, Sequence

from classifiers.matching import Matcher

Form = tuple[tuple[str, ...], re.Pattern[str]]
"""(words one of which is in every match, pattern)."""


class Anchored:
    """Patterns with their anchors, all of which are found in one pass over a text."""

    def __init__(self, forms: Sequence[Form], *, before: int, after: int) -> None:
        """Index the forms; a match begins at most `before` characters before an anchor and ends `after` behind its start."""
        by_anchor: dict[str, list[int]] = {}
        for number, (anchors, _) in enumerate(forms):
            for anchor in anchors:
                by_anchor.setdefault(anchor, []).append(number)
        self._patterns = [pattern for _, pattern in forms]
        self._anchors = Matcher(by_anchor.items(), overlapping=True)
        self._before, self._after = before, after

    def find(self, text: str) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield (number of the form, match) form by form, each match once."""
        places: dict[int, list[int]] = {}
        for start, _, numbers in self._anchors.find(text):
            for number in numbers:
                places.setdefault(number, []).append(start)
        for number in sorted(places):
            last = -1
            for at in places[number]:
                match = self._search(self._patterns[number], text, at)
                if match is not None and match.start() > last:
                    last = match.start()
                    yield number, match

    def _search(self, pattern: re.Pattern[str], text: str, at: int) -> re.Match[str] | None:
        """Return the match that covers the anchor at `at`."""
        high = at + self._after
        if not self._before:
            return pattern.match(text, at, high)
        match = pattern.search(text, max(0, at - self._before), high)
        while match is not None and match.end() <= at:
            match = pattern.search(text, match.end(), high)
        return match if match is not None and match.start() <= at else None
