"""What is a surge: one cell (place × category) judged against its own history, and the lowest cell that explains it.

A cell is judged by the last day, the last three and the last seven. Today counts as it stands, against a whole day's
usual: a count can only grow until midnight, so what is already too much needs no guess of how the day is spread over
its hours, and looking every hour raises no more false alarms than looking once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.surges.baseline import (
    HISTORY_DAYS,
    SPAN_DAYS,
    WEEKS,
    WINDOW_DAYS,
    DayKind,
    day_weights,
    spread_of,
    tail,
    upper,
    usual_rate,
)

Cell = tuple[str, str]
"""(category code, division code); an empty code stands for all of them."""
Counts = Mapping[date, Mapping[Cell, int]]
"""For each day the cells with any count, rolled up: see `rolled_up`."""

WINDOWS = (1, 3, 7)
MIN_SEEN = 5
"""[P] Fewer are never a surge, however rare: 1 → 3 wakes nobody."""
MIN_EXCESS = 4.0
MIN_RATIO = 1.5
YELLOW = 1e-5
"""[P] Chance below which a cell is reported. Not a promise of so few false alarms: thousands of cells are looked at every
day, by three windows. Chosen by what `benchmarks/bench_surges.py` measured on simulated years of a whole province:
about one false alarm a week among its 147 offices, a red one every few months."""
RED = 1e-7
NORMAL = 0.05
"""[P] A closed day less likely than this is not yet normal."""
QUIET_DAYS = 2
"""[P] Normal closed days in a row that end an alarm."""
REST_DAYS = 7
"""[P] What flares up again within so many days after the last conspicuous one is the same alarm."""
LEAST_HISTORY = 28
"""[P] Days of history without which nothing is judged, neither a new system nor a new category."""
GROUPS = 0.15
"""[P] Share by which the variance exceeds the mean since several people call about one event."""
_SPREAD_CELLS = 40
_FLOOR = 0.5


class Level(StrEnum):
    """How conspicuous."""

    YELLOW = "yellow"
    RED = "red"


LEVEL_LABELS = {Level.YELLOW: "黄色", Level.RED: "红色"}


@dataclass(frozen=True)
class Verdict:
    """What the judgement of one cell says. n_days: the window it speaks of, up to and including the judged day.

    seen: complainants counted in it; expected: how many are usual; probability: of so many or more by chance.
    on_last_day: the probability of the last day alone.
    """

    n_days: int
    seen: int
    expected: float
    probability: float
    level: Level | None
    on_last_day: float


@dataclass(frozen=True)
class Usual:
    """What is usual in one cell: `expected` for each of the SPAN_DAYS days, `size` and `spread` of the scatter."""

    expected: tuple[float, ...]
    knowledge: float
    spread: float

    def size(self, n_days: int) -> float:
        """Return the size of the negative binomial distribution of a sum over the last days.

        Three things scatter beyond chance: the days, our knowledge of the level, and callers who come in groups.
        """
        mean = max(sum(self.expected[-n_days:]), 1e-9)
        return 1 / (self.spread / n_days + 1 / self.knowledge + GROUPS / mean)

    def band(self) -> tuple[int, ...]:
        """Return for each day the highest count that is still usual (one in a hundred days exceeds it)."""
        known: dict[float, int] = {}
        for mean in self.expected:
            known.setdefault(
                mean, upper(mean, 1 / (self.spread + 1 / self.knowledge + GROUPS / max(mean, 1e-9)))
            )
        return tuple(known[mean] for mean in self.expected)


def judge(series: Sequence[int], usual: Usual) -> Verdict:
    """Return the verdict on the end of a series of SPAN_DAYS counts; its level is None when nothing is conspicuous.

    More on the last day never makes it less so. Of several conspicuous windows the least likely speaks.
    """
    found = [_window(series, usual, n_days) for n_days in WINDOWS]
    _, today, usual_today = found[0]
    telling = [one for one in found if _enough(*one) and (one[0] == 1 or today >= max(1.0, usual_today))]
    on_last_day = tail(today, usual_today, usual.size(1))
    chances = [(tail(seen, mean, usual.size(n_days)), n_days, seen, mean) for n_days, seen, mean in telling]
    chance, n_days, seen, expected = min(chances, default=(on_last_day, *found[0]))
    level = None
    if telling and chance < YELLOW:
        level = Level.RED if chance < RED else Level.YELLOW
    return Verdict(n_days, seen, expected, chance, level, on_last_day)


def _window(series: Sequence[int], usual: Usual, n_days: int) -> tuple[int, int, float]:
    return n_days, sum(series[-n_days:]), sum(usual.expected[-n_days:])


def _enough(_: int, seen: int, expected: float) -> bool:
    return seen >= MIN_SEEN and seen - expected >= MIN_EXCESS and seen >= MIN_RATIO * expected


def rolled_up(rows: Iterable[tuple[date, str, str, int]], above: Callable[[str], Sequence[str]]) -> Counts:
    """Return counts of every level from rows of (day, category, division, n).

    above: the codes on a division's path, top first, itself last. Each row also counts for the divisions above, for
    the whole country ("") and for all categories ("").
    """
    found: dict[date, dict[Cell, int]] = {}
    for day, category, division, n in rows:
        cells = found.setdefault(day, {})
        for place in ("", *above(division)):
            for cell in ((category, place), ("", place)):
                cells[cell] = cells.get(cell, 0) + n
    return found


class Ground:
    """What is known at the end of one day: judges any cell of it.

    counts: at least the SPAN_DAYS days up to `on`. totals: all tickets of each day, the longer the better; days from
    `on` on are left out. kind: what kind of day a day is. above: as in `rolled_up`.
    """

    def __init__(
        self,
        counts: Counts,
        totals: Mapping[date, int],
        on: date,
        kind: Callable[[date], DayKind],
        above: Callable[[str], Sequence[str]],
    ) -> None:
        self.on, self.above = on, above
        self.days = tuple(on - timedelta(days=back) for back in reversed(range(SPAN_DAYS)))
        self._by_day = [counts.get(day, {}) for day in self.days]
        known = {day: n for day, n in totals.items() if day < on}
        self.weights = day_weights(known, self.days, kind)
        self._past = self.weights[:HISTORY_DAYS]
        self._sums: dict[Cell, int] = {}
        self._week = _summed(self._by_day[-WINDOW_DAYS:])
        self.ready = sum(weight > 0 for weight in self._past) >= LEAST_HISTORY
        self._spreads = self._spread_by_depth() if self.ready else {}

    def _usual_sum(self, cell: Cell) -> int:
        if cell not in self._sums:
            self._sums[cell] = sum(cells.get(cell, 0) for cells in self._by_day[:HISTORY_DAYS])
        return self._sums[cell]

    def series(self, cell: Cell) -> list[int]:
        """Return the cell's counts of the SPAN_DAYS days, the judged one last."""
        return [cells.get(cell, 0) for cells in self._by_day]

    def usual(self, cell: Cell, series: Sequence[int]) -> Usual:
        """Return what is usual in the cell."""
        category, division = cell
        everything = self._usual_sum(("", "")) + 1
        share = (self._usual_sum(("", division)) + _FLOOR) / everything
        prior = (self._usual_sum((category, "")) + _FLOOR) * share / max(sum(self._past), 1.0)
        spread = self._spreads.get(len(self.above(division)), 0.1)
        rate, knowledge = usual_rate(series[:HISTORY_DAYS], self._past, prior, spread)
        return Usual(tuple(rate * weight for weight in self.weights), knowledge, spread)

    def judge(self, cell: Cell) -> Verdict:
        """Return the verdict on one cell."""
        series = self.series(cell)
        return judge(series, self.usual(cell, series))

    def candidates(self) -> list[Cell]:
        """Return the cells with enough in the last week to be a surge, the lowest first; none without history."""
        if not self.ready:
            return []
        found = [
            (category, division)
            for (category, division), n in self._week.items()
            if n >= MIN_SEEN and category and division and self._is_known(category)
        ]
        return sorted(found, key=lambda cell: (-len(self.above(cell[1])), cell))

    def _is_known(self, category: str) -> bool:
        return any((category, "") in cells for cells in self._by_day[:-LEAST_HISTORY])

    def _spread_by_depth(self) -> dict[int, float]:
        by_depth: dict[int, list[tuple[int, Cell]]] = {}
        for (category, division), n in self._week.items():
            if category and division:
                by_depth.setdefault(len(self.above(division)), []).append((n, (category, division)))
        found: dict[int, float] = {}
        for depth in sorted(by_depth):
            most = sorted(by_depth[depth], reverse=True)[:_SPREAD_CELLS]
            cells = [self.series(cell)[:HISTORY_DAYS] for _, cell in most]
            found[depth] = spread_of(cells, self._past, otherwise=found.get(depth - 1, 0.1))
        return found


def _summed(days: Sequence[Mapping[Cell, int]]) -> dict[Cell, int]:
    found: dict[Cell, int] = {}
    for cells in days:
        for cell, n in cells.items():
            found[cell] = found.get(cell, 0) + n
    return found


@dataclass(frozen=True)
class Surge:
    """A cell to be reported on a day."""

    cell: Cell
    on: date
    verdict: Verdict


def survey(ground: Ground) -> list[Surge]:
    """Return the surges of the day, the lowest cells first.

    What a reported cell has beyond its usual is taken out of the cells above it, so that they are reported only when
    something is left that the places below do not explain.
    """
    explained: dict[Cell, list[float]] = {}
    found = []
    for cell in ground.candidates():
        series = ground.series(cell)
        usual = ground.usual(cell, series)
        for at, beyond in enumerate(explained.get(cell, ()), start=-WINDOW_DAYS):
            series[at] -= min(series[at], round(beyond))
        verdict = judge(series, usual)
        if verdict.level is None:
            continue
        found.append(Surge(cell, ground.on, ground.judge(cell) if cell in explained else verdict))
        beyond_usual = [
            max(0.0, n - mean)
            for n, mean in zip(series[-WINDOW_DAYS:], usual.expected[-WINDOW_DAYS:], strict=True)
        ]
        for place in ground.above(cell[1])[:-1]:
            taken = explained.setdefault((cell[0], place), [0.0] * WINDOW_DAYS)
            explained[cell[0], place] = [a + b for a, b in zip(taken, beyond_usual, strict=True)]
    return found


def same_alarm(last_on: date, on: date) -> bool:
    """Return whether what is conspicuous on that day belongs to the alarm that was last so on `last_on`."""
    return abs((on - last_on).days) <= REST_DAYS


def is_over(last_on: date, today: date) -> bool:
    """Return whether an alarm last conspicuous on `last_on` ends: enough closed days since were normal."""
    return (today - last_on).days > QUIET_DAYS


@dataclass(frozen=True)
class Told:
    """What the sentence speaks of. parts: where most of it comes from, names and counts."""

    place: str
    category: str
    on: date
    n_days: int
    seen: int
    n_tickets: int
    expected: float
    level: Level
    parts: tuple[tuple[str, int], ...] = ()


def sentence(one: Told, today: date) -> str:
    """Return what a leader reads: where, what, how many, how many are usual, and where they come from."""
    when = {0: "今天", 1: "昨天"}.get((today - one.on).days, f"{one.on.month}月{one.on.day}日")
    if one.n_days > 1:
        since = one.on - timedelta(days=one.n_days - 1)
        when = f"{since.month}月{since.day}日至{when}"
    so_far = "已有 " if one.on == today else ""
    people = f"（{one.seen} 人）" if one.n_tickets != one.seen else ""
    usual = f" {round(one.expected)} 件左右" if one.expected >= 0.75 else "不到 1 件"
    span = "这一天" if one.n_days == 1 else f"这样 {one.n_days} 天"
    how = "大幅超出" if one.level is Level.RED else "超出明显"
    source = "；主要来自" + "、".join(f"{name} {n} 件" for name, n in one.parts) if one.parts else ""
    return (
        f"{one.place} {one.category}：{when}{so_far or ' '}{one.n_tickets} 件{people}，"
        f"往常{span}{usual}（过去 {WEEKS} 周），{how}{source}。"
    )
