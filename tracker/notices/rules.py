"""Which notices leave the system and in what words, how often it is tried, how long they stay; see `lines` for the table."""

from collections.abc import Mapping
from zlib import crc32

INBOX_DAYS = 90
"""[P] Calendar days a notice stays in the inbox."""

URGENT = frozenset(
    {"urge", "auto_urge", "circulated", "return", "sign-return", "supervise", "instruct", "alarm"}
)
"""Kinds of notices that also leave by the gateways; the others wait in the inbox, so that a big import wakes nobody."""

MAX_TRIES = 8
"""[P] How often a gateway is tried before a notice is given up."""


def pause_seconds(n_tries: int, jitter: float = 0.5) -> int | None:
    """Return how long to wait after so many failed tries, None to give up.

    30 s, doubling, an hour at most; a quarter less or more by `jitter` in [0, 1), so that a gateway that comes back is
    not met by everybody at once.
    """
    if n_tries >= MAX_TRIES:
        return None
    return int(min(30 * 2 ** (n_tries - 1), 3600) * (0.75 + jitter / 2))


def jitter(key: str) -> float:
    """Return a number in [0, 1) that is the same for the same key and looks like chance."""
    return crc32(key.encode()) / 2**32


OUTSIDE_WORDS: Mapping[str, str] = {
    "urge": "工单 {number} 被催办",
    "auto_urge": "工单 {number} 已超期，系统自动催办",
    "circulated": "工单 {number} 超期未办结，已通报并转督办",
    "return": "工单 {number} 申请退单，等待审核",
    "sign-return": "工单 {number} 的退单申请有新进展",
    "supervise": "工单 {number} 转入督办",
    "instruct": "工单 {number} 有领导批示，请落实后反馈",
    "alarm": "您的账号有安全提醒",
}
"""What leaves the system: number and kind alone. Titles and remarks are written by people, who write names into them."""


def outside_words(kind: str, number: str | None) -> str:
    """Return the sentence that may leave the system for a notice of the kind; it holds nothing personal."""
    said = OUTSIDE_WORDS.get(kind, "您有一条新消息")
    told = said.format(number=number) if number or "{number}" not in said else "您有一条紧急消息"
    return f"{told}，请登录行政执法监督工单系统查看。"


def superior_letter(*, superior: str, body: str, number: str, category: str, office: str) -> str:
    """Return the draft that tells the superior department of a vertically managed body; nothing personal in it."""
    about = f"（{category}）" if category else ""
    return (
        f"{superior}：\n"
        f"{office}收到涉及{body}行政执法行为的投诉举报{about}，编号 {number}，已依法受理并由{office}办理。"
        f"{body}实行垂直管理，现将有关情况告知你单位，请支持配合核查；办理结果另行通报。\n"
        f"{office}"
    )
