from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.tickets.replay import Replay
from tracker.documents import issue, schemas
from tracker.documents import service as documents
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.offices.models import Office
from tracker.supervision import queries, service
from tracker.supervision.models import Instruction, SortingRule
from tracker.supervision.rules import Sort
from tracker.tickets.history import broken_links
from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.rules import Status

BODY = {"name": "天河区市场监督管理局", "body_code": "440106-SC"}
ASKED = {"text": "请依法核实，一周内报结果。", "given_by": "王某 副区长"}


def about_the_body(session: Session, **changes: Any) -> Ticket:
    ticket = factories.take_in(session, respondent=BODY, **changes)
    ticket.category_code = "E1"
    session.flush()
    return ticket


def proposed(session: Session, ticket: Ticket) -> tuple[Sort, str]:
    told = service.proposals(session, [ticket], now=NOW)[ticket.id]
    return told.sort, told.rule


def instructed(session: Session, ticket: Ticket, **given: Any) -> Instruction:
    factories.act(session, ticket, "leader", "instruct", **{**ASKED, **given})
    return session.scalars(select(Instruction).order_by(Instruction.id.desc()).limit(1)).one()


@pytest.fixture
def ticket(session: Session) -> Ticket:
    found = factories.standing(session, Status.IN_PROGRESS)
    found.category_code = "E1"
    session.flush()
    return found


def test_the_table_comes_with_the_product_and_stays_as_edited(session: Session) -> None:
    row = session.get_one(SortingRule, "repeated")
    row.at_least = 5
    session.flush()
    service.seed(session)
    session.refresh(row)
    assert row.at_least == 5
    assert {one.sort for one in queries.table(session)} == {"A", "B", "C"}
    assert all(one.basis and not one.verified for one in queries.table(session))


def test_what_each_row_counts(session: Session, ticket: Ticket) -> None:
    assert proposed(session, ticket) == (Sort.REMIND, "general")
    ticket.category_code = "A2"
    session.flush()
    assert proposed(session, ticket) == (Sort.SINGLE, "grave_matter")
    ticket.category_code, ticket.n_repeats = "E1", 2
    session.flush()
    assert proposed(session, ticket) == (Sort.SINGLE, "repeated")
    instructed(session, ticket)
    assert proposed(session, ticket) == (Sort.SINGLE, "instructed")


def test_a_body_corrected_before_and_complained_about_again_is_special(session: Session) -> None:
    first = about_the_body(session)
    given = schemas.IssueIn().load(
        {
            "kind": "reminder",
            "tickets": [first.number],
            "to_body": "440106-SC",
            "facts": "检查时未出示证件，也未告知事由。",
            "basis": "《行政执法监督条例》",
            "demand": "请对照规定自查整改。",
        }
    )
    head = factories.person(session, "reviewer")
    made = issue.issue(session, head, given, now=NOW)
    documents.sign(session, head, made.id, {"signed_by": "王科长"}, now=NOW)
    assert proposed(session, about_the_body(session, now=NOW + timedelta(hours=1))) == (
        Sort.REMIND,
        "general",
    )
    documents.recheck(session, head, made.id, {"outcome": "corrected", "finding": "已整改"}, now=NOW)
    again = about_the_body(session, now=NOW + timedelta(hours=2))
    told = service.proposals(session, [again], now=NOW)[again.id]
    assert (told.sort, told.rule) == (Sort.SPECIAL, "corrected_again")
    assert "天河区市场监督管理局" in told.reason
    other = about_the_body(session, now=NOW + timedelta(hours=2))
    other.category_code = "G2"
    session.flush()
    assert proposed(session, other)[1] == "general"


def test_three_of_a_kind_found_true_within_a_year_are_special(session: Session) -> None:
    replied = {"outcome": "partly_true", "public_text": "经核查部分属实，已责令改正并作出说明。"}
    for _ in range(3):
        one = about_the_body(session)
        factories.act(
            session, one, "operator", "redispatch", office="440106", reason="按属地派单", category="E1"
        )
        factories.act(session, one, "officer", "accept")
        factories.act(session, one, "officer", "reply", **replied)
        factories.act(session, one, "reviewer", "review", approve=True)
    soon, late = NOW + timedelta(days=300), NOW + timedelta(days=400)
    assert proposed(session, about_the_body(session, now=soon))[1] == "found_true_again"
    assert proposed(session, about_the_body(session, now=late))[1] == "general"


def test_a_person_decides_and_history_keeps_it(session: Session, ticket: Ticket) -> None:
    arbiter = factories.person(session, "arbiter")
    taken = service.sort(session, arbiter, ticket.number, None, "", now=NOW)
    assert (taken.sort, taken.proposed, taken.decided_by_name) == (Sort.REMIND, "C", arbiter.name)
    with pytest.raises(Invalid) as refused:
        service.sort(session, arbiter, ticket.number, Sort.SPECIAL, "", now=NOW)
    assert refused.value.code == "opinion_missing"
    service.sort(session, arbiter, ticket.number, Sort.SPECIAL, "该单位近期问题集中", now=NOW)
    assert queries.sortings(session, [ticket])[ticket.id].sort == Sort.SPECIAL
    told = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.action == "sort")
    assert [one.data["sort"] for one in session.scalars(told.order_by(TicketEvent.seq))] == ["C", "B"]
    assert list(broken_links(session)) == []
    assert [one.id for one in queries.board(session, arbiter, "B", now=NOW)] == [ticket.id]
    assert queries.board(session, arbiter, "C", now=NOW) == []


@pytest.mark.parametrize(
    ("who", "refusal"), [("officer", NotAllowed), ("leader", NotAllowed), ("neighbour", NotAllowed)]
)
def test_who_may_not_sort(session: Session, ticket: Ticket, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        service.sort(session, factories.person(session, who), ticket.number, None, "", now=NOW)


def test_an_empty_table_proposes_nothing_to_take(session: Session, ticket: Ticket) -> None:
    for row in queries.table(session):
        row.is_active = False
    session.flush()
    with pytest.raises(Conflict):
        service.sort(session, factories.person(session, "arbiter"), ticket.number, None, "", now=NOW)
    chosen = service.sort(
        session, factories.person(session, "arbiter"), ticket.number, Sort.SINGLE, "", now=NOW
    )
    assert chosen.sort == Sort.SINGLE


def test_an_instruction_supervises_until_it_is_answered(session: Session, ticket: Ticket) -> None:
    leader, officer = factories.person(session, "leader"), factories.person(session, "officer")
    asked = instructed(session, ticket, days=5)
    assert ticket.supervised
    assert asked.due_at is not None
    assert [one.id for one in queries.board(session, leader, "instructed", now=NOW)] == [ticket.id]
    assert queries.n_late_instructions(session, officer, now=NOW) == 1
    assert queries.n_late_instructions(session, leader, now=NOW) == 0
    assert queries.n_late_instructions(session, leader, now=asked.due_at + timedelta(minutes=1)) == 1
    service.answer(session, officer, asked.id, "已核实并答复诉求人。", now=NOW + timedelta(days=1))
    assert not ticket.supervised
    assert queries.board(session, leader, "instructed", now=NOW) == []
    with pytest.raises(Conflict) as refused:
        service.answer(session, officer, asked.id, "再次反馈一遍内容。", now=NOW + timedelta(days=1))
    assert refused.value.code == "instruction_answered"
    replay = Replay({one.id: one.code for one in session.scalars(select(Office))})
    for event in session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.seq)
    ):
        replay.told(event)
    assert replay.supervised is False


def test_an_answer_ends_no_supervision_that_rests_on_something_else(session: Session, ticket: Ticket) -> None:
    officer = factories.person(session, "officer")
    first, second = instructed(session, ticket), instructed(session, ticket)
    service.answer(session, officer, first.id, "已核实并答复诉求人。", now=NOW)
    assert ticket.supervised, "another instruction waits"
    service.answer(session, officer, second.id, "已核实并答复诉求人。", now=NOW)
    assert not ticket.supervised
    factories.act(session, ticket, "arbiter", "supervise", reason="影响较大")
    third = instructed(session, ticket)
    service.answer(session, officer, third.id, "已核实并答复诉求人。", now=NOW)
    assert ticket.supervised, "the arbiter had put it under supervision"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": "好"}, "text"),
        ({"given_on": "2026-03-03"}, "given_on"),
        ({"given_on": "上周"}, "given_on"),
        ({"days": 0}, "days"),
    ],
)
def test_what_no_instruction_is(session: Session, ticket: Ticket, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        instructed(session, ticket, **given)
    assert field in refused.value.fields


def test_somebody_else_names_the_leader_and_a_leader_need_not(session: Session, ticket: Ticket) -> None:
    factories.act(session, ticket, "leader", "instruct", text="请依法核实。")
    assert session.scalars(select(Instruction)).one().given_by == "郑启明"
    with pytest.raises(Invalid) as refused:
        factories.act(session, ticket, "reviewer", "instruct", text="请依法核实。")
    assert "given_by" in refused.value.fields


def test_only_the_office_in_charge_answers(session: Session, ticket: Ticket) -> None:
    asked = instructed(session, ticket)
    with pytest.raises(NotAllowed):
        service.answer(
            session, factories.person(session, "city.officer"), asked.id, "已经核实完毕。", now=NOW
        )
    with pytest.raises(NotFound):
        service.answer(session, factories.person(session, "neighbour"), asked.id, "已经核实完毕。", now=NOW)
    with pytest.raises(NotFound):
        service.answer(session, factories.person(session, "officer"), 999_999, "已经核实完毕。", now=NOW)
