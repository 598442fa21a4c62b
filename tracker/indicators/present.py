"""Figures as JSON, as addresses of their tickets, and as the board draws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from tracker.indicators import rules
from tracker.indicators.queries import Listed, Scope
from tracker.indicators.service import Grid, Measured, Report, Row, Week
from tracker.screens import iso
from tracker.tickets.models import Ticket
from tracker.tickets.rules import STATUS_LABELS, Status

WIDTH, HEIGHT, FOOT = 360, 92, 14
"""Of a trend chart, in its own units; the foot holds the dates."""


def period(of: Scope, **more: Any) -> dict[str, Any]:
    """Return the scope as the query of an address."""
    return {
        "office": of.office.code,
        "from": of.span.since.isoformat(),
        "to": of.span.until.isoformat(),
        **{name: value for name, value in more.items() if value},
    }


def dates(of: Scope, since: date, until: date) -> dict[str, Any]:
    """Return the query of an address for the same office and other dates."""
    return {"office": of.office.code, "from": since.isoformat(), "to": until.isoformat()}


def address(of: Scope, figure: str, **more: Any) -> str:
    """Return where the tickets behind a figure are listed; more: office, from, to, category, area, own."""
    return "/indicators/tickets?" + urlencode({"figure": figure, **period(of, **more)})


def row_address(of: Scope, row: Row, figure: str) -> str:
    """Return the same for one office of the comparison."""
    return address(of, figure, office=row.code) if row.code else address(of, figure, own=1)


def board_address(of: Scope, row: Row) -> str:
    """Return where the board of one office of the comparison stands, over the same period."""
    return "/indicators?" + urlencode(period(of) | ({"office": row.code} if row.code else {}))


def _share(share: float | None) -> float | None:
    return round(share, 6) if share is not None else None


def rate(of: Scope, one: Measured) -> dict[str, Any]:
    """Return a rate with numerator, denominator, share (0–1, None when nothing was counted) and where both are listed."""
    return {
        "label": one.rate.label,
        "meaning": one.rate.meaning,
        "numerator": one.counted,
        "denominator": one.of,
        "share": _share(one.share),
        "tickets": {
            "numerator": address(of, one.rate.counted),
            "denominator": address(of, one.rate.of),
        },
    }


def report(found: Report) -> dict[str, Any]:
    """Return raw and adjusted rates by code, every figure, each office right below, and the corrections."""
    of = found.scope
    rates = found.rates()
    return {
        "office": {"code": of.office.code, "name": of.office.name},
        "from": of.span.since.isoformat(),
        "to": of.span.until.isoformat(),
        "as_of": iso(of.span.at),
        "is_over": of.span.is_over,
        "unswept": found.n_unswept,
        "raw": {one.rate.code: rate(of, one) for one in rates if not one.rate.adjusted},
        "adjusted": {one.rate.code: rate(of, one) for one in rates if one.rate.adjusted},
        "figures": {
            one.code: {
                "label": one.label,
                "n": found.counts[one.code],
                "meaning": one.meaning,
                "tickets": address(of, one.code),
            }
            for one in rules.FIGURES
        },
        "offices": [
            {"code": row.code or of.office.code, "name": row.name, "own": not row.code, "figures": row.counts}
            for row in found.rows
        ],
        "corrections": dict(found.corrections),
    }


def late_clock(found: Report) -> str:
    """Return what to tell when the clock runs late, "" when it does not."""
    if not found.n_unswept:
        return ""
    return (
        f"有{found.n_unswept}件工单的时限尚未核对（后台任务落后），催办、督办、及时签收等数字核对后会按实际发生的时间补记；"
        "请稍后再取数，或请管理员检查后台任务。"
    )


_KEPT_FROM: dict[str, Any] = {"number": None, "received_at": None, "open": False}


def ticket(one: Ticket, *, is_open: bool) -> dict[str, Any]:
    """Return one line of a figure's list. is_open: whether the reader may still open the ticket.

    Of one that went elsewhere no more is told than that it is counted.
    """
    line = {"number": one.number, "received_at": iso(one.received_at), "open": is_open}
    if not is_open:
        return line
    return {
        **line,
        "title": one.title,
        "category": one.category_code,
        "office": one.office.short_name,
        "status": Status(one.status).value,
        "status_label": STATUS_LABELS[Status(one.status)],
        "due_at": iso(one.due_at) or None,
    }


def listed(found: Listed) -> dict[str, Any]:
    """Return a page of a figure's list."""
    return {
        "n": found.n,
        "items": [
            _KEPT_FROM if one.id in found.kept_from else ticket(one, is_open=one.id in found.open_to)
            for one in found.tickets
        ],
        "next": found.next,
    }


def tiles(of: Scope, now: Report, found: Report) -> list[dict[str, Any]]:
    """Return the large figures of the board: label, value, what it says, address, and whether it is bad news."""
    by_code = {(one.rate.code, one.rate.adjusted): one for one in found.rates()}
    shown = [
        _count("今日受理", now, "received", "今天收到的诉求"),
        {**_count("超期未结", now, "overdue", "现在已过期限仍未答复"), "hot": now.counts["overdue"] > 0},
    ]
    for code, adjusted in (
        ("first_dispatch", False),
        ("signed_in_time", False),
        ("closed_in_time", False),
        ("satisfied", False),
        ("satisfied", True),
        ("returned", False),
        ("repeated", False),
    ):
        one = by_code[(code, adjusted)]
        shown.append(
            {
                "label": one.rate.label,
                "meaning": one.rate.meaning,
                "share": one.share,
                "counted": one.counted,
                "of": one.of,
                "counted_at": address(of, one.rate.counted),
                "of_at": address(of, one.rate.of),
            }
        )
    return shown


def _count(label: str, found: Report, code: str, note: str) -> dict[str, Any]:
    return {
        "label": label,
        "n": found.counts[code],
        "note": note,
        "meaning": rules.FIGURE[code].meaning,
        "address": address(found.scope, code),
        "hot": False,
    }


def red_list(now: Report, found: Report) -> list[dict[str, Any]]:
    """Return the offices with something overdue now, most first, with their rates of the period."""
    rates = {row.code: _compared(found.scope, row, found) for row in found.rows}
    late = [row for row in now.rows if row.counts["overdue"]]
    late.sort(key=lambda row: -row.counts["overdue"])
    return [
        {
            "name": row.name,
            "n": row.counts["overdue"],
            "address": row_address(now.scope, row, "overdue"),
            "board": board_address(found.scope, row),
            "rates": {one["code"]: one for one in rates[row.code]},
        }
        for row in late
    ]


def _compared(of: Scope, row: Row, found: Report) -> list[dict[str, Any]]:
    known = {(one.rate.code, one.rate.adjusted): one for one in found.rates(row.counts)}
    wanted = [(code, adjusted) for code in rules.COMPARED for adjusted in (False, True)]
    return [
        {
            "code": one.rate.code + ("_adjusted" if one.rate.adjusted else ""),
            "label": one.rate.label,
            "share": one.share,
            "counted": one.counted,
            "of": one.of,
            "counted_at": row_address(of, row, one.rate.counted),
            "of_at": row_address(of, row, one.rate.of),
        }
        for one in (known[key] for key in wanted if key in known)
    ]


def comparison(found: Report) -> list[dict[str, Any]]:
    """Return each office with anything to tell: received, closed, overdue, and the rates compared."""
    return [
        {
            "name": row.name,
            "board": board_address(found.scope, row),
            "counts": [
                (row.counts[code], row_address(found.scope, row, code))
                for code in ("received", "dispatched", "closed", "overdue")
            ],
            "rates": _compared(found.scope, row, found),
        }
        for row in found.rows
        if any(row.counts.values())
    ]


def grid(of: Scope, found: Grid, names: Mapping[str, str]) -> dict[str, Any]:
    """Return heads and lines of the heat grid, every cell with its depth (0–5) and address, sums at the ends."""
    lines = []
    for code, name in found.areas:
        cells = [_cell(of, found, code, letter) for letter in found.categories]
        n = sum(cell["n"] for cell in cells)
        lines.append({"name": name, "cells": cells, "n": n, "address": address(of, "received", area=code)})
    lines.sort(key=lambda line: -line["n"])
    heads = [
        {
            "code": letter,
            "letter": "" if letter == rules.UNSORTED else letter,
            "name": "未分类" if letter == rules.UNSORTED else names.get(letter, ""),
            "n": sum(found.cells.get((area, letter), 0) for area, _ in found.areas),
            "address": address(of, "received", category=letter),
        }
        for letter in found.categories
    ]
    n = sum(head["n"] for head in heads)
    return {"heads": heads, "lines": lines, "n": n, "address": address(of, "received")}


def _cell(of: Scope, found: Grid, area: str, letter: str) -> dict[str, Any]:
    n = found.cells.get((area, letter), 0)
    return {
        "n": n,
        "heat": rules.heat(n, found.most),
        "address": address(of, "received", area=area, category=letter),
    }


def charts(of: Scope, weeks: Sequence[Week]) -> list[dict[str, Any]]:
    """Return the trend lines: received against closed by week, and raw satisfaction in percent."""
    received, closed = ([float(week.counts[code]) for week in weeks] for code in ("received", "closed"))
    shares = [rules.share(week.counts["satisfied"], week.counts["answered"]) for week in weeks]
    content = [None if share is None else share * 100 for share in shares]
    top = max(4.0, *received, *closed)
    higher = [came >= went for came, went in zip(received, closed, strict=True)]
    return [
        {
            "title": "每周受理与办结（件）",
            "lines": [
                _Line("受理", "received", "件", received, higher).drawn(of, weeks, top),
                _Line("办结", "closed", "件", closed, [not one for one in higher]).drawn(of, weeks, top),
            ],
            "ticks": _ticks(weeks),
        },
        {
            "title": "每周满意率（%，原始值）",
            "lines": [_Line("满意率", "satisfied", "%", content, [True] * len(weeks)).drawn(of, weeks, 100)],
            "ticks": _ticks(weeks),
        },
    ]


def _x(at: int, n: int) -> float:
    return round(24 + at * (WIDTH - 48) / max(n - 1, 1), 1)


@dataclass(frozen=True)
class _Line:
    """One line of a chart; a week without a value has no point. above: whether the value stands above its point."""

    label: str
    code: str
    unit: str
    values: Sequence[float | None]
    above: Sequence[bool]

    def drawn(self, of: Scope, weeks: Sequence[Week], top: float) -> dict[str, Any]:
        """Return its points with words and addresses, and its path, in the units of the chart."""
        points = [
            self._point(of, weeks[at], _x(at, len(weeks)), value, top, above=self.above[at])
            for at, value in enumerate(self.values)
            if value is not None
        ]
        path = " ".join(f"{point['x']},{point['y']}" for point in points)
        return {"label": self.label, "code": self.code, "points": points, "path": path}

    def _point(
        self, of: Scope, week: Week, x: float, value: float, top: float, *, above: bool
    ) -> dict[str, Any]:
        y = round(HEIGHT - FOOT - 6 - value / top * (HEIGHT - FOOT - 26), 1)
        room_below = y + 14 < HEIGHT - FOOT
        return {
            "x": x,
            "y": y,
            "label_y": y - 7 if above or not room_below else y + 14,
            "value": f"{value:.0f}",
            "said": f"{week.since:%m-%d} 至 {week.until:%m-%d}：{self.label} {value:.0f}{self.unit}",
            "address": address(of, self.code, **dates(of, week.since, week.until)),
        }


def _ticks(weeks: Sequence[Week]) -> list[tuple[float, str]]:
    return [(_x(at, len(weeks)), f"{week.since:%m-%d}") for at, week in enumerate(weeks)]
