"""The JSON door of the tickets: what it answers, page by page, row by row, once and only once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import CONTENT, NOW, complaint
from tracker.jobs import Job
from tracker.tickets import triage
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

TICKETS = "/api/v1/tickets"


def test_taking_in_answers_all_the_contract_names(by) -> None:
    answer = by("operator").post(TICKETS, complaint())
    told = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == told["links"]["self"]
    assert answer.headers["ETag"] == f'"{told["version"]}"'
    assert {"number", "status", "category", "top3", "office", "because", "due_at", "links"} <= told.keys()
    assert {"code", "name", "confidence"} <= told["category"].keys()
    assert {"code", "name", "confidence"} == told["top3"][0].keys()
    assert by("operator").get(told["links"]["self"]).get_json()["content"] == CONTENT


@pytest.mark.parametrize("again", ["source_no", "key"])
def test_sent_twice_it_answers_200_with_the_first(by, session: Session, again: str) -> None:
    body = complaint(source_no="GZ1" if again == "source_no" else None)
    more = {"headers": {"Idempotency-Key": "abc"}} if again == "key" else {}
    first, second = (by("operator").post(TICKETS, body, **more) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.get_json() == second.get_json()
    assert session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_a_source_number_of_a_stranger_s_ticket_tells_nothing(by) -> None:
    first = (
        by("operator").post(TICKETS, complaint(source_no="GZ1", complainant=factories.caller())).get_json()
    )
    answer = by("neighbour.operator").post(TICKETS, complaint(source_no="GZ1"))
    assert answer.status_code == 409
    assert first["number"] not in answer.text
    assert first["receipt_code"] not in answer.text


def test_a_batch_judges_each_row_by_itself(by, session: Session) -> None:
    rows = [
        complaint(source_no="B1"),
        complaint(source_no="B2", content=""),
        complaint(source_no="B3", complainant={"phone": "123"}),
        "not an object",
        None,
        complaint(source_no="B4", channel="no-such-channel"),
        complaint(source_no="B1"),
        complaint(source_no="B5", content=factories.MURKY),
    ]
    answer = by("operator").post(f"{TICKETS}/batch", {"tickets": rows})
    results = answer.get_json()["results"]
    assert answer.status_code == 207
    assert [one["status_code"] for one in results] == [201, 422, 422, 422, 422, 422, 200, 201]
    assert results[6]["number"] == results[0]["number"]
    assert (results[0]["status"], results[7]["status"]) == ("dispatched", "manual")
    assert set(results[1]["fields"]) == {"content"}
    assert set(results[2]["fields"]) == {"complainant.phone"}
    assert set(results[5]["fields"]) == {"channel"}
    assert all(one["code"] == "invalid" and one["message"].endswith("。") for one in results if "code" in one)
    assert session.scalar(select(func.count()).select_from(Ticket)) == 2


def test_a_large_batch_is_taken_in_and_left_to_the_workers(by, rung, session: Session) -> None:
    rows = [complaint(source_no=f"L{one}") for one in range(51)]
    results = by("operator").post(f"{TICKETS}/batch", {"tickets": rows}).get_json()["results"]
    assert {(one["status_code"], one["status"]) for one in results} == {(201, "received")}
    assert Job.TRIAGE in rung
    while triage.drain(session, now=NOW):
        pass
    session.flush()
    told = by("operator").get(results[50]["links"]["self"]).get_json()
    assert (told["status"], told["office"]["code"]) == ("dispatched", "440106")


@pytest.mark.parametrize("sort", ["due", "stage", "received", "-received"])
def test_pages_show_each_ticket_once_in_order(by, session: Session, sort: str) -> None:
    for hours in (0, 3, 3, 1, 2, 2, 2):  # equal keys are told apart by the number
        factories.take_in(session, received_at=(NOW - timedelta(hours=hours)).isoformat())
    seen, cursor = [], ""
    for _ in range(10):
        page = by("operator").get(f"{TICKETS}?limit=2&sort={sort}&cursor={cursor}").get_json()
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == 7 == len({one["number"] for one in seen})
    if sort.endswith("received"):
        times = [one["received_at"] for one in seen]
        assert times == sorted(times, reverse=sort.startswith("-"))


def test_each_tab_shows_its_own(by, session: Session) -> None:
    at = {
        status: factories.standing(session, status).number
        for status in (Status.MANUAL, Status.DISPATCHED, Status.IN_PROGRESS, Status.REPLIED, Status.REVIEWED)
    }

    def tab(name: str, who: str = "officer") -> set[str]:
        items = by(who).get(f"{TICKETS}?tab={name}").get_json()["items"]
        return {one["number"] for one in items}

    assert tab("manual") == {at[Status.MANUAL]}
    assert tab("sign") == {at[Status.DISPATCHED]}
    assert tab("working") == {at[Status.IN_PROGRESS]}
    assert tab("review") == {at[Status.REPLIED]}
    assert tab("call_back") == {at[Status.REVIEWED]}
    assert tab("all") == set(at.values())
    assert tab("all", "leader") == set(at.values())
    assert tab("sign", "leader") == {at[Status.DISPATCHED]}
    assert tab("all", "neighbour") == tab("all", "street") == set()


@pytest.mark.parametrize("words", ["检查通知", "影响", "没有检查", "六次"])
def test_two_characters_of_the_text_find_it(by, session: Session, words: str) -> None:
    ticket, _ = factories.take_in(session), factories.take_in(session, content="天河区城管乱罚款五千元。")
    found = by("operator").get(TICKETS, query_string={"q": words}).get_json()["items"]
    assert [one["number"] for one in found] == [ticket.number]


def test_a_number_finds_its_ticket(by, session: Session) -> None:
    ticket, _ = factories.take_in(session), factories.take_in(session)
    found = by("operator").get(TICKETS, query_string={"q": ticket.number}).get_json()["items"]
    assert [one["number"] for one in found] == [ticket.number]


def test_filters_narrow_the_list(by, session: Session) -> None:
    ticket = factories.take_in(session)

    def found(**query: str) -> bool:
        items = by("operator").get(TICKETS, query_string=query).get_json()["items"]
        return [one["number"] for one in items] == [ticket.number]

    assert found(office="440100")
    assert found(category="A")
    assert found(category="A3")
    assert not found(office="440104")
    assert not found(office="999999")
    assert not found(category="B")


def test_the_actions_offered_come_with_the_version(by, session: Session) -> None:
    ticket = factories.standing(session, Status.DISPATCHED)
    told = by("officer").get(f"{TICKETS}/{ticket.number}/actions").get_json()
    assert {"name": "accept", "label": "签收"} in told["items"]
    assert told["version"] == ticket.version
    header = {"If-Match": f'"{ticket.version - 1}"'}
    assert by("officer").act(ticket.number, "accept", headers=header).status_code == 412
    session.expire_all()
    assert ticket.status == Status.DISPATCHED


def test_what_was_suggested_is_what_is_done(by) -> None:
    said = (
        "一共两件事：天河区石牌的城管昨天没收我的水果车；天河区市监局上周罚我三千块不给票据。电话13912345678"
    )
    told = by("operator").post("/api/v1/triage", {"text": said}).get_json()
    done = by("operator").post(TICKETS, {"channel": "12345", "kind": "complaint", "content": said}).get_json()
    assert done["category"]["code"] == told["category"]["code"]
    assert done["category"]["confidence"] == pytest.approx(told["category"]["confidence"], abs=1e-4)
    assert (done["status"] == "manual") is (told["doubt"] is not None)
    assert told["identifiers"]["phones"] == ["13912345678"], "read where it still stands"


def test_a_suggestion_writes_nothing(by, session: Session) -> None:
    told = by("operator").post("/api/v1/triage", {"text": CONTENT}).get_json()
    assert (told["category"]["code"], told["office"]["code"]) == ("A3", "440106")
    assert session.scalar(select(func.count()).select_from(Ticket)) == 0
    for wrong in ({"division_code": "999999"}, {"respondent": {"level": "galaxy"}}):
        answer = by("operator").post("/api/v1/triage", {"text": CONTENT, **wrong})
        assert answer.status_code == 422, answer.get_json()
