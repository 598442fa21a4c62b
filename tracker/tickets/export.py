"""The queue as a workbook: what the list shows, nothing of the complainant."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

import xlsxwriter

from tracker import marks
from tracker.clock import local

MOST = 5000
"""[P] The most rows of one export; narrower filters give the rest."""

COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("编号", "number", 18),
    ("标题", "title", 44),
    ("诉求类型", "kind", 10),
    ("分类代码", "category_code", 9),
    ("分类", "category", 18),
    ("来源", "channel", 16),
    ("地区", "division", 18),
    ("被投诉单位", "body", 30),
    ("主办单位", "office", 18),
    ("环节", "status", 12),
    ("灯", "light", 10),
    ("办理期限", "due_at", 17),
    ("剩余", "left", 14),
    ("重复", "n_repeats", 6),
    ("拆分", "n_parts", 6),
    ("催办", "n_urged", 6),
    ("最近动态", "last", 14),
    ("动态时间", "last_at", 17),
)
"""Heading, key of `view.row`, width in characters."""


def workbook(rows: Iterable[Mapping[str, Any]], mark: str) -> bytes:
    """Return the rows of `view.row` as xlsx with the mark of who takes it; no text in it can act as a formula."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("工单")
    bold = book.add_format({"bold": True, "bg_color": "#EAEFF5", "bottom": 1})
    for column, (heading, _, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, bold)
    sheet.freeze_panes(1, 1)
    n = 0
    for n, row in enumerate(rows, start=1):
        for column, (_, key, _width) in enumerate(COLUMNS):
            sheet.write_string(n, column, _words(row[key]))
    sheet.autofilter(0, 0, max(n, 1), len(COLUMNS) - 1)
    marks.stamp(book, mark)
    book.close()
    return out.getvalue()


def _words(value: Any) -> str:
    if value is None or value == 0:
        return ""
    if isinstance(value, Mapping):
        return str(value["label"])
    return f"{local(value):%Y-%m-%d %H:%M}" if hasattr(value, "astimezone") else str(value)
