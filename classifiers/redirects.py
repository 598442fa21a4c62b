"""Complaints that belong elsewhere (leaf categories J), with the channel that takes them."""

from dataclasses import dataclass
from typing import Final

from classifiers.category import Suggestion

CHANNELS: Final = {
    "J1": ("12345热线咨询", "这是在咨询政策或办事流程"),
    "J2": ("12315消费投诉", "这是消费者与商家的纠纷"),
    "J3": ("民事诉讼、人民调解或劳动仲裁", "这是民事、物业或劳动方面的争议"),
    "J4": ("行政复议机构或人民法院", "这件事已有或应走复议、诉讼途径"),
    "J5": ("信访部门", "这是信访事项"),
    "J6": ("110或公安机关", "这是刑事或治安案件"),
    "J7": ("有管理职责的部门", "这是请求部门履职，尚未有机关被告知而不办"),
    "J8": ("12345热线建议", "这是意见建议，没有指向具体的执法行为"),
}
"""Leaf → (channel, reason). [P] ours; the categories table may override it."""

FLOOR: Final = 0.4
"""How probable the J leaves must be together before a clerk is told that the matter belongs elsewhere: below one half,
since a person looks at these anyway, while what is missed goes to the wrong office."""


@dataclass(frozen=True, slots=True)
class NotForUs:
    """A redirect proposal. category: leaf J1–J8; channel and because: Chinese, for the clerk; confidence: 0–1."""

    category: str
    channel: str
    because: str
    confidence: float


def not_for_us(suggestion: Suggestion) -> NotForUs | None:
    """Return where the matter belongs when it is likely no complaint about enforcement, else None."""
    share = dict(suggestion.classes).get("J", 0.0)
    label = next((name for name, _ in suggestion.top3 if name in CHANNELS), None)
    if label is None or share < FLOOR:
        return None
    channel, because = CHANNELS[label]
    return NotForUs(label, channel, because, round(share, 4))
