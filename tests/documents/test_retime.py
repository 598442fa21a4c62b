"""The limits of documents and clues on a calendar that changed."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.documents.test_service import TO_OFFICE, issued
from tests.factories import NOW
from tracker.calendar import service as calendar
from tracker.calendar.changes import SETTLE
from tracker.clock import local_date
from tracker.documents import objections, retime, service
from tracker.documents.models import Document
from tracker.permissions import SYSTEM
from tracker.tickets import retime as tickets
from tracker.tickets.models import TicketEvent
from tracker.tickets.rules import Status

LATER = NOW + 2 * SETTLE


def a_day_off(session: Session, on: date) -> None:
    calendar.set_day(session, SYSTEM, on, is_working=False, note="台风停工", why="台风", now=NOW)
    session.info.pop("timetable", None)


def a_day_off_tomorrow(session: Session) -> None:
    a_day_off(session, local_date(NOW) + timedelta(days=1))


def told(session: Session, document: Document) -> list[str]:
    found = select(TicketEvent.note).where(TicketEvent.action == "document-retimed").order_by(TicketEvent.id)
    return [note for note in session.scalars(found) if document.number in note]


def settle(session: Session, now: datetime = LATER) -> int:
    return tickets.retime(session, now=now, others=(retime.recount,))


def test_the_receipt_is_awaited_a_day_longer_but_the_printed_date_stands(session: Session) -> None:
    document = issued(
        session, factories.standing(session, Status.IN_PROGRESS), "reminder", **TO_OFFICE, who="city.reviewer"
    )
    receipt, printed = document.receipt_due_at, document.due_at
    a_day_off_tomorrow(session)
    assert settle(session) > 0
    assert (document.receipt_due_at, document.due_at) == (receipt + timedelta(days=1), printed)
    [note] = told(session, document)
    assert "签收期限由" in note
    assert "台风" in note
    assert settle(session) == 0


def test_what_the_law_allows_from_receipt_and_an_objection_are_counted_again(session: Session) -> None:
    document = issued(session, factories.standing(session, Status.IN_PROGRESS), "opinion")
    officer = factories.person(session, "officer")
    service.sign(session, officer, document.id, {"signed_by": "收发室", "signed_at": NOW}, now=NOW)
    row = objections.object_to(session, officer, document.id, "检查次数有误。", now=NOW)
    due, decide = document.due_at, row.due_at
    a_day_off(session, local_date(due))
    a_day_off(session, local_date(decide))
    while settle(session):
        pass
    assert document.due_at == due + timedelta(days=1)
    assert row.due_at > decide
    notes = "".join(told(session, document))
    assert "办理期限由" in notes
    assert "复核期限由" in notes


def test_a_void_document_is_left_alone(session: Session) -> None:
    document = issued(
        session, factories.standing(session, Status.IN_PROGRESS), "reminder", **TO_OFFICE, who="city.reviewer"
    )
    service.void(session, factories.person(session, "city.reviewer"), document.id, "发错了", now=NOW)
    receipt = document.receipt_due_at
    a_day_off_tomorrow(session)
    settle(session)
    assert (document.receipt_due_at, told(session, document)) == (receipt, [])
