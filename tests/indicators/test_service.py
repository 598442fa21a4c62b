from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.indicators.busy import APRIL_1, CHANGED_BY_CORRECTIONS, MARCH, april, counts, leader, march, rates
from tests.world import BAD, NOW, World
from tracker.errors import Invalid, NotFound
from tracker.indicators import present, rules, service
from tracker.indicators.queries import EVERYTHING, Narrower
from tracker.tickets import queries
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status
from tracker.tickets.sweep import sweep

RAW = False


def test_rates_count_what_happened(world: World) -> None:
    content, angry = world.closed(), world.reviewed()
    world.act(world.operator, angry, "call-back", BAD)
    world.act(world.officer, angry, "appeal", {"reason": "超出法律规定", "proof": "录音第2分钟"})
    world.act(world.arbiter, angry, "decide-appeal", {"approve": True, "opinion": "成立"})
    unsigned, back = world.dispatched(), world.dispatched()
    statement = {"reason": "not_our_duty", "basis": "职责清单", "statement": "不属于本单位职责"}
    world.act(world.officer, back, "return", statement)
    world.act(world.reviewer, back, "sign-return", {"approve": True, "opinion": "同意退单"})
    world.act(world.arbiter, back, "rule", {"ruling": "uphold", "reason": "原派单正确"})
    found = rates(world)
    assert found["satisfied", RAW] == (1, 2)
    assert found["satisfied", True] == (1, 1)
    assert found["solved", RAW] == (1, 2)
    assert found["reached", RAW] == (2, 2)
    assert found["signed_in_time", RAW] == (3, 3)
    assert found["closed_in_time", RAW] == (1, 1)
    assert found["reworked", RAW] == (1, 2)
    assert found["closed_at_once", RAW] == (1, 1)
    assert found["first_dispatch", RAW] == (2, 2)
    assert found["returned", RAW] == (1, 4)
    assert found["returns_overruled", RAW] == (1, 1)
    assert found["returns_upheld", RAW] == (0, 1)
    assert found["repeated", RAW] == (0, 4)
    world.now = NOW + timedelta(days=29)
    sweep(world.session, now=world.now)
    found = rates(world)
    assert found["signed_in_time", RAW] == (2, 4)
    assert found["closed_in_time", RAW] == (1, 4)
    assert content.status == Status.CLOSED
    assert unsigned.status == Status.DISPATCHED


def test_what_is_handled_first_counts_when_it_is_settled(world: World) -> None:
    back = world.dispatched()
    statement = {"reason": "not_our_duty", "basis": "职责清单", "statement": "不属于本单位职责"}
    world.act(world.officer, back, "return", statement)
    world.act(world.reviewer, back, "sign-return", {"approve": True, "opinion": "同意退单"})
    world.act(world.arbiter, back, "rule", {"ruling": "handle_first", "reason": "时限将到，先办后议"})
    assert (rates(world)["returned", RAW], rates(world)["returns_upheld", RAW]) == ((1, 1), (0, 0))
    settled = {"ruling": "redispatch", "office": "440105", "reason": "属海珠区职责"}
    world.act(world.arbiter, back, "settle-return", settled)
    assert rates(world)["returns_upheld", RAW] == (1, 1)
    assert rates(world)["returns_overruled", RAW] == (0, 1)


def test_a_busy_march(world: World) -> None:
    march(world)
    found = counts(world)
    assert {code for code, n in found.items() if n == 0} == {"late", "dropped", "resorted"}
    assert (found["received"], found["repeated"]) == (16, 1)
    assert (found["attempted"], found["reached"], found["answered"]) == (7, 6, 6)
    assert (found["satisfied"], found["answered_adjusted"], found["satisfied_adjusted"]) == (4, 4, 3)
    assert (found["returned"], found["ruled"], found["returns_upheld"], found["returns_overruled"]) == (
        2,
        2,
        1,
        1,
    )
    assert (found["not_accepted"], found["redirected"]) == (1, 1)
    assert (found["closed"], found["closed_at_once"], found["reworked"]) == (4, 3, 3)
    # overdue: unsigned, in hand, overruled, sent on, lead, two in rework; extended is due on another day of March
    assert found["overdue"] == 8
    assert found["due"] == found["overdue"] + found["closed"] + 1


def test_march_stays_as_it_was_told_but_for_corrections(world: World) -> None:
    made = march(world)
    told = {code: counts(world, code) for code in ("440100", "440106")}
    april(world, made)
    for code, before in told.items():
        after = counts(world, code)
        differing = {figure for figure in before if before[figure] != after[figure]}
        assert differing <= CHANGED_BY_CORRECTIONS
        assert before["satisfied"] == after["satisfied"]
    assert (after["dropped"], after["resorted"]) == (1, 1)
    city = counts(world)
    assert city["late"] == city["received"] - told["440100"]["received"] == 1
    assert told["440106"]["answered_adjusted"] - after["answered_adjusted"] == after["dropped"]


def test_a_due_moment_that_was_moved_away_in_time_is_not_counted(world: World) -> None:
    ticket = world.in_progress()
    first = ticket.due_at
    world.act(world.officer, ticket, "extend", {"days": 10, "reason": "需委托鉴定", "basis": "办法第十条"})
    world.act(world.reviewer, ticket, "decide-extension", {"approve": True, "opinion": "同意"})
    assert first is not None
    assert ticket.due_at is not None
    assert first < APRIL_1 < ticket.due_at
    world.now = APRIL_1
    assert rates(world)["closed_in_time", RAW] == (0, 0)


def test_what_is_suspended_when_due_is_not_counted(world: World) -> None:
    ticket = world.in_progress()
    world.act(world.officer, ticket, "suspend", {"reason": "等待复议决定结果"})
    world.now = APRIL_1 + timedelta(days=3)
    assert counts(world)["due"] == 0
    world.act(world.officer, ticket, "resume")
    assert counts(world)["due"] == 0


def test_what_was_overdue_and_then_redone_stays_late(world: World) -> None:
    ticket = world.reviewed()
    assert ticket.due_at is not None
    world.now = ticket.due_at + timedelta(hours=1)
    world.act(world.operator, ticket, "rework", {"reason": "诉求人不认可"})
    assert ticket.due_at > APRIL_1
    world.now = APRIL_1
    assert rates(world)["closed_in_time", RAW] == (0, 1)
    assert rates(world)["replied_in_time", RAW] == (1, 1)


def test_offices_side_by_side_and_the_grid_add_up(world: World) -> None:
    march(world)
    who = leader(world)
    of = service.scope(world.session, who, None, *MARCH, now=world.now)
    found = service.report(world.session, who, of)
    rows = {row.code: row.counts for row in found.rows}
    assert found.scope.office.code == "440100"
    assert rows["440106"]["received"] + rows["440105"]["received"] == found.counts["received"]
    assert rows["440105"]["received"] == 1
    grid = service.grid(world.session, of)
    assert sum(grid.cells.values()) == found.counts["received"]
    assert dict(grid.areas).keys() == {"440105", "440106"}
    assert grid.cells["440105", "E"] == 1


def test_the_subtree_bounds_what_is_told(world: World) -> None:
    session, who = world.session, world.officer
    with pytest.raises(NotFound):
        service.scope(session, who, "440105", None, None, now=NOW)
    with pytest.raises(Invalid):
        service.scope(session, who, None, date(2026, 3, 2), date(2026, 3, 1), now=NOW)
    with pytest.raises(Invalid):
        service.scope(session, who, None, date(2024, 3, 2), date(2026, 3, 1), now=NOW)
    of = service.scope(session, who, None, None, None, now=NOW)
    found = service.report(session, who, of)
    assert {one.share for one in found.rates()} == {None}
    assert set(found.counts.values()) == {0}
    with pytest.raises(NotFound):
        service.tickets(session, who, of, "no_such_figure", EVERYTHING)


def test_what_went_elsewhere_is_counted_but_not_shown(world: World) -> None:
    made = march(world)
    who = leader(world, "440106")
    of = service.scope(world.session, who, None, *MARCH, now=world.now)
    found = service.tickets(world.session, who, of, "returns_upheld", EVERYTHING)
    assert [one.number for one in found.tickets] == [made["sent_on"].number]
    assert found.open_to == frozenset()


def test_overdue_is_what_the_queue_calls_so(world: World) -> None:
    march(world)
    who = leader(world)
    on = date(2026, 4, 1)
    of = service.scope(world.session, who, None, on, on, now=world.now)
    told = service.tickets(world.session, who, of, "overdue", EVERYTHING, limit=200)
    queue = queries.tickets(world.session, who, {"tab": "overdue", "limit": 200}, now=world.now)
    assert {one.id for one in told.tickets} == {one.id for one in queue.items}


def test_own_rows_are_those_not_below(world: World) -> None:
    world.closed()
    who = leader(world)
    of = service.scope(world.session, who, None, *MARCH, now=world.now)
    own = service.report(world.session, who, of).rows[0]
    listed = {
        one.code: service.tickets(world.session, who, of, one.code, Narrower(own=True)).n
        for one in rules.FIGURES
    }
    assert (own.code, {figure: own.counts[figure] for figure in listed}) == ("", listed)


def test_a_late_clock_is_told_until_it_has_caught_up(world: World) -> None:
    world.dispatched()
    world.now = APRIL_1 + timedelta(days=3)
    who = leader(world)
    of = service.scope(world.session, who, None, *MARCH, now=world.now)
    late = service.report(world.session, who, of)
    assert late.n_unswept == 1
    assert "1件工单的时限尚未核对" in present.late_clock(late)
    while sweep(world.session, now=world.now):
        pass
    caught_up = service.report(world.session, who, of)
    assert caught_up.n_unswept == 0
    assert present.late_clock(caught_up) == ""
    assert caught_up.counts["signing"] == 1, "dated when it happened, not when it was written"


def test_what_ranks_nobody_leaves_the_adjusted_rates_and_is_told_when_it_comes_late(world: World) -> None:
    march(world)
    told = counts(world, "440106")
    kept = world.session.scalars(
        select(Ticket).where(
            Ticket.status == Status.CLOSED.value, Ticket.office_id == world.officer.office_id
        )
    ).first()
    assert kept is not None
    world.later(days=40)
    world.act(world.arbiter, kept, "exclude", {"reason": "依法处罚，诉求人不满结果"})
    after = counts(world, "440106")
    assert after["answered"] == told["answered"]
    assert told["answered_adjusted"] - after["answered_adjusted"] == after["dropped"] == 1
