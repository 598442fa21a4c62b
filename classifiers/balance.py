"""Shift the planes of labels so that rare ones are not drowned by frequent ones: the shifts that give the best macro-F1."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.category import Floats

LEAST_ROWS: Final = 50
"""Rows that the rarest label must have; with fewer, a shift would be fitted to chance."""
MOST_LABELS: Final = 60
"""Labels up to which the search takes seconds, not minutes."""
STEPS: Final = (-0.15, -0.1, -0.05, 0.05, 0.1, 0.15)
N_ROUNDS: Final = 2


def shifts(margins: Floats, truth: NDArray[np.intp]) -> Floats:
    """Return what to add to each label's margin (texts × labels, of texts the model had not seen), fitted to `truth`.

    All zero when a label has too few rows or there are too many labels.
    """
    n_labels = margins.shape[1]
    counts = np.bincount(truth, minlength=n_labels)
    found = np.zeros(n_labels, dtype=np.float32)
    if counts.min() < LEAST_ROWS or n_labels > MOST_LABELS:
        return found
    best = _macro_f1(margins, truth)
    for _ in range(N_ROUNDS):
        for label in range(n_labels):
            for step in STEPS:
                tried = found.copy()
                tried[label] += step
                reached = _macro_f1(margins + tried, truth)
                if reached > best:
                    best, found = reached, tried
    return found


def _macro_f1(margins: Floats, truth: NDArray[np.intp]) -> float:
    said = margins.argmax(axis=1)
    n_labels = margins.shape[1]
    both = np.bincount(truth[said == truth], minlength=n_labels)
    total = np.bincount(truth, minlength=n_labels) + np.bincount(said, minlength=n_labels)
    return float(np.mean(2 * both / np.maximum(total, 1)))
