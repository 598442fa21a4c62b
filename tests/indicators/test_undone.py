from datetime import timedelta

from tests.indicators.busy import counts, rates
from tests.world import REGISTRY, World
from tracker.permissions import Actor
from tracker.tickets import bulk
from tracker.tickets.models import Ticket

REASON = {"reason": "诉求人来电催问"}


def on_second_thought(world: World, who: Actor, name: str, ticket: Ticket, **given: object) -> None:
    """Do it in bulk, and take it back three minutes later."""
    now = world.later(hours=1)
    done = bulk.perform(world.session, who, REGISTRY[name], [ticket.number], given, now=now)
    assert done.batch_id is not None, done.results
    _, results = bulk.take_back(
        world.session, who, done.batch_id, REGISTRY, now=world.later(seconds=timedelta(minutes=3).seconds)
    )
    assert [one.fine for one in results] == [True], results


def test_what_was_undone_counts_nowhere(world: World) -> None:
    signed, urged, moved = world.dispatched(), world.dispatched(), world.dispatched()
    before = counts(world)
    on_second_thought(world, world.officer, "accept", signed)
    on_second_thought(world, world.operator, "urge", urged, **REASON)
    on_second_thought(world, world.operator, "redispatch", moved, office="440105", **REASON)
    assert counts(world) == before
    assert counts(world, "440105") == counts(world, "440104")
    world.act(world.officer, signed, "accept")
    assert rates(world)["signed_in_time", False] == (1, 1)
