"""Closures and the record of changes, over HTTP and below it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.world import BAD, World, database_url, engine, world
from tracker.calendar import changes, queries, service
from tracker.calendar.models import CalendarChange
from tracker.calendar.rules import Day
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.notices import service as service_notices
from tracker.permissions import Actor, Role
from tracker.tickets import clocks, deadline, retime, view
from tracker.tickets.models import Ticket, TicketEvent

__all__ = ["database_url", "engine", "world"]

WEDNESDAY = date(2026, 3, 4)


def admin(world: World, code: str = "440100") -> Actor:
    office = world.office(code)
    return Actor(None, "管理员", Role.ADMINISTRATOR, office.id, office.path, str(office.level), office.name)


def settle(world: World) -> int:
    """Let the sweep's turn come after an edit; return how many rounds had something to do."""
    world.session.info.pop("timetable", None)
    now, rounds = world.now + 2 * changes.SETTLE, 0
    while retime.retime(world.session, now=now, limit=2):
        rounds += 1
    return rounds


def retimed(world: World, ticket: Ticket) -> list[str]:
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.action == "retimed")
    return [event.note for event in world.session.scalars(query.order_by(TicketEvent.id))]


def on(at: datetime | None) -> str:
    assert at is not None
    return at.astimezone(UTC).date().isoformat()


def test_loading_a_year_makes_provisional_deadlines_firm_and_says_so(world: World) -> None:
    world.now = datetime(2026, 12, 21, 2, tzinfo=UTC)
    ticket = world.in_progress()
    assert (on(ticket.due_at), ticket.due_provisional) == ("2027-01-11", True)
    early = world.dispatched()
    off = [Day(date(2027, 1, 1), is_working=False, note="元旦放假")]
    service.load_year(world.session, admin(world), 2027, off, source="国办发明电", now=world.now)
    assert settle(world) >= 2
    assert (on(ticket.due_at), ticket.due_provisional) == ("2027-01-12", False)
    [note] = retimed(world, ticket)
    assert "载入2027年放假安排（国办发明电）" in note
    assert "改为2027-01-12" in note[: service_notices.NOTE_MAX]
    assert len(retimed(world, early)) == 1
    [change] = queries.changes(world.session, admin(world), 2027)
    assert (change.n_changed, change.done_at is not None, change.by_name) == (2, True, "管理员")
    assert settle(world) == 0


def test_a_change_rests_before_it_counts(world: World) -> None:
    changes.close(world.session, admin(world), "440106", WEDNESDAY, "台风停工", now=world.now)
    assert retime.retime(world.session, now=world.now) == 0
    assert retime.retime(world.session, now=world.now + changes.SETTLE) == 1


def test_a_closure_moves_handling_and_signing_and_is_explained(world: World) -> None:
    ticket = world.dispatched()
    due, sign = ticket.due_at, ticket.stage_due_at
    changes.close(world.session, admin(world), "440106", WEDNESDAY, "台风停工", now=world.now)
    settle(world)
    assert due is not None
    assert sign is not None
    assert ticket.due_at == due + timedelta(days=1)
    assert ticket.stage_due_at == sign + timedelta(days=1)
    assert ticket.next_check_at == ticket.stage_due_at
    told = deadline.explanation(world.session, ticket)
    assert any("台风停工" in step["because"] for step in told["steps"])
    assert (told["suspended_days"], told["steps"][-1]["counted"]) == (0, 15)
    [closure] = queries.shut(world.session, admin(world), 2026)
    changes.reopen(world.session, admin(world), closure.closure.id, "登记有误", now=world.now)
    settle(world)
    assert (ticket.due_at, ticket.stage_due_at) == (due, sign)
    assert len(retimed(world, ticket)) == 2


def test_a_closure_elsewhere_concerns_nobody_here(world: World) -> None:
    ticket = world.dispatched()
    due = ticket.due_at
    changes.close(world.session, admin(world), "440105", WEDNESDAY, "停电", now=world.now)
    settle(world)
    assert (ticket.due_at, retimed(world, ticket)) == (due, [])


def test_extensions_are_kept_when_counted_again(world: World) -> None:
    ticket = world.in_progress()
    clocks.on_extended(world.session, ticket, 5, world.now)
    due = ticket.due_at
    service.set_day(
        world.session, admin(world), WEDNESDAY, is_working=False, note="", why="试", now=world.now
    )
    settle(world)
    assert due is not None
    assert ticket.due_days == 20
    assert ticket.due_at == due + timedelta(days=1)


def test_a_due_moment_is_never_moved_into_the_past(world: World) -> None:
    ticket = world.dispatched()
    due = ticket.due_at
    assert due is not None
    world.now = due - timedelta(hours=1)
    saturday = date(2026, 3, 7)
    service.set_day(world.session, admin(world), saturday, is_working=True, note="", why="试", now=world.now)
    settle(world)
    assert (ticket.due_at, retimed(world, ticket)) == (due, [])


def test_a_row_that_cannot_be_counted_stops_no_other(world: World) -> None:
    broken, whole = world.dispatched(), world.dispatched()
    broken.stage_rule = "a rule that is gone"
    due = whole.due_at
    world.session.flush()
    changes.close(world.session, admin(world), "440106", WEDNESDAY, "台风停工", now=world.now)
    settle(world)
    assert due is not None
    assert whole.due_at == due + timedelta(days=1)
    assert retimed(world, broken) == []


def test_a_rework_is_counted_from_its_beginning(world: World) -> None:
    ticket = world.act(world.operator, world.reviewed(), "call-back", BAD)
    due, began = ticket.due_at, ticket.due_from_at
    assert ticket.n_reworks == 1
    assert due is not None
    assert began is not None
    assert began > (ticket.dispatched_at or began)
    changes.close(world.session, admin(world), "440106", WEDNESDAY, "台风停工", now=world.now)
    settle(world)
    assert (ticket.due_days, ticket.due_at) == (15, due + timedelta(days=1))


def test_what_comes_in_later_counts_with_the_closure(world: World) -> None:
    changes.close(world.session, admin(world), "440100", WEDNESDAY, "台风停工", now=world.now)
    world.session.info.pop("timetable", None)
    ticket = world.dispatched()
    assert on(ticket.due_at) == "2026-03-24"
    assert on(ticket.stage_due_at) == "2026-03-05"


def test_what_is_left_counts_by_the_office_in_charge(world: World) -> None:
    ticket = world.dispatched()
    due = ticket.due_at
    before = view.time_left(world.session, ticket, due, world.now)
    changes.close(world.session, admin(world), "440106", WEDNESDAY, "台风停工", now=world.now)
    world.session.info.pop("timetable", None)
    after = view.time_left(world.session, ticket, due, world.now)
    assert (before, after) == ("剩15个工作日", "剩14个工作日")


def test_what_is_refused(world: World) -> None:
    s, who, now = world.session, admin(world), world.now
    with pytest.raises(NotAllowed):
        changes.close(s, world.officer, "440106", WEDNESDAY, "台风", now=now)
    with pytest.raises(NotFound):
        changes.close(s, admin(world, "440105"), "440106", WEDNESDAY, "台风", now=now)
    with pytest.raises(NotFound, match="还没有载入"):
        changes.close(s, who, "440106", date(2031, 1, 2), "台风", now=now)
    with pytest.raises(Invalid, match="休息日"):
        changes.close(s, who, "440106", date(2026, 3, 7), "台风", now=now)
    with pytest.raises(Invalid, match="原因"):
        changes.close(s, who, "440106", WEDNESDAY, " ", now=now)
    changes.close(s, who, "440106", WEDNESDAY, "台风", now=now)
    with pytest.raises(Conflict):
        changes.close(s, who, "440106", WEDNESDAY, "台风", now=now)
    with pytest.raises(NotFound):
        changes.reopen(s, who, 999999, "x", now=now)
    with pytest.raises(Invalid, match="工作时间"):
        service.set_day(s, who, WEDNESDAY, is_working=True, note="", hours="早上", now=now)
    assert len(list(s.scalars(select(CalendarChange)))) == 1
