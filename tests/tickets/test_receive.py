"""受理: once and only once, with its own number, sealed contact and clocks."""

from datetime import UTC, timedelta

import pytest
from marshmallow import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import CONTENT, NOW, PHONE
from tracker.errors import Conflict, Invalid
from tracker.fields import cipher
from tracker.jobs import Job
from tracker.tickets import queries, receive, schemas
from tracker.tickets.models import Channel, Complainant, Ticket
from tracker.tickets.rules import Status


def intake(**changes):
    return schemas.TicketIn().load(factories.complaint(**changes))


def test_a_ticket_begins_with_its_receipt_and_ends_at_an_office(session: Session) -> None:
    ticket = factories.take_in(session, complainant=factories.caller())
    assert ticket.number.startswith("20260302")
    assert len(ticket.receipt_code) == 16
    assert ticket.status == Status.DISPATCHED
    assert (ticket.office.code, ticket.intake_office.code) == ("440106", "440106")
    assert [one.action for one in queries.events(session, ticket)] == ["receive", "triage", "dispatch"]
    assert ticket.dispatched_at == NOW
    assert ticket.stage_due_at == ticket.next_check_at
    assert ticket.due_at is not None
    assert ticket.due_at > ticket.stage_due_at
    assert ticket.title == CONTENT.split("。")[0][:40]


def test_the_contact_is_sealed_and_found_again_by_its_index(session: Session) -> None:
    ticket = factories.take_in(session, complainant=factories.caller(id_no="11010519491231002X"))
    kept = session.get_one(Complainant, ticket.id)
    for sealed in (kept.name_sealed, kept.phone_sealed, kept.id_no_sealed):
        assert sealed is not None
        assert PHONE.encode() not in sealed
    assert cipher(session).open(kept.phone_sealed) == PHONE
    operator = factories.person(session, "operator")
    found = queries.tickets(session, operator, {"caller": "138-0013-8000"}, now=NOW).items
    assert [one.number for one in found] == [ticket.number]


@pytest.mark.parametrize(
    "typed",
    ["138 0013 8000", "+86 138-0013-8000", "8613800138000", "１３８００１３８０００", "138-0013-8000 "],
)
def test_one_number_however_it_was_pasted(typed: str) -> None:
    assert intake(complainant=factories.caller(phone=typed))["complainant"]["phone"] == PHONE


def test_a_text_of_invisible_characters_is_no_text() -> None:
    with pytest.raises(ValidationError, match="此项必填"):
        intake(content="\u200b \ufeff\u2060")


@pytest.mark.parametrize("again", ["source_no", "key"])
def test_the_same_message_is_the_same_ticket(session: Session, again: str) -> None:
    operator = factories.person(session, "operator")
    source_no = "GZ1" if again == "source_no" else None
    key = "k1" if again == "key" else None
    first, second = (
        receive.receive(session, operator, intake(source_no=source_no), now=NOW, idempotency_key=key)
        for _ in range(2)
    )
    assert (first.created, second.created) == (True, False)
    assert second.ticket.id == first.ticket.id
    assert session.scalar(select(func.count()).select_from(Ticket)) == 1
    assert first.ticket.n_events == 3


def test_other_words_under_a_used_key_are_not_swallowed(session: Session) -> None:
    operator = factories.person(session, "operator")
    first = receive.receive(session, operator, intake(), now=NOW, idempotency_key="k1").ticket
    with pytest.raises(Conflict, match=first.number) as refused:
        receive.receive(
            session, operator, intake(content="另一个人说的另一件事"), now=NOW, idempotency_key="k1"
        )
    assert refused.value.code == "key_reused"


def test_a_key_is_its_sender_s_own_and_a_source_number_its_channel_s(session: Session) -> None:
    operator, other = (factories.person(session, one) for one in ("operator", "neighbour.operator"))
    by_key = {
        receive.receive(session, who, intake(), now=NOW, idempotency_key="k1").ticket.id
        for who in (operator, other)
    }
    by_source = {factories.take_in(session, source_no="GZ1", channel=one).id for one in ("12345", "letter")}
    assert (len(by_key), len(by_source)) == (2, 2)


def test_a_closed_channel_and_an_actor_without_office_are_refused(session: Session) -> None:
    channel = session.get_one(Channel, "letter")
    channel.is_active = False
    with pytest.raises(Invalid) as refused:
        factories.take_in(session, channel="letter")
    assert list(refused.value.fields) == ["channel"]
    with pytest.raises(Invalid) as refused:
        receive.receive(session, factories.person(session, "auditor"), intake(), now=NOW)
    assert refused.value.code == "no_office"


def test_a_clock_that_runs_ahead_a_little_is_forgiven(session: Session) -> None:
    ahead = NOW + receive.CLOCK_SKEW
    assert factories.take_in(session, received_at=ahead.isoformat()).received_at == ahead
    with pytest.raises(Invalid):
        factories.take_in(session, received_at=(ahead + timedelta(seconds=1)).isoformat())


def test_a_time_without_its_zone_is_local(session: Session) -> None:
    ticket = factories.take_in(session, received_at="2026-03-02T00:30")
    assert ticket.received_at.astimezone(UTC).isoformat() == "2026-03-01T16:30:00+00:00"
    assert ticket.number.startswith("20260302")


def test_twenty_thousand_characters_are_kept_whole(session: Session) -> None:
    content = (CONTENT * 600)[:20_000]
    ticket = factories.take_in(session, content=content)
    session.flush()
    session.expire(ticket)
    assert session.get_one(Ticket, ticket.id).content == content


def test_a_category_chosen_by_a_person_is_kept(session: Session) -> None:
    ticket = factories.take_in(session, category_code="C1")
    assert (ticket.category_code, ticket.category_by, ticket.status) == ("C1", "person", Status.DISPATCHED)
    assert ticket.top3


def test_left_for_later_it_rings_the_bell(session: Session) -> None:
    ticket = factories.take_in(session, triage_now=False)
    assert ticket.status == Status.RECEIVED
    assert Job.TRIAGE in session.info["bells"]
    assert ticket.next_check_at is not None
