"""The one writer of a ticket's status, and who may know of a ticket."""

import itertools
from random import Random

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW, REASON
from tracker.errors import Conflict, NotFound, Stale
from tracker.offices import service as offices
from tracker.permissions import SYSTEM
from tracker.tickets import history, queries, rules, service, sight
from tracker.tickets.models import CoHandler, Ticket, TicketEvent
from tracker.tickets.rules import NEXT, Status


def test_every_lawful_step_is_written_with_its_event(session: Session) -> None:
    ticket = factories.take_in(session, triage_now=False)
    for current, target in itertools.product(Status, Status):
        if target not in NEXT[current]:
            continue
        ticket.status = current
        before = ticket.version, ticket.n_events
        event = service.move(session, ticket, SYSTEM, "step", target, now=NOW, note="试")
        assert (ticket.status, ticket.version, ticket.n_events) == (target, before[0] + 1, before[1] + 1)
        assert (event.from_status, event.to_status, event.seq) == (current, target, before[1] + 1)


def test_every_other_step_is_refused_and_writes_nothing(session: Session) -> None:
    ticket = factories.take_in(session, triage_now=False)
    for current, target in itertools.product(Status, Status):
        if target in NEXT[current]:
            continue
        ticket.status = current
        version = ticket.version
        with pytest.raises(Conflict, match=rules.STATUS_LABELS[current]):
            service.move(session, ticket, SYSTEM, "step", target, now=NOW)
        assert (ticket.status, ticket.version) == (current, version)


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.TRIAGED])
def test_real_actions_lead_into_every_status(session: Session, status: Status) -> None:
    ticket = factories.standing(session, status)
    assert ticket.status == status
    assert not list(history.broken_links(session))


def test_a_stale_version_is_told_who_was_faster(session: Session) -> None:
    ticket = factories.standing(session, Status.DISPATCHED)
    read = ticket.version
    factories.act(session, ticket, "officer", "accept")
    officer = factories.person(session, "officer2")
    with pytest.raises(Stale, match="李志强") as refused:
        service.lock(session, officer, ticket.number, version=read)
    assert refused.value.http_status == 412
    assert service.lock(session, officer, ticket.number, version=ticket.version) is ticket


def test_what_lies_outside_the_own_subtree_does_not_exist(session: Session) -> None:
    ticket = factories.standing(session, Status.DISPATCHED)
    neighbour = factories.person(session, "neighbour")
    absent = "202603029999999"
    for number in (ticket.number, absent):
        with pytest.raises(NotFound) as refused:
            service.find(session, neighbour, number)
        assert (refused.value.message, refused.value.code) == (service.NOT_FOUND, "not_found")
        with pytest.raises(NotFound):
            service.lock(session, neighbour, number)


def test_a_co_handling_office_may_see_the_ticket(session: Session) -> None:
    ticket = factories.standing(session, Status.IN_PROGRESS)
    neighbour = factories.person(session, "neighbour")
    factories.act(session, ticket, "officer", "co-handle", office="440104", task="请协助调取案卷")
    assert service.find(session, neighbour, ticket.number) is ticket
    assert ticket.number in {one.number for one in queries.tickets(session, neighbour, {}, now=NOW).items}


def test_seeing_one_and_listing_all_follow_the_same_rule(session: Session) -> None:
    random = Random(7)
    codes = ["440000", "440100", "440104", "440106", "440106006", "440104001"]
    at = [offices.office(session, code) for code in codes]
    tickets = [factories.take_in(session, content=factories.MURKY) for _ in range(40)]
    for ticket in tickets:
        ticket.office, ticket.intake_office = random.choice(at), random.choice(at)
        ticket.assisting_office_id = random.choice([None, *(one.id for one in at)])
        if random.random() < 0.4:
            office = random.choice(at)
            session.add(CoHandler(ticket_id=ticket.id, office_id=office.id, asked_at=NOW, task="协办"))
    session.flush()
    for login in factories.PEOPLE:
        actor = factories.person(session, login)
        listed = set(session.scalars(select(Ticket.id).where(sight.visible(actor))))
        assert {one.id for one in tickets if service.sees(session, actor, one)} == listed, login


def test_a_touched_event_breaks_the_chain(session: Session) -> None:
    ticket = factories.standing(session, Status.CLOSED)
    assert not list(history.broken_links(session))
    for change in (
        update(TicketEvent).where(TicketEvent.seq == 2).values(note="没有这回事"),
        update(TicketEvent).where(TicketEvent.seq == 3).values(actor_name="别人"),
    ):
        with session.begin_nested() as savepoint:
            session.execute(change.where(TicketEvent.ticket_id == ticket.id))
            session.expire_all()
            assert [one for one in history.broken_links(session) if ticket.number in one]
            savepoint.rollback()
        session.expire_all()
    assert not list(history.broken_links(session))


def test_a_removed_tail_and_a_removed_history_are_found(session: Session) -> None:
    ticket = factories.standing(session, Status.IN_PROGRESS)
    number, ticket_id, last = ticket.number, ticket.id, ticket.n_events
    session.execute(
        text("DELETE FROM ticket_event WHERE ticket_id = :t AND seq = :s"), {"t": ticket_id, "s": last}
    )
    session.expire_all()
    assert list(history.broken_links(session)) == [f"工单 {number}：末尾的流转记录缺失"]
    session.execute(text("DELETE FROM ticket_event WHERE ticket_id = :t"), {"t": ticket_id})
    assert list(history.broken_links(session)) == [f"工单 {number}：全部流转记录缺失"]


def test_the_reason_reaches_the_history(session: Session) -> None:
    ticket = factories.standing(session, Status.WITHDRAWN)
    last = queries.events(session, ticket)[-1]
    assert (last.action, last.note, last.actor_name) == ("withdraw", REASON["reason"], "陈晓岚")
