"""Train a category model from labelled texts: any labels, any trade.

`python -m classifiers.train --default` rebuilds the models shipped with the project from its own texts and thesaurus;
`tracker train` does the same with a file of yours. scikit-learn is needed for it (`classifiers.fitting`) and nowhere else.
"""

import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from classifiers import concepts, features, fitting, rows, saving, thresholds
from classifiers.category import (
    ARRAYS,
    DEFAULT_MODEL,
    LEXICON,
    THESAURUS,
    Floats,
)
from classifiers.concepts import Thesaurus
from classifiers.features import Knowledge
from classifiers.hints import DEFAULT as HINTS
from classifiers.lexicon import Lexicon
from classifiers.rows import DataError, Labelled
from classifiers.scores import Scores, score

N_FOLDS: Final = 5
FEW_ROWS: Final = 10
"""A label with fewer rows is kept and reported: its scores say little."""
CLEARLY: Final = 2.0
"""How much more weight the lexicon must find for one label than for the next before its guess is learnt from."""
SOME_LABELS: Final = 20
"""With fewer labelled rows no cross-validation is worth its name, and the lexicon leads."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to train.

    seed: of the folds. min_rows: texts a feature must occur in. lexicon: csv of phrases (columns leaf, phrase, weight)
    that speak for labels; rows without label then help too. thesaurus: csv of concepts (columns concept, phrase).
    trained_on: ISO date kept in the model, may be empty.
    """

    seed: int = 7
    min_rows: int = 2
    lexicon: Path | None = None
    thesaurus: Path | None = None
    trained_on: str = ""

    @property
    def knowledge(self) -> Knowledge:
        """What the files hold."""
        return Knowledge(
            Lexicon.load(self.lexicon) if self.lexicon else None,
            Thesaurus.load(self.thesaurus) if self.thesaurus else None,
        )


OWN: Final = Options(thesaurus=concepts.DEFAULT)
"""How models of the own categories are trained."""


PLAIN: Final = fitting.Recipe(with_lexicon=False)
BLENDED: Final = (fitting.Recipe(with_lexicon=True), fitting.Recipe(with_lexicon=True, pseudo=0.3))
COLD: Final = fitting.Recipe(with_lexicon=True, pseudo=1.0)


@dataclass(frozen=True, slots=True)
class Report:
    """What training found, as `tracker train` prints it.

    scores: by cross-validation, near-copies never on both sides; none when too few rows are labelled. few_rows: labels
    with too few rows → their rows. recipe: what was chosen among the plain model and those with a lexicon.
    """

    version: str
    n: int
    n_unlabelled: int
    labels: tuple[str, ...]
    few_rows: dict[str, int]
    recipe: fitting.Recipe
    scores: Scores | None
    sharpness: float
    seconds: float


def train(data: Sequence[Labelled], out: Path, options: Options | None = None) -> Report:
    """Train on `data`, write the model to the folder `out` (created, an older model replaced) and return the report.

    Raises DataError when there are fewer than two labels, no text to learn from, or the folder cannot be written or holds
    files but no model; what was there before is then untouched.
    """
    started = time.perf_counter()
    saving.refuse_foreign(out)
    options = options or Options()
    found = gather(data, options)
    recipe, held_out = choose(found, has_lexicon=options.lexicon is not None)
    at = np.flatnonzero(found.truth != fitting.UNLABELLED)
    truth = [data[i].label for i in at.tolist()]
    shares = fitting.calibrated(held_out, found.truth[at], found.folds[at])
    scores = score(shares, found.labels, truth) if len(at) >= SOME_LABELS else None
    meta = _meta(data, found, recipe, options)
    meta |= {
        "sharpness": fitting.fit_sharpness(held_out, found.truth[at]),
        "scores": asdict(scores) if scores else None,
    }
    model = fitting.fit(found, np.arange(len(data)), recipe)
    arrays = {name: getattr(model, name) for name in ARRAYS}
    known = {LEXICON: options.lexicon if recipe.with_lexicon else None, THESAURUS: options.thesaurus}
    saving.save(out, arrays, meta, thresholds.answers(shares, found.labels, truth), known)
    counted = Counter(truth)
    return Report(
        version=meta["version"],
        n=len(at),
        n_unlabelled=len(data) - len(at),
        labels=found.labels,
        few_rows={label: counted[label] for label in found.labels if counted[label] < FEW_ROWS},
        recipe=recipe,
        scores=scores,
        sharpness=meta["sharpness"],
        seconds=round(time.perf_counter() - started, 2),
    )


def train_file(
    data: Path,
    out: Path,
    *,
    text: str,
    label: str,
    title: str = "",
    lexicon: Path | None = None,
    trained_on: str = "",
) -> dict[str, Any]:
    """Train on a csv or xlsx file and return the report ready for JSON; text, label and title name columns.

    With a lexicon, rows without label are used as well.
    """
    found = rows.read(data, text=text, title=title, label=label, keep_unlabelled=lexicon is not None)
    return asdict(train(found, out, Options(lexicon=lexicon, trained_on=trained_on)))


def train_hints(out: Path = HINTS) -> Report:
    """Rebuild the shipped detector of hints of corruption."""
    return train(rows.own_signs(), out, OWN)


def train_default(out: Path = DEFAULT_MODEL) -> Report:
    """Rebuild the shipped model from the project's own sentences and thesaurus."""
    return train(rows.own_sentences(), out, OWN)


def gather(data: Sequence[Labelled], options: Options) -> fitting.Material:
    """Return the texts ready for training. Raises DataError when there are fewer than two labels."""
    named = {row.label for row in data if row.label}
    knowledge = options.knowledge
    phrases = knowledge.lexicon
    labels = tuple(sorted(named | (phrases.leaves if phrases and not named else set())))
    if len(labels) < 2:
        raise DataError("训练至少需要两个不同的标签，请检查标签列。")
    number = {label: i for i, label in enumerate(labels)}
    texts = [(row.title, row.text) for row in data]
    return fitting.Material(
        counts=features.extract(texts, knowledge),
        truth=np.array([number.get(row.label, fitting.UNLABELLED) for row in data]),
        guess=np.array([_guess(phrases, title, text, number) for title, text in texts]),
        labels=labels,
        folds=np.array(rows.fold_of_each(data, min(N_FOLDS, len(data)), options.seed)),
        min_rows=options.min_rows,
    )


def choose(found: fitting.Material, *, has_lexicon: bool) -> tuple[fitting.Recipe, Floats]:
    """Return the recipe with the best cross-validated macro-F1 and its margins on the labelled texts, held out."""
    at = np.flatnonzero(found.truth != fitting.UNLABELLED)
    truth = [found.labels[i] for i in found.truth[at]]
    if has_lexicon and len(at) < SOME_LABELS:
        return COLD, fitting.held_out(found, COLD)
    tried = [
        (recipe, fitting.held_out(found, recipe))
        for recipe in ((PLAIN, *BLENDED) if has_lexicon else (PLAIN,))
    ]
    if len(tried) == 1:
        return tried[0]
    return max(tried, key=lambda one: score(one[1], found.labels, truth).macro_f1)


def _guess(phrases: Lexicon | None, title: str, text: str, number: dict[str, int]) -> int:
    """Return the label for which the lexicon finds clearly most; `fitting.UNLABELLED` when none stands out."""
    scores = phrases.score(f"{title}\n{text}") if phrases else {}
    known = sorted(((weight, label) for label, weight in scores.items() if label in number), reverse=True)
    best, second = [*known, (0.0, ""), (0.0, "")][:2]
    return number[best[1]] if best[1] and best[0] - max(0.0, second[0]) >= CLEARLY else fitting.UNLABELLED


def data_hash(data: Sequence[Labelled], options: Options) -> str:
    """Return the SHA-256 of what a model is trained on: rows in order and, where given, lexicon and thesaurus."""
    digest = hashlib.sha256()
    for row in data:
        digest.update(f"{row.title}\0{row.text}\0{row.label}\n".encode())
    for path in (options.lexicon, options.thesaurus):
        if path:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def version_of(data: Sequence[Labelled], options: Options) -> str:
    """Return the version that a model trained on `data` bears."""
    return f"{features.FORMAT}-{data_hash(data, options)[:12]}"


def _meta(
    data: Sequence[Labelled], found: fitting.Material, recipe: fitting.Recipe, options: Options
) -> dict[str, Any]:
    return {
        "format": features.FORMAT,
        "version": version_of(data, options),
        "labels": list(found.labels),
        "has_lexicon": recipe.with_lexicon,
        "has_thesaurus": options.thesaurus is not None,
        "recipe": asdict(recipe),
        "trained_on": options.trained_on,
        "n": int((found.truth != fitting.UNLABELLED).sum()),
        "data_sha256": data_hash(data, options),
        "libraries": {name: version(name) for name in ("rjieba", "numpy", "scikit-learn")},
    }


def main(arguments: Sequence[str]) -> int:
    """Rebuild the shipped models and print their scores as JSON."""
    if list(arguments) != ["--default"]:
        sys.stderr.write("python -m classifiers.train --default\n")
        return 2
    made = {"categories": asdict(train_default()), "hints": asdict(train_hints())}
    json.dump(made, sys.stdout, ensure_ascii=False, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
