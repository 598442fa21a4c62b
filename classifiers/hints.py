"""How probable it is that a complaint holds a hint of corruption, in whatever words.

The rules of `clue_signs` know wordings and can point at them; this model has read thousands of texts with and without a hint
and knows the many ways of saying it. A person decides, always.
"""

from pathlib import Path
from typing import Final

from classifiers.category import Classifier

DEFAULT: Final = Path(__file__).parent / "data" / "hints"
YES: Final = "yes"


class Hints:
    """The loaded detector."""

    def __init__(self, folder: Path = DEFAULT) -> None:
        """Load it; raises ModelError when it cannot be used."""
        self._classifier = Classifier.load(folder)

    def share(self, title: str, text: str) -> float:
        """Return the probability (0–1) that a cleaned title and text hold a hint."""
        shares = self._classifier.shares([(title, text)])[0]
        return float(shares[self._classifier.labels.index(YES)])
