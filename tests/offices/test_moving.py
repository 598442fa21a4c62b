"""调整隶属: the whole subtree goes along, tickets and history stay, and what cannot be is refused in a sentence."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW, S, act
from tests.seeded import app, by, client, clock, database_url, engine
from tracker.audit.models import AuditEntry, ReadEntry
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.offices import moving, service
from tracker.offices.models import Office
from tracker.tickets import queries, sight
from tracker.tickets.models import Ticket

__all__ = ["app", "by", "client", "clock", "database_url", "engine"]

STREET, UNDER_CITY, UNDER_NEIGHBOUR = (
    "/440000/440100/440106/440106006/",
    "/440000/440100/440106006/",
    "/440000/440100/440104/440106006/",
)


def path(session: Session, code: str) -> str:
    return session.scalars(select(Office.path).where(Office.code == code)).one()


def paths(session: Session) -> dict[str, str]:
    return {row.code: row.path for row in session.execute(select(Office.code, Office.path))}


def numbers(session: Session, login: str) -> set[str]:
    found = queries.tickets(session, factories.person(session, login), {"tab": "all"}, now=NOW).items
    return {one.number for one in found}


@pytest.fixture
def ticket(session: Session) -> Ticket:
    """A ticket in the hands of 石牌司法所, taken in by the city."""
    found = factories.take_in(session, who="city.operator", content=factories.MURKY)
    given = {"office": "440106006", "reason": "由街道办理", "category": "C1"}
    act(session, found, "city.operator", "redispatch", **given)
    act(session, found, "street", "accept")
    session.commit()
    return found


def test_who_sees_a_ticket_follows_at_once_and_its_history_stays(
    by, session: Session, ticket: Ticket
) -> None:
    at = f"/tickets/{ticket.number}"
    assert by("officer").get(at).status_code == 200
    assert by("neighbour").get(at).status_code == 404
    done = by("administrator").post("/api/v1/offices/440106006/move", {"parent": "440104"})
    assert done.status_code == 200, done.text
    assert (done.get_json()["path"], done.get_json()["parent_code"]) == (UNDER_NEIGHBOUR, "440104")
    session.expire_all()
    assert by("officer").get(at).status_code == 404
    assert by("neighbour").get(at).status_code == 200
    assert by("street").get(at).status_code == 200
    assert factories.person(session, "street").office_path == UNDER_NEIGHBOUR
    assert ticket.number in numbers(session, "neighbour") & numbers(session, "street")
    assert ticket.number not in numbers(session, "officer")
    moved = session.get_one(Ticket, ticket.id)
    assert (moved.office_id, moved.status) == (service.office(session, "440106006").id, S.IN_PROGRESS)
    read = session.scalars(
        select(ReadEntry).where(ReadEntry.thing_id == ticket.number).order_by(ReadEntry.id)
    )
    assert [one.office_path for one in read] == [
        "/440000/440100/440106/",
        "/440000/440100/440104/",
        UNDER_NEIGHBOUR,
    ]
    told = session.scalars(select(AuditEntry).where(AuditEntry.action == "move")).one()
    assert told.detail == {"parent": f"{STREET} → {UNDER_NEIGHBOUR}", "offices": 1}


def test_everything_below_goes_along(session: Session) -> None:
    """A county moves to another city with all its streets; nobody else's path changes."""
    service.seed(session, below="440106")
    city = session.scalars(select(Office).where(Office.code == "440100")).one()
    other = Office(
        code="440300",
        name="另一个市司法局",
        short_name="另一个市局",
        level=city.level,
        division_code="440100",
        parent_id=city.parent_id,
        path="/440000/440300/",
        is_active=True,
    )
    session.add(other)
    session.flush()
    before = paths(session)
    moving.move(session, factories.person(session, "administrator"), "440106", "440300", now=NOW)
    after = paths(session)
    county = before["440106"]
    below = {code for code, where in before.items() if where.startswith(county)}
    assert len(below) > 20
    assert {code for code in after if after[code] != before[code]} == below
    for code in below:
        assert after[code] == before[code].replace(county, "/440000/440300/440106/")
    street = factories.person(session, "street")
    assert street.office_path == "/440000/440300/440106/440106006/"
    assert sight.visible(street) is not None


@pytest.mark.parametrize(
    ("code", "parent", "told"),
    [
        ("440106", "440106", "circular"),
        ("440106", "440106006", "circular"),
        ("440100", "440106006", "circular"),
        ("440106", "440100", "already_there"),
        ("440000", "440100", "top_office"),
        ("440106", "440104", "wrong_level"),
        ("440106006", "440104001", "wrong_level"),
    ],
)
def test_what_cannot_be_is_told(session: Session, code: str, parent: str, told: str) -> None:
    before = path(session, code)
    with pytest.raises((Conflict, Invalid)) as refused:
        moving.move(session, factories.person(session, "administrator"), code, parent, now=NOW)
    assert refused.value.code == told
    assert refused.value.message.endswith("。")
    assert path(session, code) == before


def test_a_closed_office_takes_nobody_in_and_only_the_administrator_moves(session: Session) -> None:
    admin = factories.person(session, "administrator")
    service.change_office(session, admin, "440104", now=NOW, is_active=False)
    with pytest.raises(Invalid) as refused:
        moving.move(session, admin, "440106006", "440104", now=NOW)
    assert refused.value.code == "inactive_office"
    with pytest.raises(NotAllowed):
        moving.move(session, factories.person(session, "reviewer"), "440106006", "440100", now=NOW)
    for gone in (("999999", "440100"), ("440106006", "999999")):
        with pytest.raises(NotFound):
            moving.move(session, admin, *gone, now=NOW)


def test_the_page_moves_and_tells_why_not(client, session: Session) -> None:
    admin = factories.headers("administrator")
    shown = client.get("/admin/offices?below=440106", headers=admin)
    assert "石牌" in shown.text
    assert "调整隶属" in client.get("/admin/offices?q=天河", headers=admin).text
    wrong = client.post(
        "/admin/offices/move", data={"office": "440106", "parent": "440106006"}, headers=admin
    )
    assert wrong.status_code == 422
    assert "不能移到本单位或其下级单位之下" in wrong.text
    done = client.post("/admin/offices/move", data={"office": "440106006", "parent": "440100"}, headers=admin)
    assert done.status_code == 302
    assert "below=440100" in done.headers["Location"]
    session.expire_all()
    assert path(session, "440106006") == UNDER_CITY
