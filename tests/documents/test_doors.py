import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.seeded import Caller, Clock
from tracker.notices.models import Notice
from tracker.notices.queries import mine
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status
from workers import events

By = Callable[[str | None], Caller]


@pytest.fixture
def ticket(session: Session) -> Ticket:
    found = factories.standing(session, Status.IN_PROGRESS)
    session.commit()
    return found


def asked(ticket: Ticket, **changes: Any) -> dict[str, Any]:
    given = {
        "kind": "urging",
        "tickets": [ticket.number],
        "to_office": "440106",
        "facts": "该工单办理缓慢，未按时联系诉求人。",
        "basis": "《行政执法监督条例》的有关规定",
        "demand": "请抓紧办理。",
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def test_from_issue_to_recheck_by_three_people(by: By, ticket: Ticket) -> None:
    made = by("arbiter").post("/api/v1/documents", asked(ticket))
    assert made.status_code == 201, made.json
    document = made.get_json()
    assert (document["number"], document["state"]) == ("穗执监督〔2026〕1号", "unsigned")
    path = f"/api/v1/documents/{document['id']}"
    listed = by("officer").get("/api/v1/documents?state=unsigned&kind=urging&office=440106").get_json()
    assert [one["id"] for one in listed["items"]] == [document["id"]]
    assert by("officer").post(f"{path}/sign", {}).get_json()["receipt"]["by"] == "李志强"
    assert by("officer").post(f"{path}/answer", {"text": "已联系诉求人并办理。"}).status_code == 200
    done = by("arbiter").post(f"{path}/recheck", {"outcome": "corrected", "finding": "已核实办理。"})
    assert done.get_json()["state"] == "done"
    words = [
        one["action"]
        for one in by("officer").get(f"/api/v1/tickets/{ticket.number}/events").get_json()["items"]
    ]
    assert {"document", "document-signed", "document-answered", "document-rechecked"} <= set(words)


@pytest.mark.parametrize("made_as", ["docx", "pdf"])
def test_a_reprint_gives_the_same_bytes(by: By, ticket: Ticket, made_as: str) -> None:
    document = by("arbiter").post("/api/v1/documents", asked(ticket)).get_json()
    told = next(one for one in document["files"] if one["format"] == made_as)
    first, again = by("arbiter").get(told["url"]), by("officer").get(told["url"])
    assert first.data == again.data
    assert first.headers["X-Content-SHA256"] == told["sha256"] == hashlib.sha256(first.data).hexdigest()
    assert by("arbiter").get(told["url"].replace(made_as, "odt")).status_code == 404


def test_a_request_sent_twice_issues_once(by: By, ticket: Ticket, clock: Clock) -> None:
    key = {"headers": {"Idempotency-Key": "k1"}}
    first = by("arbiter").post("/api/v1/documents", asked(ticket), **key)
    clock.forward(minutes=1)
    again = by("arbiter").post("/api/v1/documents", asked(ticket), **key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json()["id"] == again.get_json()["id"]
    another = by("arbiter").post("/api/v1/documents", asked(ticket)).get_json()
    assert another["number"] == "穗执监督〔2026〕2号"
    colleague = by("city.reviewer").post("/api/v1/documents", asked(ticket), **key)
    assert colleague.get_json()["number"] == "穗执监督〔2026〕3号"


def test_a_key_that_is_too_long_is_refused(by: By, ticket: Ticket) -> None:
    refused = by("arbiter").post("/api/v1/documents", asked(ticket), headers={"Idempotency-Key": "k" * 81})
    assert refused.status_code == 422


def test_strangers_find_nothing(by: By, ticket: Ticket) -> None:
    document = by("arbiter").post("/api/v1/documents", asked(ticket)).get_json()
    path = f"/api/v1/documents/{document['id']}"
    assert by("neighbour").get(path).status_code == 404
    assert by("neighbour").get(f"{path}/files/pdf").status_code == 404
    assert by("neighbour").post(f"{path}/sign", {}).status_code == 404
    assert by(None).get(path).status_code == 401
    assert by("leader").get(path).status_code == 200
    assert by("administrator").get(path).status_code == 403


@pytest.mark.parametrize(
    ("who", "changes", "status", "code"),
    [
        ("leader", {}, 403, "not_allowed"),
        ("officer", {}, 403, "may_not_issue"),
        ("arbiter", {"kind": "poem"}, 422, "invalid"),
        ("arbiter", {"tickets": []}, 422, "invalid"),
        ("arbiter", {"tickets": ["20269999999"]}, 404, "not_found"),
        ("arbiter", {"facts": "联系人13912345678反映。"}, 422, "personal_data"),
        ("arbiter", {"to_office": None}, 422, "bad_addressee"),
        ("arbiter", {"days": 0}, 422, "invalid"),
        ("arbiter", {"subject": "题" * 81}, 422, "invalid"),
    ],
)
def test_refusals(by: By, ticket: Ticket, who: str, changes: dict[str, Any], status: int, code: str) -> None:
    refused = by(who).post("/api/v1/documents", asked(ticket, **changes))
    assert (refused.status_code, refused.get_json()["code"]) == (status, code)
    assert by("arbiter").get("/api/v1/documents").get_json()["items"] == []


def test_a_preview_is_a_pdf_without_a_number(by: By, ticket: Ticket) -> None:
    seen = by("arbiter").post("/api/v1/documents/preview", asked(ticket))
    assert seen.mimetype == "application/pdf"
    assert (
        by("arbiter").post("/api/v1/documents", asked(ticket)).get_json()["number"] == "穗执监督〔2026〕1号"
    )


def test_the_administrator_keeps_texts_and_number_heads(by: By, ticket: Ticket, client: FlaskClient) -> None:
    put = {"headers": factories.headers("administrator")}
    wrong = client.put(
        "/api/v1/document-templates/urging", json={"text": "请{{主送单位}}{{何时}}办结"}, **put
    )
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "unknown_variable")
    assert "何时" in wrong.get_json()["message"]
    kept = client.put(
        "/api/v1/document-templates/urging", json={"text": "请{{主送单位}}办结：\n{{要求}}"}, **put
    )
    assert kept.status_code == 200
    texts = by("arbiter").get("/api/v1/document-templates").get_json()
    assert [one["kind"] for one in texts["items"] if not one["is_default"]] == ["urging"]
    head = client.put("/api/v1/document-prefixes", json={"office": "440100", "prefix": "穗法监"}, **put)
    assert head.get_json() == {"office": "440100", "kind": "", "prefix": "穗法监"}
    assert by("arbiter").post("/api/v1/documents", asked(ticket)).get_json()["number"] == "穗法监〔2026〕1号"
    assert client.put("/api/v1/document-templates/poem", json={"text": "诗"}, **put).status_code == 404
    denied = client.put(
        "/api/v1/document-prefixes",
        json={"office": "440100", "prefix": "穗法监"},
        headers=factories.headers("arbiter"),
    )
    assert denied.status_code == 403


def test_the_receiving_office_is_told_once(by: By, session: Session, ticket: Ticket, clock: Clock) -> None:
    by("arbiter").post("/api/v1/documents", asked(ticket))
    session.expunge_all()
    while events.follow(session, clock.at):
        session.flush()
    officer = factories.person(session, "officer")
    told = [
        one.text
        for one in session.scalars(select(Notice).where(mine(officer, clock.at)))
        if "文书" in one.text
    ]
    assert len(told) == 1
    assert "穗执监督〔2026〕1号" in told[0]
