"""群众查询 tells a stranger nothing: wrong, absent, malformed and shut out look the same, weigh the same and take as long."""

import re
import time

import pytest

from tests import factories
from tests.factories import S, caller, standing
from tests.timing import measured, p_equal, take_equally_long
from tracker.tickets import public_door
from tracker.tickets.models import Ticket

ABSENT = "202603029999999"
_TYPED = re.compile(r'(?<=value=")[^"]*(?=")|nonce="[^"]*"')


@pytest.fixture
def ticket(session) -> Ticket:
    return standing(session, S.IN_PROGRESS, complainant=caller())


@pytest.fixture
def nameless(session) -> Ticket:
    """A ticket nobody left a telephone with, which no four digits open."""
    return standing(session, S.IN_PROGRESS)


def pairs(ticket: Ticket, nameless: Ticket) -> dict[str, dict[str, str]]:
    """Return what a stranger may try: nothing of it opens anything."""
    return {
        "wrong": {"number": ticket.number, "phone_tail": "0000"},
        "nobody": {"number": nameless.number, "phone_tail": "0000"},
        "absent": {"number": ABSENT, "phone_tail": "8000"},
        "short": {"number": ticket.number, "phone_tail": "80"},
        "long": {"number": ticket.number, "phone_tail": "138000"},
        "letters": {"number": ticket.number, "phone_tail": "abcd"},
        "malformed": {"number": "x" * 200, "phone_tail": "8000"},
        "without": {"number": ticket.number},
        "receipt": {"receipt_code": "0" * 16},
        "short receipt": {"receipt_code": ticket.receipt_code[:15]},
        "nothing": {},
    }


def told(answer) -> tuple[int, dict[str, str], str]:
    """Return all of an answer but what was typed into it and what differs between any two: its token and its time."""
    headers = {name: value for name, value in answer.headers if name not in {"Set-Cookie", "Date"}}
    body = _TYPED.sub("", answer.text)
    body = re.sub(r'<meta name="csrf-token"[^>]*>', "", body)
    return answer.status_code, {**headers, "Content-Length": ""}, body


def test_a_receipt_opens_as_it_is_printed(client, ticket):
    code = ticket.receipt_code
    printed = " ".join(code[at : at + 4] for at in range(0, 16, 4))
    assert client.post("/public/query", json={"receipt_code": printed}).json["number"] == ticket.number


def test_every_refusal_in_json_is_one_and_the_same_to_the_byte(client, ticket, nameless):
    answers = [client.post("/public/query", json=one) for one in pairs(ticket, nameless).values()]
    assert {one.data for one in answers} == {answers[0].data}
    assert {one.status_code for one in answers} == {404}
    assert {tuple(one.headers) for one in answers} == {tuple(answers[0].headers)}


def test_every_refusal_on_the_page_is_the_same(client, ticket, nameless):
    found = []
    for one in pairs(ticket, nameless).values():
        page = client.get("/query")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        found.append(told(client.post("/query", data={"csrf_token": token, **one})))
    assert all(one == found[0] for one in found)
    assert found[0][0] == 404


def test_whoever_tried_too_often_is_told_so_whether_the_number_exists_or_not(client, ticket):
    def tried(number: str, tail: str):
        for _ in range(public_door.PER_TICKET):
            client.post("/public/query", json={"number": number, "phone_tail": "0000"})
        answer = client.post("/public/query", json={"number": number, "phone_tail": tail})
        return answer.status_code, answer.data, tuple(answer.headers)

    shut = [tried(ticket.number, factories.PHONE[-4:]), tried(ABSENT, "0000")]
    assert shut[0] == shut[1]
    assert shut[0][0] == 429


def test_facts_and_ratings_look_the_same_too(client, session):
    standing(session, S.IN_PROGRESS)
    facts = [
        client.post(f"/public/tickets/{code}/facts", json={"text": "又来了一次。"})
        for code in ("0" * 16, "1" * 16, "12", "x" * 200)
    ]
    assert {(one.status_code, one.data) for one in facts} == {(404, facts[0].data)}
    links = [client.get(f"/public/rate/{token}") for token in ("x", "MQ.AAAA", "x" * 300)]
    assert {(one.status_code, one.data) for one in links} == {(404, links[0].data)}


def test_every_answer_leaves_on_the_beat(client, ticket):
    for given in ({"number": ticket.number, "phone_tail": factories.PHONE[-4:]}, {}, {"nonsense": 1}):
        begun = time.monotonic()
        client.post("/public/query", json=given)
        assert time.monotonic() - begun >= public_door.BEAT_S


@pytest.fixture
def asks(app, client, ticket, nameless):
    """Ways to ask by what a stranger may try, no bound on tries."""
    app.extensions["limits"] = _Patient()
    tried = pairs(ticket, nameless)
    chosen = ("wrong", "nobody", "absent", "malformed")
    return {name: (lambda given=tried[name]: client.post("/public/query", json=given)) for name in chosen}


class _Patient:
    """Limits that count nothing, so that a clock can be held to what they guard."""

    def spend(self, *_: object, **__: object) -> None:
        """Let everybody try."""


def test_wrong_absent_and_malformed_take_equally_long(asks):
    assert take_equally_long(asks, 25)


@pytest.mark.slow
def test_wrong_absent_and_malformed_take_equally_long_however_often_one_asks(asks):
    assert take_equally_long(asks, 400)


def test_the_scales_would_tell_a_difference():
    """Half a millisecond more, which nobody would notice, is found: what the tests above say rests on something."""
    ways = {"short": lambda: time.sleep(0.001), "long": lambda: time.sleep(0.0015)}
    assert p_equal(measured(ways, 60)) < 0.001


def test_no_word_of_added_facts_is_lost(session, by, client):
    ticket = standing(session, S.IN_PROGRESS)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/query").text)[1]
    given = {"csrf_token": token, "receipt_code": ticket.receipt_code}
    long = "昨天又来检查。" * 300
    refused = client.post("/query/facts", data={**given, "text": long})
    assert refused.status_code == 422
    assert f"现有{len(long)}字" in refused.text
    assert long in refused.text
    assert "maxlength" not in re.search(r'<textarea[^>]*name="text"[^>]*>', refused.text)[0]
    kept = client.post("/query/facts", data={**given, "text": long[:2000]})
    assert "已补充" in kept.text
    assert long[:2000] in by("officer").get(f"/tickets/{ticket.number}").text
