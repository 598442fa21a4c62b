"""Measure a trained model on labelled texts it has not seen."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifiers import rows
from classifiers.category import Classifier, batched
from classifiers.rows import DataError, Labelled
from classifiers.scores import Scores, score


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `tracker evaluate` prints: the scores, and texts classified per second by one process."""

    model_version: str
    scores: Scores
    texts_per_s: float


def evaluate(model: Path, data: Sequence[Labelled]) -> Evaluation:
    """Return how good the model in the folder `model` is on `data`.

    Raises ModelError for an unusable model and DataError when there are no rows. Labels that the model does not know count
    as wrong answers.
    """
    if not data:
        raise DataError("没有可评测的数据行，请检查文本列和标签列。")
    classifier = Classifier.load(model)
    texts = [(row.title, row.text) for row in data]
    classifier.shares(texts[:1])
    started = time.perf_counter()
    shares = np.concatenate([classifier.shares(batch) for batch in batched(texts)])
    seconds = time.perf_counter() - started
    scores = score(shares, classifier.labels, [row.label for row in data])
    return Evaluation(classifier.version, scores, round(len(data) / seconds, 1))


def evaluate_file(model: Path, data: Path, *, text: str, label: str, title: str = "") -> dict[str, Any]:
    """Return the evaluation on a csv or xlsx file as one flat mapping, ready for JSON; arguments name columns."""
    found = evaluate(model, rows.read(data, text=text, title=title, label=label))
    return {"model_version": found.model_version, **asdict(found.scores), "texts_per_s": found.texts_per_s}
