"""Whoever opens whatever there is: the complainant stands nowhere, and of a clue nothing stands outside its own door."""

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from tests import factories
from tests.factories import S
from tests.leaks.planted import (
    ADDRESS,
    DASHED,
    ID_NO,
    NAME,
    OF_THE_CLUE,
    PERSON,
    PHONE,
    SPACED,
    clue_words,
    headings,
    particulars,
    readable,
)
from tests.leaks.town import Town, tables
from tests.leaks.visits import addresses

OWN = ("officer", "officer2", "reviewer")
"""Those of the office that proposed: they read the drafts behind the door of the clues, and nobody else anywhere."""


EVERYBODY = (
    "operator",
    "officer",
    "reviewer",
    "street",
    "arbiter",
    "leader",
    "neighbour",
    "administrator",
    "auditor",
    None,
)
ALIKE = tuple(login for login in factories.PEOPLE if login not in EVERYBODY)
"""Of the same post and standing as somebody above."""

OWN_FILE = "GET /imports/1/rejects.xlsx"
"""The rows he brought himself and is to mend; everybody else gets them without what names a person."""


def few(town: Town, login: str | None) -> list[str]:
    """Return the tickets somebody opens one by one: the officer one of every state and story, the others two."""
    if login == "officer":
        return [*town.standing.values(), *town.worked[:2], *town.worked[4:8], *town.worked[-2:]]
    return [town.worked[0], town.standing[1, S.MANUAL]]


def told(answer: TestResponse) -> str:
    return f"{readable(answer.data)}\n{headings(list(answer.headers))}"


def leaks(town: Town, answer: TestResponse, *, clue_door: bool, may_read: bool) -> list[str]:
    """Return what stands in an answer and must not."""
    text = told(answer)
    found = particulars(text)
    if not (clue_door and may_read):
        found += clue_words(text)
    if not clue_door:
        found += [number for number in town.clued.values() if number in text]
    return found


def visits(town: Town, login: str | None) -> Iterator[tuple[str, TestResponse, bool]]:
    """Yield every address, its answer to that person, and whether it lies behind the door of the clues."""
    caller = town.sides.by(login)
    for rule, address in addresses(town.sides.office_client.application, town, "GET", few(town, login)):
        behind = rule.rule.removeprefix("/api/v1").startswith("/clues")
        yield f"GET {address}", caller.get(address, buffered=True), behind


def test_the_eye_sees_what_is_there(town: Town) -> None:
    """Were nothing found because nothing is looked at, this would say so: who may, reads all of it in clear."""
    number = town.worked[0]
    for field, value in (("name", NAME), ("phone", PHONE), ("id_no", ID_NO), ("address", ADDRESS)):
        shown = town.do("operator", f"/tickets/{number}/reveal", field=field, reason="回访核实情况")
        assert particulars(told(shown)), field
        assert value in shown.text
    original = town.do("operator", f"/tickets/{number}/reveal", field="content", reason="回访核实情况")
    assert {NAME, PHONE, ID_NO} <= set(particulars(told(original)))
    assert SPACED in original.text
    assert DASHED in original.text
    assert PERSON in told(town.sides.by("officer").get(f"/clues/{town.clued['proposed']}"))
    opened = town.sides.liaison().get(f"/api/v1/clues/{town.clued['signed']}")
    assert clue_words(told(opened)) == list(OF_THE_CLUE)


def test_nothing_lies_in_the_database_in_clear(town: Town) -> None:
    found = {name: (particulars(kept), clue_words(kept)) for name, kept in tables(town).items()}
    assert {name: one for name, one in found.items() if one != ([], [])} == {}


@pytest.mark.parametrize("login", [*EVERYBODY, *(pytest.param(one, marks=pytest.mark.slow) for one in ALIKE)])
def test_no_page_export_or_answer_tells(town: Town, login: str | None) -> None:
    found: dict[str, list[str]] = {}
    n_read = 0
    for address, answer, behind in visits(town, login):
        assert answer.status_code < 500 or address == "GET /readyz", (address, answer.text)
        n_read += answer.status_code == 200
        if told_of := leaks(town, answer, clue_door=behind, may_read=login in OWN):
            found[address] = told_of
    if login == "operator":
        assert found.pop(OWN_FILE) == [NAME, NAME[1:], PHONE]
    assert found == {}
    assert n_read > (4 if login is None else 20)
