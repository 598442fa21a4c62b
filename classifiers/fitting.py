"""Fit linear support vectors on counted features, hold texts out, and sharpen margins into probabilities."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers import features
from classifiers.category import Floats, Vectoriser, probabilities
from classifiers.features import Counts
from classifiers.rows import DataError

SLACK: Final = 1.0
"""Price of a text on the wrong side of a plane, chosen by cross-validation."""
BALANCE: Final = 1.0
"""How far rare labels are weighed up: 0 not at all, 1 until all labels weigh the same. Chosen by cross-validation."""
MOST_WEIGHT: Final = 10.0
"""A single row of a new label shall not outweigh the rest."""
SHARPNESSES: Final = np.geomspace(0.5, 12, 120)
UNLABELLED: Final = -1


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a model is made of. pseudo: weight of texts without label that the lexicon labels, 0 for not at all."""

    with_lexicon: bool
    pseudo: float = 0.0


@dataclass(frozen=True, slots=True)
class Material:
    """Texts ready for training. truth: number of the label, UNLABELLED for none; guess: the lexicon's, likewise."""

    counts: Counts
    truth: NDArray[np.intp]
    guess: NDArray[np.intp]
    labels: tuple[str, ...]
    folds: NDArray[np.intp]
    min_rows: int


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear model in memory. slots: the features it uses, ascending; weights: slots × labels."""

    slots: NDArray[np.int32]
    idf: Floats
    weights: Floats
    intercept: Floats

    def margins(self, counts: Counts) -> Floats:
        """Return the distance of texts from each label's plane (texts × labels)."""
        matrix = _matrix(self, counts)
        return np.asarray(matrix @ self.weights.astype(np.float32) + self.intercept, dtype=np.float32)


def fit(found: Material, at: NDArray[np.intp], recipe: Recipe) -> Linear:
    """Return the model fitted on the texts `at`.

    A label without rows gets margins of −1. Raises DataError when the texts hold no feature at all.
    """
    labels = np.where(
        found.truth[at] == UNLABELLED, found.guess[at] if recipe.pseudo else UNLABELLED, found.truth[at]
    )
    at, labels = at[labels != UNLABELLED], labels[labels != UNLABELLED]
    counts = ingredients(found.counts, recipe).of(at)
    seen = counts.frequencies()
    slots = np.flatnonzero(seen >= found.min_rows)
    if not len(slots):
        slots = np.flatnonzero(seen)  # a handful of rows may share no word at all
    if not len(slots):
        raise DataError("文本列里没有可以学习的文字，请检查列名是否选对。")
    idf = (np.log((1 + len(at)) / (1 + seen[slots])) + 1).astype(np.float32)
    empty = Linear(
        slots.astype(np.int32), idf, np.zeros((len(slots), 0), np.float32), np.zeros(0, np.float32)
    )
    weights = _importance(labels, found.truth[at] == UNLABELLED, recipe, len(found.labels))
    planes, intercept = _planes(_matrix(empty, counts), labels, weights, len(found.labels))
    return Linear(empty.slots, idf, planes, intercept)


def _planes(matrix: Any, labels: NDArray[np.intp], weights: Floats, n_labels: int) -> tuple[Floats, Floats]:
    """Return the planes (features × labels) and intercepts that tell each label from all others."""
    from sklearn.svm import LinearSVC  # noqa: PLC0415  takes a second, which a refused file need not wait for

    planes = np.zeros((matrix.shape[1], n_labels), dtype=np.float32)
    intercept = np.full(n_labels, -1.0, dtype=np.float32)
    present = np.unique(labels)
    if len(present) == 1:
        intercept[present] = 1.0
    else:
        machine = LinearSVC(C=SLACK, random_state=0).fit(matrix, labels, sample_weight=weights)
        two = len(present) == 2  # a single plane, the second label's
        planes[:, present] = np.concatenate([-machine.coef_, machine.coef_]).T if two else machine.coef_.T
        intercept[present] = [-machine.intercept_[0], machine.intercept_[0]] if two else machine.intercept_
    # Half precision keeps a shipped model small; margins move by less than a thousandth.
    return planes.astype(np.float16), intercept


def fit_sharpness(margins: Floats, truth: NDArray[np.intp]) -> float:
    """Return the sharpening under which held-out margins give the true labels the highest likelihood; 1 without any."""
    if not len(truth):
        return 1.0
    at = np.arange(len(truth))
    losses = [-np.log(probabilities(margins, t)[at, truth] + 1e-9).mean() for t in SHARPNESSES]
    return round(float(SHARPNESSES[int(np.argmin(losses))]), 4)


def _importance(labels: NDArray[np.intp], pseudo: NDArray[np.bool_], recipe: Recipe, n_labels: int) -> Floats:
    """Return the weight of every row: rare labels more, the lexicon's guesses less."""
    counted = np.bincount(labels, minlength=n_labels)
    even = (len(labels) / (np.count_nonzero(counted) * counted[labels])) ** BALANCE
    return np.asarray(np.minimum(even, MOST_WEIGHT) * np.where(pseudo, recipe.pseudo, 1.0), dtype=np.float32)


def ingredients(counts: Counts, recipe: Recipe) -> Counts:
    """Return the features that a recipe uses."""
    return counts if recipe.with_lexicon else counts.only(np.arange(features.N_BLOCKS) != features.LEXICON)


def _matrix(model: Linear, counts: Counts) -> Any:
    return Vectoriser(model.slots, model.idf).weigh(counts).matrix(len(model.slots))


def held_out(found: Material, recipe: Recipe) -> Floats:
    """Return the margins of the labelled texts by models that had not seen them (texts × labels)."""
    labelled = np.flatnonzero(found.truth != UNLABELLED)
    margins = np.zeros((len(found.truth), len(found.labels)), dtype=np.float32)
    counts = ingredients(found.counts, recipe)
    for fold in sorted({int(found.folds[i]) for i in labelled}):
        inside = np.flatnonzero(found.folds != fold)
        outside = labelled[found.folds[labelled] == fold]
        if recipe.pseudo or (found.truth[inside] != UNLABELLED).any():
            margins[outside] = fit(found, inside, recipe).margins(counts.of(outside))
    return margins[labelled]


def calibrated(margins: Floats, truth: NDArray[np.intp], folds: NDArray[np.intp]) -> Floats:
    """Return probabilities, each fold sharpened by what the other folds taught: honest scores."""
    shares = np.zeros_like(margins)
    for fold in sorted(set(folds.tolist())):
        others = folds != fold
        shares[~others] = probabilities(margins[~others], fit_sharpness(margins[others], truth[others]))
    return shares
