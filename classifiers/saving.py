"""Put a trained model on disk, whole or not at all."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers import thresholds
from classifiers.category import META
from classifiers.rows import DataError
from classifiers.thresholds import Answer


def refuse_foreign(out: Path) -> None:
    """Raise DataError when the folder holds files but no model: nobody wants them replaced."""
    try:
        is_foreign = out.is_dir() and any(out.iterdir()) and not _is_model(out)
    except OSError:
        return  # writing will fail as well, and say so
    if is_foreign:
        raise DataError(f"目录 {out} 里有别的文件，不是模型目录；请换一个空目录或已有的模型目录。")


def _is_model(folder: Path) -> bool:
    try:
        return "data_sha256" in json.loads((folder / META).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return False


def save(
    out: Path,
    arrays: Mapping[str, NDArray[Any]],
    meta: dict[str, Any],
    held_out: Sequence[Answer],
    known: Mapping[str, Path | None],
) -> None:
    """Write the model beside its place and move it there whole: a full disk leaves the old one as it was.

    known: file name in the model → file copied there, None for none. The hash of every file goes into `meta`. Raises
    DataError when the folder cannot be written.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".model-", dir=out.parent) as made:
            _write(Path(made), arrays, meta, held_out, known)
            out.mkdir(exist_ok=True)
            for name in [*meta["files"], META]:
                (Path(made) / name).replace(out / name)
    except OSError as error:
        raise DataError(f"模型写不进目录 {out}：磁盘已满或没有写入权限，原有模型未改动。") from error


def _write(
    out: Path,
    arrays: Mapping[str, NDArray[Any]],
    meta: dict[str, Any],
    held_out: Sequence[Answer],
    known: Mapping[str, Path | None],
) -> None:
    for name, array in arrays.items():
        np.save(out / f"{name}.npy", array, allow_pickle=False)
    thresholds.write(out, held_out)
    written = [thresholds.ANSWERS, *(f"{name}.npy" for name in arrays)]
    for name, path in known.items():
        if path:
            shutil.copyfile(path, out / name)
            written.append(name)
    meta["files"] = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in written}
    (out / META).write_text(
        json.dumps(meta, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
