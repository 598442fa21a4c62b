from sqlalchemy import select, update

from tests.world import World
from tracker.notices import queries, service
from tracker.notices.models import Delivery, Notice
from tracker.notices.rules import MAX_TRIES
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


def test_deliveries_are_sent_or_tried_again_and_given_up(world: World) -> None:
    world.act(world.operator, world.dispatched(), "urge", {"reason": "诉求人再次来电"})
    assert follow_all(world) == 2
    assert service.deliver(world.session, now=world.now) == 1
    assert service.deliver(world.session, now=world.now) == 0
    delivery = world.session.scalars(select(Delivery)).one()
    assert delivery.sent_at == world.now
    world.session.execute(update(Delivery).values(gateway="pigeon", next_try_at=world.now, n_tries=0))
    world.session.expire_all()
    for _ in range(MAX_TRIES):
        assert service.deliver(world.session, now=world.later(hours=2)) == 1
    assert service.deliver(world.session, now=world.later(hours=2)) == 0
    assert "pigeon" in (delivery.error or "")
    assert world.session.get_one(Notice, delivery.notice_id).kind == "urge"
