"""Tickets answered or handled together: what complainants said is counted for each, what offices did is counted once."""

from datetime import timedelta

from sqlalchemy import update

from tests.indicators.busy import APRIL_1, REASON, counts, rates
from tests.world import BAD, GOOD, REPLY, World
from tracker.replies import many
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status
from tracker.tickets.sweep import sweep

ALL = False


def merged(world: World) -> tuple[Ticket, Ticket]:
    lead, other = world.dispatched(), world.dispatched()
    world.act(world.operator, other, "merge", {"lead": lead.number, **REASON})
    return lead, other


def answered(world: World) -> tuple[Ticket, Ticket]:
    lead, other = merged(world)
    world.act(world.officer, lead, "accept")
    world.act(world.officer, lead, "reply", REPLY)
    world.act(world.reviewer, lead, "review", {"approve": True})
    return lead, other


def test_one_reply_for_two_is_one_piece_of_work_and_two_answers(world: World) -> None:
    lead, other = answered(world)
    world.act(world.operator, lead, "call-back", GOOD)
    world.act(world.operator, other, "call-back", BAD)
    world.now = APRIL_1
    found = rates(world)
    assert found["repeated", ALL] == (1, 2)
    assert found["reached", ALL] == (2, 2)
    assert found["satisfied", ALL] == (1, 2)
    assert found["closed_in_time", ALL] == (1, 2)  # the second is the rework, which has a time of its own
    assert found["first_dispatch", ALL] == (1, 1)
    assert found["closed_at_once", ALL] == (1, 1)


def test_an_answer_after_the_month_leaves_the_month_alone(world: World) -> None:
    lead, other = merged(world)
    world.act(world.officer, lead, "accept")
    world.now = APRIL_1
    sweep(world.session, now=world.now)
    before = counts(world)
    world.act(world.officer, lead, "reply", REPLY)
    world.act(world.reviewer, lead, "review", {"approve": True})
    world.act(world.operator, other, "call-back", BAD)
    assert other.status == Status.REWORK
    assert counts(world) == before


def test_the_answer_counts_for_the_office_that_gave_it(world: World) -> None:
    lead, other = world.dispatched(), world.dispatched()
    world.act(world.operator, other, "redispatch", {"office": "440105", **REASON})
    world.act(world.operator, other, "merge", {"lead": lead.number, **REASON})
    for who, name, given in (
        (world.officer, "accept", {}),
        (world.officer, "reply", REPLY),
        (world.reviewer, "review", {"approve": True}),
    ):
        world.act(who, lead, name, given)
    for one in (lead, other):
        world.act(world.operator, one, "call-back", GOOD)
    assert (counts(world, "440106")["closed"], counts(world, "440105")["closed"]) == (2, 0)
    assert counts(world, "440106")["satisfied"] == 2


def test_who_was_held_when_the_lead_was_answered_is_answered_by_the_sweep(world: World) -> None:
    lead, other = merged(world)
    lead_id = other.merged_into_id
    world.act(world.operator, other, "unmerge", REASON)
    for who, name, given in (
        (world.officer, "accept", {}),
        (world.officer, "reply", REPLY),
        (world.reviewer, "review", {"approve": True}),
    ):
        world.act(who, lead, name, given)
    # as somebody who held it leaves it: merged, the lead answered
    held = {"status": Status.MERGED.value, "merged_into_id": lead_id}
    world.session.execute(update(Ticket).where(Ticket.id == other.id).values(held))
    world.session.expire_all()
    assert many.answer_left_behind(world.session, now=world.later(hours=1)) == 1
    assert many.answer_left_behind(world.session, now=world.later(hours=1)) == 0
    world.session.refresh(other)
    assert other.status == Status.REVIEWED
    assert other.stage_due_at is not None
    assert other.stage_due_at > world.now + timedelta(days=1)
