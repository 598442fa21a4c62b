"""What names a person is hidden before a ticket is written, and only those who may see it find the words as they came."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from tests import factories
from tests.factories import NOW, PHONE, caller, take_in
from tracker.audit.models import AuditEntry
from tracker.errors import NotAllowed, NotFound
from tracker.limits import TooMany
from tracker.tickets import public_query, receive, schemas, service
from tracker.tickets.models import TicketEvent
from tracker.tickets.reveal import MOST_AN_HOUR, reveal

NAME = "张小明"
TOLD = f"我叫{NAME}，电话{PHONE}，身份证440106199001011234。天河区城管局执法标准不一致，同样的招牌别家不罚，只罚我家。"
REASON = "回访核实情况"


@pytest.fixture
def told(session):
    return take_in(
        session,
        content=TOLD,
        title=f"{NAME}反映执法不公",
        complainant=caller(name=NAME, address="石牌街道5号"),
    )


def clear(session, who, ticket, field="content", seq=0, now=NOW):
    return reveal(session, factories.person(session, who), ticket.number, field, REASON, seq=seq, now=now)


def test_nothing_that_names_him_is_stored_in_clear(session, told):
    session.flush()
    for table in session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all():
        for row in session.execute(text(f'SELECT t::text FROM "{table}" t')).scalars():
            assert NAME not in row, table
            assert PHONE not in row, table
            assert "440106199001011234" not in row, table
            assert "石牌街道5号" not in row, table


def test_the_text_stays_readable_and_is_still_understood(told):
    assert told.content.startswith("我叫张**，电话138********，身份证440")
    assert told.title == "张**反映执法不公"
    assert told.category_code.startswith("C")


def test_the_office_in_charge_sees_the_words_for_a_reason_and_it_is_logged(session, told):
    assert clear(session, "operator", told) == f"{NAME}反映执法不公\n\n{TOLD}"
    assert clear(session, "operator", told, "address") == "石牌街道5号"
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "reveal")).all()
    assert [(one.detail["field"], one.detail["reason"]) for one in entries] == [
        ("content", REASON),
        ("address", REASON),
    ]


def test_facts_added_later_are_hidden_and_found_again(session, told):
    public_query.add_facts(session, told.receipt_code, f"我{NAME}换号了，打13987654321。", now=NOW)
    event = session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == told.id).order_by(TicketEvent.seq.desc())
    ).first()
    assert event.note == "我张**换号了，打139********。"
    assert clear(session, "operator", told, seq=event.seq) == f"我{NAME}换号了，打13987654321。"


def test_what_a_colleague_writes_down_is_hidden_as_well(session, told):
    who = factories.person(session, "operator")
    event = service.append(session, told, who, "note", now=NOW, note=f"已联系{NAME} {PHONE}")
    assert event.note == "已联系张** 138********"
    assert clear(session, "operator", told, seq=event.seq) == f"已联系{NAME} {PHONE}"


def test_a_hidden_identity_is_hidden_from_the_office_in_its_own_words_too(session):
    ticket = take_in(session, content=TOLD, complainant=caller(name=NAME, hide_identity=True))
    with pytest.raises(NotAllowed) as refused:
        clear(session, "officer", ticket)
    assert refused.value.code == "identity_hidden"
    assert TOLD in clear(session, "operator", ticket)


def test_where_nothing_was_hidden_there_is_nothing_to_reveal(session):
    ticket = take_in(session)
    with pytest.raises(NotFound):
        clear(session, "operator", ticket)


def test_nobody_looks_without_end(session, told):
    for n in range(MOST_AN_HOUR):
        clear(session, "operator", told, "phone", now=NOW + timedelta(seconds=n))
    with pytest.raises(TooMany):
        clear(session, "operator", told, "phone", now=NOW + timedelta(minutes=2))
    assert clear(session, "operator", told, "phone", now=NOW + timedelta(hours=2)) == PHONE


def test_the_same_text_under_the_same_key_is_the_same_ticket(session):
    intake = schemas.TicketIn().load(factories.complaint(content=TOLD, complainant=caller(name=NAME)))
    who = factories.person(session, "operator")
    twice = [receive.receive(session, who, intake, now=NOW, idempotency_key="k1") for _ in range(2)]
    assert [one.created for one in twice] == [True, False]
    assert twice[0].ticket.number == twice[1].ticket.number
