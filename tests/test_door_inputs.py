"""Whatever a client can send gets a sentence and a stable code, never a 500, and writes nothing."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import CONTENT, NOW, complaint
from tests.seeded import app, by, client, clock, database_url, engine
from tracker.tickets import schemas
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

__all__ = ["app", "by", "client", "clock", "database_url", "engine"]

TICKETS = "/api/v1/tickets"
DEEP = "[" * 100_000 + "]" * 100_000


def n_tickets(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Ticket)) or 0


def refused(answer: Any, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    """Assert that the answer is a refusal in the common form and return it."""
    told = answer.get_json()
    assert (answer.status_code, told["code"]) == (status, code), told
    assert told["message"].endswith("。")
    assert "Traceback" not in answer.text
    if field is not None:
        assert field in told.get("fields", {}), told
        assert all(isinstance(one, str) and one for one in told["fields"][field])
    return told


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"content": ""}, "content"),
        ({"content": " \n\t　"}, "content"),
        ({"content": None}, "content"),
        ({"content": "长" * 20_001}, "content"),
        ({"content": 12}, "content"),
        ({"content": ["一"]}, "content"),
        ({"channel": "no-such-channel"}, "channel"),
        ({"channel": None}, "channel"),
        ({"kind": "complain"}, "kind"),
        ({"kind": {"a": 1}}, "kind"),
        ({"complainant": {"phone": "1380013800"}}, "complainant.phone"),
        ({"complainant": {"phone": "无"}}, "complainant.phone"),
        ({"complainant": {"id_no": "440106199001011234"}}, "complainant.id_no"),
        ({"complainant": "张三"}, "complainant"),
        ({"complainant": {"name": "张" * 81}}, "complainant.name"),
        ({"uscc": "91440101MA59A1B2C4"}, "uscc"),
        ({"uscc": "１２３"}, "uscc"),
        ({"occurred_at": (NOW + timedelta(days=1)).isoformat()}, "occurred_at"),
        ({"received_at": (NOW + timedelta(days=1)).isoformat()}, "received_at"),
        ({"received_at": "9999-12-31T23:59:59-12:00"}, "received_at"),
        ({"received_at": "0001-01-01T00:00:00+08:00"}, "received_at"),
        ({"received_at": "1066-10-14"}, "received_at"),
        ({"occurred_at": "0001-01-01T00:00:00+08:00"}, "occurred_at"),
        ({"occurred_at": "昨天"}, "occurred_at"),
        ({"occurred_at": 10**30}, "occurred_at"),
        ({"division_code": "999999"}, "division_code"),
        ({"division_code": "4401" * 100}, "division_code"),
        ({"division_code": 440106}, "division_code"),
        ({"category_code": "Z9"}, "category_code"),
        ({"category_code": "A"}, "category_code"),
        ({"respondent": {"body_code": "no-such-body"}}, "respondent.body_code"),
        ({"respondent": {"level": "galaxy"}}, "respondent.level"),
        ({"respondent": {"level": "省" * 30}}, "respondent.level"),
        ({"respondent": {"name": "局" * 201}}, "respondent.name"),
        ({"title": "题" * 201}, "title"),
        ({"source_no": "9" * 81}, "source_no"),
        ({"urgent": "maybe"}, "urgent"),
        ({"party_kind": "alien"}, "party_kind"),
        ({"no_such_field": 1}, "no_such_field"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_field_is_named(by, session: Session, change: dict[str, Any], field: str) -> None:
    refused(by("operator").post(TICKETS, complaint(**change)), 422, "invalid", field)
    assert n_tickets(session) == 0


@pytest.mark.parametrize(
    ("change", "stored"),
    [
        ({"content": CONTENT + "\x00"}, CONTENT),
        ({"title": "标\x00题"}, CONTENT),
        ({"content": CONTENT + "\ud800"}, CONTENT),
        ({"complainant": {"name": "张\x00三", "phone": "13800138000"}}, CONTENT),
        ({"complainant": {"name": "\udfff"}}, CONTENT),
        ({"source_no": "GZ\x001"}, CONTENT),
        ({"place_text": "石牌\x00"}, CONTENT),
        ({"respondent": {"name": "某局\x00\ud900", "officer_name": "李\x00"}}, CONTENT),
    ],
    ids=ascii,
)
def test_what_no_database_stores_is_dropped_or_refused(by, change: dict[str, Any], stored: str) -> None:
    body = json.dumps(complaint(**change))
    answer = by("operator").post(TICKETS, data=body, headers={"Content-Type": "application/json"})
    if answer.status_code == 201:
        read = by("operator").get(f"{TICKETS}/{answer.get_json()['number']}").get_json()
        assert read["content"] == stored
        assert "\\u0000" not in json.dumps(read)
    else:
        assert answer.status_code == 422
        assert answer.get_json()["code"] in {"invalid", "unstorable"}


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b'{"channel": "12345"', "application/json", 400, "unreadable"),
        (b"", "application/json", 422, "invalid"),
        (b"\xff\xfe\x00", "application/json", 400, "unreadable"),
        ("投诉".encode("gbk"), "application/json", 400, "unreadable"),
        (DEEP.encode(), "application/json", 400, "unreadable"),
        (b'{"content": ' + b"9" * 5000 + b"}", "application/json", 400, "unreadable"),
        (b"[]", "application/json", 422, "invalid"),
        (b"null", "application/json", 422, "invalid"),
        (b"12", "application/json", 422, "invalid"),
        (b'"text"', "application/json", 422, "invalid"),
        (b"NaN", "application/json", 422, "invalid"),
        (b"channel=12345", "application/x-www-form-urlencoded", 415, "wrong_content_type"),
        (b"<a/>", "text/xml", 415, "wrong_content_type"),
        (b'{"channel": "12345"}', "text/plain", 415, "wrong_content_type"),
    ],
    ids=[
        "broken",
        "empty",
        "bytes",
        "gbk",
        "deep",
        "huge",
        "list",
        "null",
        "number",
        "text",
        "nan",
        "form",
        "xml",
        "plain",
    ],
)
@pytest.mark.parametrize("path", [TICKETS, f"{TICKETS}/batch", "/api/v1/triage"])
def test_an_unreadable_body_is_told_apart(
    by, session: Session, path: str, body: bytes, kind: str, status: int, code: str
) -> None:
    refused(by("operator").post(path, data=body, headers={"Content-Type": kind}), status, code)
    assert n_tickets(session) == 0


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "unreadable"),
        (b"\xff", "application/json", 400, "unreadable"),
        (DEEP.encode(), "application/json", 400, "unreadable"),
        (b"[]", "application/json", 422, "invalid"),
        (b"null", "application/json", 422, "invalid"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "wrong_content_type"),
        (b'{"note": 7}', "application/json", 422, None),
        (b'{"note": ' + b"9" * 4000 + b"}", "application/json", 422, "invalid"),
    ],
)
def test_an_action_takes_one_object(
    by, session: Session, body: bytes, kind: str, status: int, code: str | None
) -> None:
    ticket = factories.standing(session, Status.DISPATCHED)
    path = f"{TICKETS}/{ticket.number}/actions/accept"
    answer = by("officer").post(path, data=body, headers={"Content-Type": kind})
    refused(answer, status, code or answer.get_json()["code"])
    session.refresh(ticket)
    assert ticket.status == Status.DISPATCHED


def test_an_action_needs_no_body(by, session: Session) -> None:
    ticket = factories.standing(session, Status.DISPATCHED)
    answer = by("officer").post(f"{TICKETS}/{ticket.number}/actions/accept", data=b"")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "in_progress")


@pytest.mark.parametrize(
    ("version", "status", "code"),
    [
        ("0", 412, "stale"),
        ('"999999"', 412, "stale"),
        ("abc", 422, "invalid"),
        ("9" * 50, 422, "invalid"),
        ("-1", 422, "invalid"),
    ],
)
def test_a_version_that_is_not_the_present_one(
    by, session: Session, version: str, status: int, code: str
) -> None:
    ticket = factories.standing(session, Status.DISPATCHED)
    refused(by("officer").act(ticket.number, "accept", headers={"If-Match": version}), status, code)


@pytest.mark.parametrize("etag", ["{}", '"{}"', 'W/"{}"', "*"])
def test_the_present_version_opens_in_every_spelling(by, session: Session, etag: str) -> None:
    ticket = factories.standing(session, Status.DISPATCHED)
    header = {"If-Match": etag.format(ticket.version)}
    assert by("officer").act(ticket.number, "accept", headers=header).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("tab=nonsense", "tab"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("sort=random", "sort"),
        ("q=" + "长" * 101, "q"),
        ("cursor=%%%", "cursor"),
        ("cursor=AAAA", "cursor"),
        ("cursor=bnVsbA", "cursor"),
        ("cursor=WzEsMl0", "cursor"),
        ("cursor=WyIyMDI2LTAxLTAxIiwgMV0", "cursor"),  # a date without its zone
        ("cursor=WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwgMTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwXQ", "cursor"),
        ("cursor=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzA4OjAwIiwgMV0", None),  # year 1, east of Greenwich
        ("cursor=%F0%9F%98%80", "cursor"),
        ("cursor=" + "W1tb" * 20_000, "cursor"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_nonsensical_list_is_refused(by, query: str, field: str | None) -> None:
    answer = by("operator").get(f"{TICKETS}?{query}")
    if field is None:
        assert answer.status_code in {200, 422}
    else:
        refused(answer, 422, "invalid", field)


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q='",
        "q=%25",
        "q=!!",
        "office=999",
        "office=%00",
        "category=%25",
        "caller=%00",
        "q=%20",
        "caller='",
        "status=nonsense",
    ],
)
def test_an_odd_filter_finds_nothing(by, session: Session, query: str) -> None:
    factories.take_in(session)
    answer = by("operator").get(f"{TICKETS}?{query}")
    assert answer.status_code in {200, 422}, answer.get_json()


@pytest.mark.parametrize("number", ["0", "1' OR 1=1", "%00", "９９", "x" * 5000, "-"])
@pytest.mark.parametrize("what", ["", "/events", "/deadline", "/actions"])
def test_no_such_ticket(by, number: str, what: str) -> None:
    answer = by("operator").get(f"{TICKETS}/{number}{what}")
    assert answer.status_code in {404, 422}
    assert answer.get_json()["code"] in {"not_found", "unstorable"}


def test_no_such_action(by, session: Session) -> None:
    ticket = factories.take_in(session)
    refused(by("officer").act(ticket.number, "explode"), 404, "unknown_action")
    refused(by("officer").act("20260101", "explode"), 404, "unknown_action")


@pytest.mark.parametrize(
    "rows", [[], [{}] * 1001, {}, "text", None, 3], ids=["empty", "1001", "object", "text", "null", "number"]
)
def test_a_batch_that_is_none(by, rows: Any) -> None:
    refused(by("operator").post(f"{TICKETS}/batch", {"tickets": rows}), 422, "invalid", "tickets")


@pytest.mark.parametrize("login", [None, "nobody", "administrator", "auditor"])
def test_who_may_not_take_in_is_told_so(by, session: Session, login: str | None) -> None:
    answer = by(login).post(TICKETS, complaint())
    expected = (403, "not_allowed") if login in factories.PEOPLE else (401, "not_signed_in")
    refused(answer, *expected)
    assert n_tickets(session) == 0


@pytest.mark.parametrize("path", [TICKETS, f"{TICKETS}/batch", f"{TICKETS}/1/actions/accept"])
def test_nested_as_deep_as_can_just_be_read(by, path: str) -> None:
    for depth in range(840, 1000, 8):
        body = b'{"tickets": ' + b"[" * depth + b"]" * depth + b"}"
        answer = by("operator").post(path, data=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {207, 400, 403, 422}, (depth, answer.text)


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer ÿþ", "Basic eDp5", "Bearer " + "x" * 9000, "bearer a b"]
)
def test_a_token_that_is_none(client, header: str) -> None:
    refused(client.get(TICKETS, headers={"Authorization": header}), 401, "not_signed_in")


def test_a_key_has_a_length(by) -> None:
    answer = by("operator").post(TICKETS, complaint(), headers={"Idempotency-Key": "k" * 101})
    refused(answer, 422, "invalid", "Idempotency-Key")


def test_other_methods_and_addresses_have_a_sentence(by, client) -> None:
    refused(client.delete(TICKETS, headers=factories.headers("operator")), 405, "method_not_allowed")
    refused(by("operator").get("/api/v1/no-such-thing"), 404, "not_found")


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["\x00", "\ud800", "440106", "A2", "2026-03-01T09:30", "13800138000", CONTENT]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
TICKET_FIELDS = sorted(schemas.TicketIn().fields)
ACTION_FIELDS = sorted({name for one in factories.REGISTRY.values() for name in one.schema().fields})
MANY = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def sent(value: Any) -> bytes:
    return json.dumps(value).encode()


def never_500(answer: Any, value: Any) -> None:
    assert answer.status_code < 500, (answer.status_code, value)
    if answer.status_code >= 400:
        assert {"code", "message"} <= answer.get_json().keys()


@MANY
@given(given_=st.dictionaries(st.sampled_from(TICKET_FIELDS), JSON_VALUES))
def test_any_json_at_intake(by, given_: dict[str, Any]) -> None:
    value = {**complaint(), **given_}
    answer = by("operator").post(TICKETS, data=sent(value), headers={"Content-Type": "application/json"})
    never_500(answer, value)


@MANY
@given(
    given_=st.dictionaries(
        st.sampled_from(["title", "text", "division_code", "respondent", "phone"]), JSON_VALUES
    )
)
def test_any_json_at_triage(by, given_: dict[str, Any]) -> None:
    value = {"text": CONTENT, **given_}
    answer = by("operator").post(
        "/api/v1/triage", data=sent(value), headers={"Content-Type": "application/json"}
    )
    never_500(answer, value)


@MANY
@given(rows=st.lists(JSON_VALUES | st.just(complaint()), min_size=1, max_size=4))
def test_any_rows_in_a_batch(by, rows: list[Any]) -> None:
    answer = by("operator").post(
        f"{TICKETS}/batch", data=sent({"tickets": rows}), headers={"Content-Type": "application/json"}
    )
    never_500(answer, rows)
    if answer.status_code == 207:
        assert len(answer.get_json()["results"]) == len(rows)


@settings(MANY, max_examples=60)
@given(
    name=st.sampled_from(sorted(factories.REGISTRY)),
    who=st.sampled_from(["operator", "officer", "reviewer", "arbiter"]),
    given_=st.dictionaries(st.sampled_from(ACTION_FIELDS), JSON_VALUES),
)
def test_any_json_at_any_action(by, session: Session, name: str, who: str, given_: dict[str, Any]) -> None:
    ticket = factories.standing(session, Status.IN_PROGRESS)
    path = f"{TICKETS}/{ticket.number}/actions/{name}"
    answer = by(who).post(path, data=sent(given_), headers={"Content-Type": "application/json"})
    never_500(answer, (name, given_))


@MANY
@given(given_=st.dictionaries(st.sampled_from(["number", "phone_tail", "receipt_code"]), JSON_VALUES))
def test_any_json_at_the_public_query(by, given_: dict[str, Any]) -> None:
    answer = by(None).post("/public/query", data=sent(given_), headers={"Content-Type": "application/json"})
    never_500(answer, given_)
