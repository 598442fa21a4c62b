"""The opaque cursor of the package list: the sent time and number of the last row of a page."""

import base64
import binascii
from datetime import datetime

from tracker.commissions.models import Package
from tracker.errors import Invalid


def after(package: Package) -> str:
    """Return the cursor that continues behind the package."""
    return base64.urlsafe_b64encode(f"{package.sent_at.isoformat()} {package.number}".encode()).decode()


def read(cursor: str | None) -> tuple[datetime, str] | None:
    """Return sent time and number from a cursor, None for none; raises Invalid for one that is not ours."""
    if not cursor:
        return None
    try:
        at, number = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ", 1)
        moment = datetime.fromisoformat(at)
    except (binascii.Error, ValueError) as error:
        raise Invalid("翻页参数不可用，请回到第一页。", code="bad_cursor") from error
    if moment.tzinfo is None or "\x00" in number:
        raise Invalid("翻页参数不可用，请回到第一页。", code="bad_cursor")
    return moment, number
