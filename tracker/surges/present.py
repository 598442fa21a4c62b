"""Alarms as JSON and as the page draws them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from tracker.screens import iso
from tracker.surges import queries
from tracker.surges.models import SurgeAlarm
from tracker.surges.rules import LEVEL_LABELS, Level

WIDTH, HEIGHT, FOOT = 630, 96, 14
"""Of the chart, in its own units; the foot holds the dates."""


def listing(alarm: SurgeAlarm) -> str:
    """Return the address of the list of exactly the tickets an alarm speaks of, in the reader's own sight."""
    first = alarm.on - timedelta(days=alarm.n_days - 1)
    filters = queries.within(alarm.category_code, alarm.division_code, first, alarm.on)
    return "/tickets?" + urlencode({**filters, "without_findings": 1})


def alarm(one: SurgeAlarm, sentence: str) -> dict[str, Any]:
    """Return one alarm; dates are local (Asia/Shanghai), seen and expected count complainants of the window."""
    return {
        "id": one.id,
        "state": "open" if one.closed_at is None else "closed",
        "level": one.level,
        "level_label": LEVEL_LABELS[Level(one.level)],
        "sentence": sentence,
        "category": {"code": one.category_code, "name": one.category.name},
        "division": {"code": one.division_code, "name": one.division.name},
        "office": {"code": one.office.code, "name": one.office.name},
        "on": one.on.isoformat(),
        "n_days": one.n_days,
        "first_on": one.first_on.isoformat(),
        "last_on": one.last_on.isoformat(),
        "seen": one.seen,
        "n_tickets": one.n_tickets,
        "expected": round(one.expected, 2),
        "probability": one.probability,
        "parts": [{"name": name, "n": n} for name, n in one.parts],
        "tickets": listing(one),
        "opened_at": iso(one.opened_at),
        "updated_at": iso(one.updated_at),
        "closed_at": iso(one.closed_at) or None,
        "answered_at": iso(one.answered_at) or None,
        "answered_by": one.answered_by_name or None,
        "remark": one.remark or None,
        "is_false": one.is_false,
        "chart": one.chart,
    }


def chart(one: SurgeAlarm) -> dict[str, Any]:
    """Return bars, the usual line and the band of the chart, in its units, with what a screen reader says."""
    seen: Sequence[int] = one.chart["seen"]
    expected, upper = one.chart["expected"], one.chart["upper"]
    first = date.fromisoformat(one.chart["from"])
    step, top = WIDTH / len(seen), max(*seen, *upper, 4)

    def y(n: float) -> float:
        return round(float(HEIGHT - FOOT - n / top * (HEIGHT - FOOT - 12)), 1)

    bars = [
        {
            "x": round(at * step + 1, 1),
            "y": y(n),
            "width": round(step - 2, 1),
            "height": round(HEIGHT - FOOT - y(n), 1),
            "day": f"{first + timedelta(days=at):%m-%d}",
            "n": n,
            "beyond": n > upper[at],
        }
        for at, n in enumerate(seen)
    ]
    middle = [(round((at + 0.5) * step, 1), at) for at in range(len(seen))]
    return {
        "bars": bars,
        "usual": " ".join(f"{x},{y(expected[at])}" for x, at in middle),
        "band": " ".join(
            [f"{x},{y(upper[at])}" for x, at in middle] + [f"{x},{y(0)}" for x, _ in reversed(middle)]
        ),
        "ticks": [(bars[at]["x"], bars[at]["day"]) for at in range(0, len(bars), 14)],
        "last": bars[-1],
        "said": f"过去九周每天的件数，最后一天 {seen[-1]} 件，往常 {expected[-1]:.1f} 件，往常最多 {upper[-1]} 件",
    }
