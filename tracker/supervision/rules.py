"""Sorting of tickets for supervision (分类监督): the three classes, what is measured, and which row of the table fits; pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Sort(StrEnum):
    """What is to be done about a ticket beyond handling it (分类处置). Source: the pilot of 滨州市."""

    SINGLE = "A"
    SPECIAL = "B"
    REMIND = "C"


SORT_LABELS: dict[Sort, str] = {
    Sort.SINGLE: "A 个案监督",
    Sort.SPECIAL: "B 专项监督",
    Sort.REMIND: "C 一般提醒",
}

SORT_MEANINGS: dict[Sort, str] = {
    Sort.SINGLE: "逐案盯办，可制发督办函、意见书、决定书",
    Sort.SPECIAL: "同一单位屡纠屡犯，转专项监督，从根上整改",
    Sort.REMIND: "一般问题，制发提醒函",
}


class Measure(StrEnum):
    """What a row of the sorting table counts."""

    CORRECTED = "corrected"
    """Documents to the body about the same main category that were put right before the ticket came in."""
    FOUND_TRUE = "found_true"
    """Other tickets about the body and main category found true within a year before the ticket came in."""
    INSTRUCTIONS = "instructions"
    """Instructions of leaders on the ticket."""
    DISSATISFIED = "dissatisfied"
    """Answers of the complainant that say dissatisfied or unsolved."""
    REPEATS = "repeats"
    """Tickets merged into it."""
    LATE_AND_SUPERVISED = "late_and_supervised"
    """1 when the ticket is overdue and under supervision."""
    ALWAYS = "always"
    """Nothing: the row fits by its categories alone."""


DISSATISFIED_TWICE = 2
REPEATED = 2
"""[P] From how many on the board lists a ticket as 两次不满意 (the words say it) and 重复反映."""


@dataclass(frozen=True)
class Row:
    """One row of the sorting table. classes: main categories by letter, empty for any."""

    code: str
    sort: Sort
    measure: Measure
    at_least: int
    classes: frozenset[str]
    sentence: str
    effective_from: date


@dataclass(frozen=True)
class Case:
    """What is known of a ticket. letter: its main category, "" while nobody chose one; body, category: as told in words."""

    letter: str
    body: str
    category: str
    counts: Mapping[Measure, int]


@dataclass(frozen=True)
class Proposal:
    """The class proposed, the row that fits, and the sentence a person can check."""

    sort: Sort
    rule: str
    reason: str


def propose(rows: Iterable[Row], case: Case, *, on: date) -> Proposal | None:
    """Return what the first fitting row proposes on a local date, or None when the table says nothing."""
    for row in rows:
        n = case.counts.get(row.measure, 0)
        if row.effective_from <= on and n >= row.at_least and _within(row.classes, case.letter):
            words = row.sentence.format(n=n, body=case.body or "被反映单位", category=case.category or "该类")
            return Proposal(row.sort, row.code, words)
    return None


def _within(classes: Collection[str], letter: str) -> bool:
    return not classes or letter in classes
