"""How good a classifier is: accuracy, F1, calibration, and accuracy on the share of texts it is surest of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from classifiers.category import Floats

COVERAGES: Final = (80, 90, 95, 100)
N_BINS: Final = 10


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One label: how often it was right when said (precision), found when true (recall), their harmonic mean, n rows."""

    precision: float
    recall: float
    f1: float
    n: int


@dataclass(frozen=True, slots=True)
class Scores:
    """All shares in 0–1.

    top3_accuracy: the true label is among the three best. macro_f1: mean over the labels that occur in truth or answer.
    coverage: per cent of texts kept, surest first → accuracy on them. ece: expected calibration error over ten bins.
    """

    n: int
    accuracy: float
    top3_accuracy: float
    macro_f1: float
    per_class: dict[str, LabelScore]
    coverage: dict[str, float]
    ece: float


def score(shares: Floats, labels: Sequence[str], truth: Sequence[str]) -> Scores:
    """Return the scores of probabilities (texts × labels) against the true labels; unknown true labels count as wrong."""
    order = np.argsort(-shares, axis=1, kind="stable")
    said = np.array([labels[i] for i in order[:, 0]], dtype=object)
    right = said == np.array(truth, dtype=object)
    sure = shares[np.arange(len(truth)), order[:, 0]]
    among = [true in {labels[i] for i in best} for true, best in zip(truth, order[:, :3], strict=True)]
    per_class = _per_class(list(said), truth)
    return Scores(
        n=len(truth),
        accuracy=_rounded(right.mean()),
        top3_accuracy=_rounded(np.mean(among)),
        macro_f1=_rounded(np.mean([one.f1 for one in per_class.values()])),
        per_class=per_class,
        coverage=_coverage(right, sure),
        ece=_rounded(_calibration_error(right, sure)),
    )


def _per_class(said: Sequence[str], truth: Sequence[str]) -> dict[str, LabelScore]:
    scores: dict[str, LabelScore] = {}
    for label in sorted(set(said) | set(truth)):
        both = sum(s == t == label for s, t in zip(said, truth, strict=True))
        n_said, n_true = sum(s == label for s in said), sum(t == label for t in truth)
        scores[label] = LabelScore(
            precision=_rounded(both / n_said if n_said else 0.0),
            recall=_rounded(both / n_true if n_true else 0.0),
            f1=_rounded(2 * both / (n_said + n_true)),
            n=n_true,
        )
    return scores


def _coverage(right: "np.ndarray[tuple[int], np.dtype[np.bool_]]", sure: Floats) -> dict[str, float]:
    order = np.argsort(-sure, kind="stable")
    kept = {per_cent: max(1, round(len(order) * per_cent / 100)) for per_cent in COVERAGES}
    return {str(per_cent): _rounded(right[order[:n]].mean()) for per_cent, n in kept.items()}


def _calibration_error(right: "np.ndarray[tuple[int], np.dtype[np.bool_]]", sure: Floats) -> float:
    bins = np.minimum((sure * N_BINS).astype(int), N_BINS - 1)
    gaps = [
        abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())
    ]
    return float(sum(gaps))


def _rounded(share: "float | np.floating[object]") -> float:  # type: ignore[type-var]
    return round(float(share), 4)
