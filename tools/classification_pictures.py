"""Draw the pictures of docs/classification.md: learning curve, calibration, confusion.

Usage: .venv/bin/python tools/classification_pictures.py docs/pictures [--data FILE --text COL --title COL --label COL
--lexicon FILE]. Without a file of labelled texts only the pictures of the shipped model on the gold set are drawn.
Prints the figures behind the pictures as JSON.
"""

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import matplotlib as mpl
import numpy as np

from classifiers import fitting, rows, train
from classifiers.category import Classifier, Floats
from classifiers.scores import score

mpl.use("svg")
from matplotlib import pyplot as plt

GOLD = Path(__file__).parents[1] / "tests" / "classifiers" / "gold" / "gold.csv"
STEPS = (0, 50, 100, 200, 500, 1000, 2000)
SEEDS = (1, 2, 3)
N_BINS = 10
mpl.rcParams.update(
    {"svg.fonttype": "none", "svg.hashsalt": "pictures", "font.size": 9, "font.family": "sans-serif"}
)


@click.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--data", type=click.Path(exists=True, path_type=Path))
@click.option("--text", default="content")
@click.option("--title", default="")
@click.option("--label", default="label")
@click.option("--lexicon", type=click.Path(exists=True, path_type=Path))
def main(out: Path, data: Path | None, text: str, title: str, label: str, lexicon: Path | None) -> None:
    """Draw the pictures into the folder OUT."""
    out.mkdir(parents=True, exist_ok=True)
    figures: dict[str, Any] = {"gold": gold(out)}
    if data:
        labelled = rows.read(data, text=text, title=title, label=label)
        figures["cross_validation"] = cross_validated(labelled, out)
        if lexicon:
            figures["learning_curve"] = learning_curve(labelled, lexicon, out)
    json.dump(figures, sys.stdout, ensure_ascii=False, indent=1)


def gold(out: Path) -> dict[str, Any]:
    """Draw confusion and calibration of the shipped model on the gold set; return its scores."""
    classifier, texts = Classifier.load(train.DEFAULT_MODEL), rows.read(GOLD, text="text", label="leaf")
    shares = classifier.shares([(row.title, row.text) for row in texts])
    truth = [row.label for row in texts]
    said = [classifier.labels[i] for i in shares.argmax(axis=1)]
    confusion(classifier.labels, truth, said, out / "confusion.svg")
    calibration({"gold set": (shares, classifier.labels, truth)}, out / "calibration-gold.svg")
    found = score(shares, classifier.labels, truth)
    n_first = sum(true[0] == one[0] for true, one in zip(truth, said, strict=True))
    return {**_short(found), "first_level": round(n_first / len(truth), 4), **_of_letter("J", truth, said)}


def cross_validated(labelled: Sequence[rows.Labelled], out: Path) -> dict[str, Any]:
    """Draw the calibration of the plain model by five folds; return its scores."""
    found = train.gather(labelled, train.Options())
    _, margins = train.choose(found, has_lexicon=False)
    shares = fitting.calibrated(margins, found.truth, found.folds)
    truth = [row.label for row in labelled]
    calibration({"five folds": (shares, found.labels, truth)}, out / "calibration.svg")
    return _short(score(shares, found.labels, truth))


def learning_curve(
    labelled: Sequence[rows.Labelled], lexicon: Path, out: Path
) -> dict[str, dict[str, float]]:
    """Draw macro-F1 on one fifth held out against the labels known of the rest; return the points (mean of SEEDS)."""
    found = train.gather(labelled, train.Options(lexicon=lexicon))
    inside, outside = np.flatnonzero(found.folds != 0), np.flatnonzero(found.folds == 0)
    points: dict[str, dict[str, float]] = {"plain": {}, "lexicon": {}, "chosen": {}}
    for n in (*STEPS, len(inside)):
        drawn = [_with_labels(found, inside, n, seed) for seed in (SEEDS if n < len(inside) else SEEDS[:1])]
        recipes = {"lexicon": train.COLD, "plain": train.PLAIN} if n else {"lexicon": train.COLD}
        for name, recipe in recipes.items():
            points[name][str(n)] = _mean(_f1(one, inside, outside, recipe, found) for one in drawn)
        chosen = [train.choose(_part(one, inside), has_lexicon=True)[0] for one in drawn]
        points["chosen"][str(n)] = _mean(
            _f1(one, inside, outside, recipe, found) for one, recipe in zip(drawn, chosen, strict=True)
        )
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    for (name, line), style in zip(points.items(), ("s--", "^:", "o-"), strict=True):
        axes.plot([max(int(n), 25) for n in line], list(line.values()), style, label=name)
    axes.set(xscale="log", xlabel="labelled texts (leftmost: none)", ylabel="macro-F1 on texts held out")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(out / "learning-curve.svg", metadata={"Date": None})
    plt.close(figure)
    return points


def confusion(labels: Sequence[str], truth: Sequence[str], said: Sequence[str], path: Path) -> None:
    """Draw how often each true label (row) was called which (column), as a share of the row."""
    at = {label: i for i, label in enumerate(labels)}
    counted = np.zeros((len(labels), len(labels)))
    for true, one in zip(truth, said, strict=True):
        counted[at[true], at[one]] += 1
    figure, axes = plt.subplots(figsize=(8, 7.4), layout="constrained")
    shown = axes.imshow(
        counted / np.maximum(counted.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1
    )
    axes.set(xlabel="said", ylabel="true")
    axes.set_xticks(range(len(labels)), labels, rotation=90)
    axes.set_yticks(range(len(labels)), labels)
    for i, j in zip(*np.nonzero(counted), strict=True):
        colour = "white" if counted[i, j] > counted[i].sum() / 2 else "black"
        axes.text(j, i, int(counted[i, j]), ha="center", va="center", fontsize=6, color=colour)
    figure.colorbar(shown, shrink=0.6)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def calibration(of: dict[str, tuple[Floats, Sequence[str], Sequence[str]]], path: Path) -> None:
    """Draw how often answers of a confidence were right, and how many there were."""
    figure, axes = plt.subplots(figsize=(4.4, 4), layout="constrained")
    axes.plot([0, 1], [0, 1], "--", color="grey", label="perfect")
    for name, (shares, labels, truth) in of.items():
        sure = shares.max(axis=1)
        right = np.array([labels[i] for i in shares.argmax(axis=1)]) == np.array(truth)
        bins = np.minimum((sure * N_BINS).astype(int), N_BINS - 1)
        used = sorted(set(bins.tolist()))
        axes.plot(
            [sure[bins == b].mean() for b in used], [right[bins == b].mean() for b in used], "o-", label=name
        )
        for b in used:
            place = (float(sure[bins == b].mean()), float(right[bins == b].mean()))
            axes.annotate(
                f"{(bins == b).sum()}", place, textcoords="offset points", xytext=(5, -10), fontsize=7
            )
    axes.set(xlabel="confidence told", ylabel="share that was right", xlim=(0, 1.02), ylim=(0, 1.02))
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _with_labels(found: fitting.Material, inside: Any, n: int, seed: int) -> fitting.Material:
    """Return the material with only `n` of the labels inside known."""
    kept = np.random.default_rng(seed).permutation(inside)[:n]
    known = np.isin(np.arange(len(found.truth)), kept)
    return dataclasses.replace(found, truth=np.where(known, found.truth, fitting.UNLABELLED))


def _part(found: fitting.Material, at: Any) -> fitting.Material:
    return dataclasses.replace(
        found, counts=found.counts.of(at), truth=found.truth[at], guess=found.guess[at], folds=found.folds[at]
    )


def _f1(
    drawn: fitting.Material, inside: Any, outside: Any, recipe: fitting.Recipe, whole: fitting.Material
) -> float:
    counts = fitting.ingredients(whole.counts, recipe)
    margins = fitting.fit(drawn, inside, recipe).margins(counts.of(outside))
    return score(margins, whole.labels, [whole.labels[i] for i in whole.truth[outside]]).macro_f1


def _mean(values: Any) -> float:
    return round(float(np.mean(list(values))), 3)


def _short(found: Any) -> dict[str, Any]:
    return {
        name: getattr(found, name)
        for name in ("n", "accuracy", "top3_accuracy", "macro_f1", "coverage", "ece")
    }


def _of_letter(letter: str, truth: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    both = sum(true[0] == one[0] == letter for true, one in zip(truth, said, strict=True))
    return {
        f"{letter}_recall": round(both / sum(true[0] == letter for true in truth), 4),
        f"{letter}_precision": round(both / max(1, sum(one[0] == letter for one in said)), 4),
    }


if __name__ == "__main__":
    main()
