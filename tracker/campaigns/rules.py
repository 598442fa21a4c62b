"""Words and sums of the ledger."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from tracker.tickets.rules import FINAL, Status

OFFICIAL_TYPES = (
    "乱收费、乱罚款、乱检查、乱查封",
    "违规异地执法和趋利性执法",
    "执法标准不一致",
    "滥用职权、徇私枉法、该罚不罚、吃拿卡要、粗暴执法",
)
"""The problem types of the 2025 campaign on enforcement touching enterprises [V]; a new campaign starts from them."""

LOOK_BACK_MONTHS = 6
"""[P] Months between 销号 and 回头看, unless the campaign says otherwise."""

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ].*)?")

MAX_YUAN = Decimal(10) ** 12


class Stage(StrEnum):
    """Where a line of the ledger stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    TO_VERIFY = "to_verify"
    CLEARED = "cleared"
    LOOKED_BACK = "looked_back"
    ENDED = "ended"


STAGE_LABELS: dict[Stage, str] = {
    Stage.OPEN: "整改中",
    Stage.OVERDUE: "超期未整改",
    Stage.TO_VERIFY: "待验收",
    Stage.CLEARED: "已销号",
    Stage.LOOKED_BACK: "已回头看",
    Stage.ENDED: "不作整改",
}


def stage(status: Status, *, is_overdue: bool, looked_back_on: date | None) -> Stage:
    """Return the stage of a line from its ticket's status; rebounds fall back to open by the status itself."""
    if status in (Status.CLOSED, Status.ARCHIVED):
        return Stage.LOOKED_BACK if looked_back_on else Stage.CLEARED
    if status in FINAL or status == Status.MERGED:
        return Stage.ENDED
    if status in (Status.REVIEWED, Status.CALLED_BACK):
        return Stage.TO_VERIFY
    return Stage.OVERDUE if is_overdue else Stage.OPEN


def fen(yuan: str | int | Decimal) -> int:
    """Return an amount in yuan as integer 分; raises ValueError when it is negative, too large or finer than 分."""
    try:
        amount = Decimal(str(yuan).replace(",", "").replace("，", "").removesuffix("元").strip())
        cents = amount * 100
        if not 0 <= amount <= MAX_YUAN or cents != cents.to_integral_value():
            raise ValueError("amount")
    except InvalidOperation as error:
        raise ValueError("amount") from error
    return int(cents)


def yuan(amount_fen: int) -> str:
    """Return integer 分 as yuan with two decimals: 123450 → "1234.50"."""
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def iso_day(written: str) -> str:
    """Return a day as people write it (2026/4/1, 2026.4.1, 2026年4月1日) as "2026-04-01"; anything else as it is."""
    found = _DAY.fullmatch(written.strip())
    return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}" if found else written
