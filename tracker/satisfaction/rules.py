"""Grades, what follows an answer, and when a complainant counts as unreachable."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

ARCHIVE_AFTER_DAYS = 30
"""[P] Calendar days after which a closed ticket is archived by itself."""

RATING_LINK_DAYS = 30
"""[P] Calendar days a rating link stays open."""


class Grade(StrEnum):
    """The five grades of satisfaction (满意度)."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


GRADE_LABELS: dict[Grade, str] = {
    Grade.VERY_SATISFIED: "非常满意",
    Grade.SATISFIED: "满意",
    Grade.BASICALLY_SATISFIED: "基本满意",
    Grade.DISSATISFIED: "不满意",
    Grade.VERY_DISSATISFIED: "非常不满意",
}

CONTENT: frozenset[Grade] = frozenset({Grade.VERY_SATISFIED, Grade.SATISFIED, Grade.BASICALLY_SATISFIED})
"""The top three grades, which the 满意率 counts."""


class Tag(StrEnum):
    """Why somebody is not satisfied (原因标签)."""

    SLOW = "slow"
    ATTITUDE = "attitude"
    NOT_SOLVED = "not_solved"
    NOT_TOLD = "not_told"
    NOT_TRUE = "not_true"
    UNFAIR = "unfair"
    PASSED_AROUND = "passed_around"


TAG_LABELS: dict[Tag, str] = {
    Tag.SLOW: "办理慢",
    Tag.ATTITUDE: "态度差",
    Tag.NOT_SOLVED: "问题没解决",
    Tag.NOT_TOLD: "没人联系、没告知结果",
    Tag.NOT_TRUE: "答复与事实不符",
    Tag.UNFAIR: "处理不公",
    Tag.PASSED_AROUND: "互相推诿",
}


class Outcome(StrEnum):
    """What follows an attempt to call back."""

    CLOSE = "close"
    REWORK = "rework"
    SUPERVISE = "supervise"
    AGAIN = "again"
    UNREACHABLE = "unreachable"


OUTCOME_LABELS: dict[Outcome, str] = {
    Outcome.CLOSE: "办结",
    Outcome.REWORK: "重办",
    Outcome.SUPERVISE: "转督办",
    Outcome.AGAIN: "改日再拨",
    Outcome.UNREACHABLE: "无法联系，办结",
}


@dataclass(frozen=True)
class Row:
    """One row of the rework table. grades: empty for any; solved: None for either; sentence: told with the outcome."""

    code: str
    grades: frozenset[Grade]
    solved: bool | None
    min_reworks: int
    outcome: Outcome
    sentence: str
    effective_from: date

    def fits(self, grade: Grade, solved: bool, n_reworks: int, on: date) -> bool:
        """Return whether the row speaks of this answer, given on that local date after so many reworks."""
        return (
            (not self.grades or grade in self.grades)
            and (self.solved is None or self.solved == solved)
            and n_reworks >= self.min_reworks
            and self.effective_from <= on
        )


def decide(rows: Iterable[Row], grade: Grade, *, solved: bool, n_reworks: int, on: date) -> Row | None:
    """Return the first row that fits the answer, or None when the table says nothing (the ticket then closes)."""
    return next((row for row in rows if row.fits(grade, solved, n_reworks, on)), None)


def most_reworks(rows: Iterable[Row]) -> int | None:
    """Return after how many reworks the table turns to supervision, or None when it never does."""
    return min((row.min_reworks for row in rows if row.outcome is Outcome.SUPERVISE), default=None)


def after_unreached(days: Iterable[date], limit: int) -> Outcome:
    """Return what follows when nobody answered on these local dates, today's included; each day counts once."""
    return Outcome.UNREACHABLE if len(set(days)) >= limit else Outcome.AGAIN
