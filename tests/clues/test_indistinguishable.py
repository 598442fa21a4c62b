"""Nobody without business in it can tell a ticket from which a clue went out: not by any answer, row, number or time."""

import dataclasses
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from tests import factories
from tests.clues.sides import CLUE, Sides
from tests.factories import PHONE, REPLY
from tests.timing import take_equally_long
from tracker.audit import reading
from tracker.tickets.models import Ticket

OUTSIDERS = ("operator", "city.reviewer", "leader", "arbiter", "street", "neighbour", "administrator")
"""The desk, superiors, the office below, the office next door and who keeps the tables; none of them reads clues here."""

STEPS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("officer", "propose", {}),
    ("officer2", "co-sign", {"opinion": "同意"}),
    ("reviewer", "approve", {"opinion": "同意移送"}),
    ("reviewer", "send", {}),
    ("jw.tianhe", "sign", {}),
    ("jw.tianhe", "accept", {}),
)
OWN_TABLES = re.compile(r"public\.clue|discipline\.|public\.api_token")
"""What a step may touch: the rooms of clues on both sides, and when a program last called."""


@dataclasses.dataclass
class Twin:
    """One of two tickets alike in everything but what numbers and hashes are for."""

    number: str
    receipt: str
    id: int

    def without(self, said: str, other: "Twin") -> str:
        """Return a text without what tells any two tickets apart."""
        for one in (self, other):
            said = said.replace(one.number, "工单号").replace(one.receipt, "回执码")
        said = re.sub(r"\b(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{12}|[0-9a-f]{8})\b", "哈希", said)
        return re.sub(r'csrf[-_]token"[^>]*>|nonce-[\w+/=-]+|"next":"[^"]*"', "", said)


@pytest.fixture
def twins(sides: Sides) -> tuple[Twin, Twin]:
    """Two tickets of one content, of one minute, of callers whose numbers look alike once masked."""
    made = []
    with sides.office.unit_of_work() as session:
        for phone in (
            PHONE[:3] + "97" + PHONE[5:],
            PHONE[:3] + "99" + PHONE[5:],
        ):  # nobody else calls from these
            ticket = factories.take_in(session, complainant=factories.caller(phone=phone))
            factories.act(
                session, ticket, "operator", "redispatch", office="440106", reason="按属地派单", category="C1"
            )
            factories.act(session, ticket, "officer", "accept")
            made.append(Twin(ticket.number, ticket.receipt_code, ticket.id))
    return made[0], made[1]


def walk(sides: Sides, ticket: Twin) -> Iterator[str]:
    """Take a clue from the ticket all the way, step by step, and yield each step once it is done."""
    number = ""
    for login, step, given in STEPS:
        if step == "propose":
            sides.by(login).get(f"/clues/new?ticket={ticket.number}")
            answer = sides.by(login).post(f"/api/v1/tickets/{ticket.number}/clues", CLUE)
            number = answer.get_json()["number"]
        elif login.startswith("jw."):
            answer = sides.liaison(login).act(number, step, **given)
        else:
            answer = sides.step(login, number, step, **given)
        assert answer.status_code < 300, answer.text
        sides.by("officer").get(f"/clues/{number}")
        yield step


def per_ticket(sides: Sides) -> list[str]:
    """Return every address of one ticket, its number left to be filled in."""
    rules = sides.office_client.application.url_map.iter_rules()
    return sorted(
        re.sub(r"<int:\w+>", "1", one.rule.replace("<number>", "{}"))
        for one in rules
        if "GET" in (one.methods or ()) and "number" in one.arguments and "/clues" not in one.rule
    )


def answer_of(answer: TestResponse, one: Twin, other: Twin) -> tuple[Any, ...]:
    said = one.without(answer.text, other)
    headers = sorted(
        (name, one.without(value, other)) for name, value in answer.headers if name != "Set-Cookie"
    )
    kept = [(name, value) for name, value in headers if name != "Content-Length" or answer.is_json]
    return answer.status_code, kept, said


def parts(content: bytes) -> dict[str, bytes]:
    """Return what a workbook or letter is made of, but for when it was made."""
    if not content.startswith(b"PK"):
        return {"": content}
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist() if not name.startswith("docProps/")}


def rows(sides: Sides) -> dict[str, str]:
    """Return every table as text."""
    with sides.owner.connect() as connection:
        names = connection.execute(
            text(
                "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('public', 'discipline')"
            )
        ).scalars()
        return {
            name: "\n".join(sorted(connection.execute(text(f"SELECT t::text FROM {name} t")).scalars()))
            for name in names.all()
        }


@pytest.fixture
def noted(sides: Sides) -> Iterator[Sides]:
    """The sides, readings written down as in a running system."""
    app = sides.office_client.application
    door = app.extensions["doorway"]
    app.extensions["doorway"] = dataclasses.replace(door, note_reading=reading.note_request)
    yield sides
    app.extensions["doorway"] = door


def test_no_step_touches_a_row_that_anybody_else_reads(noted: Sides, twins: tuple[Twin, Twin]) -> None:
    """Neither ticket nor event, notice, reading, deed, counter, number of a document nor version changes."""
    before = rows(noted)
    for step in walk(noted, twins[0]):
        after = rows(noted)
        changed = {name for name in after if after[name] != before.get(name)}
        assert not [name for name in changed if not OWN_TABLES.match(name)], step
        before = after


def test_every_answer_about_the_ticket_is_that_about_its_twin(sides: Sides, twins: tuple[Twin, Twin]) -> None:
    one, other = twins
    addresses = per_ticket(sides)
    assert len(addresses) > 12
    n_seen = 0
    for step in walk(sides, one):
        if step in {"co-sign", "sign"}:
            continue
        for login in OUTSIDERS:
            caller = sides.by(login)
            for address in addresses:
                got = answer_of(caller.get(address.format(one.number)), one, other)
                assert got == answer_of(caller.get(address.format(other.number)), one, other), (
                    step,
                    login,
                    address,
                )
                n_seen += got[0] == 200
    assert n_seen > 100


@pytest.mark.parametrize("login", ["operator", "leader", "city.reviewer", "administrator"])
def test_lists_counts_searches_figures_and_exports_stay_as_they_were(
    sides: Sides, twins: tuple[Twin, Twin], login: str
) -> None:
    one, other = twins
    rules = sides.office_client.application.url_map.iter_rules()
    plain = sorted({rule.rule for rule in rules if "GET" in (rule.methods or ()) and not rule.arguments})
    asked = [path for path in plain if "/clues" not in path and "audit" not in path]
    asked += ["/tickets?tab=all", "/api/v1/tickets?tab=all&limit=200", "/api/v1/tickets?tab=all&q=检查"]
    asked += ["/tickets/export?tab=all", "/api/v1/notices?limit=100"]

    def seen() -> dict[str, Any]:
        caller = sides.by(login)
        found: dict[str, Any] = {}
        for path in asked:
            got = caller.get(path)
            is_text = got.mimetype.startswith("text/") or got.is_json
            found[path] = answer_of(got, one, other)[::2] if is_text else (got.status_code, parts(got.data))
        return found

    before = seen()
    assert sum(told[0] == 200 for told in before.values()) > 20
    assert [*walk(sides, one)][-1] == "accept"
    after = seen()
    assert [path for path in asked if after[path] != before[path]] == []


def test_the_complainant_finds_no_difference_from_query_to_rating(
    sides: Sides, twins: tuple[Twin, Twin]
) -> None:
    one, other = twins
    steps = walk(sides, one)
    next(steps)
    client = sides.office_client.application.test_client()

    def asked(ticket: Twin) -> list[tuple[Any, ...]]:
        pairs = ({"number": ticket.number, "phone_tail": PHONE[-4:]}, {"receipt_code": ticket.receipt})
        got = [client.post("/public/query", json=pair) for pair in pairs]
        got.append(client.post(f"/public/tickets/{ticket.receipt}/facts", json={"text": "昨天又来了一次。"}))
        return [answer_of(answer, one, other) for answer in got]

    assert asked(one) == asked(other)
    assert [told[0] for told in asked(one)] == [told[0] for told in asked(other)] == [200, 200, 200]
    for _ in steps:
        assert asked(one) == asked(other)
    lives = [_to_the_end(sides, ticket, one, other) for ticket in (one, other)]
    assert lives[0] == lives[1]
    assert lives[0][-1][0] == 200


def _to_the_end(sides: Sides, ticket: Twin, one: Twin, other: Twin) -> list[tuple[Any, ...]]:
    """Return every answer from the reply to the rating, to staff and complainant alike."""

    def act(login: str, name: str, **given: Any) -> TestResponse:
        return sides.by(login).act(ticket.number, name, **given)

    got = [
        act("officer", "extend", days=5, reason="需要补充调查", basis="有关规定"),
        act("reviewer", "decide-extension", approve=True, opinion="同意"),
        act("officer", "reply", **REPLY),
        act("officer", "terminate", reason="按规定办理此步骤"),
        act("operator", "close", reason="按规定办理此步骤"),
        act("operator", "merge", lead=ticket.number, reason="同一事项"),
        act("reviewer", "review", approve=True),
    ]
    link = sides.by("operator").post(f"/api/v1/tickets/{ticket.number}/rating-link").get_json()["token"]
    stranger = sides.office_client.application.test_client()
    got.append(stranger.get(f"/public/rate/{link}"))
    answer = {"grade": "satisfied", "solved": True}
    got.append(stranger.post(f"/public/rate/{link}", json=answer))
    return [answer_of(one_, one, other) for one_ in got]


def _ways(sides: Sides, one: Twin, other: Twin) -> dict[str, dict[str, Callable[[], TestResponse]]]:
    """Return what outsiders can do to either ticket, by what it is."""
    desk, client = sides.by("operator"), sides.office_client.application.test_client()

    def both(ask: Callable[[Twin], TestResponse]) -> dict[str, Callable[[], TestResponse]]:
        return {"with": lambda: ask(one), "without": lambda: ask(other)}

    return {
        "read": both(lambda ticket: desk.get(f"/api/v1/tickets/{ticket.number}")),
        "page": both(lambda ticket: desk.get(f"/tickets/{ticket.number}")),
        "refused": both(lambda ticket: desk.act(ticket.number, "archive")),
        "asked": both(lambda ticket: client.post("/public/query", json={"receipt_code": ticket.receipt})),
    }


@pytest.fixture
def ways(sides: Sides, twins: tuple[Twin, Twin]) -> dict[str, dict[str, Callable[[], TestResponse]]]:
    """The same, a clue from the first of the two gone all the way."""
    sides.office_client.application.extensions["limits"] = _Patient()
    for _ in walk(sides, twins[0]):
        pass
    with sides.office.unit_of_work() as session:
        assert session.scalars(select(Ticket.version).where(Ticket.id.in_([one.id for one in twins]))).all()
    return _ways(sides, *twins)


class _Patient:
    """Limits that count nothing, so that a clock can be held to what they guard."""

    def spend(self, *_: object, **__: object) -> None:
        """Let everybody try."""


@pytest.mark.parametrize("what", ["read", "page", "refused", "asked"])
def test_either_takes_equally_long(ways, what: str) -> None:
    assert take_equally_long(ways[what], 30)


@pytest.mark.slow
@pytest.mark.parametrize("what", ["read", "page", "refused", "asked"])
def test_either_takes_equally_long_however_often_one_asks(ways, what: str) -> None:
    assert take_equally_long(ways[what], 500)
