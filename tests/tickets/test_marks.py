"""What leaves names who took it: pages that show what is hidden elsewhere, and workbooks."""

import io
import re
import zipfile
from collections.abc import Callable

import xlsxwriter
from python_calamine import CalamineWorkbook

from tests import factories
from tests.factories import NOW
from tests.seeded import Caller
from tracker import marks


def footers(book: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        found = [re.search("<oddFooter>(.*?)</oddFooter>", archive.read(one).decode()) for one in sheets]
        return [one[1] if one else "" for one in found]


def test_the_mark_says_who_and_when(session) -> None:
    operator = factories.person(session, "operator")
    assert marks.taken_by(operator, NOW) == (
        f"陈晓岚（账号{operator.account_id}） 2026-03-02 10:00 导出，仅供本单位工作使用"
    )


def test_a_stamped_workbook_is_marked_on_every_sheet_and_its_table_left_alone() -> None:
    for own_sheet, sheets in ((True, ["表", "导出说明"]), (False, ["表"])):
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True})
        book.add_worksheet("表").write_string(0, 0, "内容")
        marks.stamp(book, "陈晓岚 & 甲", sheet=own_sheet)
        book.close()
        assert footers(out.getvalue()) == ["&amp;L陈晓岚 &amp;&amp; 甲&amp;R&amp;P/&amp;N"] * len(sheets)
        read = CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue()))
        assert read.sheet_names == sheets
        assert read.get_sheet_by_index(0).to_python() == [["内容"]]


def test_the_queue_and_the_logs_are_marked(session, by: Callable[[str], Caller]) -> None:
    factories.take_in(session)
    session.flush()
    for who, path in (("operator", "/tickets/export"), ("auditor", "/audit/export.xlsx")):
        book = by(who).get(path)
        assert book.status_code == 200, book.text
        name = factories.PEOPLE[who][0]
        assert all(name in one for one in footers(book.data))
        last = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_name("导出说明")
        assert str(last.to_python()[0][0]).startswith(f"{name}（账号")
