"""Clocks and calendars at their worst: nothing is lost, nothing is written twice, and every refusal says what to do."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import CALL, NOW, REASON, REPLY
from tests.simulation import wall
from tracker.clock import LOCAL, local, local_date
from tracker.tickets import deadline, history, queries, sweep
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

LATE = NOW + timedelta(days=60)


def actions_of(session: Session, ticket: Ticket) -> list[str]:
    return [event.action for event in queries.events(session, ticket)]


def test_a_clock_that_went_back_turns_no_history_round(session: Session) -> None:
    ticket = factories.standing(session, Status.IN_PROGRESS)
    last = ticket.last_event_at
    factories.act(session, ticket, "officer", "reply", now=NOW - timedelta(days=2), **REPLY)
    factories.act(session, ticket, "reviewer", "review", now=NOW - timedelta(hours=1), approve=True)
    events = queries.events(session, ticket)
    assert [one.at for one in events] == sorted(one.at for one in events)
    assert ticket.reviewed_at is not None
    assert timedelta() < ticket.reviewed_at - last < timedelta(seconds=1)
    assert ticket.stage_due_at is not None
    assert ticket.stage_due_at > last
    assert not list(history.broken_links(session))


def test_a_clock_that_went_back_lets_no_limit_pass_twice(session: Session) -> None:
    ticket = factories.standing(session, Status.IN_PROGRESS)
    sweep.sweep(session, now=LATE)
    before = actions_of(session, ticket)
    assert sweep.sweep(session, now=NOW) == 0
    factories.act(session, ticket, "officer", "suspend", now=NOW, reason="等待复议决定")
    factories.act(session, ticket, "officer", "resume", now=NOW)
    factories.act(session, ticket, "officer", "reply", now=NOW, **REPLY)
    for _ in range(2):
        sweep.sweep(session, now=LATE + timedelta(minutes=1))
    assert actions_of(session, ticket) == [*before, "suspend", "resume", "reply"]


def test_the_last_second_of_a_limit_still_belongs_to_it(session: Session) -> None:
    made = [factories.standing(session, Status.DISPATCHED) for _ in range(2)]
    limit = made[0].stage_due_at
    assert limit is not None
    assert sweep.sweep(session, now=limit) == 0
    factories.act(session, made[0], "officer", "accept", now=limit)
    factories.act(session, made[1], "officer", "accept", now=limit + timedelta(seconds=1))
    assert "stage_overdue" not in actions_of(session, made[0])
    assert actions_of(session, made[1])[-2:] == ["stage_overdue", "accept"]


@pytest.fixture(params=["America/New_York", "Pacific/Kiritimati", "UTC"])
def elsewhere(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that stands in another zone, perhaps one with summer time."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_the_zone_of_the_server_changes_nothing(session: Session, elsewhere: str) -> None:
    ticket = factories.standing(session, Status.DISPATCHED)
    day = local_date(NOW)
    assert ticket.stage_due_at == wall.closing(wall.nth(day, 2)), elsewhere
    assert ticket.number.startswith("20260302")


def test_guangzhou_keeps_no_summer_time() -> None:
    year = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(366)]
    assert {local(day).utcoffset() for day in year} == {timedelta(hours=8)}


def test_a_caller_abroad_in_summer_time_is_written_down_at_the_right_moment(session: Session) -> None:
    ticket = factories.take_in(session, received_at="2026-03-01T20:30:00-05:00")
    assert ticket.received_at == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert local(ticket.received_at).tzinfo is LOCAL


HOLIDAY, EVE = date(2026, 5, 1), date(2026, 4, 30)


@pytest.mark.parametrize(
    "at",
    [
        wall.on(EVE, 0),
        wall.on(EVE, 23, 59, 59),
        wall.on(HOLIDAY, 0),
        wall.on(HOLIDAY, 12),
        wall.on(date(2026, 5, 5), 23, 59, 59),
        wall.on(date(2026, 5, 9), 8, 30),  # a Saturday that is worked
        wall.on(date(2026, 5, 10), 10),
        wall.on(date(2026, 12, 31), 23, 59, 59),
    ],
    ids=str,
)
def test_holidays_and_the_last_second_of_a_day_count_like_on_the_wall(session: Session, at: datetime) -> None:
    ticket = factories.take_in(session, now=at)
    day = wall.the_day(at)
    assert ticket.status == Status.DISPATCHED
    assert ticket.number.startswith(f"{day:%Y%m%d}")
    if day.year == 2026 and day.month < 12:
        assert ticket.stage_due_at == wall.closing(wall.nth(day, 2))
        assert ticket.due_at == wall.closing(wall.nth(day, 15))
    assert ticket.due_provisional is (day.month == 12)
    explained = deadline.explanation(session, ticket)
    assert ticket.due_at is not None
    assert explained["steps"][0]["day"] == day.isoformat()
    assert explained["steps"][-1]["day"] == local_date(ticket.due_at).isoformat()
    assert explained["steps"][-1]["counted"] == 15


@pytest.mark.parametrize(
    "at", ["2026-03-02T10:10:01+08:00", "2099-01-01T00:00:00+08:00", "1999-12-31T23:59:59+08:00"]
)
def test_what_was_received_in_the_future_or_long_ago_is_refused(by, at: str) -> None:
    answer = by("operator").post("/api/v1/tickets", factories.complaint(received_at=at))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert answer.get_json()["fields"]["received_at"] == ["受理时间不能在将来，也不能早于2000年。"]


def test_what_came_in_before_the_calendar_begins_is_due_from_its_dispatch(session: Session) -> None:
    ticket = factories.take_in(session, received_at="2001-03-15T09:00:00+08:00")
    assert ticket.number.startswith("20010315")
    assert ticket.due_at == wall.closing(wall.nth(local_date(NOW), 15))
    assert not ticket.due_provisional
    assert ticket.next_check_at == ticket.stage_due_at


def test_what_is_written_down_late_and_murky_is_late_at_once(session: Session) -> None:
    ticket = factories.take_in(session, content=factories.MURKY, received_at="2026-02-24T09:00:00+08:00")
    assert ticket.status == Status.MANUAL
    assert sweep.sweep(session, now=NOW) == 1
    (late,) = [one for one in queries.events(session, ticket) if one.action == "stage_overdue"]
    assert late.at == wall.on(date(2026, 2, 25), 9)
    assert sweep.sweep(session, now=NOW) == 0


def test_a_deadline_past_the_last_arranged_year_says_it_is_provisional(by, clock) -> None:
    clock.at = wall.on(date(2026, 12, 25), 10)
    told = by("operator").post("/api/v1/tickets", factories.complaint()).get_json()
    asked = by("officer").get(f"/api/v1/tickets/{told['number']}/deadline").get_json()
    assert asked["provisional"] is True
    assert "未载入" in asked["steps"][-1]["because"]
    assert "暂定" in by("officer").get(f"/tickets/{told['number']}").text


def test_the_same_caller_saying_the_same_again_is_a_repeat(session: Session) -> None:
    caller = {"complainant": factories.caller()}
    first = factories.take_in(session, **caller)
    again = factories.take_in(session, now=NOW + timedelta(days=3), **caller)
    third = factories.take_in(
        session, now=NOW + timedelta(days=9), content=f"再说一遍：{factories.CONTENT}", **caller
    )
    other = factories.take_in(session, now=NOW, complainant=factories.caller(phone="13900139000"))
    elsewhere = factories.take_in(
        session, content="天河区城管局昨天强拆我家雨棚，没有任何告知。", now=NOW + timedelta(days=9), **caller
    )
    much_later = factories.take_in(session, now=NOW + timedelta(days=200), **caller)
    made = [first, again, third, other, elsewhere, much_later]
    assert [one.n_repeats for one in made] == [0, 1, 2, 0, 0, 0]
    assert len({one.number for one in made}) == 6
    (receipt,) = [one for one in queries.events(session, third) if one.action == "receive"]
    assert receipt.data["repeats"] == 2


def test_a_step_after_three_days_without_workers_loses_nothing(session: Session) -> None:
    ticket = factories.standing(session, Status.REVIEWED)
    factories.act(session, ticket, "operator", "call-back", now=LATE, **CALL)
    assert actions_of(session, ticket)[-3:] == ["stage_overdue", "call-back", "close"]
    factories.act(session, ticket, "operator", "rework", now=LATE, **REASON)
