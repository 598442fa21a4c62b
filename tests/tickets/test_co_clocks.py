"""The time of a co-handler: told once, dated truly, counted by its own calendar."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW, REASON
from tracker.calendar import changes
from tracker.clock import local_date
from tracker.notices import service as notices
from tracker.notices.models import Notice
from tracker.offices.models import Office
from tracker.tickets import co_clocks, queries, retime, sweep
from tracker.tickets.models import CoHandler, Ticket
from tracker.tickets.rules import Status

ASKED: dict[str, Any] = {"office": "440104", "task": "请协助调取案卷"}


def asked(session: Session, **more: Any) -> tuple[Ticket, CoHandler]:
    ticket = factories.standing(session, Status.IN_PROGRESS)
    factories.act(session, ticket, "officer", "co-handle", **ASKED, **more)
    return ticket, session.scalars(select(CoHandler).where(CoHandler.ticket_id == ticket.id)).one()


def events(session: Session, ticket: Ticket) -> list[str]:
    return [one.action for one in queries.events(session, ticket)]


def test_it_follows_the_lead_when_no_days_are_given(session: Session) -> None:
    ticket, part = asked(session)
    assert (part.days, part.due_at, co_clocks.due_at(part, ticket)) == (None, None, ticket.due_at)
    more: dict[str, Any] = {"days": 5, "reason": "需要委托鉴定", "basis": "办法第十条"}
    factories.act(session, ticket, "officer", "extend", **more)
    before = ticket.due_at
    factories.act(session, ticket, "reviewer", "decide-extension", approve=True, opinion="同意")
    assert before is not None
    assert ticket.due_at is not None
    assert co_clocks.due_at(part, ticket) == ticket.due_at > before


def test_it_is_told_once_and_dated_when_it_ran_out(session: Session) -> None:
    ticket, part = asked(session, days=2)
    assert sweep.sweep(session, now=NOW + timedelta(days=1)) == 0
    assert sweep.sweep(session, now=NOW + timedelta(days=5)) == 1
    (told,) = [one for one in queries.events(session, ticket) if one.action == "co_overdue"]
    assert told.at == part.due_at == part.overdue_at
    assert sweep.sweep(session, now=NOW + timedelta(days=6)) == 0


def test_a_late_sweep_loses_nothing_when_the_opinion_comes_first(session: Session) -> None:
    ticket, part = asked(session, days=2)
    late = NOW + timedelta(days=5)
    factories.act(session, ticket, "neighbour", "co-reply", now=late, opinion="已调取案卷。")
    assert events(session, ticket)[-2:] == ["co_overdue", "co-reply"]
    assert part.done_at == late


def test_both_offices_are_told_that_it_ran_out(session: Session) -> None:
    ticket, _ = asked(session, days=2)
    sweep.sweep(session, now=NOW + timedelta(days=5))
    event = queries.events(session, ticket)[-1]
    assert notices.follow(session, event, now=NOW) == 2
    told = session.scalars(select(Notice).where(Notice.kind == "co_overdue").order_by(Notice.id)).all()
    codes = {session.get_one(Office, one.office_id or 0).code: one.text for one in told}
    assert set(codes) == {"440104", "440106"}
    assert "已超过协办期限" in codes["440104"]


def test_asking_again_begins_anew(session: Session) -> None:
    ticket, part = asked(session, days=2)
    sweep.sweep(session, now=NOW + timedelta(days=5))
    factories.act(
        session, ticket, "officer", "co-recall", now=NOW + timedelta(days=5), office="440104", **REASON
    )
    assert part.recalled_at is not None
    factories.act(session, ticket, "officer", "co-handle", now=NOW + timedelta(days=5), **ASKED, days=1)
    assert {part.recalled_at, part.done_at, part.overdue_at} == {None}
    assert sweep.sweep(session, now=NOW + timedelta(days=9)) == 1
    assert events(session, ticket).count("co_overdue") == 2


def test_its_own_days_are_counted_again_when_its_office_was_closed(session: Session) -> None:
    ticket, part = asked(session, days=2)
    due, lead_due = part.due_at, ticket.due_at
    assert due is not None
    helper = session.get_one(Office, part.office_id)
    actor = factories.person(session, "administrator")
    changes.close(session, actor, helper.code, local_date(due), "台风停工", now=NOW)
    later = NOW + changes.SETTLE + timedelta(seconds=1)
    session.info.pop("timetable", None)
    while retime.retime(session, now=later):
        pass
    assert part.due_at is not None
    assert local_date(part.due_at) == local_date(due) + timedelta(days=1)
    assert ticket.due_at == lead_due
    assert events(session, ticket)[-1] == "retimed"
