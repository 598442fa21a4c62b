"""Files as somebody would upload them."""

import csv
import io
from collections.abc import Iterable, Sequence


def csv_of(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a csv of those rows as a spreadsheet saves it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([heads, *rows])
    return out.getvalue().encode("utf-8-sig")
