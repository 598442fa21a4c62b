"""The trend of a group as bars."""

import itertools
from datetime import date, timedelta

import pytest

from tracker.groups.rules import HEIGHT_PX, N_BARS, PERIODS, bars

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize("days", [1, *PERIODS])
def test_bars_cover_the_period_up_to_today(days: int) -> None:
    found = bars({TODAY: 3, TODAY - timedelta(days=days - 1): 1}, TODAY, days)
    assert len(found) == N_BARS
    assert sum(one.n for one in found) == (4 if days > 1 else 1)
    assert found[-1].since <= TODAY
    assert all(a.since < b.since and a.x < b.x for a, b in itertools.pairwise(found))


def test_the_highest_bar_fills_the_height_and_none_is_no_bar() -> None:
    found = bars({TODAY: 100, TODAY - timedelta(days=3): 1, TODAY - timedelta(days=99): 7}, TODAY, 12)
    assert (found[-1].height, found[-1].y) == (HEIGHT_PX, 0)
    assert found[-4].height == 1.0
    assert found[0].height == 0.0
    assert {one.n for one in found} == {0, 1, 100}
    assert all(one.height == 0 for one in bars({}, TODAY, 30))
