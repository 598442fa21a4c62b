"""The dump of everything is stolen, with or without all that the supervision side knows; what does the thief read?"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import factories
from tests.clues.sides import CLUE, Sides, opened
from tests.clues.thief import Loot, blobs, found_in, unpacked
from tests.conftest import FIELD_KEY, SECRET_KEY
from tracker.backup import programs
from tracker.fields import FieldCipher

HIDDEN = {
    "name": "司徒藏名",
    "phone": "13912345607",
    "id_no": "110101199003078830",
    "address": "琥珀巷七十三号之二",
}
OPEN = {"name": "端木明白", "phone": "13698765402"}
PERSON, FACTS, REPORT = "欧阳贪墨", "以玛瑙茶罐收受黄金十二条", "经查账册与玛瑙茶罐相符"
FILE = b"%PDF-1.4 the photographed ledger of the agate jar"
WHY = "核实玛瑙茶罐的来历"
OF_PEOPLE = (*HIDDEN.values(), *OPEN.values())
OF_CLUES = (PERSON, "玛瑙茶罐", "黄金十二条", "agate jar", WHY)
ORIGINAL = f"我是{HIDDEN['name']}，请回电{HIDDEN['phone']}，我住{HIDDEN['address']}。"


@pytest.fixture(scope="module")
def running(
    seeded_copy: Callable[[], str], _redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sides]:
    """Both sides on a small database of their own: a thief tries everything on everything."""
    with opened(seeded_copy(), _redis_url, tmp_path_factory.mktemp("stolen")) as found:
        yield found


@dataclass
class Theft:
    dump: bytes
    of_the_desk: set[bytes]
    number: str


def take_in(sides: Sides, complainant: dict[str, Any], content: str = factories.CONTENT) -> str:
    with sides.office.unit_of_work() as session:
        ticket = factories.take_in(session, complainant=complainant, content=content)
        given = {"office": "440106", "reason": "按属地派单", "category": "C1"}
        factories.act(session, ticket, "operator", "redispatch", **given)
        return ticket.number


def sent_clue(sides: Sides, ticket: str) -> str:
    given = CLUE | {"person": PERSON, "facts": FACTS, "report": REPORT}
    given["evidence"] = [{"name": "玛瑙茶罐.pdf", "content_base64": base64.b64encode(FILE).decode()}]
    made = sides.by("officer").post(f"/api/v1/tickets/{ticket}/clues", given)
    assert made.status_code == 201, made.text
    number = str(made.json["number"])
    for who, step in (("officer2", "co-sign"), ("reviewer", "approve"), ("reviewer", "send")):
        done = sides.step(
            who, number, step, **({"opinion": f"{PERSON}一事属实，同意移送"} if step == "approve" else {})
        )
        assert done.status_code == 200, done.text
    return number


@pytest.fixture(scope="module")
def theft(running: Sides) -> Theft:
    """The whole story, then pg_dump of both schemas by the owner of the tables."""
    sides = running
    hidden = take_in(sides, HIDDEN | {"hide_identity": True}, factories.CONTENT + ORIGINAL)
    take_in(sides, OPEN)
    nameless = take_in(sides, {"anonymous": True})
    number = sent_clue(sides, hidden)
    sent_clue(sides, nameless)
    liaison = sides.liaison()
    assert liaison.act(number, "sign").status_code == 200
    content = liaison.get(f"/api/v1/clues/{number}").json
    assert PERSON in str(content)
    assert liaison.get(f"/api/v1/clues/{number}/evidence/1").data == FILE
    who = liaison.post(f"/api/v1/clues/{number}/identity", {"reason": WHY}).json
    assert HIDDEN["name"] in str(who)
    assert liaison.act(number, "accept").status_code == 200
    url = sides.owner.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        program = programs.find("pg_dump", programs.server_version(connection))
    dump = b"".join(programs.read_from([program], programs.surroundings(url)))
    desk = b"".join(programs.read_from([program, "--schema=discipline"], programs.surroundings(url)))
    return Theft(dump, {one for one in blobs(desk) if len(one) > 40}, number)


def supervision_files(home: Path) -> list[bytes]:
    """Every file of the home but the key file of the desk and what the custodians keep."""
    theirs = ("discipline.key", "custodian")
    return [
        path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and not any(one in str(path.relative_to(home)) for one in theirs)
    ]


def heap(loot: Loot, *more: bytes) -> list[bytes]:
    return [part for one in (*loot.blobs, *loot.clear.values(), *more) for part in unpacked(one)]


def test_the_search_finds_what_is_there() -> None:
    for word in ("玛瑙茶罐", "13912345607"):
        for encoded in (word.encode(), word.encode("utf-16-le"), word.encode("gb18030")):
            for lies in (encoded, encoded.hex().encode(), base64.b64encode(b"ab" + encoded + b"c")):
                assert word in found_in([b"before", b"x" + lies + b"x"], [word])
    assert found_in([b"139 1234 5607"], ["13912345607"])
    assert not found_in([b"nothing of it"], OF_CLUES)


def test_the_dump_alone_names_nobody(theft: Theft) -> None:
    assert theft.number.encode() in theft.dump  # it is the dump of that story
    assert len(blobs(theft.dump)) > 50
    loot = Loot(blobs(theft.dump), set())
    loot.open_all()
    assert not loot.clear
    assert found_in(heap(loot, theft.dump), [*OF_PEOPLE, *OF_CLUES, ORIGINAL, REPORT]) == {}


def test_with_every_key_of_the_supervision_side_no_clue_opens(theft: Theft, running: Sides) -> None:
    files = supervision_files(running.home)
    loot = Loot(blobs(theft.dump), {FIELD_KEY, SECRET_KEY})
    loot.open_all()
    # what these keys are for does open, so the search is a real one
    assert {HIDDEN["name"].encode(), HIDDEN["phone"].encode(), OPEN["name"].encode()} <= set(
        loot.clear.values()
    )
    assert found_in(heap(loot), [ORIGINAL])
    # nothing that lies with the desk does: no package, no second envelope, no piece of a file, no note, no one-time secret
    assert theft.of_the_desk
    assert not theft.of_the_desk & set(loot.clear)
    assert found_in(heap(loot, theft.dump, *files), [*OF_CLUES, FACTS, REPORT]) == {}


def test_with_the_key_file_of_the_desk_no_package_opens_either(theft: Theft, running: Sides) -> None:
    key = FieldCipher((running.home / "secrets" / "discipline.key").read_text().strip())
    loot = Loot(
        blobs(theft.dump),
        {FIELD_KEY, SECRET_KEY, (running.home / "secrets" / "discipline.key").read_text().strip()},
    )
    loot.open_all()
    assert any(
        key.sealed_by(one) for one in theft.of_the_desk
    )  # notes and one-time secrets are what it is for
    told = found_in(heap(loot), [PERSON, FACTS, "黄金十二条", "agate jar", REPORT])
    assert told == {}


def test_a_proposal_not_yet_sent_is_what_the_keys_open(running: Sides) -> None:
    """The limit the threat model names: until it is sent, a draft lies under FIELD_KEY."""
    person = "夏侯草稿"
    given = CLUE | {"person": person}
    made = running.by("officer").post(f"/api/v1/tickets/{take_in(running, OPEN)}/clues", given)
    assert made.status_code == 201, made.text
    url = running.owner.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT draft_sealed FROM clue WHERE draft_sealed IS NOT NULL").fetchall()
    drafts = {bytes(row[0]) for row in rows}
    loot = Loot(drafts, {FIELD_KEY})
    loot.open_all()
    assert found_in(loot.clear.values(), [person])
    assert found_in(drafts, [person]) == {}
