"""The desk's log is proved with the desk's own role, and only with it."""

from sqlalchemy import text

from tests.clues.sides import Sides
from tracker.commissions import proof

SPOIL = "UPDATE discipline.desk_entry SET deed = :deed WHERE id = (SELECT max(id) FROM discipline.desk_entry)"
LAST = "SELECT deed FROM discipline.desk_entry ORDER BY id DESC LIMIT 1"


def address(database) -> str:
    return database.bind.url.render_as_string(hide_password=False)


def test_a_changed_deed_of_the_desk_is_found_out(sides: Sides) -> None:
    number = sides.sent()
    assert sides.liaison().act(number, "sign").status_code == 200
    assert proof.broken_links(address(sides.desk)) == []
    with sides.owner.begin() as connection:
        deed = connection.scalar(text(LAST))
        connection.execute(text(SPOIL), {"deed": "forged"})
    (told,) = proof.broken_links(address(sides.desk)) or []
    assert "内容被改动" in told
    with sides.owner.begin() as connection:
        connection.execute(text(SPOIL), {"deed": deed})
    assert proof.broken_links(address(sides.desk)) == []


def test_the_offices_role_may_not_look(sides: Sides) -> None:
    assert proof.broken_links(address(sides.office)) is None


def test_a_server_out_of_reach_proves_nothing() -> None:
    assert proof.broken_links("postgresql://nobody@127.0.0.1:1/none") is None
