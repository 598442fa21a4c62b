"""Train a category model from labelled texts: any labels, any trade.

`python -m classifiers.train --default` rebuilds the model shipped with the project from its own sentences and lexicon;
`tracker train` does the same with a file of yours. scikit-learn is needed here and nowhere else.
"""

import hashlib
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from classifiers import features, lexicon, rows
from classifiers.category import ARRAYS, LEXICON, META, VOCABULARY, Floats, probabilities
from classifiers.rows import DataError, Labelled
from classifiers.scores import Scores, score
from classifiers.table import Table

DEFAULT_MODEL: Final = Path(__file__).parent / "data" / "model"
N_FOLDS: Final = 5
FEW_ROWS: Final = 10
"""A label with fewer rows is kept and reported: its scores say little."""
ALPHA: Final = 1.0
"""Ridge penalty, chosen by cross-validation."""
SHARPNESSES: Final = np.geomspace(0.5, 12, 120)


@dataclass(frozen=True, slots=True)
class Options:
    """How to train.

    seed: of the folds. min_rows: texts a feature must occur in. with_lexicon: use the phrases of `data/lexicon.csv`.
    trained_on: ISO date kept in the model, may be empty.
    """

    seed: int = 7
    min_rows: int = 2
    with_lexicon: bool = False
    trained_on: str = ""


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear model in memory. columns: which of a table's features it uses, ascending; weights: columns × labels."""

    columns: NDArray[np.intp]
    idf: Floats
    weights: Floats
    intercept: Floats

    def margins(self, table: Table, at: NDArray[np.intp]) -> Floats:
        """Return the distance of the table's rows `at` from each label's plane (rows × labels)."""
        matrix = table.weighed(at, self.columns, self.idf)
        return np.asarray(matrix @ self.weights.astype(np.float32) + self.intercept, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Report:
    """What training found, as `tracker train` prints it.

    scores: by cross-validation, near-copies never on both sides. few_rows: labels with too few rows → their rows.
    """

    version: str
    n: int
    labels: tuple[str, ...]
    few_rows: dict[str, int]
    scores: Scores
    sharpness: float
    seconds: float


def train(data: Sequence[Labelled], out: Path, options: Options | None = None) -> Report:
    """Train on `data`, write the model to the folder `out` (created, files replaced) and return the report.

    Raises DataError when there are fewer than two labels.
    """
    started = time.perf_counter()
    options = options or Options()
    labels = sorted({row.label for row in data})
    if len(labels) < 2:
        raise DataError("训练至少需要两个不同的标签，请检查标签列。")
    phrases = lexicon.Lexicon.load() if options.with_lexicon else None
    table = Table([features.extract(row.title, row.text, phrases) for row in data])
    truth = np.array([labels.index(row.label) for row in data])
    folds = np.array(rows.fold_of_each(data, min(N_FOLDS, len(data)), options.seed))
    held_out = _held_out_margins(table, truth, folds, len(labels), options.min_rows)
    scores = score(_calibrated(held_out, truth, folds), labels, [row.label for row in data])
    sharpness = fit_sharpness(held_out, truth)
    model = fit(table, np.arange(len(data)), truth, len(labels), options.min_rows)
    meta = _meta(data, labels, sharpness, scores, options)
    _write(out, table, model, meta, with_lexicon=options.with_lexicon)
    counts = Counter(row.label for row in data)
    few = {label: counts[label] for label in labels if counts[label] < FEW_ROWS}
    return Report(
        meta["version"],
        len(data),
        tuple(labels),
        few,
        scores,
        sharpness,
        round(time.perf_counter() - started, 2),
    )


def train_file(
    data: Path, out: Path, *, text: str, label: str, title: str = "", trained_on: str = ""
) -> dict[str, Any]:
    """Train on a csv or xlsx file and return the report ready for JSON; text, label and title name columns."""
    return asdict(
        train(rows.read(data, text=text, title=title, label=label), out, Options(trained_on=trained_on))
    )


def train_default(out: Path = DEFAULT_MODEL) -> Report:
    """Rebuild the shipped model from the project's own sentences and lexicon."""
    return train(rows.own_sentences(), out, Options(with_lexicon=True))


def fit(table: Table, at: NDArray[np.intp], truth: NDArray[np.intp], n_labels: int, min_rows: int) -> Linear:
    """Return the model fitted on the table's rows `at` with label numbers `truth`.

    A label without rows gets margins of −1. Raises DataError when the rows hold no feature at all.
    """
    seen = table.frequencies(at)
    columns = np.flatnonzero(seen >= min_rows)
    if not len(columns):
        columns = np.flatnonzero(seen)  # a handful of rows may share no word at all
    if not len(columns):
        raise DataError("文本列里没有可以学习的文字，请检查列名是否选对。")
    idf = (np.log((1 + len(at)) / (1 + seen[columns])) + 1).astype(np.float32)
    targets = np.where(truth[:, None] == np.arange(n_labels)[None, :], 1.0, -1.0)
    ridge = Ridge(alpha=ALPHA, solver="sparse_cg", tol=1e-5).fit(table.weighed(at, columns, idf), targets)
    weights = np.atleast_2d(ridge.coef_).T
    # Half precision keeps a shipped model small; margins move by less than a thousandth.
    return Linear(columns, idf, weights.astype(np.float16), np.asarray(ridge.intercept_, dtype=np.float32))


def fit_sharpness(margins: Floats, truth: NDArray[np.intp]) -> float:
    """Return the sharpening under which held-out margins give the true labels the highest likelihood; 1 without any."""
    if not len(truth):
        return 1.0
    at = np.arange(len(truth))
    losses = [-np.log(probabilities(margins, t)[at, truth] + 1e-9).mean() for t in SHARPNESSES]
    return round(float(SHARPNESSES[int(np.argmin(losses))]), 4)


def _held_out_margins(
    table: Table, truth: NDArray[np.intp], folds: NDArray[np.intp], n_labels: int, min_rows: int
) -> Floats:
    margins = np.zeros((len(truth), n_labels), dtype=np.float32)
    for fold in sorted(set(folds.tolist())):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(inside):
            model = fit(table, inside, truth[inside], n_labels, min_rows)
            margins[outside] = model.margins(table, outside)
    return margins


def _calibrated(margins: Floats, truth: NDArray[np.intp], folds: NDArray[np.intp]) -> Floats:
    """Return probabilities, each fold sharpened by what the other folds taught: honest scores."""
    shares = np.zeros_like(margins)
    for fold in sorted(set(folds.tolist())):
        others = folds != fold
        shares[~others] = probabilities(margins[~others], fit_sharpness(margins[others], truth[others]))
    return shares


def data_hash(data: Sequence[Labelled], options: Options) -> str:
    """Return the SHA-256 of what a model is trained on: rows in order and, where used, the lexicon."""
    digest = hashlib.sha256()
    for row in data:
        digest.update(f"{row.title}\0{row.text}\0{row.label}\n".encode())
    if options.with_lexicon:
        digest.update(lexicon.DEFAULT.read_bytes())
    return digest.hexdigest()


def version_of(data: Sequence[Labelled], options: Options) -> str:
    """Return the version that a model trained on `data` bears."""
    return f"{features.FORMAT}-{data_hash(data, options)[:12]}"


def _meta(
    data: Sequence[Labelled], labels: list[str], sharpness: float, scores: Scores, options: Options
) -> dict[str, Any]:
    return {
        "format": features.FORMAT,
        "version": version_of(data, options),
        "labels": labels,
        "sharpness": sharpness,
        "has_lexicon": options.with_lexicon,
        "trained_on": options.trained_on,
        "n": len(data),
        "data_sha256": data_hash(data, options),
        "libraries": {name: version(name) for name in ("jieba", "numpy", "scikit-learn")},
        "scores": asdict(scores),
    }


def _write(out: Path, table: Table, model: Linear, meta: dict[str, Any], *, with_lexicon: bool) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / VOCABULARY).write_text(
        "\n".join(table.names[i] for i in model.columns), encoding="utf-8", newline="\n"
    )
    for name in ARRAYS:
        np.save(out / f"{name}.npy", getattr(model, name), allow_pickle=False)
    written = [VOCABULARY, *(f"{name}.npy" for name in ARRAYS)]
    if with_lexicon:
        shutil.copyfile(lexicon.DEFAULT, out / LEXICON)
        written.append(LEXICON)
    meta["files"] = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in written}
    (out / META).write_text(
        json.dumps(meta, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )


def main(arguments: Sequence[str]) -> int:
    """Rebuild the shipped model and print its scores as JSON."""
    if list(arguments) != ["--default"]:
        sys.stderr.write("python -m classifiers.train --default\n")
        return 2
    json.dump(asdict(train_default()), sys.stdout, ensure_ascii=False, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
