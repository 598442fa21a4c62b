"""How often surge alarms are false, and how soon they find true ones: simulated years, no database.

`python -m benchmarks.bench_surges --years 20 --seed 1`. A simulated province: 264,000 tickets in 20 months over 40
leaf categories, 22 cities, 124 counties and 1,600 townships, of very unequal size; the true working calendar of two
years, weekdays, holidays, the rush after them; a common scatter of each day, a season for each category, slow growth,
scatter of each cell beyond chance, and now and then several callers about one event. No line of it is in the rules.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from statistics import median

import numpy as np

from tracker.calendar.arrangements import published
from tracker.calendar.rules import Calendar
from tracker.surges.baseline import SPAN_DAYS, DayKind, kind_of
from tracker.surges.rules import Cell, Ground, Level, rolled_up, same_alarm, survey

N_CATEGORIES, N_CITIES, N_COUNTIES, N_TOWNSHIPS = 40, 22, 124, 1600
A_DAY = 264_000 / 608
FIRST = date(2024, 7, 1)
WARM_UP = 180
YEAR = 365
N_INJECTED = 90
TIMES, LASTING = (2, 3, 5), (1, 3, 7)
EXTRA = ((5, 1), (8, 1), (12, 1), (3, 3), (3, 7))
"""Events in places with less than one ticket in three days: complaints a day, days."""
BUCKETS = ((0.05, 0.3), (0.3, 1.0), (1.0, 3.0), (3.0, 10.0), (10.0, 1e9))
TOP = "44"


@dataclass(frozen=True)
class Injected:
    """A surge put in: the cell, its usual count of a day, from when, how long, how many times the usual.

    times 0: not in proportion, but `extra` complaints a day.
    """

    cell: Cell
    usual: float
    start: date
    n_days: int
    times: int
    extra: int = 0


@cache
def calendar() -> Calendar:
    """Return the true working calendar."""
    return Calendar.of(published())


@cache
def kind(day: date) -> DayKind:
    """Return what kind of day it is."""
    return kind_of(day, calendar())


class Province:
    """One simulated province: shares, and which county and township lies where."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.city_of = np.sort(
            np.concatenate([np.arange(N_CITIES), rng.integers(0, N_CITIES, N_COUNTIES - N_CITIES)])
        )
        self.county_of = rng.integers(0, N_COUNTIES, N_TOWNSHIPS)
        category = rng.lognormal(0, 1.0, N_CATEGORIES)
        county = rng.lognormal(0, 0.8, N_COUNTIES)
        own = rng.gamma(4, 0.25, (N_CATEGORIES, N_COUNTIES))
        shares = category[:, None] * county[None, :] * own
        self.usual = A_DAY * shares / shares.sum()
        self.within = [np.flatnonzero(self.county_of == at) for at in range(N_COUNTIES)]
        self.share_within = [rng.dirichlet(np.full(max(len(one), 1), 0.8)) for one in self.within]
        self.weekend = rng.uniform(0.8, 1.2, N_CATEGORIES)
        self.season = rng.uniform(0.05, 0.3, N_CATEGORIES), rng.uniform(0, 2 * np.pi, N_CATEGORIES)
        self.county_codes = [f"{TOP}/{city:02d}/{at:03d}" for at, city in enumerate(self.city_of)]

    def path(self, county: int, township: int | None) -> str:
        """Return a code that spells its own path."""
        return self.county_codes[county] + (f"/{township}" if township is not None else "")


@cache
def above(code: str) -> tuple[str, ...]:
    """Return the codes on the path that the code spells."""
    parts = code.split("/")
    return tuple("/".join(parts[: n + 1]) for n in range(len(parts)))


_EFFECT = {
    DayKind.MONDAY: 1.25, DayKind.TUESDAY: 1.18, DayKind.WEDNESDAY: 1.15, DayKind.THURSDAY: 1.1, DayKind.FRIDAY: 1.05,
    DayKind.SATURDAY: 0.62, DayKind.SUNDAY: 0.55, DayKind.AFTER_BREAK: 1.55, DayKind.MADE_UP: 1.0, DayKind.HOLIDAY: 0.4,
}  # fmt: skip


def days(
    province: Province, rng: np.random.Generator, extra: list[Injected]
) -> Iterator[list[tuple[date, str, str, int]]]:
    """Yield the rows of one day after the other."""
    common = 0.0
    pushed = defaultdict(list)
    for one in extra:
        for off in range(one.n_days):
            pushed[one.start + timedelta(days=off)].append(one)
    for at in range(WARM_UP + YEAR):
        day = FIRST + timedelta(days=at)
        common = 0.5 * common + rng.normal(0, 0.07)
        effect = np.full(N_CATEGORIES, _EFFECT[kind(day)])
        effect *= province.weekend if not calendar().is_working(day) else 1.0
        effect *= 1 + province.season[0] * np.sin(2 * np.pi * at / 365 + province.season[1])
        effect *= np.exp(common) * 1.1 ** (at / 365)
        mean = province.usual * effect[:, None]
        seen = rng.poisson(mean * rng.gamma(10, 0.1, mean.shape) * rng.gamma(30, 1 / 30, (N_CATEGORIES, 1)))
        seen += rng.binomial(seen, 0.03) * rng.integers(1, 4, seen.shape)
        yield [*_placed(province, rng, day, seen), *_pushed(rng, day, effect, pushed[day])]


def _placed(
    province: Province, rng: np.random.Generator, day: date, seen: np.ndarray
) -> Iterator[tuple[date, str, str, int]]:
    for category, county in zip(*np.nonzero(seen), strict=True):
        n = int(seen[category, county])
        named = rng.binomial(n, 0.7) if len(province.within[county]) else 0
        if n - named:
            yield day, f"c{category}", province.path(county, None), n - named
        if named:
            spread = rng.multinomial(named, province.share_within[county])
            for which in np.flatnonzero(spread):
                yield (
                    day,
                    f"c{category}",
                    province.path(county, province.within[county][which]),
                    int(spread[which]),
                )


def _pushed(
    rng: np.random.Generator, day: date, effect: np.ndarray, active: list[Injected]
) -> Iterator[tuple[date, str, str, int]]:
    for one in active:
        n = one.extra or rng.poisson((one.times - 1) * one.usual * effect[int(one.cell[0][1:])])
        if n:
            yield day, one.cell[0], one.cell[1], int(n)


def injections(province: Province, rng: np.random.Generator) -> list[Injected]:
    """Return surges in cities and counties whose cells differ, spread over the year and over the usual volumes."""
    cells: list[tuple[Cell, float]] = []
    for category in range(N_CATEGORIES):
        cells += [
            ((f"c{category}", code), float(province.usual[category, county]))
            for county, code in enumerate(province.county_codes)
        ]
        for city in range(N_CITIES):
            usual = float(province.usual[category, province.city_of == city].sum())
            cells.append(((f"c{category}", f"{TOP}/{city:02d}"), usual))
        cells.append(((f"c{category}", TOP), float(province.usual[category].sum())))
    found, taken = [], set()
    for low, high in BUCKETS:
        pool = [one for one in cells if low <= one[1] < high]
        for at in rng.permutation(len(pool))[: N_INJECTED // len(BUCKETS)]:
            cell, usual = pool[at]
            if (cell[0], cell[1][:5]) in taken:
                continue
            taken.add((cell[0], cell[1][:5]))
            start = FIRST + timedelta(days=int(rng.integers(WARM_UP, WARM_UP + YEAR - 12)))
            found.append(
                Injected(cell, float(usual), start, int(rng.choice(LASTING)), int(rng.choice(TIMES)))
            )
    rare = [one for one in cells if one[1] < 0.3 and (one[0][0], one[0][1][:5]) not in taken]
    for at, which in enumerate(rng.permutation(len(rare))[: 5 * len(EXTRA)]):
        cell, usual = rare[which]
        start = FIRST + timedelta(days=int(rng.integers(WARM_UP, WARM_UP + YEAR - 12)))
        extra, n_days = EXTRA[at % len(EXTRA)]
        found.append(Injected(cell, float(usual), start, n_days, 0, extra))
    return found


@dataclass(frozen=True)
class Opened:
    """An alarm that was opened."""

    cell: Cell
    on: date
    level: Level
    seen: int
    n_days: int
    probability: float


def alarms(
    rows: Iterator[list[tuple[date, str, str, int]]], only: set[date] | None = None
) -> tuple[list[Opened], int]:
    """Return the alarms a year opens, and how many tickets came in. only: the days to be judged."""
    counts, totals, opened, last, n_tickets = {}, {}, [], {}, 0
    for at, of_day in enumerate(rows):
        day = FIRST + timedelta(days=at)
        counts[day] = dict(rolled_up(of_day, above).get(day, {}))
        totals[day] = counts[day].get(("", ""), 0)
        counts.pop(day - timedelta(days=SPAN_DAYS), None)
        if at < WARM_UP:
            continue
        n_tickets += totals[day]
        if only is not None and day not in only:
            continue
        recent = {one: n for one, n in totals.items() if (day - one).days <= 400}
        for one in survey(Ground(counts, recent, day, kind, above)):
            before = last.get(one.cell)
            if before is None or not same_alarm(before, day):
                v = one.verdict
                assert v.level is not None
                opened.append(Opened(one.cell, day, v.level, v.seen, v.n_days, v.probability))
            last[one.cell] = day
    return opened, n_tickets


def _related(a: str, b: str) -> bool:
    return (a + "/").startswith(b + "/") or (b + "/").startswith(a + "/")


def delay(one: Injected, opened: list[Opened]) -> int | None:
    """Return after how many days the surge was found, at its place, below or above; None for never."""
    end = one.start + timedelta(days=one.n_days)
    found = [
        (alarm.on - one.start).days
        for alarm in opened
        if alarm.cell[0] == one.cell[0]
        and _related(alarm.cell[1], one.cell[1])
        and one.start <= alarm.on < end
    ]
    return min(found, default=None)


def year(seed: int) -> tuple[list[Opened], int, list[tuple[Injected, int | None]]]:
    """Return one year's false alarms, its tickets, and what became of the surges put into a second one."""
    province = Province(np.random.default_rng(seed))
    quiet, n = alarms(days(province, np.random.default_rng(seed + 10_000), []))
    extra = injections(province, np.random.default_rng(seed + 20_000))
    active = {one.start + timedelta(days=off) for one in extra for off in range(one.n_days)}
    loud, _ = alarms(days(province, np.random.default_rng(seed + 10_000), extra), active)
    return quiet, n, [(one, delay(one, loud)) for one in extra]


def main() -> None:
    """Print false alarms a year and detection by usual volume, size and length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    with ProcessPoolExecutor(asked.processes) as pool:
        done = list(pool.map(year, range(asked.seed, asked.seed + asked.years)))
    _print_false([opened for opened, _, _ in done], sum(n for _, n, _ in done) / asked.years)
    _print_found([one for _, _, found in done for one in found])


def _print_false(years: list[list[Opened]], tickets: float) -> None:
    names = {1: "province", 2: "city", 3: "county", 4: "township"}
    n = [len(one) for one in years]
    everything = [alarm for one in years for alarm in one]
    levels = Counter(names[len(above(one.cell[1]))] for one in everything)
    red = sum(one.level is Level.RED for one in everything)
    windows = Counter(one.n_days for one in everything)
    print(f"{len(years)} simulated years, {tickets:,.0f} tickets each, no surge in them")
    print(f"false alarms a year: {np.mean(n):.1f} (least {min(n)}, most {max(n)}), red {red / len(n):.2f}")
    print("  by level:", ", ".join(f"{name} {levels[name] / len(n):.1f}" for name in names.values()))
    print("  by window:", ", ".join(f"{days} d {windows[days] / len(n):.1f}" for days in sorted(windows)))
    for chance in (1e-5, 1e-6, 1e-7, 1e-8):
        print(f"  below {chance:g}: {sum(one.probability < chance for one in everything) / len(n):.1f}")
    print(
        f"  a county office waits {N_COUNTIES * len(n) / max(levels['county'] + levels['township'], 1):.1f} years for one"
    )


def _print_found(found: list[tuple[Injected, int | None]]) -> None:
    print("found (median delay in days, 0 = by the end of the first day), n put in:")
    print(f"{'usual a day':<14}" + "".join(f"{f'x{times}, {n} d':>18}" for times in TIMES for n in LASTING))
    for low, high in BUCKETS:
        line = f"{low:g}-{high:g}" if high < 1e6 else f"{low:g}+"
        cells = []
        for times in TIMES:
            for n_days in LASTING:
                delays = [
                    late for one, late in found
                    if low <= one.usual < high and one.times == times and one.n_days == n_days
                ]  # fmt: skip
                cells.append(_share(delays))
        print(f"{line:<14}" + "".join(f"{one:>18}" for one in cells))
    print("events in places with less than one ticket in three days:")
    for extra, n_days in EXTRA:
        delays = [late for one, late in found if (one.extra, one.n_days) == (extra, n_days) and not one.times]
        print(f"  {extra} a day for {n_days} d: {_share(delays)}")


def _share(delays: list[int | None]) -> str:
    hit = [late for late in delays if late is not None]
    if not delays:
        return "-"
    return f"{len(hit) / len(delays):.0%} ({f'{median(hit):.0f}' if hit else '-'}) n={len(delays)}"


if __name__ == "__main__":
    main()
