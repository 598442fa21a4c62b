"""Every figure and every rate: name, definition in words, what it is counted from. Page, workbook and API read only this.

A figure counts tickets, never events, so that it can always be opened as a list of exactly so many tickets. A rate is
one figure out of another. What was counted for a period that is over changes only by the corrections named here.
Source: domain rules of 12345 and 粤办函〔2021〕216号 (raw and adjusted satisfaction side by side, never ranked by it alone).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MAX_DAYS = 366
"""The longest period counted at once."""

TREND_WEEKS = 8
"""[P] Weeks drawn on the board."""

OWN, ELSEWHERE, UNSORTED = "own", "elsewhere", "none"
"""Of an area: the office's own without anything below named, outside of it; of a category: nobody chose one yet."""


class Base(StrEnum):
    """What is looked up once and then counted in one or more ways."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    SIGNING = "signing"
    DUE = "due"
    CLOSED = "closed"
    CONCLUDED = "concluded"
    REPLIED = "replied"
    RETURNED = "returned"
    RULED = "ruled"
    ATTEMPTED = "attempted"
    ANSWERED = "answered"
    KEPT = "kept"
    OVERDUE = "overdue"
    PRESSED = "pressed"
    ASIDE = "aside"
    LATE = "late"
    DROPPED = "dropped"
    RESORTED = "resorted"


@dataclass(frozen=True)
class Figure:
    """One number of tickets. flag: the column of the base that must hold; every: on all rows of a ticket, not just on one."""

    code: str
    label: str
    base: Base
    meaning: str
    flag: str | None = None
    every: bool = True


@dataclass(frozen=True)
class Rate:
    """`counted` out of `of`, both codes of figures. better: "up", "down", or "" where neither is. note: what is easily misread."""

    code: str
    label: str
    counted: str
    of: str
    better: str = ""
    adjusted: bool = False
    note: str = ""

    @property
    def formula(self) -> str:
        """How it is counted, in one line: 首派成功 ÷ 首次答复."""
        return f"{FIGURE[self.counted].label} ÷ {FIGURE[self.of].label}"

    @property
    def meaning(self) -> str:
        """The definition in words: the formula, what both figures are, and what is easily misread."""
        counted, of = FIGURE[self.counted], FIGURE[self.of]
        told = f"{self.formula}。{of.label}：{of.meaning}{counted.label}：{counted.meaning}"
        return told + self.note


_IN_CHARGE = "归属按当时的承办单位计。"

FIGURES: tuple[Figure, ...] = (
    Figure(
        "received",
        "受理",
        Base.RECEIVED,
        "期内收到的诉求（不含专项整治问题），归期末时负责的单位；未派出的归受理单位。",
    ),
    Figure(
        "repeated",
        "重复",
        Base.RECEIVED,
        "期内收到的诉求中，同一诉求人180天内已反映过相近内容的，或到期末已并入其他工单的。",
        flag="repeated",
    ),
    Figure("dispatched", "派单", Base.DISPATCHED, "期内派给本单位及下级的工单，含改派和裁决派单。"),
    Figure(
        "signing",
        "应签收",
        Base.SIGNING,
        "期内签收、退单，或到了签收期限仍未签收的派单；期限前被收回、撤回的不计。",
    ),
    Figure(
        "signed_in_time",
        "及时签收",
        Base.SIGNING,
        "在签收期限内签收或退单的；期内多次派给同一范围的，次次及时才计入。",
        flag="in_time",
    ),
    Figure(
        "due",
        "应办结",
        Base.DUE,
        "办理期限（含批准的延期）落在期内且已到期或已提前办结的工单，超期未结的也在内；挂起中和转出、并案、终止、撤回的不计。",
    ),
    Figure("closed_in_time", "按时办结", Base.DUE, "到期时已办结的。", flag="closed"),
    Figure("replied_in_time", "按时答复", Base.DUE, "到期时答复已审核通过的。", flag="replied"),
    Figure("closed", "办结", Base.CLOSED, f"期内办结的工单。{_IN_CHARGE}"),
    Figure(
        "closed_at_once",
        "一次办结",
        Base.CLOSED,
        "期内办结的工单中，此前没有退单也没有重办的。",
        flag="at_once",
    ),
    Figure("concluded", "办结或要求重办", Base.CONCLUDED, f"期内办结或被要求重办的工单。{_IN_CHARGE}"),
    Figure(
        "reworked", "重办", Base.CONCLUDED, "期内因不满意、未解决或验收不通过而重办的。", "reworked", False
    ),
    Figure("replied", "首次答复", Base.REPLIED, "期内第一次提交答复的工单，归首次派单的单位。"),
    Figure(
        "first_dispatch_held",
        "首派成功",
        Base.REPLIED,
        "期内第一次提交答复的工单中，答复的就是首次派单的单位。",
        flag="held",
    ),
    Figure("returned", "退单", Base.RETURNED, f"期内被申请退单的工单。{_IN_CHARGE}"),
    Figure(
        "ruled",
        "退单已裁决",
        Base.RULED,
        "期内裁决了退单的工单，含派单方处理的首次退单，归退单的单位；先办后议的在议定职责时计。",
    ),
    Figure(
        "returns_upheld",
        "退单成立",
        Base.RULED,
        "裁决改派、指定给其他单位，或议定属其他单位职责的。",
        flag="upheld",
        every=False,
    ),
    Figure("returns_overruled", "退单不成立", Base.RULED, "裁决仍由退单单位承办的。", flag="overruled"),
    Figure("attempted", "回访", Base.ATTEMPTED, "期内回访过（电话或评价链接）的工单，归当时的承办单位。"),
    Figure("reached", "回访接通", Base.ATTEMPTED, "期内回访接通或诉求人自行评价的。", "reached", False),
    Figure("answered", "已评价", Base.ANSWERED, "期内得到评价的工单，以期内最后一次评价为准。"),
    Figure(
        "satisfied", "满意", Base.ANSWERED, "评价为非常满意、满意、基本满意的（原始值）。", flag="content"
    ),
    Figure("solved", "已解决", Base.ANSWERED, "诉求人表示问题已解决的（原始值）。", flag="solved"),
    Figure(
        "answered_adjusted",
        "已评价（剔除后）",
        Base.KEPT,
        "已评价的工单中，剔除申诉成立的评价和依法不参加排名的工单。",
    ),
    Figure("satisfied_adjusted", "满意（剔除后）", Base.KEPT, "剔除后评价为前三档的。", flag="content"),
    Figure("solved_adjusted", "已解决（剔除后）", Base.KEPT, "剔除后表示问题已解决的。", flag="solved"),
    Figure(
        "overdue",
        "超期未结",
        Base.OVERDUE,
        "期末（本期未结束的按现在）已过办理期限、仍待签收、退单待裁决、办理中或待审核的工单。",
    ),
    Figure("urged", "催办", Base.PRESSED, f"期内催办过的工单，含系统自动催办。{_IN_CHARGE}", "urged", False),
    Figure(
        "supervised",
        "督办",
        Base.PRESSED,
        f"期内列入督办的工单，含通报转督办。{_IN_CHARGE}",
        "supervised",
        False,
    ),
    Figure("not_accepted", "不予受理", Base.ASIDE, "期内不予受理的工单。", "not_accepted", False),
    Figure("redirected", "转其他渠道", Base.ASIDE, "期内转其他渠道的工单。", "redirected", False),
    Figure("late", "期后补录", Base.LATE, "收到时间在期内、期满后才录入的诉求；受理等数字因此变化。"),
    Figure(
        "dropped",
        "期后剔除评价",
        Base.DROPPED,
        "期内的评价、期满后因申诉成立或裁定不计入排名而剔除（或恢复）；只影响剔除后的满意率和解决率。",
    ),
    Figure("resorted", "期后更正分类", Base.RESORTED, "期内收到、期满后更正了事项分类；只影响分类统计。"),
)

RATES: tuple[Rate, ...] = (
    Rate("signed_in_time", "及时签收率", "signed_in_time", "signing", "up"),
    Rate("replied_in_time", "按时答复率", "replied_in_time", "due", "up"),
    Rate("closed_in_time", "按时办结率", "closed_in_time", "due", "up"),
    Rate("closed_at_once", "一次办结率", "closed_at_once", "closed", "up"),
    Rate(
        "first_dispatch",
        "首派成功率",
        "first_dispatch_held",
        "replied",
        "up",
        note="它在首次答复时才见分晓，只看期内第一次答复的工单；退单率按期内派单计，正在退单的工单还没有答复，"
        "所以两者分母不同，退单率不为零时首派成功率也可能是100%。",
    ),
    Rate(
        "returned",
        "退单率",
        "returned",
        "dispatched",
        "down",
        note="期内派单、期后才退的不在内，期前派单、期内才退的在内；退单不等于派错，是否成立见退单成立率。",
    ),
    Rate("returns_upheld", "退单成立率", "returns_upheld", "ruled"),
    Rate("returns_overruled", "退单不成立率", "returns_overruled", "ruled"),
    Rate("repeated", "重复率", "repeated", "received", "down"),
    Rate("reworked", "重办率", "reworked", "concluded", "down"),
    Rate("reached", "回访成功率", "reached", "attempted", "up"),
    Rate("solved", "解决率", "solved", "answered", "up"),
    Rate("satisfied", "满意率", "satisfied", "answered", "up"),
    Rate("solved", "解决率（剔除后）", "solved_adjusted", "answered_adjusted", "up", adjusted=True),
    Rate("satisfied", "满意率（剔除后）", "satisfied_adjusted", "answered_adjusted", "up", adjusted=True),
)

FIGURE: dict[str, Figure] = {one.code: one for one in FIGURES}
CORRECTIONS: tuple[str, ...] = ("late", "dropped", "resorted")
"""Figures that say by how much a closed period differs from what was told when it ended."""

COMPARED: tuple[str, ...] = (
    "signed_in_time",
    "closed_in_time",
    "first_dispatch",
    "returned",
    "returns_upheld",
    "returns_overruled",
    "satisfied",
)
"""Rates shown for each office side by side."""


def share(counted: int, of: int) -> float | None:
    """Return counted ÷ of, None when there was nothing to count."""
    return counted / of if of else None


def weeks(until: date) -> list[tuple[date, date]]:
    """Return the first and last days of the weeks drawn (Monday to Sunday), the one of `until` last and cut there."""
    monday = until - timedelta(days=until.weekday())
    firsts = [monday - timedelta(weeks=n) for n in range(TREND_WEEKS - 1, -1, -1)]
    return [(first, min(first + timedelta(days=6), until)) for first in firsts]


def month_before(day: date) -> tuple[date, date]:
    """Return the first and last day of the month before that day's."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def heat(n: int, most: int) -> int:
    """Return how strongly a cell is coloured: 0 for none, 1 to 5 by its part of the largest."""
    return 0 if n <= 0 else min(5, 1 + 5 * (n - 1) // max(most, 1))
