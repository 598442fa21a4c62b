"""The features of many texts as one sparse table, weighed like single texts are, only all at once. Training needs it."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack

from classifiers import features
from classifiers.category import Floats
from classifiers.lexicon import CAP

Blocks = dict[str, dict[str, float]]

BLOCKS: Final = tuple(sorted(features.BLOCK_WEIGHTS))
"""In alphabetical order, like the features, whose names begin with their block: so each block is a run of columns."""


class Table:
    """Raw values, texts × every feature seen; `names` are the features, in alphabetical order."""

    def __init__(self, found: Sequence[Blocks]) -> None:
        """Gather the features of texts, in order."""
        self.names: list[str] = sorted(
            {name for blocks in found for counts in blocks.values() for name in counts}
        )
        at = {name: i for i, name in enumerate(self.names)}
        columns = [[at[name] for counts in blocks.values() for name in counts] for blocks in found]
        values = [value for blocks in found for counts in blocks.values() for value in counts.values()]
        starts = np.concatenate([[0], np.cumsum([len(row) for row in columns])])
        flat = np.array([column for row in columns for column in row], dtype=np.int32)
        self._block = np.array([BLOCKS.index(name[0]) for name in self.names], dtype=np.intp)
        self._raw = csr_matrix(
            (np.array(values, dtype=np.float32), flat, starts), shape=(len(found), len(self.names))
        )

    def frequencies(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return in how many of the rows each feature occurs."""
        return np.bincount(self._raw[rows].indices, minlength=len(self.names))

    def weighed(self, rows: NDArray[np.intp], columns: NDArray[np.intp], idf: Floats) -> Any:
        """Return rows × columns as a sparse matrix, every block weighed as `Vectoriser.row` does it for one text.

        columns: ascending. idf: one weight per feature in `columns`.
        """
        raw = self._raw[rows]
        parts = []
        for i, block in enumerate(BLOCKS):
            inside = np.flatnonzero(self._block[columns] == i)
            parts.append(_weighed_block(raw[:, columns[inside]], block, idf[inside]))
        return hstack(parts, format="csr")


def _weighed_block(values: Any, block: str, idf: Floats) -> Any:
    if block in features.MEASURED_BLOCKS:
        values = values / (CAP if block == "l" else 1.0)
        least = 1.0
    else:
        values = values @ diags(idf)
        least = float(np.finfo(np.float32).tiny)
    lengths = np.sqrt(np.asarray(values.multiply(values).sum(axis=1)).ravel())
    return diags(features.BLOCK_WEIGHTS[block] / np.maximum(lengths, least)) @ values
