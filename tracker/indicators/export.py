"""The monthly circular (通报) as a workbook: the same report as page and API, every text written as text."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import xlsxwriter

from tracker import marks
from tracker.clock import local
from tracker.indicators import present, rules
from tracker.indicators.service import Grid, Report

COUNTED_OF_OFFICES = ("received", "dispatched", "closed", "overdue", "returned", "reworked", "supervised")
"""What is told of each office besides its rates, in workbook and Word alike."""

_HEAD = {"bold": True, "bg_color": "#EAEFF5", "bottom": 1, "text_wrap": True, "valign": "vcenter"}


def workbook(found: Report, grid: Grid, categories: Mapping[str, str], mark: str) -> bytes:
    """Return the report as xlsx: figures with their definitions, offices side by side, categories by area.

    mark: of who takes it.
    """
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "head": book.add_format(_HEAD),
        "share": book.add_format({"num_format": "0.00%"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    _figures(book, formats, found)
    _offices(book, formats, found)
    _grid(book, formats, grid, categories)
    marks.stamp(book, mark)
    book.close()
    return out.getvalue()


def title(found: Report) -> str:
    """Return the name of the circular: the office and the period."""
    span = found.scope.span
    return f"{found.scope.office.name}行政执法监督工单办理情况通报（{span.since:%Y-%m-%d}至{span.until:%Y-%m-%d}）"


def _heads(sheet: Any, row: int, formats: Mapping[str, Any], heads: list[tuple[str, int]]) -> None:
    for column, (head, width) in enumerate(heads):
        sheet.set_column(column, column, width)
        sheet.write_string(row, column, head, formats["head"])


def _share(sheet: Any, row: int, column: int, share: float | None, formats: Mapping[str, Any]) -> None:
    if share is None:
        sheet.write_string(row, column, "—")
    else:
        sheet.write_number(row, column, share, formats["share"])


def _figures(book: Any, formats: Mapping[str, Any], found: Report) -> None:
    sheet = book.add_worksheet("通报")
    sheet.write_string(0, 0, title(found), formats["title"])
    span = found.scope.span
    told = f"截至 {local(span.at):%Y-%m-%d %H:%M}（北京时间）"
    if not span.is_over:
        told += "；统计期未结束，数字还会变化"
    late = present.late_clock(found)
    sheet.write_string(1, 0, f"{told}。{late}满意率原始值与剔除后并列，行政执法类诉求不单以满意率排名。")
    _heads(sheet, 3, formats, [("指标", 22), ("数值", 12), ("分子", 10), ("分母", 10), ("口径", 80)])
    row = 4
    for one in found.rates():
        sheet.write_string(row, 0, one.rate.label)
        _share(sheet, row, 1, one.share, formats)
        sheet.write_number(row, 2, one.counted)
        sheet.write_number(row, 3, one.of)
        sheet.write_string(row, 4, f"{one.rate.formula}。{one.rate.note}", formats["wrap"])
        row += 1
    for figure in rules.FIGURES:
        sheet.write_string(row, 0, f"{figure.label}（件）")
        sheet.write_number(row, 1, found.counts[figure.code])
        sheet.write_string(row, 4, figure.meaning, formats["wrap"])
        row += 1
    sheet.freeze_panes(4, 1)


def _offices(book: Any, formats: Mapping[str, Any], found: Report) -> None:
    sheet = book.add_worksheet("单位对比")
    counts = COUNTED_OF_OFFICES
    rates = [one.rate for one in found.rates()]
    heads = [("单位", 24), *((rules.FIGURE[code].label, 10) for code in counts)]
    _heads(sheet, 0, formats, [*heads, *((rate.label, 12) for rate in rates)])
    for row, office in enumerate(found.rows, start=1):
        sheet.write_string(row, 0, office.name)
        for column, code in enumerate(counts, start=1):
            sheet.write_number(row, column, office.counts[code])
        for column, one in enumerate(found.rates(office.counts), start=1 + len(counts)):
            _share(sheet, row, column, one.share, formats)
    sheet.freeze_panes(1, 1)


def _grid(book: Any, formats: Mapping[str, Any], grid: Grid, categories: Mapping[str, str]) -> None:
    sheet = book.add_worksheet("事项分类与地区")
    names = [
        "未分类" if one == rules.UNSORTED else f"{one} {categories.get(one, '')}" for one in grid.categories
    ]
    _heads(sheet, 0, formats, [("地区", 24), *((name, 12) for name in names), ("合计", 10)])
    for row, (code, name) in enumerate(grid.areas, start=1):
        sheet.write_string(row, 0, name)
        cells = [grid.cells.get((code, letter), 0) for letter in grid.categories]
        for column, n in enumerate([*cells, sum(cells)], start=1):
            sheet.write_number(row, column, n)
    sheet.freeze_panes(1, 1)
