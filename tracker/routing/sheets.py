"""The routing table and the duty list as workbooks, and back: what is handed out can be handed in again."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from tracker import clock
from tracker.errors import Invalid
from tracker.routing.duties import MOST_ITEMS, BadRow, Line
from tracker.routing.facts import DecisionKind, Rule, Target
from tracker.routing.models import DutyItem, RoutingRule
from tracker.routing.wording import (
    OUTCOME_WORDS,
    TARGET_WORDS,
    condition_text,
    read_condition,
    read_word,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 5 * 1024 * 1024
RULE_HEADS = (
    "规则编码", "优先级", "条件", "处理方式", "去向", "指定机构代码", "比照规则编码", "司法所协办", "领导队列",
    "理由", "依据", "依据已核对", "生效日期", "状态", "版本", "修改人", "修改时间", "修改原因",
)  # fmt: skip
_RULE_NEEDED = (*RULE_HEADS[:5], "理由", "依据")
DUTY_HEADS = ("事项名称", "别称", "事项分类", "行政区划代码", "执法主体", "承办机构代码", "依据")
_DUTY_NEEDED = ("行政区划代码", "执法主体")
_YES = {"是": True, "否": False, "": False}


@dataclass(frozen=True)
class Read:
    """What a sheet of rules says: drafts by row number, and the rows that cannot be read."""

    drafts: Mapping[int, Rule]
    bad: tuple[BadRow, ...]


def rules_book(rows: Iterable[RoutingRule]) -> bytes:
    """Return the versions as xlsx, one a row, the last four columns for the reader only."""
    return _book("派单规则", RULE_HEADS, (rule_cells(row) for row in rows))


def rule_cells(row: RoutingRule) -> tuple[str, ...]:
    """Return the cells of one version under RULE_HEADS."""
    return (
        row.code,
        str(row.priority),
        condition_text(row.condition),
        OUTCOME_WORDS[row.outcome],
        TARGET_WORDS[row.target],
        row.office_code,
        row.refers_to,
        _yes(row.assisting),
        _yes(row.leadership),
        row.because,
        row.basis,
        _yes(row.verified),
        row.effective_from.isoformat(),
        "在用" if row.is_active else "停用",
        str(row.version),
        row.recorded_by_name,
        f"{clock.local(row.recorded_at):%Y-%m-%d %H:%M}" if row.recorded_at else "",
        row.reason,
    )


def duties_book(rows: Iterable[DutyItem]) -> bytes:
    """Return the lines of the duty list as xlsx; without lines it is the template to fill in."""
    cells = (
        (
            row.item,
            "、".join(word for word in row.words if word != row.item),
            row.category_code or "",
            row.division_code,
            row.body,
            row.office_code,
            row.basis,
        )
        for row in rows
    )
    return _book("职责清单", DUTY_HEADS, cells)


def _yes(value: bool) -> str:
    return "是" if value else "否"


def _book(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a workbook whose every cell is text, so that none can act as a formula."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
        sheet.set_column(column, column, 18)
    for line, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells):
            sheet.write_string(line, column, cell)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def read_rules(content: bytes, *, effective_from: date) -> Read:
    """Return the rules a workbook or csv tells. effective_from: for rows whose own date has passed or is not told.

    Raises Invalid when the file cannot be read at all or a needed column is missing.
    """
    drafts: dict[int, Rule] = {}
    bad: list[BadRow] = []
    seen: set[str] = set()
    for number, cells in _table(content, _RULE_NEEDED):
        try:
            draft = _rule(cells, effective_from)
        except Invalid as error:
            bad.append(BadRow(number, error.message))
            continue
        if draft.code in seen:
            bad.append(BadRow(number, f"规则编码“{draft.code}”出现了两次，请只保留一行。"))
        seen.add(draft.code)
        drafts[number] = draft
    return Read(drafts, tuple(bad))


def _rule(cells: Mapping[str, str], effective_from: date) -> Rule:
    code, priority = _needed(cells, "规则编码", 60), _needed(cells, "优先级", 8)
    if not priority.isdecimal() or int(priority) > 10_000:
        raise Invalid(f"优先级“{priority}”应为 0 至 10000 的整数。")
    told = _date(cells.get("生效日期", ""))
    state = cells.get("状态", "") or "在用"
    if state not in {"在用", "停用"}:
        raise Invalid(f"状态“{state[:10]}”应为“在用”或“停用”。")
    return Rule(
        code=code,
        priority=int(priority),
        condition=read_condition(_needed(cells, "条件", 1000)),
        outcome=DecisionKind(read_word(OUTCOME_WORDS, _needed(cells, "处理方式", 20), "处理方式")),
        target=Target(read_word(TARGET_WORDS, _needed(cells, "去向", 40), "去向")),
        because=_needed(cells, "理由", 300),
        basis=_needed(cells, "依据", 500),
        verified=_flag(cells, "依据已核对"),
        effective_from=max(told, effective_from) if told else effective_from,
        assisting=_flag(cells, "司法所协办"),
        leadership=_flag(cells, "领导队列"),
        is_active=state == "在用",
        office_code=cells.get("指定机构代码", "")[:20],
        refers_to=cells.get("比照规则编码", "")[:64],
    )


def _needed(cells: Mapping[str, str], head: str, most: int) -> str:
    value = cells.get(head, "")
    if not value:
        raise Invalid(f"“{head}”没有填写。")
    if len(value) > most:
        raise Invalid(f"“{head}”不超过{most}字，此处有{len(value)}字。")
    return value


def _flag(cells: Mapping[str, str], head: str) -> bool:
    value = cells.get(head, "")
    if value not in _YES:
        raise Invalid(f"“{head}”应填“是”或“否”，此处为“{value[:10]}”。")
    return _YES[value]


def _date(value: str) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10].replace("/", "-"))
    except ValueError as error:
        raise Invalid(f"日期“{value[:20]}”无法识别，请写成 2026-12-01。") from error


def read_duties(content: bytes) -> list[Line]:
    """Return the lines a workbook or csv tells; raises Invalid when it cannot be read or a needed column is missing."""
    lines = []
    for number, cells in _table(content, _DUTY_NEEDED):
        words = [word.strip() for word in _split(cells.get("别称", ""))]
        lines.append(
            Line(
                row=number,
                item=cells.get("事项名称", ""),
                words=tuple(word for word in words if word),
                category=cells.get("事项分类", ""),
                division=cells.get("行政区划代码", ""),
                body=cells.get("执法主体", ""),
                office=cells.get("承办机构代码", ""),
                basis=cells.get("依据", "")[:500],
            )
        )
    return lines


def _split(told: str) -> list[str]:
    for mark in "，,；;|\n":
        told = told.replace(mark, "、")
    return told.split("、")


def _table(content: bytes, needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Return (number of the row as a spreadsheet counts, cells by heading) of every row that is not empty."""
    if not content:
        raise Invalid("请选择要导入的文件。", code="file_empty")
    if len(content) > MOST_BYTES:
        raise Invalid("文件超过5MB，请拆分后导入。", code="file_too_large")
    read: Callable[[bytes], list[list[str]]] = _xlsx if content.startswith(b"PK") else _csv
    rows = read(content)
    heads = [cell.strip() for cell in rows[0]] if rows else []
    missing = [head for head in needed if head not in heads]
    if missing:
        raise Invalid(f"表格缺少列：{'、'.join(missing)}，请使用导出的表格作模板。", code="columns_missing")
    found = [
        (number, dict(zip(heads, (cell.strip() for cell in row), strict=False)))
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]
    if not found:
        raise Invalid("文件里只有表头，没有数据。", code="no_rows")
    if len(found) > MOST_ITEMS:
        raise Invalid(f"一个文件最多{MOST_ITEMS:,}行，请拆分后导入。", code="too_many_rows")
    return found


def _xlsx(content: bytes) -> list[list[str]]:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise Invalid("文件不是可读取的表格，请另存为 xlsx 后重试。", code="file_unreadable") from error
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return "" if cell is None else str(cell)


def _csv(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))
        except (UnicodeDecodeError, csv.Error):
            continue
    raise Invalid("文件无法识别，请另存为 xlsx 或 UTF-8 编码的 csv。", code="file_unreadable")
