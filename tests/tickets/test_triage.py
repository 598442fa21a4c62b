"""From the text to an office, or to a person; never nowhere, and one bad row stops no other."""

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import CONTENT, MURKY, NOW
from tracker.categories.models import Category
from tracker.jobs import Job
from tracker.offices import service as offices
from tracker.replies.models import ReplyTemplate
from tracker.tickets import queries, triage
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status


def test_a_proposal_writes_nothing(session: Session) -> None:
    home = offices.office(session, "440106")
    proposal = triage.propose(session, title="", text=CONTENT, now=NOW, home=home)
    assert proposal.office is not None
    assert (proposal.office.code, proposal.doubt) == ("440106", None)
    assert not session.new
    assert not session.dirty
    assert session.scalar(select(Ticket.id).limit(1)) is None


@pytest.mark.parametrize(
    "content",
    [MURKY, "楼上邻居太吵了，半夜唱歌，物业也不管。", "?", "😀😀😀", "aaaa " * 100, "1" * 200, "。" * 50],
)
def test_what_nobody_can_tell_waits_for_a_person_and_says_why(session: Session, content: str) -> None:
    ticket = factories.take_in(session, content=content)
    assert ticket.status == Status.MANUAL
    assert ticket.because
    assert ticket.next_check_at is not None
    assert ticket.office.code == "440106"


def test_draining_does_each_waiting_ticket_once(session: Session) -> None:
    waiting = [factories.take_in(session, triage_now=False) for _ in range(5)]
    murky = factories.take_in(session, triage_now=False, content=MURKY)
    assert [triage.drain(session, now=NOW, limit=4) for _ in range(3)] == [4, 2, 0]
    assert {one.status for one in waiting} == {Status.DISPATCHED}
    assert murky.status == Status.MANUAL
    for one in waiting:
        assert [event.action for event in queries.events(session, one)] == ["receive", "triage", "dispatch"]
    assert Job.TRIAGE in session.info["bells"]


def test_a_row_that_cannot_be_triaged_reaches_a_person_and_stops_no_other(session: Session) -> None:
    broken, fine = (factories.take_in(session, triage_now=False) for _ in range(2))
    session.execute(update(Ticket).where(Ticket.id == broken.id).values(respondent_level="galaxy"))
    session.expire_all()
    assert triage.drain(session, now=NOW) == 2
    session.flush()
    session.expire_all()
    assert (fine.status, broken.status) == (Status.DISPATCHED, Status.MANUAL)
    assert broken.because == "自动分类未能完成，请人工研判。"


def test_a_table_without_the_category_still_reaches_a_person(session: Session) -> None:
    ticket = factories.take_in(session, triage_now=False)
    session.execute(delete(ReplyTemplate))
    for code in ("A1", "A2", "A3", "A4"):
        session.execute(update(Category).where(Category.code == code).values(code=f"X{code}"))
    session.expire_all()
    assert triage.drain(session, now=NOW) == 1
    session.flush()
    session.expire_all()
    assert session.get_one(Ticket, ticket.id).status == Status.MANUAL
    at_the_desk = factories.take_in(session)
    assert (at_the_desk.status, at_the_desk.office.code) == (Status.MANUAL, "440106")


def test_a_street_team_is_answered_by_the_county_with_the_street_assisting(session: Session) -> None:
    text = "石牌街道综合行政执法队执法人员态度恶劣，粗暴执法，动手推人，还辱骂商户，砸坏我的摊位。"
    ticket = factories.take_in(session, content=text, category_code="G1")
    assert ticket.office.code == "440106"
    assert ticket.assisting_office_id == offices.office(session, "440106006").id
    street = factories.person(session, "street")
    assert ticket.number in {one.number for one in queries.tickets(session, street, {}, now=NOW).items}
