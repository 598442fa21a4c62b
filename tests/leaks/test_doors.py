"""Refusals, notices, jobs, error pages, the other side, and the log written meanwhile."""

import io
import re
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
import redis
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.conftest import FIELD_KEY
from tests.leaks.planted import (
    FACTS,
    ID_NO,
    NAME,
    PERSON,
    PHONE,
    POST,
    SAID,
    TOLD,
    clue_words,
    headings,
    particulars,
    readable,
)
from tests.leaks.town import Town, tables
from tests.leaks.visits import addresses
from tests.seeded import Caller
from tracker import db, web
from tracker.accounts.door import identify
from tracker.jobs import Bell, Job

LISTED = {"office": "440106", "category": "C1", "lead": "1", "sort": "A", "tab": "all", "action": "urge"}
"""Chosen from lists: what is none of it is told in the refusal, to who chose it."""
TYPED = {
    **LISTED,
    "name": NAME,
    "account": NAME,
    "number": NAME,
    "field": NAME,
    "text": SAID,
    "reason": SAID,
    "note": SAID,
    "opinion": SAID,
    "content": TOLD,
    "title": SAID,
    "public_text": SAID,
    "phone": PHONE,
    "id_no": ID_NO,
    "person": PERSON,
    "post": POST,
    "facts": FACTS,
    "deed": NAME,
}
_CONTROLS = re.compile(r'value="[^"]*"|<textarea.*?</textarea>', re.DOTALL)
"""Where a page gives back to who typed it what he typed."""


@pytest.fixture
def passing(town: Town) -> Iterator[Town]:
    """The town, everything done to it undone afterwards."""
    app = town.sides.office_client.application
    kept = app.extensions["doorway"]
    with town.sides.office.bind.connect() as connection:
        transaction = connection.begin()
        database = db.Database(connection, lambda _: None, FIELD_KEY)
        app.extensions["doorway"] = web.Doorway(database, identify, now=town.sides.clock)
        yield town
        transaction.rollback()
    app.extensions["doorway"] = kept


def heard(answer: TestResponse) -> list[str]:
    body = readable(answer.data)
    if answer.mimetype == "text/html":
        body = _CONTROLS.sub("", answer.text)
    said = f"{body}\n{headings(list(answer.headers))}"
    return particulars(said) + clue_words(said)


def send(caller: Caller, address: str, method: str) -> TestResponse:
    is_json = address.startswith(("/api/", "/public/"))
    given = {"json": {**TYPED, "nonsense": SAID}} if is_json else {"data": TYPED}
    return caller._client.open(address, method=method, headers=caller._headers, buffered=True, **given)


@pytest.mark.parametrize("login", ["operator", "officer", "reviewer", "administrator", None])
def test_no_refusal_says_again_what_was_typed(passing: Town, login: str | None) -> None:
    """To who typed it a page may give it back in the field he typed it into, and nowhere else."""
    caller, found, n_refused = passing.sides.by(login), {}, 0
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        app = passing.sides.office_client.application
        for _, address in addresses(app, passing, method, passing.worked[:1]):
            answer = send(caller, address, method)
            assert answer.status_code < 500, (address, answer.text)
            n_refused += answer.status_code >= 400
            if said := heard(answer):
                found[f"{method} {address}"] = said
    assert found == {}
    assert n_refused > 100


@pytest.mark.parametrize(
    "path", ["/nothing/{}", "/api/v1/{}", "/tickets/{}", "/api/v1/tickets/{}/events", "/query/{}"]
)
@pytest.mark.parametrize("login", ["officer", None])
def test_an_error_page_does_not_repeat_the_address(town: Town, login: str | None, path: str) -> None:
    for word in (NAME, PHONE, PERSON):
        answer = town.sides.by(login).get(path.format(word))
        if answer.status_code == 302:  # to the sign-in, which leads back to where he was going
            continue
        said = f"{readable(answer.data)}\n{headings(list(answer.headers))}"
        assert answer.status_code in {401, 404}
        assert particulars(said) + clue_words(said) == []


def test_the_queue_holds_names_of_jobs_and_nothing_else(town: Town, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("_redis_url")
    for job in Job:  # what the town rang may have been taken off the shared queue by others
        Bell(url).ring(job)
    with redis.Redis.from_url(url) as queue:
        kept = {key.decode(): _value(queue, key) for key in queue.scan_iter("*")}
    jobs = [value for key, value in kept.items() if key.startswith("rq:job:")]
    assert jobs
    said = "\n".join(f"{key}={value}" for key, value in kept.items())
    assert particulars(said) + clue_words(said) == []
    assert not [number for number in (*town.tickets, *town.clued.values(), town.receipt) if number in said]


def _value(queue: "redis.Redis[bytes]", key: bytes) -> str:
    kind = queue.type(key).decode()
    if kind == "hash":
        return str({name: readable(_inflated(value)) for name, value in queue.hgetall(key).items()})
    read = {"string": queue.get, "set": queue.smembers, "list": lambda one: queue.lrange(one, 0, -1)}
    return str(read[kind](key)) if kind in read else str(queue.zrange(key, 0, -1))


def _inflated(value: bytes) -> bytes:
    import zlib  # noqa: PLC0415

    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


def test_notices_and_letters_were_written_and_name_nobody(town: Town) -> None:
    kept = tables(town)
    for table in (
        "notice",
        "delivery",
        "audit_entry",
        "read_entry",
        "ticket_event",
        "correction",
        "clue_entry",
    ):
        assert kept[f"public.{table}"], table
        assert particulars(kept[f"public.{table}"]) + clue_words(kept[f"public.{table}"]) == []
    for number in town.clued.values():
        assert not [
            table
            for table, rows in kept.items()
            if number in rows and "clue" not in table and "discipline" not in table
        ]


def test_figures_for_machines_name_nobody(town: Town) -> None:
    for path in ("/metrics", "/healthz", "/readyz", "/api/openapi.json"):
        said = readable(town.sides.office_client.get(path).data)
        assert particulars(said) + clue_words(said) == []
    assert "clue" not in town.sides.office_client.get("/metrics").text


def test_the_other_side_tells_only_its_own_liaison_what_he_signed_for(town: Town) -> None:
    app = town.sides.desk_client.application
    for name in ("jw.tianhe", "jw.guangzhou", None):
        caller = town.sides.liaison(name) if name else None
        for rule, address in addresses(app, town, "GET", []):
            answer = caller.get(address) if caller else town.sides.desk_client.get(address)
            said = f"{readable(answer.data)}\n{headings(list(answer.headers))}"
            assert particulars(said) == [], (name, address)
            signed = name == "jw.tianhe" and town.clued["signed"] in unquote(address)
            if clue_words(said):
                assert signed, (name, rule.rule)


def test_all_the_while_the_log_named_nobody(town: Town, log_lines: io.StringIO) -> None:
    """The most talkative log there is, with a few things going wrong: a clash, an unreadable value, a search."""
    for query in (f"q={NAME}", f"q={PHONE}", f"caller={PHONE}", f"office={NAME}"):
        town.sides.by("officer").get(f"/tickets?tab=all&{query}")
    twice = {"name": NAME, "starts_on": "2026-03-01", "ends_on": "2026-06-30"}
    for _ in range(2):
        town.sides.by("city.reviewer").post("/api/v1/campaigns", twice)
    town.sides.by("officer").post(
        "/api/v1/tickets", {"channel": "none", "kind": "complaint", "content": f"{SAID}\x00"}
    )
    written = log_lines.getvalue()
    assert particulars(written) + clue_words(written) == []
    with town.sides.owner.begin() as connection:
        connection.execute(
            text(
                "DELETE FROM campaign_office WHERE campaign_id IN (SELECT id FROM campaign WHERE name = :n)"
            ),
            {"n": NAME},
        )
        connection.execute(text("DELETE FROM campaign WHERE name = :n"), {"n": NAME})
