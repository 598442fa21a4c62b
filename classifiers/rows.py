"""Labelled texts: read from csv or xlsx, grouped by near-copies, dealt into folds."""

import csv
import io
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classifiers.clean import clean
from classifiers.duplicates import LIKELY, bands, signature, similarity

SENTENCES: Final = Path(__file__).parent / "data" / "sentences"
SIGNS: Final = Path(__file__).parent / "data" / "signs"
_ENCODINGS: Final = ("utf-8-sig", "gb18030")


class DataError(Exception):
    """A file of texts cannot be used; the message is one Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A cleaned text with its label; `title` and `label` may be empty."""

    title: str
    text: str
    label: str


def read(
    path: Path,
    *,
    text: str,
    title: str = "",
    label: str = "",
    keep_empty: bool = False,
    keep_unlabelled: bool = False,
) -> list[Labelled]:
    """Return the rows of a csv (UTF-8 or GB18030) or xlsx file; arguments name columns, empty means none.

    Rows without text are left out unless `keep_empty`, and, when a label is asked for, those without one unless
    `keep_unlabelled`. Raises DataError when the file cannot be read, lacks a column or has it twice, or when a row of a csv
    is torn: it names the line then.
    """
    table = _read_xlsx(path) if path.suffix.lower() in {".xlsx", ".xls"} else _read_csv(path)
    if not table:
        raise DataError(f"文件 {path} 是空的。")
    header = [str(cell).strip() for cell in table[0]]
    missing = [name for name in (text, title, label) if name and name not in header]
    if missing:
        raise DataError(f"文件 {path} 没有这些列：{'、'.join(missing)}；现有列：{'、'.join(header)}。")
    twice = [name for name in {text, title, label} if name and header.count(name) > 1]
    if twice:
        raise DataError(f"文件 {path} 有不止一列叫“{'”“'.join(sorted(twice))}”，请改名后再用。")
    found: list[Labelled] = []
    for cells in table[1:]:
        row = dict(zip(header, cells, strict=False))
        one = Labelled(clean(row.get(title, "")), clean(row.get(text, "")), row.get(label, "").strip())
        if keep_empty or ((one.text or one.title) and (one.label or not label or keep_unlabelled)):
            found.append(one)
    return found


def own_sentences(folder: Path = SENTENCES) -> list[Labelled]:
    """Return the sentences written for this project, in the order of files and lines."""
    return [row for path in sorted(folder.glob("*.csv")) for row in read(path, text="text", label="leaf")]


def own_signs(folder: Path = SIGNS) -> list[Labelled]:
    """Return texts labelled yes or no: does a complaint hold a hint of corruption?

    The texts written for it, and the sentences: those of H do, of the others only those listed in `among.csv`.
    """
    written = [row for path in sorted(folder.glob("*.csv")) for row in read(path, text="text", label="sign")]
    known = {row.text for row in written}
    rest = [row for row in own_sentences() if row.text not in known]
    return [*written, *(Labelled("", row.text, "yes" if row.label.startswith("H") else "no") for row in rest)]


def fold_of_each(rows: Sequence[Labelled], n_folds: int, seed: int) -> list[int]:
    """Return a fold number per row: labels spread evenly, near-copies always in one fold, the same for the same seed."""
    groups: dict[int, list[int]] = defaultdict(list)
    for i, group in enumerate(near_copies([f"{row.title}\n{row.text}" for row in rows])):
        groups[group].append(i)
    by_label: dict[str, list[list[int]]] = defaultdict(list)
    for members in groups.values():
        by_label[Counter(rows[i].label for i in members).most_common(1)[0][0]].append(members)
    folds, position = [0] * len(rows), 0
    shuffle = random.Random(seed)  # noqa: S311  no secret depends on it
    for label in sorted(by_label):
        dealt = by_label[label]
        shuffle.shuffle(dealt)
        for members in dealt:
            for i in members:
                folds[i] = position % n_folds
            position += 1
    return folds


def near_copies(texts: Iterable[str]) -> list[int]:
    """Return a group number per text; texts that are likely copies of one another share it."""
    parent: list[int] = []
    seen: dict[int, list[int]] = defaultdict(list)
    signatures = []
    for i, text in enumerate(texts):
        parent.append(i)
        mine = signature(text)
        signatures.append(mine)
        own_bands = bands(mine)
        for other in {j for band in own_bands for j in seen[band][:20]}:
            if similarity(mine, signatures[other]) >= LIKELY:
                parent[_root(parent, i)] = _root(parent, other)
        for band in own_bands:
            seen[band].append(i)
    return [_root(parent, i) for i in range(len(parent))]


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _read_csv(path: Path) -> list[list[str]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"读不到文件 {path}。") from error
    for encoding in _ENCODINGS:
        try:
            return _rows_of_csv(path, raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise DataError(f"文件 {path} 的编码既不是 UTF-8 也不是 GB18030，请另存为 UTF-8。")


def _rows_of_csv(path: Path, content: str) -> list[list[str]]:
    """Return the rows, empty lines as empty rows. Raises DataError that names the line where a torn row begins."""
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    found: list[list[str]] = []
    begins = 1
    try:
        for cells in reader:
            if cells and found and len(cells) != len(found[0]):
                raise DataError(
                    f"文件 {path} 第{begins}行有{len(cells)}格，表头有{len(found[0])}列，请检查这一行的引号和逗号。"
                )
            found.append(cells)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"文件 {path} 从第{begins}行起读不下去，请检查这一行的引号是否成对（{error}）。"
        ) from error
    return found


def _read_xlsx(path: Path) -> list[list[str]]:
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415  only who trains on xlsx needs it

    try:
        sheet = load_workbook(str(path)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError) as error:
        raise DataError(f"打不开表格 {path}：文件损坏、加密或不是 xlsx。") from error
    return [[str(cell) for cell in row] for row in sheet]
