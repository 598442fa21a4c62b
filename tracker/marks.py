"""Who took it and when, on everything that leaves: a screen that is photographed or a file that is passed on names its reader."""

from datetime import datetime
from typing import Any

from tracker.clock import local
from tracker.permissions import Actor


def taken_by(actor: Actor, at: datetime) -> str:
    """Return the mark: name, number of the account and local time, to the minute."""
    number = f"（账号{actor.account_id}）" if actor.account_id is not None else ""
    return f"{actor.name}{number} {local(at):%Y-%m-%d %H:%M} 导出，仅供本单位工作使用"


def stamp(book: Any, mark: str, *, sheet: bool = True) -> None:
    """Put the mark on an XlsxWriter workbook: at the foot of every printed page, in its properties, on a sheet of its own.

    sheet: False for workbooks that are read in again, which must hold their table alone.
    """
    if sheet:
        last = book.add_worksheet("导出说明")
        last.set_column(0, 0, 60)
        last.write_string(0, 0, mark)
    for one in book.worksheets():
        one.set_footer("&L" + mark.replace("&", "&&")[:200] + "&R&P/&N")
    book.set_properties({"author": mark, "comments": mark})
