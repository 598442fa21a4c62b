"""The trained classifier as it is used: a linear model in plain arrays, mapped from disk, that explains itself.

A model is a folder: `meta.json` (labels, version, hashes, library versions, scores), `vocabulary.txt` (one feature a
line), `idf.npy`, `weights.npy` (features × labels), `intercept.npy` and, for the domain model, `lexicon.csv`. Nothing in
it is code: no pickle, so a model from somebody else can be read but never run.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers import features
from classifiers.lexicon import CAP, Lexicon

Floats = NDArray[np.float32]

META: Final = "meta.json"
VOCABULARY: Final = "vocabulary.txt"
LEXICON: Final = "lexicon.csv"
ARRAYS: Final = ("idf", "weights", "intercept")
TOP: Final = 3
LEAST_SHARE: Final = 0.02
"""Share given to a label whose plane is far away, before sharpening."""
SHOWN_WORDS: Final = 8
"""Deciding words told to the clerk."""


class ModelError(Exception):
    """A model folder cannot be used; the message is one Chinese sentence for whoever installs models."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a text is about.

    label: the most probable label (empty text: the most frequent one, confidence as small as the labels allow).
    confidence: probability 0–1 that the label is right, calibrated on texts the model had not seen.
    top3: the best labels with their probabilities, best first. words: the words of the text that spoke for `label`, with
    their share of the score, strongest first. model_version: which model said so.
    """

    label: str
    confidence: float
    top3: tuple[tuple[str, float], ...]
    words: tuple[tuple[str, float], ...]
    model_version: str


@dataclass(frozen=True, slots=True)
class Row:
    """A text as the model sees it: columns of the vocabulary and their values."""

    columns: NDArray[np.intp]
    values: Floats


class Classifier:
    """A loaded model; safe to share between threads and forked workers."""

    def __init__(
        self, meta: dict[str, Any], vocabulary: list[str], arrays: dict[str, Floats], lexicon: Lexicon | None
    ) -> None:
        """Take the parts of a model; use `load` for one on disk."""
        self.meta = meta
        self.labels: tuple[str, ...] = tuple(meta["labels"])
        self.version: str = meta["version"]
        self.lexicon = lexicon
        self.vectoriser = Vectoriser(vocabulary, arrays["idf"])
        self._names = vocabulary
        self._weights, self._intercept = arrays["weights"], arrays["intercept"]
        self._sharpness = float(meta["sharpness"])

    @classmethod
    def load(cls, folder: Path) -> "Classifier":
        """Return the model in `folder`, arrays memory-mapped.

        Raises ModelError when there is none, it is of a newer format, or a file differs from its recorded hash.
        """
        meta = _read_meta(folder)
        _check_hashes(folder, meta)
        try:
            vocabulary = (folder / VOCABULARY).read_text(encoding="utf-8").split("\n")
            arrays = {
                # As a plain array: the memmap class costs more per lookup than the lookup.
                name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))
                for name in ARRAYS
            }
            lexicon = Lexicon.load(folder / LEXICON) if meta["has_lexicon"] else None
            _check_shapes(arrays, len(vocabulary), len(meta["labels"]))
            return cls(meta, vocabulary, arrays, lexicon)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"模型目录 {folder} 里的文件不完整或互不相符，请重新训练或重新复制。") from error

    def classify(self, title: str, text: str) -> Suggestion:
        """Return what a cleaned title (may be empty) and text are about."""
        row, contributions = self._weigh(title, text)
        shares = probabilities(contributions.sum(axis=0) + self._intercept, self._sharpness)
        order = np.argsort(-shares, kind="stable")[:TOP]
        top = tuple((self.labels[i], round(float(shares[i]), 4)) for i in order)
        best = int(order[0])
        lead = contributions[:, best] - contributions.mean(axis=1)
        words = self._deciding(row, lead, self._phrases(top[0][0], f"{title}\n{text}"))
        return Suggestion(top[0][0], top[0][1], top, words, self.version)

    def shares(self, title: str, text: str) -> Floats:
        """Return the probability of every label, in the order of `labels`."""
        contributions = self._weigh(title, text)[1]
        return probabilities(contributions.sum(axis=0) + self._intercept, self._sharpness)

    def _weigh(self, title: str, text: str) -> tuple[Row, Floats]:
        """Return the features of a text and what each adds to each label's margin (features × labels)."""
        row = self.vectoriser.row(features.extract(title, text, self.lexicon))
        return row, row.values[:, None] * self._weights[row.columns].astype(np.float32)

    def _phrases(self, label: str, text: str) -> dict[str, float]:
        """Return the lexicon's phrases for a label in the text, sharing the label's lexicon feature by their weights."""
        if self.lexicon is None:
            return {}
        hits = {
            phrase: weight for leaf, phrase, weight in self.lexicon.hits(text) if leaf == label and weight > 0
        }
        total = sum(hits.values())
        return {phrase: weight / total for phrase, weight in hits.items()}

    def _deciding(self, row: Row, lead: Floats, phrases: dict[str, float]) -> tuple[tuple[str, float], ...]:
        """Return the words that spoke most for a label against the average of the others."""
        totals: dict[str, float] = {}
        for column, weight in zip(row.columns.tolist(), lead.tolist(), strict=True):
            kind, _, name = self._names[column].partition(":")
            if kind == "l" and weight > 0:
                for phrase, share in phrases.items():
                    totals[phrase] = totals.get(phrase, 0.0) + weight * share
            elif kind in {"w", "t"} and weight > 0 and len(name.replace("_", "")) > 1:
                word = name.replace("_", "")
                totals[word] = totals.get(word, 0.0) + weight
        kept: dict[str, float] = {}
        for word, weight in sorted(totals.items(), key=lambda item: -item[1]):
            if len(kept) < SHOWN_WORDS and not any(word in other or other in word for other in kept):
                kept[word] = round(weight, 4)
        return tuple(kept.items())


class Vectoriser:
    """Turns features into columns and values; the same code in training and in use."""

    def __init__(self, vocabulary: list[str], idf: Floats) -> None:
        """Index the vocabulary; `idf` has one weight per feature."""
        self._columns = {name: i for i, name in enumerate(vocabulary)}
        self._idf = idf

    def __len__(self) -> int:
        """Return the number of features known."""
        return len(self._columns)

    def row(self, blocks: dict[str, dict[str, float]]) -> Row:
        """Return the known features of a text: every block brought to length 1 times its weight."""
        columns: list[int] = []
        parts: list[Floats] = []
        for block, counts in blocks.items():
            known = [(self._columns[name], count) for name, count in counts.items() if name in self._columns]
            if not known:
                continue
            at = [column for column, _ in known]
            values = np.array([count for _, count in known], dtype=np.float32)
            if block in features.MEASURED_BLOCKS:
                # A long text touches every leaf; without the cap it would drown its own words.
                values = values / (CAP if block == "l" else 1.0)
                values = values / max(1.0, float(np.linalg.norm(values)))
            else:
                values = values * self._idf[at]
                values = values / np.linalg.norm(values)
            columns += at
            parts.append((values * features.BLOCK_WEIGHTS[block]).astype(np.float32))
        values = np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)
        return Row(np.array(columns, dtype=np.intp), values)


def probabilities(margins: Floats, sharpness: float) -> Floats:
    """Return the probabilities of margins (last axis: labels), made surer by a larger `sharpness`.

    The planes are fitted to −1 and 1, so (1 + margin) / 2 already is a rough share; raised to a power and brought to
    sum 1 it is better calibrated than a softmax (on our sentences the calibration error is 0.03 instead of 0.09).
    """
    shares = np.maximum((1 + margins) / 2, LEAST_SHARE) ** sharpness
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True), dtype=np.float32)


def _read_meta(folder: Path) -> dict[str, Any]:
    try:
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        form = int(meta["format"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"目录 {folder} 里没有可用的模型（缺少或读不懂 {META}）。") from error
    if form > features.FORMAT:
        raise ModelError(f"模型格式 {form} 比本程序支持的 {features.FORMAT} 新，请先升级程序再使用该模型。")
    if form < features.FORMAT:
        raise ModelError(f"模型格式 {form} 已过时（现为 {features.FORMAT}），请用原数据重新训练。")
    return dict(meta)


def _check_shapes(arrays: dict[str, Floats], n_features: int, n_labels: int) -> None:
    wanted = {"idf": (n_features,), "weights": (n_features, n_labels), "intercept": (n_labels,)}
    wrong = [name for name in ARRAYS if arrays[name].shape != wanted[name]]
    if wrong:
        raise ValueError(f"wrong shape: {wrong}")


def _check_hashes(folder: Path, meta: dict[str, Any]) -> None:
    for name, recorded in meta.get("files", {}).items():
        path = folder / Path(name).name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != recorded:
            raise ModelError(f"模型文件 {name} 缺失或被改动过，与记录的校验值不符，请重新复制或训练。")
