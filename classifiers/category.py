"""The trained classifier as it is used: a linear model in plain arrays, mapped from disk, that explains itself.

A model is a folder: `meta.json` (labels, version, hashes, library versions, scores), `slots.npy` (the features known),
`idf.npy` (how rare each is), `weights.npy` (features × labels), `intercept.npy`, `held_out.csv` (its answers on texts it
had not seen) and, where they were used, `lexicon.csv` and `concepts.csv`. Nothing in it is code: no pickle, so a model
from somebody else can be read but never run.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers import features
from classifiers.concepts import Thesaurus
from classifiers.features import Counts, Knowledge, Reading
from classifiers.lexicon import Lexicon

Floats = NDArray[np.float32]

DEFAULT_MODEL: Final = Path(__file__).parent / "data" / "model"
"""The model shipped with the project."""
META: Final = "meta.json"
LEXICON: Final = "lexicon.csv"
THESAURUS: Final = "concepts.csv"
ARRAYS: Final = ("slots", "idf", "weights", "intercept")
TOP: Final = 3
BATCH: Final = 128
_NUMBER: Final = re.compile(r"\d{5}")
"""Telephones and the like are nobody's reason, and are not to be read where they were not asked for."""
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
    top3: the best labels with their probabilities, best first. classes: the probability of every first character of the
    labels (the upper level of codes like A1, J7) together, best first, at most three.
    words: the words of the text that spoke for `label`, with their share of the score, strongest first.
    model_version: which model said so.
    """

    label: str
    confidence: float
    top3: tuple[tuple[str, float], ...]
    classes: tuple[tuple[str, float], ...]
    words: tuple[tuple[str, float], ...]
    model_version: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """Texts as the model sees them: text i has the features rows[start[i]:start[i+1]] with these values."""

    start: NDArray[np.int32]
    rows: NDArray[np.int32]
    values: Floats

    def matrix(self, n_features: int) -> Any:
        """Return the texts as a sparse matrix (texts × features)."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  one text needs none, and most processes read one at a time

        return csr_matrix((self.values, self.rows, self.start), shape=(len(self.start) - 1, n_features))


class Classifier:
    """A loaded model; safe to share between threads and forked workers."""

    def __init__(self, meta: dict[str, Any], arrays: dict[str, NDArray[Any]], knowledge: Knowledge) -> None:
        """Take the parts of a model; use `load` for one on disk."""
        self.meta = meta
        self.labels: tuple[str, ...] = tuple(meta["labels"])
        self.version: str = meta["version"]
        self.knowledge = knowledge
        self.vectoriser = Vectoriser(arrays["slots"], arrays["idf"])
        # Half precision on disk, but the processor multiplies whole floats.
        self._weights, self._intercept = (
            np.ascontiguousarray(arrays["weights"], dtype=np.float32),
            arrays["intercept"],
        )
        self._centre = self._weights.mean(axis=1)
        self._sharpness = float(meta["sharpness"])

    @classmethod
    def load(cls, folder: Path) -> "Classifier":
        """Return the model in `folder`, arrays memory-mapped.

        Raises ModelError when there is none, it is of a newer format, or a file differs from its recorded hash.
        """
        meta = _read_meta(folder)
        _check_hashes(folder, meta)
        try:
            arrays = {
                # As a plain array: the memmap class costs more per lookup than the lookup.
                name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))
                for name in ARRAYS
            }
            knowledge = Knowledge(
                Lexicon.load(folder / LEXICON) if meta["has_lexicon"] else None,
                Thesaurus.load(folder / THESAURUS) if meta["has_thesaurus"] else None,
            )
            _check_shapes(arrays, len(meta["labels"]))
            return cls(meta, arrays, knowledge)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"模型目录 {folder} 里的文件不完整或互不相符，请重新训练或重新复制。") from error

    def classify(self, title: str, text: str) -> Suggestion:
        """Return what a cleaned title (may be empty) and text are about."""
        return self.judge(self.read(title, text))

    def read(self, title: str, text: str) -> Reading:
        """Return the features of a cleaned title and text, for this model or one that `reads_like` it."""
        return features.read(title, text, self.knowledge)

    def reads_like(self, other: "Classifier") -> bool:
        """Return whether a text read for the other model is read for this one too."""
        files = self.meta["files"], other.meta["files"]
        return all(files[0].get(name) == files[1].get(name) for name in (LEXICON, THESAURUS))

    def judge(self, reading: Reading) -> Suggestion:
        """Return what a text read before is about."""
        weighed = self.vectoriser.weigh(reading.counts)
        weights = self._weights[weighed.rows]
        shares = self._shares(weighed.values, weights)
        (top,) = self.best(shares[None])
        lead = weighed.values * (weights[:, self.labels.index(top[0][0])] - self._centre[weighed.rows])
        spoke = dict(zip(self.vectoriser.slots[weighed.rows].tolist(), lead.tolist(), strict=True))
        words = self._deciding(reading, top[0][0], spoke)
        return Suggestion(*top[0], top, self._classes(shares), words, self.version)

    def share_of(self, reading: Reading, label: str) -> float:
        """Return the probability of one label for a text read before."""
        weighed = self.vectoriser.weigh(reading.counts)
        return float(self._shares(weighed.values, self._weights[weighed.rows])[self.labels.index(label)])

    def shares(self, texts: Sequence[tuple[str, str]]) -> Floats:
        """Return the probability of every label (texts × labels, in the order of `labels`) of (title, text) pairs.

        Many texts at once cost about a third of as many single ones.
        """
        weighed = self.vectoriser.weigh(features.extract(texts, self.knowledge))
        return self._shares(weighed.matrix(len(self._weights)), self._weights)

    def _shares(self, values: Any, weights: Floats) -> Floats:
        """Return the probabilities of weighed features: of one text, or of many as a matrix."""
        return probabilities(values @ weights + self._intercept, self._sharpness)

    def best(self, shares: Floats) -> list[tuple[tuple[str, float], ...]]:
        """Return for each text the TOP labels with their probabilities, best first."""
        order = np.argsort(-shares, axis=1, kind="stable")[:, :TOP]
        found = np.take_along_axis(shares, order, axis=1).tolist()
        return [
            tuple((self.labels[i], round(share, 4)) for i, share in zip(line, of, strict=True))
            for line, of in zip(order.tolist(), found, strict=True)
        ]

    def _classes(self, shares: Floats) -> tuple[tuple[str, float], ...]:
        totals: dict[str, float] = {}
        for label, share in zip(self.labels, shares.tolist(), strict=True):
            totals[label[:1]] = totals.get(label[:1], 0.0) + share
        best = sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:TOP]
        return tuple((letter, round(share, 4)) for letter, share in best)

    def _deciding(
        self, reading: Reading, label: str, spoke: dict[int, float]
    ) -> tuple[tuple[str, float], ...]:
        """Return the words that spoke most for a label against the average of the others.

        spoke: slot → what it added. A lexicon's share goes to the phrases that were found.
        """
        totals: dict[str, float] = {}
        for word, slot in set(reading.words):
            weight = spoke.get(slot, 0.0)
            if weight > 0 and len(word) > 1 and not _NUMBER.search(word):
                totals[word] = totals.get(word, 0.0) + weight
        by_lexicon = spoke.get(features.slot_of(f"l:{label}"), 0.0)
        for phrase, share in self._phrases(label, f"{reading.title}\n{reading.text}").items():
            totals[phrase] = totals.get(phrase, 0.0) + max(0.0, by_lexicon) * share
        kept: dict[str, float] = {}
        for word, weight in nsmallest(4 * SHOWN_WORDS, totals.items(), key=lambda item: (-item[1], item[0])):
            if not any(word in other or other in word for other in kept):
                kept[word] = round(weight, 4)
            if len(kept) == SHOWN_WORDS:
                break
        return tuple(kept.items())

    def _phrases(self, label: str, text: str) -> dict[str, float]:
        """Return the lexicon's phrases for a label in the text, sharing the label's lexicon feature by their weights."""
        if self.knowledge.lexicon is None:
            return {}
        found = self.knowledge.lexicon.hits(text)
        hits = {phrase: weight for leaf, phrase, weight in found if leaf == label and weight > 0}
        total = sum(hits.values())
        return {phrase: weight / total for phrase, weight in hits.items()}


class Vectoriser:
    """Turns features into rows of the weights and values; the same code in training and in use."""

    def __init__(self, slots: NDArray[np.int32], idf: Floats) -> None:
        """Index the features known: `slots` ascending, `idf` one weight per feature."""
        self.slots = slots
        self._row = np.full(features.SLOTS, -1, dtype=np.int32)
        self._row[slots] = np.arange(len(slots), dtype=np.int32)
        self._idf = idf

    def weigh(self, counts: Counts) -> Weighed:
        """Return the known features of texts, every block of a text brought to length 1 times its weight."""
        rows = self._row[counts.slots]
        known = rows >= 0
        rows, at, values = rows[known], counts.at[known], counts.values[known]
        block = at % features.N_BLOCKS
        values = np.where(features.MEASURED[block], values, values * self._idf[rows])
        n = counts.n * features.N_BLOCKS
        lengths = np.sqrt(np.bincount(at, weights=values * values, minlength=n)).astype(np.float32)
        least = np.where(np.tile(features.MEASURED, counts.n), 1.0, np.finfo(np.float32).tiny)
        factors = np.tile(features.BLOCK_WEIGHTS, counts.n) / np.maximum(lengths, least)
        edges = np.arange(0, n + 1, features.N_BLOCKS)
        values = (values * factors[at]).astype(np.float32)
        return Weighed(np.searchsorted(at, edges).astype(np.int32), rows, values)


def batched(texts: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    """Yield the texts in lots of the size that is read quickest."""
    for i in range(0, len(texts), BATCH):
        yield texts[i : i + BATCH]


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


def _check_shapes(arrays: dict[str, NDArray[Any]], n_labels: int) -> None:
    n = len(arrays["slots"])
    wanted = {"slots": (n,), "idf": (n,), "weights": (n, n_labels), "intercept": (n_labels,)}
    wrong = [name for name in ARRAYS if arrays[name].shape != wanted[name]]
    if wrong or (n and not 0 <= arrays["slots"].min() <= arrays["slots"].max() < features.SLOTS):
        raise ValueError(f"wrong shape: {wrong}")


def _check_hashes(folder: Path, meta: dict[str, Any]) -> None:
    for name, recorded in meta.get("files", {}).items():
        path = folder / Path(name).name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != recorded:
            raise ModelError(f"模型文件 {name} 缺失或被改动过，与记录的校验值不符，请重新复制或训练。")
