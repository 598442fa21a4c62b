"""Stages of a clue at the sending office, and which commission receives it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.errors import Conflict
from tracker.offices.rules import Level


class Stage(StrEnum):
    """Where a clue stands at the sending office."""

    PROPOSED = "proposed"
    """待联署: a second handler must co-sign."""
    CO_SIGNED = "co_signed"
    """待审批: the head of the office decides."""
    APPROVED = "approved"
    """待发送: leaves within the delivery time, by hand or by the worker."""
    REFUSED = "refused"
    """不予移送: with the reason recorded."""
    SENT = "sent"
    """已移送: the draft is wiped, the commission holds the package."""
    WITHDRAWN = "withdrawn"
    """已撤回: before it was sent."""


STAGE_LABELS: dict[Stage, str] = {
    Stage.PROPOSED: "待联署",
    Stage.CO_SIGNED: "待审批",
    Stage.APPROVED: "待发送",
    Stage.REFUSED: "不予移送",
    Stage.SENT: "已移送",
    Stage.WITHDRAWN: "已撤回",
}

OPEN: frozenset[Stage] = frozenset({Stage.PROPOSED, Stage.CO_SIGNED, Stage.APPROVED})


class Step(StrEnum):
    """What a person does with a clue; the value is the last part of the address."""

    CO_SIGN = "co-sign"
    """联署: the second handler agrees."""
    APPROVE = "approve"
    """同意移送."""
    REFUSE = "refuse"
    """不予移送, with the reason."""
    SEND = "send"
    """发送."""
    WITHDRAW = "withdraw"
    """撤回, with the reason."""


STEP_LABELS: dict[Step, str] = {
    Step.CO_SIGN: "联署",
    Step.APPROVE: "同意移送",
    Step.REFUSE: "不予移送",
    Step.SEND: "发送",
    Step.WITHDRAW: "撤回",
}

NEXT: dict[tuple[Stage, Step], Stage] = {
    (Stage.PROPOSED, Step.CO_SIGN): Stage.CO_SIGNED,
    (Stage.PROPOSED, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.CO_SIGNED, Step.APPROVE): Stage.APPROVED,
    (Stage.CO_SIGNED, Step.REFUSE): Stage.REFUSED,
    (Stage.CO_SIGNED, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.APPROVED, Step.SEND): Stage.SENT,
    (Stage.APPROVED, Step.WITHDRAW): Stage.WITHDRAWN,
}
"""The one table of what may follow what; a pair that is not here is refused."""


def after(stage: Stage, step: Step) -> Stage:
    """Return the stage the step leads to; raises Conflict when the present one forbids it."""
    target = NEXT.get((stage, step))
    if target is None:
        hint = "如需纠正，请联系接收机关退回。" if stage is Stage.SENT else ""
        raise Conflict(f"该线索目前为“{STAGE_LABELS[stage]}”，不能{STEP_LABELS[step]}。{hint}")
    return target


def possible(stage: Stage) -> tuple[Step, ...]:
    """Return the steps open at the stage."""
    return tuple(step for step in Step if (stage, step) in NEXT)


class Rank(StrEnum):
    """Rank of the person the clue is about; decides by whom that person is managed (管理权限)."""

    MINISTERIAL = "ministerial"
    """省部级: managed by the centre."""
    BUREAU = "bureau"
    """厅局级: managed by the province."""
    DIVISION = "division"
    """县处级: managed by the city."""
    SECTION = "section"
    """乡科级: managed by the county."""
    STAFF = "staff"
    """科员、辅助人员及其他."""
    UNKNOWN = "unknown"
    """不详: taken in at the same level, flagged."""


RANK_LABELS: dict[Rank, str] = {
    Rank.MINISTERIAL: "省部级",
    Rank.BUREAU: "厅局级",
    Rank.DIVISION: "县处级",
    Rank.SECTION: "乡科级",
    Rank.STAFF: "科员及以下、辅助人员",
    Rank.UNKNOWN: "不详",
}

MANAGED_AT: dict[Rank, Level] = {
    Rank.MINISTERIAL: Level.PROVINCE,
    Rank.BUREAU: Level.PROVINCE,
    Rank.DIVISION: Level.CITY,
    Rank.SECTION: Level.COUNTY,
    Rank.STAFF: Level.COUNTY,
}
"""[P] the usual division of 干部管理权限; staff of a higher organ follow the level of that organ."""


@dataclass(frozen=True)
class Place:
    """One division on the way down from the province: its code, level and the name of its commission."""

    code: str
    level: Level
    commission: str


@dataclass(frozen=True)
class Accused:
    """What decides the receiver.

    places: the unit's divisions from the province down. superior_places: those of its superior, for a vertically
    managed unit. unit_level: of the unit itself, which may stand above the place it works in.
    """

    rank: Rank
    unit_level: Level
    places: Sequence[Place]
    is_supervision: bool = False
    is_vertical: bool = False
    superior_places: Sequence[Place] = ()


@dataclass(frozen=True)
class Receiver:
    """The commission a clue goes to, why in a sentence, and whether a person there should check the jurisdiction."""

    code: str
    because: str
    flagged: bool


def receiver(accused: Accused) -> Receiver:
    """Return the commission by 管理权限; see the sentence of each branch. `places` must not be empty."""
    if accused.is_supervision:
        return _above(accused)
    if accused.is_vertical:
        place = _at(
            accused.superior_places or accused.places, Level.PROVINCE if not accused.superior_places else None
        )
        return Receiver(
            place.code,
            f"涉及垂直管理单位人员，由其上级所在的{place.commission}受理，转该系统派驻机构办理。",
            flagged=True,
        )
    if accused.rank is Rank.UNKNOWN:
        place = _at(accused.places, accused.unit_level)
        return Receiver(
            place.code, f"职级不详，先由同级的{place.commission}受理，请其核定管理权限。", flagged=True
        )
    by_rank = MANAGED_AT[accused.rank]
    wanted = min(by_rank, accused.unit_level, key=lambda level: level.depth)
    place = _at(accused.places, wanted)
    return Receiver(place.code, _because(accused, by_rank, place), flagged=accused.rank is Rank.MINISTERIAL)


def _because(accused: Accused, by_rank: Level, place: Place) -> str:
    label = RANK_LABELS[accused.rank]
    if accused.rank is Rank.MINISTERIAL:
        return f"{label}干部由中央管理，先由{place.commission}受理并按程序上报。"
    if accused.unit_level.depth < by_rank.depth:
        return f"该人员所在单位属{place.commission}监督范围，按单位层级由其受理。"
    return f"按干部管理权限，{label}人员由{place.commission}受理。"


def _above(accused: Accused) -> Receiver:
    """Return the commission one level above the unit, since a supervision office's staff is not judged beside it."""
    own = _at(accused.places, accused.unit_level)
    higher = [place for place in accused.places if place.level.depth < own.level.depth]
    if not higher:
        return Receiver(own.code, f"涉及省级监督机构人员，由{own.commission}受理并按程序上报。", flagged=True)
    place = higher[-1]
    return Receiver(place.code, f"涉及监督机构自身人员，由上一级的{place.commission}受理。", flagged=False)


def _at(places: Sequence[Place], level: Level | None) -> Place:
    """Return the deepest division that is not below the level and has a commission; townships have none."""
    floor = min(Level.COUNTY.depth, level.depth if level else Level.COUNTY.depth)
    fitting = [place for place in places if place.level.depth <= floor]
    return fitting[-1] if fitting else places[0]


PREFIXES: dict[str, str] = {
    "11": "京", "12": "津", "13": "冀", "14": "晋", "15": "蒙", "21": "辽", "22": "吉", "23": "黑", "31": "沪",
    "32": "苏", "33": "浙", "34": "皖", "35": "闽", "36": "赣", "37": "鲁", "41": "豫", "42": "鄂", "43": "湘",
    "44": "粤", "45": "桂", "46": "琼", "50": "渝", "51": "川", "52": "黔", "53": "滇", "54": "藏", "61": "陕",
    "62": "甘", "63": "青", "64": "宁", "65": "新",
}  # fmt: skip
"""Short names of the provinces by the first two digits of the division code."""


def prefix(office_code: str) -> str:
    """Return the word a clue number begins with, such as 粤纪线."""
    return f"{PREFIXES.get(office_code[:2], '执')}纪线"


def number(word: str, year: int, n: int) -> str:
    """Return a number such as 粤纪线〔2026〕12号."""
    return f"{word}〔{year}〕{n}号"
