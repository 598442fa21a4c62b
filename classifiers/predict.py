"""Label a file of texts with a trained model."""

import csv
import json
from pathlib import Path
from typing import Final

from classifiers import rows
from classifiers.category import Classifier, batched
from classifiers.rows import DataError

COLUMNS: Final = ("label", "confidence", "top3")


def predict_file(model: Path, data: Path, out: Path, *, text: str, title: str = "") -> int:
    """Write a csv with label, confidence (0–1) and top3 (JSON) per row of `data`; return the number of rows.

    Every row of the input has its row in the output, in order; one without text is given the model's most frequent guess
    with a low confidence. Raises ModelError for an unusable model, DataError for an
    unreadable file, an output that cannot be written, or one that is the input.
    """
    if out.exists() and out.samefile(data):
        raise DataError(f"输出文件 {out} 就是输入文件，会覆盖原始数据，请换一个文件名。")
    classifier = Classifier.load(model)
    found = rows.read(data, text=text, title=title, keep_empty=True)
    try:
        _write(out, classifier, [(row.title, row.text) for row in found])
    except OSError as error:
        raise DataError(f"结果写不进 {out}：目录不存在、没有写入权限或磁盘已满。") from error
    return len(found)


def _write(out: Path, classifier: Classifier, texts: list[tuple[str, str]]) -> None:
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for batch in batched(texts):
            for top in classifier.best(classifier.shares(batch)):
                label, share = top[0]
                writer.writerow([inert(label), share, json.dumps(top, ensure_ascii=False)])


def inert(cell: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula; a number stays the number it is."""
    if not cell or cell[0] not in "=+-@\t\r":
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
