from datetime import date

import pytest

from tracker.satisfaction import rules
from tracker.satisfaction.rules import Grade, Outcome, Row

START = date(2026, 2, 1)
ON = date(2026, 3, 2)
BAD = frozenset({Grade.DISSATISFIED, Grade.VERY_DISSATISFIED})
TABLE = (
    Row("a", BAD, None, 2, Outcome.SUPERVISE, "", START),
    Row("b", frozenset(), False, 2, Outcome.SUPERVISE, "", START),
    Row("c", BAD, None, 0, Outcome.REWORK, "", START),
    Row("d", frozenset(), False, 0, Outcome.REWORK, "", START),
    Row("e", frozenset(), None, 0, Outcome.CLOSE, "", START),
)


@pytest.mark.parametrize(
    ("grade", "solved", "n_reworks", "code"),
    [
        (Grade.VERY_SATISFIED, True, 0, "e"),
        (Grade.BASICALLY_SATISFIED, True, 5, "e"),
        (Grade.SATISFIED, False, 0, "d"),
        (Grade.SATISFIED, False, 2, "b"),
        (Grade.DISSATISFIED, True, 0, "c"),
        (Grade.VERY_DISSATISFIED, False, 1, "c"),
        (Grade.DISSATISFIED, True, 2, "a"),
    ],
)
def test_the_first_row_that_fits_decides(grade: Grade, solved: bool, n_reworks: int, code: str) -> None:
    row = rules.decide(TABLE, grade, solved=solved, n_reworks=n_reworks, on=ON)
    assert row is not None
    assert row.code == code


def test_a_row_not_yet_in_force_decides_nothing() -> None:
    assert rules.decide(TABLE, Grade.SATISFIED, solved=True, n_reworks=0, on=date(2026, 1, 31)) is None


def test_the_table_says_how_many_rounds_there_are() -> None:
    assert rules.most_reworks(TABLE) == 2
    assert rules.most_reworks(TABLE[2:]) is None


@pytest.mark.parametrize(
    ("days", "outcome"),
    [
        ([ON], Outcome.AGAIN),
        ([ON, ON, ON], Outcome.AGAIN),
        ([ON, date(2026, 3, 3)], Outcome.AGAIN),
        ([ON, date(2026, 3, 3), date(2026, 3, 4)], Outcome.UNREACHABLE),
    ],
)
def test_unreached_days_count_once_each(days: list[date], outcome: Outcome) -> None:
    assert rules.after_unreached(days, 3) == outcome


def test_every_word_has_a_label() -> None:
    assert set(rules.GRADE_LABELS) == set(Grade)
    assert set(rules.TAG_LABELS) == set(rules.Tag)
    assert set(rules.OUTCOME_LABELS) == set(Outcome)
