import io
import zipfile

import pytest
import xlsxwriter

from tracker.errors import Invalid
from tracker.imports import files


def book(rows: list[list[object]], *, merged: tuple[int, int, int, int, str] | None = None) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = made.add_worksheet()
    for line, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write(line, column, cell)
    if merged:
        sheet.merge_range(*merged)
    made.close()
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_csv_in_any_usual_encoding(encoding: str) -> None:
    text = '编号,内容\r\n1,"城管, 罚款\n两次"\r\n\r\n2,态度差\r\n'
    table = files.read("a.csv", text.encode(encoding))
    assert table.header == ["编号", "内容"]
    assert table.rows == [["1", "城管, 罚款\n两次"], ["2", "态度差"]]


def test_xlsx_with_numbers_and_merged_cells() -> None:
    content = book(
        [["编号", "内容", "地点"], [1, "甲", "x"], [2.5, "乙", "x"]], merged=(1, 2, 2, 2, "天河区石牌街")
    )
    table = files.read("a.xlsx", content)
    assert table.rows == [["1", "甲", "天河区石牌街"], ["2.5", "乙", "天河区石牌街"]]


def test_formulas_give_their_values() -> None:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, ["编号", "内容"])
    sheet.write_formula(1, 0, "=1+1", None, 2)
    sheet.write_string(1, 1, "=不是公式")
    made.close()
    assert files.read("a.xlsx", out.getvalue()).rows == [["2", "=不是公式"]]


ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "file_empty"),
        ("a.csv", "编号,内容\n".encode(), "no_rows"),
        ("a.csv", b"\x00\x01\x02\x03", "file_unreadable"),
        ("a.csv", b"a,b\n\xff\xff\xff", "file_unreadable"),
        ("a.xlsx", b"PK\x03\x04 broken", "file_unreadable"),
        ("a.xlsx", b"not a workbook", "file_unreadable"),
        ("安装程序.exe", b"MZ\x90\x00\x03", "file_kind"),
        ("安装程序.EXE", "编号,内容\n1,x\n".encode(), "file_kind"),
        ("改了名.csv", b"MZ plain letters only", "file_kind"),
        ("改了名.xlsx", b"%PDF-1.7", "file_kind"),
        ("照片.png", b"\x89PNG\r\n", "file_kind"),
        ("a.xlsx", ENCRYPTED, "file_encrypted"),
        ("a.csv", b"id,content\n" + b"1,x\n" * 100_001, "too_many_rows"),
    ],
)
def test_what_cannot_be_read_is_told(name: str, content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        files.read(name, content)
    assert refused.value.code == code
    assert refused.value.message.endswith("。")


def test_a_formula_that_was_never_computed_is_an_empty_cell() -> None:
    content = book([["编号", "内容"], ["", "乙"]])
    sheet = "xl/worksheets/sheet1.xml"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == sheet:
                data = data.replace(b'<c r="B2"', b'<c r="A2"><f>1+1</f></c><c r="B2"')
            new.writestr(name, data)
    assert files.read("a.xlsx", out.getvalue()).rows == [["", "乙"]]
