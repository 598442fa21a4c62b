"""A day of tickets and all that follows, until the last of them is archived: the product against a calculation apart."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.simulation import reckoning, wall
from tests.simulation.figures import FIGURES, RATES, Period, behind
from tests.simulation.script import cast, play
from tests.simulation.story import FINAL, Story
from tests.simulation.town import Town
from tracker.indicators import rules, service
from tracker.indicators.queries import EVERYTHING
from tracker.offices import service as offices
from tracker.permissions import Actor, Role
from tracker.tickets import history, present
from tracker.tickets.models import TicketEvent

SUBTREES = {"440100": {"440100", "440104", "440106"}, "440106": {"440106"}, "440104": {"440104"}}
MONTHS = ((date(2026, 4, 1), date(2026, 4, 30)), (date(2026, 5, 1), date(2026, 5, 31)))
PAUSES = [
    wall.on(date(2026, 4, 28), 20),
    wall.on(date(2026, 4, 30), 17, 31),
    wall.on(date(2026, 5, 9), 12),
    wall.on(date(2026, 5, 20), 8, 31),
    wall.on(date(2026, 6, 1), 0, 5),
]
"""When everything is compared while the work goes on; at the end once more."""
END = wall.on(date(2026, 9, 30), 0)
BY_CLOCK = {
    "stage_overdue",
    "overdue",
    "auto_urge",
    "circulated",
    "still_suspended",
    "ruling_late",
    "co_overdue",
}


def lights_agree(town: Town, stories: list[Story], now: datetime) -> None:
    told = {story.number: present.light(town.session, town.ticket(story), now) for story in stories}
    assert told == {story.number: reckoning.light(story, now) for story in stories}


def facts_agree(town: Town, stories: list[Story], now: datetime) -> None:
    """Status, office, due moment, urges, supervision, returns, rounds and all that time did, of every ticket."""
    events = select(TicketEvent.ticket_id, TicketEvent.at, TicketEvent.action)
    by_clock: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for ticket_id, at, action in town.session.execute(events.where(TicketEvent.action.in_(BY_CLOCK))):
        by_clock[ticket_id].append((at, action))
    for story in stories:
        ticket = town.ticket(story)
        happened = reckoning.time_did(story, now)
        assert sorted(by_clock[ticket.id]) == happened, story
        told = (ticket.status, ticket.office.code, ticket.due_at, ticket.supervised, ticket.n_urged)
        urges = story.count("urge") + sum(what == "auto_urge" for _, what in happened)
        expected = (
            story.status,
            story.office,
            reckoning.due_at(story, now),
            reckoning.supervised(story, now),
            urges,
        )
        assert told == expected, story
        assert (ticket.n_returns, ticket.n_reworks) == (story.count("return"), story.count("rework")), story


def figures_agree(town: Town, stories: list[Story], now: datetime, codes: Iterable[str]) -> dict[str, int]:
    """Every figure of every office and month: the very tickets of it, and what the report says; the sums are returned."""
    seen: dict[str, int] = dict.fromkeys(FIGURES, 0)
    for code in codes:
        office = offices.office(town.session, code)
        leader = Actor(None, "领导", Role.LEADER, office.id, office.path, str(office.level), office.name)
        for since, until in MONTHS:
            if wall.on(since, 0) > now:
                continue
            period = Period(wall.on(since, 0), wall.on(until + wall.DAY, 0), now, frozenset(SUBTREES[code]))
            expected = {figure: behind(stories, figure, period) for figure in FIGURES}
            of = service.scope(town.session, leader, code, since, until, now=now)
            report = service.report(town.session, leader, of)
            wrong = {
                figure: sorted(expected[figure] ^ _listed(town.session, leader, of, figure))
                for figure in FIGURES
                if report.counts[figure] != len(expected[figure])
            }
            assert not wrong, (code, since, now, wrong)
            if now == END and code == "440100":
                for figure, numbers in expected.items():
                    assert _listed(town.session, leader, of, figure) == numbers, (code, since, figure)
            shares = {one.rate.label: (one.counted, one.of) for one in report.rates()}
            assert shares == {
                label: (len(expected[counted]), len(expected[of])) for label, (counted, of) in RATES.items()
            }
            for figure, numbers in expected.items():
                seen[figure] += len(numbers)
    return seen


def _listed(session: Session, leader: Actor, of: service.Scope, figure: str) -> set[str]:
    found: set[str] = set()
    cursor = None
    while True:
        page = service.tickets(session, leader, of, figure, EVERYTHING, cursor=cursor, limit=200)
        found |= {ticket.number for ticket in page.tickets}
        cursor = page.next
        if cursor is None:
            return found


def test_no_figure_is_left_out() -> None:
    assert set(FIGURES) == set(rules.FIGURE)
    assert set(RATES) == {rate.label for rate in rules.RATES}


def simulate(session: Session, n: int, seed: int) -> dict[str, int]:
    """Let the day pass and all that follows, comparing at every pause; return how much each figure counted at the end."""
    town = Town(session, wall.on(date(2026, 4, 27), 9))
    town.hire()
    players = cast(town, n, seed)
    seen: dict[str, int] = {}
    for now in play(town, players, END, [*PAUSES, END]):
        stories = [player.story for player in players if player.story.lines]
        town.read_anew()
        facts_agree(town, stories, now)
        lights_agree(town, stories, now)
        seen = figures_agree(town, stories, now, SUBTREES if now == END else ["440100"])
    assert len(stories) == n
    assert {story.status for story in stories} <= FINAL, "in the end everything is decided"
    assert not list(history.broken_links(session))
    return seen


def test_a_small_day(session: Session) -> None:
    seen = simulate(session, 40, seed=3)
    assert {figure for figure, n in seen.items() if n} >= {
        "due",
        "overdue",
        "reworked",
        "urged",
        "supervised",
    }


@pytest.mark.slow
def test_a_day_of_a_thousand(session: Session) -> None:
    seen = simulate(session, 1000, seed=20260428)
    assert min(seen.values()) > 0, "a day in which every figure counts something"
