"""Tables out of uploaded files: csv in UTF-8 or GBK, xlsx; whatever cannot be read is told in one sentence."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from tracker.errors import Invalid
from tracker.imports.rules import MAX_BYTES, MAX_ROWS

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SUFFIXES = {"", ".csv", ".txt", ".xlsx", ".xlsm", ".xls"}
_OTHER_KINDS = (b"MZ", b"\x7fELF", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"Rar!", b"7z\xbc\xaf")
"""How programs, PDF, pictures and archives begin, whatever they are called."""


@dataclass(frozen=True)
class Table:
    """Header and data rows as text; rows may be shorter or longer than the header."""

    header: list[str]
    rows: list[list[str]]


def read(name: str, content: bytes) -> Table:
    """Return the table in the file. Raises Invalid with a sentence and a code when there is none to be had."""
    if not content:
        raise Invalid("文件是空的，请检查后重新上传。", code="file_empty")
    if len(content) > MAX_BYTES:
        raise Invalid(f"文件超过{MAX_BYTES // 1024 // 1024}MB，请拆分后导入。", code="file_too_large")
    _refuse_other_kinds(name, content)
    rows = _xlsx(content) if _looks_like_sheet(name, content) else _csv(content)
    if not rows:
        raise Invalid("文件里没有表头和数据，请使用导入模板。", code="file_empty")
    header, data = rows[0], [row for row in rows[1:] if any(cell.strip() for cell in row)]
    if len(data) > MAX_ROWS:
        raise Invalid(
            f"一个文件最多{MAX_ROWS:,}行，此文件有{len(data):,}行，请拆分后导入。", code="too_many_rows"
        )
    if not data:
        raise Invalid("文件里只有表头，没有数据。", code="no_rows")
    return Table([cell.strip() for cell in header], data)


def _refuse_other_kinds(name: str, content: bytes) -> None:
    suffix = PurePath(name).suffix.lower()
    if suffix not in _SUFFIXES or content.startswith(_OTHER_KINDS):
        called = f"“{suffix}”" if suffix not in _SUFFIXES else "这个"
        raise Invalid(
            f"只能导入 csv 或 xlsx 表格，{called}文件不是表格；请把数据放进导入模板后再上传。",
            code="file_kind",
        )


def _looks_like_sheet(name: str, content: bytes) -> bool:
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise Invalid("文件设有打开密码，请另存为不加密的 xlsx 后导入。", code="file_encrypted")
        return True
    return content.startswith(b"PK") or name.lower().endswith((".xlsx", ".xls"))


def _csv(content: bytes) -> list[list[str]]:
    if b"\x00" in content[:4096]:
        raise Invalid("文件不是 csv 或 xlsx 表格，请使用导入模板。", code="file_unreadable")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Invalid("文件编码无法识别，请另存为 UTF-8 编码的 csv。", code="file_unreadable")
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), strict=False) if row]
    except csv.Error as error:
        raise Invalid("csv 的引号或分隔符有误，请用表格软件重新另存。", code="file_unreadable") from error


def _xlsx(content: bytes) -> list[list[str]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        if sheet.height > MAX_ROWS + 1:
            sentence = f"一个文件最多{MAX_ROWS:,}行，此文件有{sheet.height - 1:,}行，请拆分后导入。"
            raise Invalid(sentence, code="too_many_rows")
        rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError) as error:
        raise Invalid("xlsx 文件已损坏或不是表格，请重新另存后上传。", code="file_unreadable") from error
    for first, last in _merged(sheet):
        _spread(rows, first, last)
    return [row for row in rows if any(cell.strip() for cell in row)]


def _merged(sheet: CalamineSheet) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    yield from sheet.merged_cell_ranges or ()


def _spread(rows: list[list[str]], first: tuple[int, int], last: tuple[int, int]) -> None:
    """Give every cell of a merged area its value, as whoever merged them meant it."""
    if first[0] >= len(rows) or first[1] >= len(rows[first[0]]):
        return
    value = rows[first[0]][first[1]]
    for row in rows[first[0] : last[0] + 1]:
        for column in range(first[1], min(last[1] + 1, len(row))):
            row[column] = value


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
