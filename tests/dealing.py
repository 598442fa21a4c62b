"""How tests are dealt to the processes of a run: one by one, but together where they share what is dear to make.

xdist's own groups do this by a mark, which it writes into the name of a test; with pytest 9.2 the name stays as it was,
and every process makes everything.
"""

from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = (
    "tests/browser/",
    "tests/indicators/test_doors.py",
    "tests/learning/test_retrain.py",
    "tests/test_embedded.py",
    "tests/clues/",
    "tests/backup/test_round_trip.py",
)
"""What shares a fixture of a module or a session that takes seconds: the running product, a busy month, trained models."""
LONG = ("tests/simulation/", "tests/tickets/test_life_cycle.py", "tests/documents/test_numbers.py")
"""What takes long by itself comes first, so that no process waits for another at the end."""


class Dealing(LoadScopeScheduling):  # type: ignore[misc]  # xdist has types, but not for those who extend it
    """Deals what belongs together first, the larger before the smaller, and then test by test."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


def long_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the tests in the same order, but those that take long before all others."""
    return sorted(items, key=lambda item: not item.nodeid.startswith(LONG))
