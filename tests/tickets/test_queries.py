"""Reading tickets: counts, rulings, repeats, each within the reader's own sight."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import CONTENT, MURKY, NOW, PHONE
from tracker.tickets import queries, repeats
from tracker.tickets.rules import Status


def test_tabs_count_what_they_list(session: Session) -> None:
    for status in (
        Status.MANUAL,
        Status.DISPATCHED,
        Status.DISPATCHED,
        Status.RETURN_REQUESTED,
        Status.REVIEWED,
    ):
        factories.standing(session, status)
    overdue = NOW + timedelta(days=40)
    for login in ("officer", "operator", "leader", "neighbour"):
        actor = factories.person(session, login)
        for now in (NOW, overdue):
            counts = queries.tab_counts(session, actor, now=now)
            for tab in queries.TABS:
                listed = queries.tickets(session, actor, {"tab": tab.name, "limit": 200}, now=now).items
                assert counts[tab.name] == len(listed), (login, tab.name)


def test_a_return_is_a_case_for_the_arbiter_until_it_is_ruled_on(session: Session) -> None:
    first = factories.standing(session, Status.RETURN_REQUESTED)
    arbiter = factories.person(session, "arbiter")
    assert [ticket.id for _, ticket in queries.open_returns(session, arbiter)] == [first.id]
    assert queries.open_returns(session, factories.person(session, "neighbour")) == []
    factories.act(session, first, "arbiter", "rule", ruling="uphold", reason="仍由你局办理")
    assert queries.open_returns(session, arbiter) == []
    told = queries.return_requests(session, first)[0]
    assert (told.office.code, told.ruling) == ("440106", "uphold")


def test_a_near_copy_and_the_same_caller_are_likely_repeats(session: Session) -> None:
    first = factories.take_in(session, complainant=factories.caller())
    factories.take_in(session, content=MURKY)
    session.flush()
    operator = factories.person(session, "operator")

    def found(text: str, phone: str | None = None, *, days: int = 1, who=operator) -> set[int]:
        later = NOW + timedelta(days=days)
        return {one.id for one in repeats.likely(session, who, text, phone=phone, now=later)}

    assert first.id in found(CONTENT)
    assert first.id in found(CONTENT.replace("六次", "7次") + "请处理。")
    assert first.id in found("天河区市场监督管理局又来检查，一个月查了六次，没有检查通知。", PHONE)
    assert found("我要举报天河区城管局没收我的三轮车不给收据。") == set()
    assert found(CONTENT, days=400) == set()
    assert found(CONTENT, who=factories.person(session, "neighbour")) == set()


def test_a_form_letter_sent_without_end_does_not_hide_what_is_closest(session: Session) -> None:
    letter = "本店多次被城管执法队检查，每次都要求停业整顿，没有出示证件，也没有检查通知书，请求依法处理。"
    first = factories.take_in(session, content=letter + "这是第一封来信，地点在天河路体育西横街。")
    for i in range(repeats.OF_A_BAND + 5):
        factories.take_in(session, content=f"{letter}第{i}封。", triage_now=False)
    operator = factories.person(session, "operator")
    closest = repeats.likely(session, operator, f"{first.content}请尽快。", phone=None, now=NOW)
    assert closest[0].id == first.id
    assert len(closest) == 5


def test_a_person_is_found_again_by_identity_number(session: Session) -> None:
    id_no = "11010519491231002X"
    taken = factories.take_in(session, complainant=factories.caller(phone="13911110000", id_no=id_no))
    operator = factories.person(session, "operator")
    assert [one.id for one in repeats.caller_history(session, operator, id_no=id_no.lower())] == [taken.id]
    assert repeats.caller_history(session, operator) == []
    assert repeats.caller_history(session, factories.person(session, "neighbour"), id_no=id_no) == []
    other_words = "天河区市场监督管理局又来检查，一个月查了六次，没有检查通知。"
    found = repeats.likely(session, operator, other_words, phone=None, id_no=id_no, now=NOW)
    assert [one.id for one in found] == [taken.id]


@pytest.mark.parametrize("wish", ["hide_identity", "anonymous"])
def test_a_hidden_caller_is_found_by_number_only_where_he_called(session: Session, wish: str) -> None:
    taken = factories.take_in(
        session, who="city.operator", complainant=factories.caller(phone="+86 138-0013-8000", **{wish: True})
    )
    for login, seen in (("city.operator", [taken.id]), ("officer", []), ("province", [])):
        who = factories.person(session, login)
        assert [one.id for one in queries.tickets(session, who, {"caller": PHONE}, now=NOW).items] == seen
        assert [one.id for one in repeats.caller_history(session, who, PHONE)] == seen
    everything = queries.tickets(session, factories.person(session, "officer"), {}, now=NOW).items
    assert [one.id for one in everything] == [taken.id]


def test_the_history_is_told_in_order_and_in_part(session: Session) -> None:
    ticket = factories.standing(session, Status.CLOSED)
    everything = queries.events(session, ticket)
    public = queries.events(session, ticket, public_only=True)
    assert [one.seq for one in everything] == list(range(1, ticket.n_events + 1))
    assert {one.action for one in everything} - {one.action for one in public} >= {"triage", "reply"}
