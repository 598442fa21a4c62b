"""回避: what is said of an office is told to the office above it, and to nobody of that office."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW, S, act
from tests.seeded import database_url, engine
from tracker.notices import queries
from tracker.notices.models import Notice
from tracker.offices import service as offices
from workers import events

__all__ = ["database_url", "engine"]


def test_the_desk_that_took_it_in_hears_nothing_of_a_complaint_about_its_own_office(session: Session) -> None:
    about = factories.take_in(
        session, respondent={"body_code": "440106-SF"}, content="压案不查，三个月不答复。"
    )
    assert about.intake_office.code == "440106"
    if about.status == S.MANUAL:
        given = {"office": "440100", "reason": "回避", "category": "F3"}
        act(session, about, "city.operator", "redispatch", **given)
    act(session, about, "city.officer", "accept")
    act(session, about, "city.officer", "reply", **factories.REPLY)
    act(session, about, "city.reviewer", "review", approve=True)
    session.flush()
    while events.follow(session, NOW):
        pass
    told = session.scalars(select(Notice).where(Notice.ticket_id == about.id)).all()
    itself, above = offices.office(session, "440106").id, offices.office(session, "440100").id
    assert told
    assert {one.office_id for one in told} == {above} != {itself}
    for login in ("operator", "officer", "reviewer"):
        mine, _ = queries.inbox(session, factories.person(session, login), now=NOW)
        assert mine == []
    asked, _ = queries.inbox(session, factories.person(session, "city.operator"), now=NOW)
    assert any("回访" in one.notice.text for one in asked)
