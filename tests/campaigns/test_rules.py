from datetime import date

import pytest

from tracker.campaigns import rules
from tracker.campaigns.rules import Stage
from tracker.tickets.rules import Status

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("status", "is_overdue", "looked_back_on", "stage"),
    [
        (Status.DISPATCHED, False, None, Stage.OPEN),
        (Status.IN_PROGRESS, True, None, Stage.OVERDUE),
        (Status.REWORK, False, DAY, Stage.OPEN),
        (Status.REVIEWED, True, None, Stage.TO_VERIFY),
        (Status.CLOSED, True, None, Stage.CLEARED),
        (Status.ARCHIVED, True, DAY, Stage.LOOKED_BACK),
        (Status.TERMINATED, True, None, Stage.ENDED),
        (Status.MERGED, False, None, Stage.ENDED),
    ],
)
def test_stages(status: Status, is_overdue: bool, looked_back_on: date | None, stage: Stage) -> None:
    assert rules.stage(status, is_overdue=is_overdue, looked_back_on=looked_back_on) == stage


def test_every_stage_has_a_label() -> None:
    assert set(rules.STAGE_LABELS) == set(Stage)


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [("0", 0), ("1,234.5", 123450), ("12.30元", 1230), (7, 700), ("0.01", 1), ("1e3", 100000)],
)
def test_yuan_become_fen(yuan: str | int, fen: int) -> None:
    assert rules.fen(yuan) == fen


@pytest.mark.parametrize("yuan", ["-1", "0.001", "abc", "", "NaN", "Infinity", "1e30"])
def test_what_is_no_amount_is_refused(yuan: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        rules.fen(yuan)


def test_fen_become_yuan() -> None:
    assert [rules.yuan(one) for one in (0, 5, 123450)] == ["0.00", "0.05", "1234.50"]


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2026/4/1", "2026-04-01"),
        ("2026.12.31", "2026-12-31"),
        ("2026年4月1日", "2026-04-01"),
        ("2026-04-01T00:00:00", "2026-04-01"),
        ("年底前", "年底前"),
    ],
)
def test_days_as_people_write_them(written: str, iso: str) -> None:
    assert rules.iso_day(written) == iso
