"""共享: another office reads a ticket for a while, and that is all it does."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW, PHONE, REASON, S, act
from tracker.audit.models import ReadEntry
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.notices.models import Notice
from tracker.tickets import queries, service, shares
from tracker.tickets.models import Ticket
from workers import deadlines, events

GIVEN: dict[str, Any] = {"office": "440104", "until": "2026-03-31", "reason": "越秀有同一商户的案件"}
AT = "/api/v1/tickets"


@pytest.fixture
def ticket(session: Session) -> Ticket:
    found = factories.standing(session, S.IN_PROGRESS, complainant=factories.caller())
    session.commit()
    return found


@pytest.fixture
def shared(session: Session, ticket: Ticket) -> Ticket:
    act(session, ticket, "reviewer", "share", **GIVEN)
    session.commit()
    return ticket


def test_the_page_of_the_office_in_charge_offers_it_to_the_reviewer(by, ticket: Ticket) -> None:
    assert "共享给哪个单位" in by("reviewer").get(f"/tickets/{ticket.number}").text
    assert "共享给哪个单位" not in by("officer").get(f"/tickets/{ticket.number}").text


def test_the_other_office_reads_lists_and_exports_it(by, shared: Ticket) -> None:
    other = by("neighbour")
    page = other.get(f"/tickets/{shared.number}")
    assert page.status_code == 200
    assert "越秀有同一商户的案件" in page.text
    assert PHONE not in page.text
    assert "查看原文" not in page.text
    told = other.get(f"{AT}/{shared.number}").get_json()
    assert told["shares"][0]["office"]["code"] == "440104"
    assert shared.number in {one["number"] for one in other.get(AT).get_json()["items"]}
    assert other.get("/tickets/export?tab=all").status_code == 200
    assert other.get(f"{AT}/{shared.number}/actions").get_json()["items"] == []


def test_it_may_do_nothing_and_learns_no_name(by, session: Session, shared: Ticket) -> None:
    at = f"{AT}/{shared.number}"
    officer, operator = by("neighbour"), by("neighbour.operator")
    asked = {"field": "phone", "reason": "想联系诉求人"}
    for one in (officer, operator):
        refused = one.post(f"{at}/reveal", asked)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "not_your_office")
    for name in ("note", "reply", "urge", "co-handle"):
        refused = officer.act(shared.number, name, **REASON)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "share_reads_only")
    assert officer.post(f"{at}/clues", {}).status_code in {403, 422}
    assert officer.get(f"/clues/new?ticket={shared.number}").status_code == 403
    regroup = operator.post(f"/api/v1/groups/{shared.number}/leave", {})
    assert (regroup.status_code, regroup.get_json()["code"]) == (403, "not_your_office")
    found = queries.tickets(session, factories.person(session, "neighbour"), {"caller": PHONE}, now=NOW)
    assert found.items == []  # or whoever it is shared with could try numbers until one fits


def test_a_reading_by_share_says_so_in_the_log(by, session: Session, shared: Ticket) -> None:
    by("neighbour").get(f"/tickets/{shared.number}")
    by("officer").get(f"/tickets/{shared.number}")
    rows = session.scalars(
        select(ReadEntry).where(ReadEntry.thing_id == shared.number).order_by(ReadEntry.id)
    )
    assert [(one.actor_name, one.asked) for one in rows] == [("赵越", "via=share"), ("李志强", "")]


def test_calling_it_back_ends_it_at_once_and_both_stand_in_the_history(
    session: Session, shared: Ticket
) -> None:
    neighbour = factories.person(session, "neighbour")
    assert service.find(session, neighbour, shared.number)
    act(session, shared, "reviewer", "unshare", office="440104", **REASON)
    with pytest.raises(NotFound):
        service.find(session, neighbour, shared.number)
    last = [(one.action, one.is_internal) for one in queries.events(session, shared)][-2:]
    assert last == [("share", True), ("unshare", True)]
    with pytest.raises(Conflict) as refused:
        act(session, shared, "reviewer", "unshare", office="440104", **REASON)
    assert refused.value.code == "not_shared"


def test_it_ends_by_itself_after_the_last_day(session: Session, shared: Ticket) -> None:
    neighbour = factories.person(session, "neighbour")
    last_moment = NOW.replace(month=3, day=31, hour=15, minute=59)  # 23:59 in Guangzhou
    assert shares.end_over(session, now=last_moment) == 0
    assert service.find(session, neighbour, shared.number)
    deadlines.one_round(session, last_moment + timedelta(minutes=2))
    session.expire_all()
    with pytest.raises(NotFound):
        service.find(session, neighbour, shared.number)
    ended = [one for one in queries.events(session, shared) if one.action == shares.ENDED]
    assert [(one.at, one.actor_name) for one in ended] == [(last_moment + timedelta(minutes=1), "系统")]
    assert shares.end_over(session, now=last_moment + timedelta(days=9)) == 0
    act(
        session,
        shared,
        "reviewer",
        "share",
        **{**GIVEN, "until": "2026-05-01"},
        now=last_moment + timedelta(days=1),
    )
    assert service.find(session, neighbour, shared.number)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"office": "440106"}, "sees_already"),
        ({"office": "440100"}, "sees_already"),
        ({"office": "999999"}, "unknown_office"),
        ({"until": "2026-03-01"}, "invalid"),
        ({"until": "2026-12-31"}, "invalid"),
        ({"until": "明天"}, "invalid"),
        ({"reason": "看"}, "invalid"),
        ({"reason": None}, "invalid"),
    ],
)
def test_what_cannot_be_shared_is_told(session: Session, ticket: Ticket, change: dict, code: str) -> None:
    with pytest.raises((Conflict, Invalid)) as refused:
        act(session, ticket, "reviewer", "share", **{**GIVEN, **change})
    assert refused.value.code == code


def test_it_is_shared_once_and_never_with_the_office_complained_about(
    session: Session, shared: Ticket
) -> None:
    with pytest.raises(Conflict) as refused:
        act(session, shared, "reviewer", "share", **GIVEN)
    assert refused.value.code == "already_shared"
    about = factories.take_in(
        session,
        who="city.operator",
        content="越秀区司法局压案不查。",
        respondent={"body_code": "440104-SF"},
        category_code="F3",
    )
    with pytest.raises(Invalid) as recused:
        act(session, about, "city.reviewer", "share", **GIVEN)
    assert recused.value.code == "recusal"


@pytest.mark.parametrize("who", ["officer", "operator", "city.reviewer", "leader"])
def test_only_the_reviewer_of_the_office_in_charge_shares(session: Session, ticket: Ticket, who: str) -> None:
    with pytest.raises(NotAllowed):
        act(session, ticket, who, "share", **GIVEN)


def test_the_other_office_is_told(session: Session, shared: Ticket) -> None:
    events.follow(session, NOW)
    told = session.scalars(select(Notice).where(Notice.kind == "share")).all()
    assert {one.office_id for one in told} == {factories.person(session, "neighbour").office_id}
    assert "供查阅" in told[0].text
    assert shares.of_ticket(session, shared)[0].until == date(2026, 3, 31)
