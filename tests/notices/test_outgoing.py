"""Urgent notices on their way out: addressed, sent once, tried again, given up, and taken care of by a person."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from tests.notices.servers import web_server
from tests.notices.test_service import follow_all, texts
from tests.world import World
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.notices import addresses, letters, outgoing
from tracker.notices.gateways import Gateway, GatewayError, Http, Message
from tracker.notices.models import Delivery, NoticeAddress, SuperiorLetter
from tracker.notices.rules import MAX_TRIES
from tracker.offices.models import Body
from tracker.permissions import Actor, Role


class Kept:
    """A gateway that keeps what it is given, or refuses as told."""

    def __init__(self, *, is_personal: bool = False, refusal: GatewayError | None = None) -> None:
        self.is_personal, self.refusal, self.n_asked = is_personal, refusal, 0
        self.taken: list[Message] = []

    def send(self, message: Message) -> None:
        self.n_asked += 1
        if self.refusal:
            raise self.refusal
        self.taken.append(message)


def admin(world: World, code: str = "440106") -> Actor:
    office = world.office(code)
    return Actor(None, "管理员", Role.ADMINISTRATOR, office.id, office.path, str(office.level), office.name)


def urged(world: World, n: int = 1) -> None:
    for _ in range(n):
        world.act(world.operator, world.dispatched(), "urge", {"reason": "诉求人张三13800138000再次来电"})
    follow_all(world)


def drain(world: World, gateways: Mapping[str, Gateway], **more: float) -> int:
    now, looked = world.later(**more), 0
    while n := outgoing.deliver(world.session, gateways, now=now):
        looked += n
    return looked


def rows(world: World) -> list[Delivery]:
    query = select(Delivery).where(Delivery.gateway != outgoing.FAN_OUT).order_by(Delivery.id)
    return list(world.session.scalars(query))


def test_a_notice_leaves_once_by_every_gateway_and_says_nothing_personal(world: World) -> None:
    urged(world)
    log, web, mail = Kept(), Kept(), Kept(is_personal=True)
    known = {"console": log, "webhook": web, "email": mail}
    addresses.choose(world.session, world.officer, {"email": "officer@example.gov.cn"}, now=world.now)
    addresses.choose(world.session, world.stranger, {"email": "other@example.gov.cn"}, now=world.now)
    assert drain(world, known) == 4
    assert drain(world, known, hours=1) == 0
    assert (len(log.taken), len(web.taken)) == (1, 1)
    [letter] = mail.taken
    assert letter.to == "officer@example.gov.cn"
    assert len({one.key for one in [*log.taken, *web.taken, *mail.taken]}) == 3
    for one in [*log.taken, *web.taken, *mail.taken]:
        assert "被催办" in one.text
        assert not any(word in one.text for word in ("张三", "13800138000", "城管"))


def test_the_same_key_comes_with_every_try(world: World) -> None:
    urged(world)
    with web_server() as held:
        known = {"webhook": Http(held.url, is_personal=False)}
        held.answer = 503
        drain(world, known)
        held.answer = 200
        drain(world, known, hours=1)
    keys = [one["Idempotency-Key"] for one in held.headers]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    [row] = rows(world)
    assert (row.n_tries, row.sent_at, row.error) == (2, world.now, None)


def test_what_a_killed_worker_sent_is_sent_again_with_the_same_key(world: World) -> None:
    urged(world)
    web = Kept()
    outgoing.deliver(world.session, {"webhook": web}, now=world.now)
    killed = world.session.begin_nested()
    assert outgoing.deliver(world.session, {"webhook": web}, now=world.now) == 1
    killed.rollback()
    drain(world, {"webhook": web})
    assert len(web.taken) == 2
    assert web.taken[0] == web.taken[1]


def test_pauses_grow_until_it_is_given_up_and_a_person_decides(world: World) -> None:
    urged(world)
    broken = Kept(refusal=GatewayError("对方系统拒绝（HTTP 503）"))
    pauses = []
    for _ in range(MAX_TRIES - 1):
        drain(world, {"webhook": broken}, hours=2)
        [row] = rows(world)
        assert row.next_try_at is not None
        pauses.append(row.next_try_at - world.now)
    assert timedelta(seconds=22) <= pauses[0] <= timedelta(seconds=38)
    assert pauses == sorted(pauses)
    drain(world, {"webhook": broken}, hours=2)
    assert (row.next_try_at, row.gave_up_at, row.n_tries) == (None, world.now, MAX_TRIES)
    [dead], _ = outgoing.dead(world.session, admin(world))
    assert dead.delivery is row
    assert dead.whom == world.office("440106").name
    assert outgoing.dead(world.session, admin(world, "440105"))[0] == []
    outgoing.retry(world.session, admin(world, "440100"), row.id, now=world.now)
    good = Kept()
    assert drain(world, {"webhook": good}) == 1
    assert len(good.taken) == 1
    assert outgoing.dead(world.session, admin(world))[0] == []


def test_a_final_refusal_is_given_up_at_once_and_dropped_with_a_reason(world: World) -> None:
    urged(world)
    broken = Kept(refusal=GatewayError("对方系统拒绝（HTTP 404）", is_final=True))
    drain(world, {"webhook": broken})
    [row] = rows(world)
    assert (broken.n_asked, row.gave_up_at) == (1, world.now)
    s, now = world.session, world.now
    with pytest.raises(Invalid):
        outgoing.drop(s, admin(world), row.id, " ", now=now)
    with pytest.raises(NotFound):
        outgoing.drop(s, admin(world, "440105"), row.id, "系统已下线", now=now)
    with pytest.raises(NotAllowed):
        outgoing.retry(s, world.officer, row.id, now=now)
    outgoing.drop(s, admin(world), row.id, "系统已下线", now=now)
    assert (row.drop_reason, row.dropped_by_name) == ("系统已下线", "管理员")
    with pytest.raises(Conflict):
        outgoing.retry(s, admin(world), row.id, now=now)
    assert outgoing.dead(s, admin(world))[0] == []


def test_a_gateway_that_is_down_is_not_asked_for_each(world: World) -> None:
    urged(world, 3)
    gone, good = Kept(refusal=GatewayError("不通", is_down=True)), Kept()
    drain(world, {"webhook": gone, "console": good})
    assert (gone.n_asked, len(good.taken)) == (1, 3)
    assert sorted(row.n_tries for row in rows(world) if row.gateway == "webhook") == [0, 0, 1]


def test_who_turned_it_off_meanwhile_gets_nothing(world: World) -> None:
    urged(world)
    mail = Kept(is_personal=True)
    addresses.choose(world.session, world.officer, {"email": "officer@example.gov.cn"}, now=world.now)
    outgoing.deliver(world.session, {"email": mail}, now=world.now)
    addresses.choose(world.session, world.officer, {"email": ""}, now=world.now)
    drain(world, {"email": mail})
    assert mail.taken == []
    assert "取消" in (rows(world)[0].error or "")


def test_a_gateway_switched_off_keeps_its_notices(world: World) -> None:
    urged(world)
    outgoing.deliver(world.session, {"webhook": Kept()}, now=world.now)
    drain(world, {})
    [row] = rows(world)
    assert row.next_try_at is not None
    assert "停用" in (row.error or "")


def test_addresses_are_sealed_and_checked(world: World) -> None:
    s, who = world.session, world.officer
    addresses.choose(s, who, {"sms": " 13800138000 "}, now=world.now)
    assert addresses.mine(s, who) == {"sms": "13800138000"}
    assert addresses.mine(s, world.reviewer) == {}
    raw = s.scalars(select(NoticeAddress)).one().address_sealed
    assert b"13800138000" not in raw
    for chosen in ({"sms": "123"}, {"email": "x"}, {"email": "a@b.c\nBcc: x@y.cn"}, {"pigeon": "x"}):
        with pytest.raises(Invalid):
            addresses.choose(s, who, chosen, now=world.now)
    with pytest.raises(NotAllowed):
        addresses.choose(s, world.city_reviewer(), {"sms": ""}, now=world.now)


def vertical(world: World) -> tuple[Body, Body]:
    """A vertically managed body of the city whose superior department is known, and that department."""
    found = world.session.scalars(
        select(Body).where(Body.is_vertical, Body.superior_id.is_not(None)).order_by(Body.id).limit(1)
    ).first()
    if found is None:  # the small province holds none: take one of its bodies and say that it is
        found, superior = world.session.scalars(select(Body).order_by(Body.id).limit(2)).all()
        found.is_vertical, found.superior_id = True, superior.id
        world.session.flush()
    assert found.superior_id is not None
    return found, world.session.get_one(Body, found.superior_id)


def test_the_superior_of_a_vertical_body_gets_a_draft(world: World) -> None:
    body, superior = vertical(world)
    ticket = world.dispatched()
    ticket.respondent_body_id = body.id
    world.session.flush()
    follow_all(world)
    letters.draft(world.session, ticket, ticket.status, now=world.now)
    [(letter, number, told)] = letters.owed(world.session, world.reviewer)
    assert [one for one in texts(world, world.reviewer) if "告知函" in one and number in one]
    assert not [one for one in texts(world, world.officer) if "告知函" in one]
    assert (number, told) == (ticket.number, superior.name)
    assert body.name in letter.text
    assert ticket.number in letter.text
    assert ticket.title not in letter.text
    s, now = world.session, world.now
    assert letters.owed(s, world.stranger) == []
    with pytest.raises(NotAllowed):
        letters.settle(s, world.stranger, letter.id, is_sent=True, reason="", now=now)
    with pytest.raises(Invalid):
        letters.settle(s, world.reviewer, letter.id, is_sent=False, reason="", now=now)
    letters.settle(s, world.reviewer, letter.id, is_sent=True, reason="穗司函〔2026〕1号", now=now)
    with pytest.raises(Conflict):
        letters.settle(s, world.reviewer, letter.id, is_sent=True, reason="", now=now)
    assert letters.owed(s, world.reviewer) == []


def test_other_bodies_get_none(world: World) -> None:
    body, _ = vertical(world)
    ticket = world.dispatched()
    ticket.respondent_body_id = body.id
    world.session.execute(update(Body).where(Body.id == body.id).values(is_vertical=False))
    follow_all(world)
    assert world.session.scalars(select(SuperiorLetter)).all() == []


def test_a_notice_is_addressed_once_whatever_happens(world: World) -> None:
    urged(world)
    log = Kept()
    drain(world, {"console": log})
    world.session.execute(
        text("UPDATE delivery SET next_try_at = :now WHERE gateway = :all"),
        {"now": world.now, "all": outgoing.FAN_OUT},
    )
    world.session.expire_all()
    drain(world, {"console": log})
    assert len(log.taken) == 1
