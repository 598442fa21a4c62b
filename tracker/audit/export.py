"""The log and the readings as workbooks; every cell is written as text, so that none can act as a formula."""

from collections.abc import Iterable, Sequence
from io import BytesIO

import xlsxwriter

from tracker import marks

MOST = 20_000
"""[P] The most rows of one export; narrower filters give the rest."""


def workbook(title: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]], mark: str) -> bytes:
    """Return the rows as xlsx under the heads (words, width in characters), with the mark of who takes it."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True, "bg_color": "#EAEFF5", "bottom": 1})
    for column, (head, width) in enumerate(heads):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, head, bold)
    sheet.freeze_panes(1, 0)
    for n, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            sheet.write_string(n, column, value)
    marks.stamp(book, mark)
    book.close()
    return out.getvalue()
