"""Many tickets at once: each by itself, told beforehand, and taken back for ten minutes where nobody touched it since."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW, REASON, REGISTRY, S, act, person, standing, take_in
from tests.tickets.replay import Replay
from tracker.errors import Conflict, Invalid, NotFound
from tracker.learning import service as learning
from tracker.learning.models import Correction
from tracker.offices.models import Office
from tracker.tickets import bulk, handover, history, queries
from tracker.tickets.bulk_models import BulkBatch
from tracker.tickets.models import CoHandler, Extension, Ticket, TicketEvent

LATER = NOW + timedelta(minutes=5)
REPLY = {
    "outcome": "explained",
    "public_text": "您{{受理日期}}反映的问题（工单{{工单编号}}）已收悉，经核查程序合法，现说明理由如下：按裁量基准处理。",
}


def do(session: Session, who: str, name: str, *tickets: Ticket, **given: object) -> bulk.Done:
    numbers = [one.number for one in tickets]
    done = bulk.perform(session, person(session, who), REGISTRY[name], numbers, given, now=NOW)
    session.flush()
    return done


def undo(session: Session, who: str, done: bulk.Done, *, at: object = LATER) -> list[bulk.Result]:
    assert done.batch_id is not None
    _, results = bulk.take_back(session, person(session, who), done.batch_id, REGISTRY, now=at)  # type: ignore[arg-type]
    session.flush()
    return results


def test_a_ticket_named_twice_is_done_once(session: Session) -> None:
    ticket = standing(session, S.IN_PROGRESS)
    done = do(session, "officer", "urge", ticket, ticket, **REASON)
    assert [one.fine for one in done.results] == [True]
    assert ticket.n_urged == 1
    assert [one.fine for one in undo(session, "officer", done)] == [True]


def facts(ticket: Ticket) -> dict[str, object]:
    """Everything about the ticket that is neither its history nor counted on by every event."""
    moving = {"version", "n_events", "head_hash", "last_event", "last_event_at", "search", "signature"}
    return {one.key: getattr(ticket, one.key) for one in Ticket.__table__.columns if one.key not in moving}


def replayed(session: Session, ticket: Ticket) -> dict[str, object]:
    """Return in what the ticket is not what its events say; asserts that its chain holds."""
    told = Replay({one.id: one.code for one in session.scalars(select(Office))})
    for event in session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.seq)
    ):
        told.told(event)
    assert not list(history.broken_links(session))
    return dict(told.differs(ticket, None))


@pytest.mark.parametrize(
    ("who", "name", "status", "given"),
    [
        ("officer", "accept", S.DISPATCHED, {}),
        ("operator", "urge", S.IN_PROGRESS, REASON),
        ("operator", "redispatch", S.DISPATCHED, {"office": "440106006", **REASON}),
        ("operator", "redispatch", S.IN_PROGRESS, {"office": "440104", "category": "F3", **REASON}),
        ("operator", "redispatch", S.MANUAL, {"office": "440106", "category": "C1", **REASON}),
        ("officer", "reply", S.IN_PROGRESS, REPLY),
        ("officer2", "reply", S.REWORK, REPLY),
    ],
)
def test_what_is_undone_stands_as_it_stood(
    session: Session, who: str, name: str, status: S, given: dict[str, object]
) -> None:
    tickets = [standing(session, status) for _ in range(2)]
    session.flush()
    before = [facts(one) for one in tickets]
    done = do(session, who, name, *tickets, **given)
    assert [one.fine for one in done.results] == [True, True], done.results
    results = undo(session, who, done)
    assert [one.fine for one in results] == [True, True], results
    assert [facts(one) for one in tickets] == before
    for ticket in tickets:
        assert ticket.last_event == f"undo-{name}"
        assert replayed(session, ticket) == {}


def test_a_ticket_touched_since_is_left_and_reported(session: Session) -> None:
    first, second = (standing(session, S.DISPATCHED) for _ in range(2))
    done = do(session, "officer", "accept", first, second)
    act(session, second, "officer", "note", note="已联系当事人。")
    results = {one.number: one for one in undo(session, "officer", done)}
    assert results[first.number].fine
    assert first.status == S.DISPATCHED
    assert not results[second.number].fine
    assert "又有人处理过" in results[second.number].told
    assert second.status == S.IN_PROGRESS


def test_a_batch_is_undone_once_by_its_author_and_in_time(session: Session) -> None:
    ticket = standing(session, S.DISPATCHED)
    done = do(session, "officer", "accept", ticket)
    with pytest.raises(NotFound):
        undo(session, "officer2", done)
    with pytest.raises(Conflict) as late:
        undo(session, "officer", done, at=NOW + timedelta(minutes=10, seconds=1))
    assert late.value.code == "too_late_to_undo"
    officer = person(session, "officer")
    latest = bulk.latest(session, officer, LATER)
    assert latest is not None
    assert latest.id == done.batch_id
    undo(session, "officer", done)
    assert bulk.latest(session, officer, LATER) is None
    with pytest.raises(Conflict) as again:
        undo(session, "officer", done)
    assert again.value.code == "already_undone"


def test_a_batch_in_which_nothing_was_done_offers_no_undo(session: Session) -> None:
    done = do(session, "officer", "accept", standing(session, S.IN_PROGRESS))
    assert done.batch_id is None
    assert "不能签收" in done.results[0].told
    assert bulk.latest(session, person(session, "officer"), LATER) is None


def test_undoing_a_dispatch_opens_again_what_the_hand_over_closed(session: Session) -> None:
    ticket = standing(session, S.IN_PROGRESS)
    act(session, ticket, "officer", "extend", days=3, reason="需要委托鉴定", basis="办法第十条")
    act(session, ticket, "officer", "co-handle", office="440104", task="请协助调取案卷")
    done = do(session, "operator", "redispatch", ticket, office="440104", **REASON)
    extension = session.scalars(select(Extension).where(Extension.ticket_id == ticket.id)).one()
    part = session.scalars(select(CoHandler).where(CoHandler.ticket_id == ticket.id)).one()
    assert (extension.approved, extension.opinion, part.opinion) == (
        False,
        handover.LAPSED,
        handover.LEADS_NOW,
    )
    undo(session, "operator", done)
    session.refresh(extension)
    session.refresh(part)
    assert (extension.approved, extension.decided_at, extension.opinion) == (None, None, None)
    assert (part.done_at, part.opinion) == (None, None)


def test_what_an_undone_dispatch_taught_is_forgotten(session: Session) -> None:
    ticket = standing(session, S.MANUAL)

    def taught() -> int:
        for event in queries.events(session, ticket):
            learning.follow(session, event, now=NOW)
        rows = select(func.count()).select_from(Correction).where(Correction.ticket_id == ticket.id)
        return session.scalar(rows) or 0

    before = taught()
    done = do(session, "operator", "redispatch", ticket, office="440106", category="C1", **REASON)
    assert taught() > before
    undo(session, "operator", done)
    assert taught() == before


def test_the_preview_tells_each_ticket_and_writes_nothing(session: Session) -> None:
    mine, other = standing(session, S.IN_PROGRESS), standing(session, S.DISPATCHED)
    numbers = [mine.number, other.number, "20990101000001"]
    officer = person(session, "officer")
    found = bulk.preview(session, officer, REGISTRY["reply"], numbers, REPLY, REGISTRY, now=NOW)
    told = {one.number: one for one in found}
    assert set(told) == {mine.number, other.number}
    assert f"工单{mine.number}）" in told[mine.number].told
    assert "2026年3月2日" in told[mine.number].told
    assert (told[other.number].fine, "待签收" in told[other.number].told) == (False, True)
    assert mine.status == S.IN_PROGRESS
    unfilled = {**REPLY, "public_text": "经核查情况属实，退还金额为{{金额}}，请您查收，谢谢您的监督。"}
    found = bulk.preview(session, officer, REGISTRY["reply"], [mine.number], unfilled, REGISTRY, now=NOW)
    assert (found[0].fine, "【金额】" in found[0].told) == (False, True)


def test_a_reply_in_bulk_is_each_tickets_own(session: Session) -> None:
    first, second = (standing(session, S.IN_PROGRESS) for _ in range(2))
    do(session, "officer", "reply", first, second, **REPLY)
    for ticket in (first, second):
        last = queries.events(session, ticket)[-1]
        assert ticket.status == S.REPLIED
        assert f"工单{ticket.number}）" in last.note


@pytest.mark.parametrize(
    ("name", "numbers", "code"),
    [
        ("close", ["1"], "not_in_bulk"),
        ("accept", [], "nothing_chosen"),
        ("accept", [str(n) for n in range(501)], "too_many_chosen"),
    ],
)
def test_what_cannot_be_done_in_bulk_is_refused_as_a_whole(
    session: Session, name: str, numbers: list[str], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        bulk.perform(session, person(session, "officer"), REGISTRY[name], numbers, {}, now=NOW)
    assert refused.value.code == code
    assert session.scalar(select(func.count()).select_from(BulkBatch)) == 0


# ── the doors ──


def test_a_program_does_previews_and_undoes(session: Session, by, clock) -> None:  # type: ignore[no-untyped-def]
    ticket = standing(session, S.DISPATCHED)
    asked = {"action": "accept", "numbers": [ticket.number]}
    seen = by("officer").post("/api/v1/tickets/bulk", {**asked, "preview": True})
    assert seen.get_json() == {
        "batch": None,
        "results": [{"number": ticket.number, "title": ticket.title, "fine": True, "told": "可以办理"}],
    }
    done = by("officer").post("/api/v1/tickets/bulk", asked).get_json()
    assert done["results"][0]["told"] == "已签收"
    path = f"/api/v1/tickets/bulk/{done['batch']}/undo"
    assert by("operator").post(path).status_code == 404
    back = by("officer").post(path)
    assert (back.status_code, back.get_json()["results"][0]["told"]) == (200, "已撤销签收")
    assert by("officer").post(path).get_json()["code"] == "already_undone"
    assert by("officer").post("/api/v1/tickets/bulk", {"action": "x", "numbers": ["1"]}).status_code == 404
    assert by("officer").post("/api/v1/tickets/bulk", {}).status_code == 422


def test_the_queue_offers_to_undo_and_takes_all_that_match(session: Session, client, clock) -> None:  # type: ignore[no-untyped-def]
    tickets = [standing(session, S.DISPATCHED) for _ in range(3)]
    session.flush()
    head = factories.headers("officer")
    form = {"action": "accept", "whole": "1", "back": "/tickets?tab=sign", "number": tickets[0].number}
    seen = client.post("/tickets/bulk", data=form, headers=head)
    assert "可办 3 件" in seen.text
    done = client.post("/tickets/bulk", data={**form, "confirmed": "1"}, headers=head)
    assert "已办 3 件" in done.text
    assert "撤销这次签收" in done.text
    queue = client.get("/tickets?tab=working", headers=head).text
    assert "批量签收，10 分钟内可以撤销" in queue
    batch = session.scalars(select(BulkBatch)).one()
    back = client.post(f"/tickets/bulk/{batch.id}/undo", data={"back": "/tickets"}, headers=head)
    assert "已撤销 3 件" in back.text
    clock.forward(minutes=11)
    assert "可以撤销" not in client.get("/tickets?tab=working", headers=head).text


def test_the_chosen_ones_are_given_as_a_workbook(session: Session, client) -> None:  # type: ignore[no-untyped-def]
    ticket = take_in(session)
    head = factories.headers("officer")
    sheet = client.post("/tickets/export", data={"number": ticket.number}, headers=head)
    assert sheet.status_code == 200
    assert sheet.data[:2] == b"PK"
    assert client.post("/tickets/export", data={}, headers=head).status_code == 422
    assert (
        client.post(
            "/tickets/export", data={"number": ticket.number}, headers=factories.headers("auditor")
        ).status_code
        == 403
    )
