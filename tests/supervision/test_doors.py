import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests import factories
from tests.seeded import Caller, Clock
from tracker.notices.models import Notice
from tracker.notices.queries import mine
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status
from workers import events

By = Callable[[str | None], Caller]
ASKED = {"text": "请依法核实，一周内报结果。", "given_by": "王某 副区长", "days": 5}


@pytest.fixture
def ticket(session: Session) -> Ticket:
    found = factories.standing(session, Status.IN_PROGRESS)
    session.commit()
    return found


def told(answer: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def send(client: FlaskClient, who: str, path: str, **fields: Any) -> TestResponse:
    return client.post(path, data=fields, headers=factories.headers(who))


def test_the_board_lists_what_calls_for_something(by: By, ticket: Ticket, clock: Clock) -> None:
    assert "没有“已超期”的工单" in told(by("arbiter").get("/supervision"))
    clock.forward(days=40)
    page = by("arbiter").get("/supervision?tab=overdue")
    assert ticket.number in page.text
    assert 'name="ticket"' in page.text
    assert "建议" in told(page)
    assert 'name="ticket"' not in by("leader").get("/supervision?tab=overdue").text
    for tab in ("supervised", "instructed", "repeated", "dissatisfied", "A", "B", "C"):
        assert by("arbiter").get(f"/supervision?tab={tab}").status_code == 200
        assert by("arbiter").get(f"/api/v1/supervision?tab={tab}").get_json()["items"] == []
    assert by("arbiter").get("/supervision?tab=x").status_code == 422
    assert by("arbiter").get("/api/v1/supervision?tab=x").status_code == 422
    assert by("administrator").get("/supervision").status_code == 403
    moved = by("arbiter").get("/documents/board?tab=overdue")
    assert (moved.status_code, moved.location) == (308, "/supervision?tab=overdue")


def test_ticked_tickets_are_sorted_or_led_to_a_document(
    client: FlaskClient, by: By, ticket: Ticket, clock: Clock
) -> None:
    clock.forward(days=40)
    nothing = send(client, "arbiter", "/supervision", tab="overdue", deed="sort")
    assert nothing.status_code == 422
    assert "请先勾选" in told(nothing)
    chosen = {"tab": "overdue", "ticket": ticket.number}
    led = send(client, "arbiter", "/supervision", **chosen, deed="document", kind="urging")
    assert led.location == f"/documents/new?ticket={ticket.number}&kind=urging"
    proposal = by("arbiter").get(f"/api/v1/tickets/{ticket.number}/sorting").get_json()["proposal"]
    other = "B" if proposal["sort"] != "B" else "C"
    refused = send(client, "arbiter", "/supervision", **chosen, deed="sort", sort=other)
    assert refused.status_code == 422
    assert "请写明理由" in told(refused)
    assert send(client, "arbiter", "/supervision", **chosen, deed="sort").status_code == 303
    decided = by("arbiter").get(f"/api/v1/tickets/{ticket.number}/sorting").get_json()["decided"]
    assert (decided["sort"], decided["by"]) == (proposal["sort"], "周文斌")
    assert ticket.number in by("arbiter").get(f"/supervision?tab={proposal['sort']}").text
    assert send(client, "leader", "/supervision", **chosen, deed="sort").status_code == 403


def test_sorting_on_the_page_of_the_ticket(client: FlaskClient, by: By, ticket: Ticket) -> None:
    page = by("arbiter").get(f"/tickets/{ticket.number}")
    assert f"/supervision/{ticket.number}/sort" in page.text
    assert (
        send(
            client, "arbiter", f"/supervision/{ticket.number}/sort", sort="B", opinion="问题集中"
        ).status_code
        == 303
    )
    page = told(by("arbiter").get(f"/tickets/{ticket.number}"))
    assert "B 专项监督 问题集中" in page
    assert "分类监督" in page
    assert f"/supervision/{ticket.number}/sort" not in by("officer").get(f"/tickets/{ticket.number}").text
    assert send(client, "arbiter", f"/supervision/{ticket.number}/sort", sort="Z").status_code == 303
    assert by("arbiter").post(f"/api/v1/tickets/{ticket.number}/sorting", {"sort": "Z"}).status_code == 422
    assert by("arbiter").post("/api/v1/tickets/20990000001/sorting", {}).status_code == 404
    assert by("officer").post(f"/api/v1/tickets/{ticket.number}/sorting", {}).status_code == 403


def test_an_instruction_from_record_to_answer(
    client: FlaskClient, by: By, ticket: Ticket, clock: Clock
) -> None:
    assert "act-instruct" in by("leader").get(f"/tickets/{ticket.number}").text
    assert by("leader").act(ticket.number, "instruct", **ASKED).status_code == 200
    board = told(by("leader").get("/supervision?tab=instructed"))
    assert "王某 副区长批示：请依法核实" in board
    listed = by("officer").get(f"/api/v1/tickets/{ticket.number}/instructions").get_json()["items"]
    assert [(one["given_by"], one["answer"], one["late"]) for one in listed] == [("王某 副区长", None, False)]
    assert "落实情况" in told(by("officer").get(f"/tickets/{ticket.number}"))
    assert "落实情况" not in told(by("leader").get(f"/tickets/{ticket.number}"))
    clock.forward(days=14)
    assert "反馈逾期" in told(by("leader").get("/supervision?tab=instructed"))
    path = f"/supervision/instructions/{listed[0]['id']}"
    assert send(client, "officer", path, text="短").status_code == 303
    assert (
        by("officer").get(f"/api/v1/tickets/{ticket.number}/instructions").get_json()["items"][0]["answer"]
        is None
    )
    assert send(client, "officer", path, text="已核实并答复诉求人。").status_code == 303
    assert "没有“领导批示”的工单" in told(by("leader").get("/supervision?tab=instructed"))
    assert "已核实并答复诉求人。" in told(by("leader").get(f"/tickets/{ticket.number}"))


def test_the_interface_answers_an_instruction(by: By, ticket: Ticket) -> None:
    by("arbiter").act(ticket.number, "instruct", **ASKED)
    asked = by("officer").get(f"/api/v1/tickets/{ticket.number}/instructions").get_json()["items"][0]
    path = f"/api/v1/instructions/{asked['id']}/answer"
    assert by("officer").post(path, {"text": "短"}).status_code == 422
    assert by("leader").post(path, {"text": "已核实并答复。"}).status_code == 403
    assert by("neighbour").post(path, {"text": "已核实并答复。"}).status_code == 404
    assert by("officer").post(path, {"text": "已核实并答复。"}).get_json()["answer"]["by"] == "李志强"
    assert by("officer").post(path, {"text": "已核实并答复。"}).status_code == 409
    assert by("officer").act(ticket.number, "instruct", **ASKED).status_code == 403


def test_the_office_in_charge_and_the_leaders_office_are_told(
    by: By, session: Session, ticket: Ticket, clock: Clock
) -> None:
    by("arbiter").act(ticket.number, "instruct", **ASKED)
    asked = by("officer").get(f"/api/v1/tickets/{ticket.number}/instructions").get_json()["items"][0]
    by("officer").post(f"/api/v1/instructions/{asked['id']}/answer", {"text": "已核实并答复。"})
    session.expunge_all()
    while events.follow(session, clock.at):
        session.flush()
    for who, words in (("officer", "有领导批示"), ("arbiter", "领导批示已反馈")):
        inbox = session.scalars(select(Notice).where(mine(factories.person(session, who), clock.at)))
        assert [one.kind for one in inbox if words in one.text], who


def test_the_table_is_open_to_read(by: By) -> None:
    rows = by("arbiter").get("/api/v1/supervision/rules").get_json()["items"]
    assert [one["position"] for one in rows] == sorted(one["position"] for one in rows)
    assert all(one["basis"] for one in rows)
