"""An office is abolished, a handler's account is shut: the tickets go on, and somebody hears of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW, REASON, REPLY
from tracker.accounts import service as accounts
from tracker.accounts.models import Account
from tracker.indicators.history import office_at
from tracker.notices.models import Notice
from tracker.offices import service as offices
from tracker.offices.models import Body
from tracker.offices.rules import BodyKind
from tracker.tickets import history, queries, succession
from tracker.tickets.models import CoHandler, Ticket
from tracker.tickets.rules import OPEN, Status
from workers import deadlines, events

STREET = "440106006"
LATER = NOW + timedelta(hours=3)


def abolished(session: Session, code: str) -> None:
    offices.change_office(
        session, factories.person(session, "administrator"), code, now=LATER, is_active=False
    )


def of_the_street(session: Session, status: Status) -> Ticket:
    ticket = factories.standing(session, Status.MANUAL)
    given = {"office": STREET, "category": "C1", **REASON}
    factories.act(session, ticket, "operator", "redispatch", **given)
    if status is not Status.DISPATCHED:
        factories.act(session, ticket, "street", "accept")
    if status is Status.SUSPENDED:
        factories.act(session, ticket, "street", "suspend", reason="等待复议决定")
    if status is Status.REPLIED:
        factories.act(session, ticket, "street", "reply", **REPLY)
    assert ticket.status == status
    return ticket


@pytest.mark.parametrize(
    "status", [Status.DISPATCHED, Status.IN_PROGRESS, Status.SUSPENDED, Status.REPLIED], ids=str
)
def test_the_office_above_takes_over_what_an_abolished_office_left(session: Session, status: Status) -> None:
    ticket = of_the_street(session, status)
    due_at = ticket.due_at
    abolished(session, STREET)
    assert succession.settle(session, now=LATER) == 1
    assert (ticket.office.code, ticket.status, ticket.due_at) == ("440106", status, due_at)
    assert ticket.handler_id is None
    last = queries.events(session, ticket)[-1]
    assert "已撤销" in last.note
    assert "天河区司法局" in last.note
    assert session.scalar(select(office_at(ticket.id, LATER))) == ticket.office_id
    assert succession.settle(session, now=LATER) == 0
    assert not list(history.broken_links(session))


def test_what_waited_for_a_signature_gets_the_time_to_sign_anew(session: Session) -> None:
    ticket = of_the_street(session, Status.DISPATCHED)
    limit = ticket.stage_due_at
    later = NOW + timedelta(days=1)
    abolished(session, STREET)
    succession.settle(session, now=later)
    assert limit is not None
    assert ticket.stage_due_at is not None
    assert ticket.stage_due_at > limit
    factories.act(session, ticket, "officer", "accept", now=later + timedelta(hours=1))
    factories.act(session, ticket, "officer", "reply", now=later + timedelta(hours=2), **REPLY)


def test_every_open_ticket_of_an_abolished_district_is_somebody_s(session: Session) -> None:
    made = [factories.standing(session, status) for status in sorted(OPEN - {Status.TRIAGED})]
    abolished(session, "440106")
    while deadlines.one_round(session, LATER):
        pass
    assert {ticket.office.code for ticket in made if ticket.status in OPEN} == {"440100"}
    assert len([ticket for ticket in made if ticket.status in OPEN]) == len(made)


def test_the_heir_is_never_the_office_complained_about(session: Session) -> None:
    ticket = factories.take_in(session, who="city.operator", category_code="F3")
    factories.act(session, ticket, "city.operator", "redispatch", office=STREET, **REASON)
    above = select(Body.id).where(Body.kind == BodyKind.SUPERVISION, Body.division_code == "440106")
    ticket.respondent_body_id = session.scalars(above).one()  # as it turned out afterwards
    abolished(session, STREET)
    succession.settle(session, now=LATER)
    assert ticket.office.code == "440100"


def test_no_lead_waits_for_a_co_handler_that_is_no_more(session: Session) -> None:
    ticket = factories.standing(session, Status.IN_PROGRESS)
    factories.act(session, ticket, "officer", "co-handle", office=STREET, task="请到现场了解经过")
    abolished(session, STREET)
    assert succession.settle(session, now=LATER) == 1
    part = session.scalars(select(CoHandler).where(CoHandler.ticket_id == ticket.id)).one()
    assert part.done_at == LATER
    factories.act(session, ticket, "officer", "reply", now=LATER, **REPLY)


def test_a_handler_shut_out_leaves_his_tickets_unassigned_and_the_office_hears_of_it(
    session: Session, by
) -> None:
    his = factories.standing(session, Status.IN_PROGRESS)
    other = of_the_street(session, Status.IN_PROGRESS)
    account = session.scalars(select(Account).where(Account.name == "officer")).one()
    page = f"/tickets/{his.number}"
    assert "李志强" in by("reviewer").get(page).text
    accounts.disable(session, factories.person(session, "administrator"), account.id, now=LATER)
    assert succession.settle(session, now=LATER) == 1
    assert (his.handler_id, his.status, his.office.code) == (None, Status.IN_PROGRESS, "440106")
    assert other.handler_id is not None
    session.flush()
    assert "未指定" in by("reviewer").get(page).text
    while events.follow(session, LATER):
        pass
    told = session.scalars(select(Notice).where(Notice.kind == "unassign")).all()
    assert told
    assert all(his.number in one.text for one in told)
    factories.act(session, his, "officer2", "reply", now=LATER, **REPLY)
    assert succession.settle(session, now=LATER) == 0
