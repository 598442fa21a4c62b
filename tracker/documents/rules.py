"""Words and pure rules of the supervision documents: kinds, who may issue which, states, numbers, personal data."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tracker.offices.rules import Level
from tracker.permissions import Permission


class Kind(StrEnum):
    """What a document is (文书种类)."""

    REMINDER = "reminder"
    URGING = "urging"
    OPINION = "opinion"
    DECISION = "decision"
    TRANSFER = "transfer"
    WORK_ORDER = "work_order"


KIND_LABELS: dict[Kind, str] = {
    Kind.REMINDER: "提醒函",
    Kind.URGING: "督办函",
    Kind.OPINION: "行政执法监督意见书",
    Kind.DECISION: "行政执法监督决定书",
    Kind.TRANSFER: "移送函",
    Kind.WORK_ORDER: "工单",
}


@dataclass(frozen=True)
class Terms:
    """What holds for one kind.

    permission: who may issue it. lowest: the lowest level of the issuing office. days: working days proposed for the
    answer; None where the deadline table says it, counted from receipt. opens: about open tickets only.
    """

    permission: Permission
    lowest: Level
    days: int | None
    opens: bool = False


TERMS: dict[Kind, Terms] = {
    Kind.REMINDER: Terms(Permission.DOCUMENT_ISSUE, Level.TOWNSHIP, 10),
    Kind.URGING: Terms(Permission.DOCUMENT_ISSUE, Level.COUNTY, 5, opens=True),
    Kind.OPINION: Terms(Permission.DOCUMENT_DECIDE, Level.COUNTY, None),
    Kind.DECISION: Terms(Permission.DOCUMENT_DECIDE, Level.COUNTY, None),
    Kind.TRANSFER: Terms(Permission.DOCUMENT_ISSUE, Level.TOWNSHIP, 10),
    Kind.WORK_ORDER: Terms(Permission.DOCUMENT_ORDER, Level.TOWNSHIP, 10, opens=True),
}
"""[P] the days. Levels: a 司法所 assists, and decisions are issued by the county office (行政执法监督条例 art 6)."""


class State(StrEnum):
    """Where a document stands; derived from what was recorded, never stored."""

    UNSIGNED = "unsigned"
    CORRECTING = "correcting"
    ANSWERED = "answered"
    DONE = "done"
    VOID = "void"


STATE_LABELS: dict[State, str] = {
    State.UNSIGNED: "待签收",
    State.CORRECTING: "整改中",
    State.ANSWERED: "待复查",
    State.DONE: "已办结",
    State.VOID: "已作废",
}


class Outcome(StrEnum):
    """What a recheck (复查) found."""

    CORRECTED = "corrected"
    PARTLY = "partly"
    NOT = "not"


OUTCOME_LABELS: dict[Outcome, str] = {
    Outcome.CORRECTED: "整改到位",
    Outcome.PARTLY: "部分整改，继续整改",
    Outcome.NOT: "未整改",
}


class Ruling(StrEnum):
    """What the issuing office decides on an objection (复核)."""

    UPHOLD = "uphold"
    REVOKE = "revoke"


RULING_LABELS: dict[Ruling, str] = {Ruling.UPHOLD: "维持", Ruling.REVOKE: "撤销"}

OPEN_TO_OBJECTION = frozenset({Kind.OPINION, Kind.DECISION})
"""Kinds against which the addressee may object."""

MOST_TICKETS = 50
"""[P] So many tickets one document may be about."""

_PREFIX = re.compile(r"[\u4e00-\u9fff]{2,16}")
_LEVEL_ENDINGS = ("特别行政区", "自治州", "自治县", "开发区", "街道", "省", "市", "区", "县", "镇", "乡")
CITY_SHORT = {
    "广州": "穗",
    "深圳": "深",
    "珠海": "珠",
    "汕头": "汕",
    "佛山": "佛",
    "韶关": "韶",
    "湛江": "湛",
    "肇庆": "肇",
    "江门": "江",
    "茂名": "茂",
    "惠州": "惠",
    "梅州": "梅",
    "汕尾": "汕尾",
    "河源": "河",
    "阳江": "阳",
    "清远": "清",
    "东莞": "东",
    "中山": "中",
    "潮州": "潮",
    "揭阳": "揭",
    "云浮": "云",
}
"""How each city of Guangdong is called at the head of document numbers (机关代字)."""


def state(
    *,
    signed_at: datetime | None,
    answered_at: datetime | None,
    closed_at: datetime | None,
    voided_at: datetime | None,
) -> State:
    """Return where a document with these facts stands."""
    if voided_at is not None:
        return State.VOID
    if closed_at is not None:
        return State.DONE
    if signed_at is None:
        return State.UNSIGNED
    return State.ANSWERED if answered_at is not None else State.CORRECTING


def number(prefix: str, year: int, serial: int) -> str:
    """Return a document number (发文字号): 粤执监督〔2026〕3号."""
    return f"{prefix}〔{year}〕{serial}号"


def written_date(day: date) -> str:
    """Return the date as documents write it: 2026年3月2日."""
    return f"{day.year}年{day.month}月{day.day}日"


def default_prefix(names: Collection[str]) -> str:
    """Return the head of an office's numbers from the names of its divisions, the province's first.

    广东省 → 粤执监督, 广东省 广州市 天河区 → 穗天河执监督.
    """
    bare = [_bare(name) for name in names][1:]
    if not bare:
        return "粤执监督"
    city = CITY_SHORT.get(bare[0], bare[0])
    return f"{city}{''.join(bare[1:])}执监督"


def _bare(name: str) -> str:
    for ending in _LEVEL_ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return name


def prefix_refusal(prefix: str) -> str | None:
    """Return why the text cannot head document numbers, or None."""
    return None if _PREFIX.fullmatch(prefix) else "发文机关代字应为2至16个汉字，如“粤执监督”。"


def issue_refusal(kind: Kind, level: Level) -> str | None:
    """Return why an office of that level may not issue the kind, or None."""
    lowest = TERMS[kind].lowest
    if level.depth <= lowest.depth:
        return None
    label = KIND_LABELS[kind]
    return f"{label}应由县级以上行政执法监督机构制发，请将情况报县（区）司法局制发。"


def names_commission(name: str) -> bool:
    """Return whether the addressee is a discipline organ, whose letters belong into their own sealed channel."""
    return any(word in name for word in ("纪委", "纪检", "监委", "监察委", "监察机关", "巡察", "巡视"))


_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_ID_NO = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
_GAPS = re.compile(r"(?<=[\dXx])[\s\-－—·.]+(?=[\dXx])")


@dataclass(frozen=True)
class Secret:
    """One thing known about a complainant: what it is (姓名, 电话, 证件号码, 信用代码) and its value."""

    what: str
    value: str


def personal_data(text: str, secrets: Collection[Secret], known: Collection[str] = ()) -> str | None:
    """Return what personal data of complainants the text holds, in words, or None.

    known: names of offices, bodies and places that may contain the same characters as a person's name.
    """
    plain = _GAPS.sub("", unicodedata.normalize("NFKC", text))
    for secret in secrets:
        within = plain
        if secret.what == "姓名":
            for name in known:
                within = within.replace(name, "□")
        if len(secret.value) >= 2 and secret.value.upper() in within.upper():
            return f"诉求人的{secret.what}"
    if _PHONE.search(plain):
        return "一个手机号码"
    if _ID_NO.search(plain):
        return "一个身份证号码"
    return None


def printable(text: str) -> str:
    """Return the text with what neither Word nor PDF can hold left out; line ends stay."""
    kept = (one for one in text.replace("\r\n", "\n") if one == "\n" or unicodedata.category(one) != "Cc")
    return "".join(kept)
