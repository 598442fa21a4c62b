"""Grouping in the database: as tickets come in, anew by command, and as people want it."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from classifiers import grouping
from tests import factories
from tests.factories import NOW
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.groups import queries, service, store
from tracker.groups.models import GroupMember, TicketGroup
from tracker.tickets import triage
from tracker.tickets.models import Ticket

MIXER = (
    "青禾新城旁边的搅拌站夜里施工，灰尘和噪音很大，城管执法人员来过也不管。",
    "住在青禾新城，门口搅拌站的噪音吵得睡不着，城管一直没有查处。",
    "青禾新城业主反映：搅拌站没有手续，灰尘满天，城管不作为。",
    "请问青禾新城附近的搅拌站什么时候查处？城管说不归他们管，灰尘太大了。",
)
PARKING = (
    "望江小区物业擅自把停车费涨到每月三百元，没有公示，市场监管局不管。",
    "望江小区停车费涨价，物业说不交就不让进门，市场监管局没有答复。",
)


def take(session: Session, *texts: str, first: int = 0, **more) -> list[Ticket]:
    return [
        factories.take_in(
            session, content=text, complainant=factories.caller(phone=f"1380013{first + i:04d}"), **more
        )
        for i, text in enumerate(texts)
    ]


def grouped(session: Session) -> set[frozenset[int]]:
    found: dict[int, set[int]] = {}
    for one in session.scalars(select(GroupMember)):
        found.setdefault(one.group_id, set()).add(one.ticket_id)
    assert all(group_id == min(ids) for group_id, ids in found.items())
    sizes = {one.id: one.n_tickets for one in session.scalars(select(TicketGroup))}
    assert sizes == {group_id: len(ids) for group_id, ids in found.items()}
    return {frozenset(ids) for ids in found.values()}


def ids(tickets: list[Ticket]) -> frozenset[int]:
    return frozenset(one.id for one in tickets)


def drain(session: Session) -> int:
    done = 0
    while n := service.drain(session, limit=3):
        done += n
    session.expire_all()
    return done


def anew(session: Session) -> None:
    while service.clear(session):
        pass
    assert not grouped(session)
    drain(session)


def test_tickets_about_one_matter_meet_and_a_rebuild_finds_the_same(session: Session) -> None:
    mixer, parking = take(session, *MIXER), take(session, *PARKING, first=10)
    assert drain(session) == 6
    assert drain(session) == 0
    assert grouped(session) == {ids(mixer), ids(parking)}
    assert service.progress(session) == (6, 6)
    anew(session)
    assert grouped(session) == {ids(mixer), ids(parking)}


def test_untriaged_tickets_wait_and_are_not_forgotten(session: Session) -> None:
    late = take(session, MIXER[0], triage_now=False)
    rest = take(session, *MIXER[1:], first=10)
    assert drain(session) == 3
    assert triage.drain(session, now=NOW) == 1
    session.flush()
    assert drain(session) == 1
    assert grouped(session) == {ids([*late, *rest])}


def test_the_same_words_in_another_prefecture_are_another_matter(session: Session) -> None:
    here, there = take(session, MIXER[0]), take(session, MIXER[0], first=10)
    here[0].division_code, there[0].division_code = "440106", None
    session.flush()
    drain(session)
    assert grouped(session) == {ids([*here, *there])}
    assert [store.area(code) for code in ("440106006", "440100", "440000", None, "")] == [
        "4401",
        "4401",
        "",
        "",
        "",
    ]


def test_who_is_taken_out_stays_out_and_who_is_put_in_stays_in(session: Session) -> None:
    mixer, parking = take(session, *MIXER), take(session, *PARKING, first=10)
    drain(session)
    operator = factories.person(session, "operator")
    out, rest = mixer[::2], mixer[1::2]  # the group's founder and one from its middle
    for one in out:
        service.take_out(session, operator, one.number, now=NOW)
        session.expire_all()
    assert grouped(session) >= {ids(rest), ids(parking)}
    anew(session)
    assert not [group for group in grouped(session) if group & ids(out) and group & ids(rest)]
    service.join(session, operator, parking[0].number, mixer[1].number, now=NOW)
    service.join(session, operator, mixer[0].number, mixer[1].number, now=NOW)
    session.expire_all()
    wanted = ids([mixer[0], mixer[1], mixer[3], parking[0]])
    assert wanted in grouped(session)
    anew(session)
    (found,) = (group for group in grouped(session) if group & wanted)
    assert wanted <= found
    assert mixer[2].id not in found


def test_who_may_change_a_group(session: Session) -> None:
    mixer, alone = take(session, *MIXER[:2]), take(session, PARKING[0], first=10)
    operator = factories.person(session, "operator")
    with pytest.raises(Conflict):
        service.join(session, operator, mixer[0].number, mixer[1].number, now=NOW)
    drain(session)
    with pytest.raises(NotAllowed):
        service.take_out(session, factories.person(session, "officer"), mixer[0].number, now=NOW)
    with pytest.raises(NotFound):
        service.take_out(session, factories.person(session, "neighbour.operator"), mixer[0].number, now=NOW)
    with pytest.raises(Conflict):
        service.take_out(session, operator, alone[0].number, now=NOW)
    with pytest.raises(Invalid):
        service.join(session, operator, mixer[0].number, mixer[1].number, now=NOW)
    assert ids(mixer) in grouped(session)


def test_a_group_that_grew_is_looked_over(session: Session) -> None:
    most = grouping.LOOKED_OVER_AT[0]
    mixer = take(session, *(f"{MIXER[i % 4]}第{i}次反映。" for i in range(most)))
    drain(session)
    assert grouped(session) == {ids(mixer)}


def test_a_reader_counts_only_what_he_sees(session: Session) -> None:
    take(session, *MIXER)
    take(session, MIXER[1], MIXER[2], first=100, who="neighbour.operator")
    drain(session)

    def hottest(login: str, **more) -> list[tuple[int, int]]:
        reader = factories.person(session, login)
        asked = {"now": NOW, "days": 30, "limit": 10} | more
        return [(one.n_tickets, one.n_people) for one in queries.hottest(session, reader, **asked)[0]]

    assert hottest("province") == [(6, 6)]
    assert hottest("operator") == [(4, 4)]
    assert hottest("neighbour.operator") == [(2, 2)]
    assert hottest("province", now=NOW + timedelta(days=31)) == []


def test_one_person_many_times_is_not_as_hot_as_a_few(session: Session) -> None:
    same = factories.caller(phone="13911112222")
    for i in range(8):
        factories.take_in(session, content=f"{PARKING[0]}第{i}次反映。", complainant=same)
    take(session, *MIXER)
    for i in range(3):
        factories.take_in(session, content=f"松柏小学强制午休收费，教育局不查，第{i}次。")
    drain(session)
    reader = factories.person(session, "province")
    found, following = queries.hottest(session, reader, now=NOW, days=30, limit=2)
    assert [(one.n_tickets, one.n_people) for one in found] == [(4, 4), (8, 1)]
    for one in found:
        assert one.heat == pytest.approx(grouping.heat(one.n_people, one.n_voices), abs=1e-4)
    last, end = queries.hottest(session, reader, now=NOW, days=30, limit=2, cursor=following)
    assert [(one.n_tickets, one.n_people) for one in last] == [(3, 0)]
    assert end is None
    for broken in ("x", "1_x", "nan_1", "-1_1", "1", "_"):
        with pytest.raises(Invalid):
            queries.hottest(session, reader, now=NOW, days=30, limit=2, cursor=broken)


def test_the_counts_outlive_the_tickets_they_came_from(session: Session) -> None:
    take(session, MIXER[0])
    drain(session)
    before = store.rarities(session, ["搅拌站"])["搅拌站"]
    session.execute(delete(GroupMember))
    assert before == 1
    assert session.scalar(select(func.count()).select_from(TicketGroup)) == 1
