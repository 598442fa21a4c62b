from datetime import date

import pytest

from tracker.indicators import rules
from tracker.indicators.cases import CASES


def test_every_rate_is_made_of_figures_and_every_base_is_counted() -> None:
    assert {code for one in rules.RATES for code in (one.counted, one.of)} <= set(rules.FIGURE)
    assert {one.base for one in rules.FIGURES} == set(rules.Base) == set(CASES)
    assert len(rules.FIGURE) == len(rules.FIGURES)
    assert len({(one.code, one.adjusted) for one in rules.RATES}) == len(rules.RATES)
    assert all(one.meaning.endswith("。") and one.label for one in rules.FIGURES)


def test_the_rates_of_the_domain_are_all_there() -> None:
    named = {one.label for one in rules.RATES}
    assert named >= {
        "及时签收率",
        "按时办结率",
        "解决率",
        "满意率",
        "回访成功率",
        "重办率",
        "退单率",
        "重复率",
        "一次办结率",
    }


@pytest.mark.parametrize(("counted", "of", "share"), [(0, 0, None), (0, 4, 0.0), (3, 4, 0.75)])
def test_a_share_of_nothing_is_nothing(counted: int, of: int, share: float | None) -> None:
    assert rules.share(counted, of) == share


def test_weeks_run_from_monday_and_end_with_the_day() -> None:
    weeks = rules.weeks(date(2026, 3, 4))
    assert len(weeks) == rules.TREND_WEEKS
    assert weeks[-1] == (date(2026, 3, 2), date(2026, 3, 4))
    assert weeks[-2] == (date(2026, 2, 23), date(2026, 3, 1))


def test_the_month_before() -> None:
    assert rules.month_before(date(2026, 1, 31)) == (date(2025, 12, 1), date(2025, 12, 31))
    assert rules.month_before(date(2024, 3, 1)) == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("n", "most", "depth"), [(0, 9, 0), (1, 9, 1), (5, 9, 3), (9, 9, 5), (1, 1, 1), (3, 0, 5)]
)
def test_heat_grows_with_the_number(n: int, most: int, depth: int) -> None:
    assert rules.heat(n, most) == depth
