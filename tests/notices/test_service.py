from sqlalchemy import select

from tests.world import World
from tracker.notices import queries, service
from tracker.permissions import Actor
from tracker.tickets.models import TicketEvent


def follow_all(world: World) -> int:
    events = world.session.scalars(select(TicketEvent).order_by(TicketEvent.id)).all()
    return sum(service.follow(world.session, one, now=world.now) for one in events)


def texts(world: World, who: Actor) -> list[str]:
    items, _ = queries.inbox(world.session, who, now=world.now)
    return [one.notice.text for one in items]


def test_each_is_told_what_his_post_must_do(world: World) -> None:
    ticket = world.reviewed()
    assert follow_all(world) == 3
    assert follow_all(world) == 0
    assert [text[:4] for text in texts(world, world.officer)] == ["新派工单"]
    assert texts(world, world.reviewer)[0][-4:] == "请审核。"
    [asked] = texts(world, world.operator)
    assert ticket.number in asked
    assert "回访" in asked
    assert texts(world, world.stranger) == []


def test_reading_is_each_persons_own(world: World) -> None:
    world.replied()
    follow_all(world)
    assert queries.n_unread(world.session, world.reviewer, now=world.now) == 2
    assert service.mark_read(world.session, world.stranger, None, now=world.now) == 0
    items, _ = queries.inbox(world.session, world.reviewer, now=world.now)
    foreign = items[0].notice.id
    assert service.mark_read(world.session, world.operator, [foreign], now=world.now) == 0
    assert service.mark_read(world.session, world.reviewer, [foreign], now=world.now) == 1
    assert service.mark_read(world.session, world.reviewer, None, now=world.now) == 1
    assert queries.n_unread(world.session, world.reviewer, now=world.now) == 0
    assert queries.n_unread(world.session, world.officer, now=world.now) == 1


def test_the_inbox_is_paged(world: World) -> None:
    for _ in range(3):
        world.dispatched()
    follow_all(world)
    first, following = queries.inbox(world.session, world.officer, now=world.now, limit=2)
    assert len(first) == 2
    assert following is not None
    rest, end = queries.inbox(world.session, world.officer, now=world.now, limit=2, before=following)
    assert (len(rest), end) == (1, None)


def test_one_account_is_told_once(world: World) -> None:
    mine = world.officer.account_id or 0
    for _ in range(2):
        service.notify(world.session, mine, "import", "导入完成", now=world.now, once_key="import:1")
    assert texts(world, world.officer) == ["导入完成"]
