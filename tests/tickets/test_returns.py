"""Returns and rulings: who signs, who decides, what is settled later, and what later dispatches learn from it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import CONTENT, NOW, act, person, standing, take_in
from tracker.accounts.models import Account
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound, TrackerError
from tracker.offices.models import Office
from tracker.replies.models import EvidenceFile
from tracker.routing import precedents
from tracker.routing import service as routing
from tracker.routing.models import Precedent
from tracker.tickets import alike, clocks, queries, returns, sweep
from tracker.tickets.models import ReturnRequest, Ticket
from tracker.tickets.rules import Status

S = Status
RETURN = {"reason": "not_our_duty", "basis": "职责清单第三条", "statement": "该事项不归我局监督。"}
AGREED = {"approve": True, "opinion": "同意退单"}
TO_CITY = {"ruling": "redispatch", "office": "440100", "reason": "应由市局统一承办"}
PAPER = {"name": "职责清单.txt", "content": b"paper"}


def asked(session: Session, ticket: Ticket) -> ReturnRequest:
    return queries.return_requests(session, ticket)[0]


def code(error: pytest.ExceptionInfo[TrackerError]) -> str:
    return error.value.code


# ── asking and signing ──


def test_nothing_moves_before_another_person_signed(session: Session) -> None:
    ticket = standing(session, S.DISPATCHED)
    stage_due_at, due_at = ticket.stage_due_at, ticket.due_at
    act(session, ticket, "officer", "return", **RETURN)
    assert (ticket.status, ticket.stage_due_at, ticket.n_returns) == (S.DISPATCHED, stage_due_at, 0)
    reviewer = person(session, "reviewer")
    assert ticket.id in {
        one.id for one in queries.tickets(session, reviewer, {"tab": "review"}, now=NOW).items
    }
    with pytest.raises(Conflict) as twice:
        act(session, ticket, "officer2", "return", **RETURN)
    assert code(twice) == "return_pending"
    act(session, ticket, "reviewer", "sign-return", **AGREED)
    assert (ticket.status, ticket.n_returns, ticket.due_at) == (S.RETURN_REQUESTED, 1, due_at)
    assert ticket.stage_rule == "rule_return"


def test_a_declined_return_leaves_the_office_in_charge_and_its_one_return_unspent(session: Session) -> None:
    ticket = standing(session, S.IN_PROGRESS)
    act(session, ticket, "officer", "return", **RETURN)
    act(session, ticket, "reviewer", "sign-return", approve=False, opinion="属于本局职责，请办理")
    assert (ticket.status, ticket.n_returns) == (S.IN_PROGRESS, 0)
    assert returns.waiting(session, ticket) is None
    act(session, ticket, "officer", "return", **{**RETURN, "reason": "wrong_level"})
    act(session, ticket, "reviewer", "sign-return", **AGREED)
    assert ticket.status == S.RETURN_REQUESTED


def test_a_reviewers_own_return_takes_another_reviewer_here_or_above(session: Session) -> None:
    ticket = standing(session, S.DISPATCHED)
    act(session, ticket, "reviewer", "return", **RETURN)
    with pytest.raises(NotAllowed) as own:
        act(session, ticket, "reviewer", "sign-return", **AGREED)
    assert code(own) == "second_person_needed"
    act(session, ticket, "city.reviewer", "sign-return", **AGREED)
    assert ticket.status == S.RETURN_REQUESTED


def test_where_nobody_else_could_sign_the_return_is_refused_at_once(session: Session) -> None:
    ticket = standing(session, S.DISPATCHED)
    others = update(Account).where(Account.role == "reviewer", Account.name != "reviewer")
    session.execute(others.values(is_active=False))
    with pytest.raises(Conflict) as refused:
        act(session, ticket, "reviewer", "return", **RETURN)
    assert code(refused) == "no_signer"
    assert "增设审核人" in refused.value.message
    act(session, ticket, "officer", "return", **RETURN)
    assert asked(session, ticket).signed is None


@pytest.mark.parametrize(
    ("who", "step", "given"),
    [
        ("operator", "redispatch", {"office": "440104", "reason": "主要事实在越秀"}),
        ("operator", "withdraw", factories.REASON),
        ("operator", "reject", {"reason": "outside_duty", "route": "请向街道反映"}),
        ("officer", "suspend", factories.REASON),
        ("officer", "reply", factories.REPLY),
    ],
)
def test_a_return_nobody_signed_lapses_when_the_ticket_takes_another_way(
    session: Session, who: str, step: str, given: dict[str, Any]
) -> None:
    ticket = standing(session, S.IN_PROGRESS)
    act(session, ticket, "officer", "return", **RETURN)
    act(session, ticket, who, step, **given)
    session.expire_all()
    told = asked(session, ticket)
    assert told.ended_at is not None
    assert "失效" in (told.ended_why or "")
    assert returns.waiting(session, ticket) is None


def test_signing_it_may_go_on_meanwhile(session: Session) -> None:
    ticket = standing(session, S.DISPATCHED)
    act(session, ticket, "officer", "return", **RETURN)
    act(session, ticket, "officer2", "accept")
    act(session, ticket, "reviewer", "sign-return", **AGREED)
    assert asked(session, ticket).from_status == "in_progress"


def test_a_return_is_taken_back_by_who_asked_or_a_reviewer(session: Session) -> None:
    ticket = standing(session, S.IN_PROGRESS)
    act(session, ticket, "officer", "return", **RETURN)
    with pytest.raises(NotAllowed) as refused:
        act(session, ticket, "officer2", "withdraw-return", reason="我来办")
    assert code(refused) == "not_your_return"
    act(session, ticket, "officer", "withdraw-return", reason="核对后属于本局")
    act(session, ticket, "officer", "return", **RETURN)
    act(session, ticket, "reviewer", "sign-return", **AGREED)
    act(session, ticket, "reviewer", "withdraw-return", reason="核对后属于本局")
    assert (ticket.status, ticket.n_returns) == (S.IN_PROGRESS, 1)
    with pytest.raises(Conflict) as spent:
        act(session, ticket, "officer", "return", **RETURN)
    assert code(spent) == "may_not_return"
    with pytest.raises(Conflict):
        act(session, ticket, "arbiter", "rule", ruling="uphold", reason="仍由你局办理")


def test_evidence_of_a_return_stays_with_the_return(session: Session) -> None:
    ticket = standing(session, S.IN_PROGRESS, category_code="A2")
    paper = {"name": "职责清单.txt", "content": "6IGM6LSj5riF5Y2V"}
    act(session, ticket, "officer", "return", **RETURN, evidence=[paper])
    file = session.scalars(select(EvidenceFile).where(EvidenceFile.ticket_id == ticket.id)).one()
    assert file.return_request_id == asked(session, ticket).id
    act(session, ticket, "reviewer", "sign-return", approve=False, opinion="属于本局职责")
    if ticket.category_code != "A2":
        act(session, ticket, "operator", "recategorise", category="A2")
    with pytest.raises(Invalid) as refused:
        act(session, ticket, "officer", "reply", **factories.REPLY)
    assert code(refused) == "evidence_needed", (
        "what was handed in with a return proves nothing about the reply"
    )


# ── who decides ──


def from_the_city(session: Session) -> Ticket:
    """A ticket the city took in and sent to 天河, which returned it."""
    ticket = take_in(session, who="city.operator", content=CONTENT)
    if ticket.office.code != "440106":
        act(session, ticket, "city.operator", "redispatch", office="440106", reason="按属地", category="A3")
    act(session, ticket, "officer", "return", **RETURN)
    return act(session, ticket, "reviewer", "sign-return", **AGREED)


def test_the_desk_that_dispatched_decides_the_first_return(session: Session) -> None:
    ticket = from_the_city(session)
    with pytest.raises(Invalid):
        act(session, ticket, "city.operator", "decide-return", ruling="designate", reason="指定该局办理")
    act(
        session,
        ticket,
        "city.operator",
        "decide-return",
        ruling="redispatch",
        office="440104",
        reason="事发地在越秀区",
    )
    assert (ticket.status, ticket.office.code) == (S.DISPATCHED, "440104")
    assert session.scalars(select(Precedent)).all() == [], "what the desk decides guides nobody"
    act(session, ticket, "neighbour", "return", **RETURN)
    act(session, ticket, "city.reviewer", "sign-return", **AGREED)
    with pytest.raises(Conflict) as second:
        act(session, ticket, "city.operator", "decide-return", ruling="uphold", reason="仍由你局办理")
    assert code(second) == "arbiter_needed"
    act(session, ticket, "arbiter", "rule", ruling="uphold", reason="仍由越秀区局办理")
    assert ticket.status == S.DISPATCHED


def test_nobody_decides_on_his_own_dispatch(session: Session) -> None:
    ticket = standing(session, S.RETURN_REQUESTED)
    with pytest.raises(NotAllowed) as refused:
        act(session, ticket, "operator", "decide-return", ruling="uphold", reason="仍由我局办理")
    assert code(refused) == "not_the_desk"
    with pytest.raises((NotAllowed, NotFound)):
        act(session, ticket, "city.operator", "decide-return", ruling="uphold", reason="仍由你局办理")


# ── time ──


def test_time_runs_on_while_a_return_waits_and_a_late_ruling_goes_up(session: Session) -> None:
    ticket = standing(session, S.RETURN_REQUESTED)
    due_at = ticket.due_at
    late = NOW + timedelta(days=60)
    sweep.sweep(session, now=late)
    happened = [one for one in queries.events(session, ticket) if one.action in sweep.NOTES]
    assert [one.action for one in happened] == [
        "stage_overdue",
        "ruling_late",
        "ruling_late",
        "overdue",
        "auto_urge",
        "circulated",
    ]
    assert [one.data.get("rung") for one in happened[:3]] == [None, 1, 2]
    assert happened[3].at == due_at == ticket.due_at
    assert ticket.next_check_at is None
    arbiter = person(session, "arbiter")
    assert ticket.id in {
        one.id for one in queries.tickets(session, arbiter, {"tab": "overdue"}, now=late).items
    }
    assert clocks.moments(ticket, clocks.table_of(session, ticket))


# ── handle first, settle later ──


def test_handled_first_it_is_not_returned_again_and_is_settled_where_it_stands(session: Session) -> None:
    ticket = standing(session, S.RETURN_REQUESTED)
    with pytest.raises(Conflict) as early:
        act(session, ticket, "arbiter", "settle-return", ruling="uphold", reason="属该局职责")
    assert code(early) == "nothing_to_settle"
    act(session, ticket, "arbiter", "rule", ruling="handle_first", reason="时限将到，先办后议")
    assert (ticket.status, ticket.office.code, ticket.designated) == (S.DISPATCHED, "440106", False)
    with pytest.raises(Conflict) as again:
        act(session, ticket, "officer", "return", **RETURN)
    assert "先办后议" in again.value.message
    arbiter = person(session, "arbiter")
    assert [one.id for _, one in queries.deferred_returns(session, arbiter)] == [ticket.id]
    act(session, ticket, "officer", "accept")
    with pytest.raises(Invalid) as nowhere:
        act(session, ticket, "arbiter", "settle-return", ruling="redispatch", reason="应属市局职责")
    assert nowhere.value.fields == {"office": ["请选择单位。"]}
    act(session, ticket, "arbiter", "settle-return", **TO_CITY)
    told = asked(session, ticket)
    assert (ticket.status, ticket.office.code) == (S.IN_PROGRESS, "440106"), (
        "the ticket stays where it is handled"
    )
    assert told.settled_office is not None
    assert (told.ruling, told.settled_office.code) == ("handle_first", "440100")
    assert queries.deferred_returns(session, arbiter) == []
    with pytest.raises(Conflict):
        act(session, ticket, "arbiter", "settle-return", **TO_CITY)


# ── precedents ──


def ruled(session: Session, **ruling: Any) -> Ticket:
    ticket = take_in(session, content=CONTENT, category_code="A3")
    assert ticket.respondent_body_id is not None
    act(session, ticket, "officer", "return", **{**RETURN, **ruling.pop("returned", {})})
    act(session, ticket, "reviewer", "sign-return", **AGREED)
    return act(session, ticket, "arbiter", "rule", **{**TO_CITY, **ruling})


def next_alike(session: Session, *, later: timedelta = timedelta(hours=1), **more: Any) -> Ticket:
    return take_in(session, content=CONTENT, category_code="A3", now=NOW + later, **more)


def test_the_next_complaint_alike_goes_where_the_arbiter_said(session: Session) -> None:
    first = ruled(session)
    second = next_alike(session)
    assert (second.office.code, second.routing_rule) == ("440100", "precedent")
    assert first.number in (second.because or "")
    other = take_in(session, content=CONTENT, category_code="E1", now=NOW + timedelta(hours=2))
    assert other.routing_rule != "precedent", "another category is another matter"


@pytest.mark.parametrize(
    "changed", [{"precedent": False}, {"ruling": "handle_first"}, {"returned": {"reason": "insufficient"}}]
)
def test_not_every_ruling_guides_others(session: Session, changed: dict[str, Any]) -> None:
    ruled(session, **changed)
    assert session.scalars(select(Precedent)).all() == []
    assert next_alike(session).routing_rule != "precedent"


def test_a_complaint_received_before_the_ruling_is_routed_by_what_held_then(session: Session) -> None:
    ruled(session)
    assert next_alike(session, later=-timedelta(hours=1)).routing_rule != "precedent"


def test_a_newer_ruling_takes_the_place_of_an_older_one(session: Session) -> None:
    ruled(session, office="440104")
    second = next_alike(session)
    assert second.office.code == "440104"
    act(session, second, "neighbour", "return", now=NOW + timedelta(hours=2), **RETURN)
    act(session, second, "city.reviewer", "sign-return", now=NOW + timedelta(hours=3), **AGREED)
    given = {"ruling": "designate", "office": "440100", "reason": "市政府会议明确由市局承办"}
    act(session, second, "arbiter", "rule", now=NOW + timedelta(hours=4), **given)
    rows = session.scalars(select(Precedent).order_by(Precedent.id)).all()
    assert [(one.office_code, one.ended_at is None) for one in rows] == [("440104", False), ("440100", True)]
    assert second.number in (rows[0].ended_why or "")
    assert next_alike(session, later=timedelta(hours=5)).office.code == "440100"


def test_a_precedent_is_switched_off_and_on_by_who_may(session: Session) -> None:
    ruled(session)
    row = session.scalars(select(Precedent)).one()
    off = {"active": False, "reason": "职责清单已修订"}
    with pytest.raises(NotAllowed):
        precedents.switch(session, person(session, "city.reviewer"), row.id, **off, now=NOW)
    with pytest.raises(Invalid):
        precedents.switch(session, person(session, "arbiter"), row.id, active=False, reason=" ", now=NOW)
    precedents.switch(
        session, person(session, "administrator"), row.id, **off, now=NOW + timedelta(minutes=5)
    )
    with pytest.raises(Conflict):
        precedents.switch(session, person(session, "arbiter"), row.id, **off, now=NOW)
    assert next_alike(session).routing_rule != "precedent"
    back = precedents.switch(
        session,
        person(session, "arbiter"),
        row.id,
        active=True,
        reason="修订未通过",
        now=NOW + timedelta(hours=2),
    )
    assert back.id != row.id, "what held when stays told"
    assert next_alike(session, later=timedelta(hours=3)).office.code == "440100"
    assert [one.ended_at is None for one, _ in precedents.listed(session, person(session, "arbiter"))] == [
        True,
        False,
    ]


def test_an_abolished_office_is_sent_nothing_by_a_precedent(session: Session) -> None:
    ruled(session)
    session.execute(update(Office).where(Office.code == "440100").values(is_active=False))
    assert next_alike(session).office.code == "440106"


def test_a_place_argued_about_binds_the_precedent_to_the_place(session: Session) -> None:
    ticket = ruled(session, returned={"reason": "not_our_area"})
    row = session.scalars(select(Precedent)).one()
    assert row.division_code == ticket.division_code
    assert ticket.respondent_body_id is not None
    elsewhere = "/440000/440100/440104/"
    found = precedents.find(session, ticket.respondent_body_id, "A3", elsewhere, now=NOW + timedelta(days=1))
    assert found is None


def test_the_tester_follows_the_precedent_too(session: Session) -> None:
    first = ruled(session)
    facts = routing.facts_for(session, body_id=first.respondent_body_id, category_code="A3")
    decided = routing.decide(session, facts, now=NOW + timedelta(days=1))
    assert (decided.rule_id, decided.office_code) == ("precedent", "440100")


# ── earlier rulings alike ──


def test_rulings_alike_come_with_what_is_alike(session: Session) -> None:
    first = ruled(session, precedent=False)
    murky = standing(session, S.RETURN_REQUESTED)
    act(session, murky, "arbiter", "rule", ruling="uphold", reason="仍由天河区局办理")
    second = next_alike(session)
    found = alike.rulings_alike(session, person(session, "arbiter"), second)
    assert found[0].ticket.id == first.id
    assert (found[0].same_body, found[0].same_category) == (True, True)
    assert found[0].likeness == 1
    assert "管理局" in found[0].words
    assert alike.rulings_alike(session, person(session, "neighbour"), second) == []


def test_places_and_single_characters_make_nothing_alike() -> None:
    told = alike.telling_words("广州市天河区石牌街道的超市被查，没有通知。")
    assert {"超市", "通知"} <= told
    assert not told & {"广州市", "天河区", "石牌街道", "的"}


def test_likeness_is_the_share_of_common_words() -> None:
    one, other = frozenset({"检查", "通知", "经营"}), frozenset({"检查", "罚款"})
    assert alike.likeness(one, one) == 1
    assert alike.likeness(one, other) == pytest.approx(0.4)
    assert alike.likeness(one, frozenset()) == 0
