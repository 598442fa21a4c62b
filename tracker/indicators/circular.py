"""The monthly circular (通报) as Word: the same report as page, workbook and API, laid out as offices write one."""

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table

from tracker.clock import local, local_date
from tracker.indicators import export, present, rules
from tracker.indicators.service import Grid, Report

_BODY, _HEAD, _TITLE = "仿宋_GB2312", "黑体", "方正小标宋简体"
"""The typefaces GB/T 9704 names; where a machine lacks one, Word takes its nearest."""


def document(found: Report, grid: Grid, categories: Mapping[str, str]) -> bytes:
    """Return the report as docx: in words, rates, offices side by side, what was overdue, categories, corrections, definitions."""
    paper = Document()
    _prepare(paper, found)
    _opening(paper, found)
    _heading(paper, "一、主要指标")
    _rates(paper, found)
    _heading(paper, "二、超期未结")
    _late(paper, found)
    _heading(paper, "三、单位对比")
    _offices(paper, found)
    _heading(paper, "四、事项分类与地区")
    _grid(paper, grid, categories)
    _heading(paper, "五、期后更正")
    _corrections(paper, found)
    _heading(paper, "附：指标口径")
    _definitions(paper, found)
    out = BytesIO()
    paper.save(out)
    return out.getvalue()


def _prepare(paper: Paper, found: Report) -> None:
    """Set paper, margins and typeface as GB/T 9704 wants them, and say who made it and when."""
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    style = paper.styles["Normal"]
    style.font.name, style.font.size = _BODY, Pt(16)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _BODY)
    about = paper.core_properties
    about.author, about.title, about.comments = found.scope.office.name, export.title(found), ""
    about.created = about.modified = found.scope.span.at.replace(tzinfo=None)


def _face(run: Any, name: str, size: float) -> None:
    run.font.name, run.font.size = name, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), name)


def _heading(paper: Paper, words: str) -> None:
    paragraph = paper.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_before = Pt(8)
    _face(paragraph.add_run(words), _HEAD, 16)


def _say(paper: Paper, words: str, *, size: float = 16) -> None:
    paragraph = paper.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Pt(2 * size)
    paragraph.paragraph_format.space_after = Pt(0)
    _face(paragraph.add_run(words), _BODY, size)


def _opening(paper: Paper, found: Report) -> None:
    span, n = found.scope.span, found.counts
    for words, size in (
        (f"{found.scope.office.name}行政执法监督工单办理情况通报", 22.0),
        (_period(found), 16.0),
    ):
        paragraph = paper.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _face(paragraph.add_run(words), _TITLE if size > 16 else _BODY, size)
    _say(
        paper,
        f"统计期内受理诉求{n['received']}件（其中重复并案{n['repeated']}件），派单{n['dispatched']}件，办结{n['closed']}件，"
        f"退单{n['returned']}件，重办{n['reworked']}件，督办{n['supervised']}件；期末超期未结{n['overdue']}件。",
    )
    told = f"数字截至{_written(local_date(span.at))}{local(span.at):%H时%M分}（北京时间）。"
    if not span.is_over:
        told += "统计期未结束，数字还会变化。"
    told += present.late_clock(found)
    _say(paper, told + "满意率原始值与剔除后并列，行政执法类诉求不单以满意率排名（粤办函〔2021〕216号）。")


def _period(found: Report) -> str:
    since, until = found.scope.span.since, found.scope.span.until
    return f"（{_written(since)}至{_written(until)}）"


def _written(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.2%}"


def _table(paper: Paper, heads: Sequence[str], widths: Sequence[int], lines: Sequence[Sequence[str]]) -> None:
    """Add a table. widths: in millimetres, 156 in all; the first column stands left, figures in the middle."""
    table = paper.add_table(rows=1 + len(lines), cols=len(heads), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for at, line in enumerate([heads, *lines]):
        for column, (cell, words) in enumerate(zip(table.rows[at].cells, line, strict=True)):
            cell.width = Mm(widths[column])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            is_left = at and (column == 0 or len(words) > 16)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if is_left else WD_ALIGN_PARAGRAPH.CENTER
            _face(paragraph.add_run(words), _BODY if at else _HEAD, 10.5)
    _repeat(table)


def _repeat(table: Table) -> None:
    """Have the head stand on every page the table reaches."""
    row = table.rows[0]._tr.get_or_add_trPr()
    mark = row.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"})
    row.append(mark)


def _rates(paper: Paper, found: Report) -> None:
    lines = [
        (one.rate.label, _percent(one.share), str(one.counted), str(one.of), one.rate.formula)
        for one in found.rates()
    ]
    _table(paper, ("指标", "数值", "分子", "分母", "怎么算"), (38, 22, 16, 16, 64), lines)


def _late(paper: Paper, found: Report) -> None:
    late = sorted(
        (row for row in found.rows if row.counts["overdue"]), key=lambda row: -row.counts["overdue"]
    )
    if not late:
        _say(paper, "期末没有超期未结的工单。")
        return
    named = "、".join(f"{row.name}{row.counts['overdue']}件" for row in late)
    _say(paper, f"期末超期未结{found.counts['overdue']}件：{named}。请上述单位逐件查明原因，限期办结。")


def _offices(paper: Paper, found: Report) -> None:
    rows = [row for row in found.rows if any(row.counts.values())]
    counts = [(row.name, *(str(row.counts[code]) for code in export.COUNTED_OF_OFFICES)) for row in rows]
    heads = [rules.FIGURE[code].label for code in export.COUNTED_OF_OFFICES]
    _table(paper, ("单位", *heads), (51, *[15] * len(heads)), counts)
    _say(paper, "", size=8)
    shown = [one.rate for one in found.rates() if one.rate.code in rules.COMPARED]
    shares = [
        (row.name, *(_percent(one.share) for one in found.rates(row.counts) if one.rate in shown))
        for row in rows
    ]
    _table(paper, ("单位", *(rate.label for rate in shown)), (42, *[19] * len(shown)), shares)


def _grid(paper: Paper, grid: Grid, categories: Mapping[str, str]) -> None:
    if not grid.areas:
        _say(paper, "统计期内没有受理诉求。")
        return
    names = ["未分类" if one == rules.UNSORTED else categories.get(one, one) for one in grid.categories]
    lines = []
    for code, name in grid.areas:
        cells = [grid.cells.get((code, letter), 0) for letter in grid.categories]
        lines.append((name, *(str(n) if n else "" for n in cells), str(sum(cells))))
    sums = [sum(grid.cells.get((code, letter), 0) for code, _ in grid.areas) for letter in grid.categories]
    lines.append(("合计", *map(str, sums), str(sum(sums))))
    width = (156 - 28 - 12) // len(names)
    _table(paper, ("地区", *names, "合计"), (28, *[width] * len(names), 12), lines)


def _corrections(paper: Paper, found: Report) -> None:
    if not found.corrections:
        _say(paper, "无。" if found.scope.span.is_over else "统计期未结束，尚无更正。")
        return
    for code, n in found.corrections.items():
        figure = rules.FIGURE[code]
        _say(paper, f"{figure.label}{n}件：{figure.meaning}")


def _definitions(paper: Paper, found: Report) -> None:
    lines = [(one.label, str(found.counts[one.code]), one.meaning) for one in rules.FIGURES]
    _table(paper, ("数字", "件", "口径"), (34, 16, 106), lines)
    for words in (found.scope.office.name, _written(local_date(found.scope.span.now))):
        paragraph = paper.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.space_before = Pt(6)
        _face(paragraph.add_run(words), _BODY, 16)
