"""Look for a pattern only around the few characters that must be in it, so that time grows with the text, not its square."""

import re
from collections.abc import Iterable, Iterator


def around(
    text: str, anchors: Iterable[str], pattern: re.Pattern[str], *, before: int, after: int
) -> Iterator[re.Match[str]]:
    """Yield the matches that begin at most `before` characters before an anchor and end at most `after` behind its start.

    Each match once, in no particular order; with `before` 0 it must begin at the anchor.
    """
    seen: set[int] = set()
    for anchor in anchors:
        at = text.find(anchor)
        while at >= 0:
            match = (
                pattern.search(text, max(0, at - before), at + after)
                if before
                else pattern.match(text, at, at + after)
            )
            while match is not None and match.end() <= at:
                match = pattern.search(text, match.end(), at + after)
            if match is not None and match.start() <= at and match.start() not in seen:
                seen.add(match.start())
                yield match
            at = text.find(anchor, at + len(anchor))
