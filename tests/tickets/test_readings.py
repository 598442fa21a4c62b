"""Whoever is shown a ticket is written down, by page and by program alike; whoever is refused is not."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from tests import factories
from tests.factories import take_in
from tracker.audit import anchors
from tracker.audit.models import ReadEntry
from tracker.tickets import anchoring
from tracker.tickets.models import TicketEvent


@pytest.fixture
def readings(session):
    def all_of():
        session.expire_all()
        return [
            (one.actor_name, one.thing, one.thing_id, one.asked)
            for one in session.scalars(select(ReadEntry).order_by(ReadEntry.id))
        ]

    return all_of


def test_opening_a_ticket_is_written_down(by, session, readings):
    number = take_in(session).number
    by("officer").get(f"/tickets/{number}")
    by("officer").get(f"/api/v1/tickets/{number}")
    by("officer").get(f"/api/v1/tickets/{number}/events")
    assert readings() == [
        ("李志强", "tickets", number, ""),
        ("李志强", "tickets", number, ""),
        ("李志强", "tickets", number, "events"),
    ]


def test_a_list_is_written_down_without_what_was_searched_for(by, readings):
    by("officer").get("/tickets?tab=all&q=张三13812345678&category=C1")
    assert [found[1:] for found in readings()] == [("tickets", "", "category=C1&tab=all")]


def test_a_refused_reading_leaves_no_entry(by, session, readings):
    number = take_in(session).number
    assert by("neighbour").get(f"/tickets/{number}").status_code == 404
    assert by("auditor").get(f"/tickets/{number}").status_code == 403
    assert by(None).get(f"/api/v1/tickets/{number}").status_code == 401
    assert readings() == []


@pytest.mark.parametrize("path", ["/notices", "/api/v1/categories", "/clues", "/account"])
def test_what_shows_no_case_is_not_written_down(by, path, readings):
    assert by("reviewer").get(path).status_code == 200
    assert readings() == []


def test_events_removed_after_an_anchor_saw_them_are_missed(session, tmp_path):
    ticket = take_in(session)
    session.flush()
    for day in range(2):
        assert anchoring.anchor(session, tmp_path, now=factories.NOW + timedelta(days=day))
    second = sorted(anchors.folder(tmp_path).iterdir())[1]
    assert json.loads(second.read_text("utf-8"))["events"]["up_to"] > 0
    assert list(anchoring.broken(session, tmp_path)) == []
    events = select(TicketEvent.id).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id.desc())
    session.execute(delete(TicketEvent).where(TicketEvent.id == session.scalar(events.limit(1))))
    assert "流转记录" in "".join(anchoring.broken(session, tmp_path))
