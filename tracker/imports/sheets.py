"""Workbooks we hand out: the template, and the refused rows with their reasons."""

import io
from collections.abc import Iterable, Mapping

import xlsxwriter

from tracker import marks
from tracker.imports.rules import TEMPLATE_HEADS

# a cell beginning with = + - @ stays text, so that nobody's complaint runs in a colleague's spreadsheet
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_EXAMPLE = (
    "A001",
    "检查不出示证件",
    "城管到店检查没有出示执法证件，当场罚款三千元，没有开票据。",
    "投诉",
    "广州市天河区石牌西路",
    "2026-03-02 15:30",
    "广州市天河区城市管理和综合执法局",
    "王某",
    "13800000000",
    "是",
    "否",
)


def _book(heads: Iterable[str], rows: Iterable[Iterable[object]], mark: str = "") -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    sheet = book.add_worksheet("数据")
    bold = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
        sheet.set_column(column, column, 18)
    for line, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells):
            sheet.write_string(line, column, str(cell)[:32_000])
    sheet.freeze_panes(1, 0)
    if mark:
        marks.stamp(book, mark, sheet=False)
    book.close()
    return out.getvalue()


def template() -> bytes:
    """Return the xlsx a clerk fills in, with one example row."""
    return _book(TEMPLATE_HEADS, [_EXAMPLE])


def ledger_template(heads: Mapping[str, str]) -> bytes:
    """Return the xlsx of a campaign's ledger under those headings, with one example row."""
    example = {
        "source_no": "1",
        "title": "重复收取清运费",
        "description": "某街道综合行政执法队对辖区企业重复收取垃圾清运费。",
        "problem_type": "乱收费、乱罚款、乱检查、乱查封",
        "office": "广州市天河区司法局",
        "due_on": "2026-04-30",
        "amount_returned": "1200.50",
    }
    return _book(heads.values(), [[example.get(field, "") for field in heads]])


def rejects(
    rows: Iterable[tuple[int, Mapping[str, str], str]], heads: Mapping[str, str], mark: str = ""
) -> bytes:
    """Return the refused rows as xlsx, headed so that the mended file can be imported as it is. mark: of who takes it."""
    found = list(rows)
    fields = [field for field in heads if any(field in cells for _, cells, _ in found)]
    lines = ([*(cells.get(field, "") for field in fields), row_no, why] for row_no, cells, why in found)
    return _book([*(heads[field] for field in fields), "原行号", "未受理原因"], lines, mark)
