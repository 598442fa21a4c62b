"""How probable it is that a complaint holds a hint of corruption, in whatever words.

The rules of `clue_signs` know wordings and can point at them; this model has read thousands of texts with and without a hint
and knows the many ways of saying it. A person decides, always.
"""

from pathlib import Path
from typing import Final

from classifiers.category import Classifier
from classifiers.features import Reading

DEFAULT: Final = Path(__file__).parent / "data" / "hints"
YES: Final = "yes"


class Hints:
    """The loaded detector."""

    def __init__(self, folder: Path = DEFAULT) -> None:
        """Load it; raises ModelError when it cannot be used."""
        self._classifier = Classifier.load(folder)

    def share(
        self, title: str, text: str, reading: Reading | None = None, by: Classifier | None = None
    ) -> float:
        """Return the probability (0–1) that a cleaned title and text hold a hint.

        reading: of the same text, made by the model `by`; it is used where both read alike, so that words are cut once.
        """
        if reading is None or by is None or not self._classifier.reads_like(by):
            reading = self._classifier.read(title, text)
        return self._classifier.share_of(reading, YES)
