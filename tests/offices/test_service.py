from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.audit.models import AuditEntry
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.offices import queries, service
from tracker.offices.models import Body, Division, Office
from tracker.offices.rules import BodyKind, Domain, Level, NewBody
from tracker.permissions import Actor, Role

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
TIANHE = "/440000/440100/440106/"
CLERK = Actor(None, "话务员", Role.OPERATOR, None, "/440000/440100/", "city")
ADMIN = Actor(None, "管理员", Role.ADMINISTRATOR, None, "/", "province")


@pytest.fixture
def seeded(session: Session) -> Session:
    service.seed(session, below="440106")
    service.seed(session, below="4419")
    service.seed(session, below="1101")
    return session


def test_seeding_twice_adds_nothing(seeded: Session) -> None:
    assert service.seed(seeded, below="440106") == {"division": 0, "office": 0, "body": 0}


def test_seeding_again_keeps_what_was_edited(seeded: Session) -> None:
    service.change_body(seeded, ADMIN, "440106-CG", now=NOW, name="天河城管", aliases=["棠下城管"])
    service.change_office(seeded, ADMIN, "440106006", now=NOW, is_active=False)
    service.seed(seeded, below="440106")
    seeded.expire_all()
    assert seeded.scalar(select(Body.name).where(Body.code == "440106-CG")) == "天河城管"
    assert service.office(seeded, "440106006").is_active is False


def test_a_later_seed_finds_superiors_already_stored(session: Session) -> None:
    service.seed(session, below="440100")
    service.seed(session, below="440106")
    assert service.body(session, "440106-ST").superior.name == "广州市生态环境局"
    assert service.office(session, "440106").parent.code == "440100"


@pytest.mark.slow
def test_the_whole_country_fits(session: Session) -> None:
    added = service.seed(session)
    assert added == {"division": 5095, "office": 4820, "body": 69616}


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("天河 石牌", "440106006"),
        ("天河石牌", "440106006"),
        ("石牌街道", "440106006"),
        ("天河区", "440106"),
        ("天河", "440106"),
        ("东莞长安镇", "441900119"),
        ("朝阳", "110105"),
        ("广东", "440000"),
    ],
)
def test_the_division_picker_understands_what_people_type(seeded: Session, query: str, first: str) -> None:
    assert service.find_divisions(seeded, CLERK, query=query)[0].code == first


def test_the_division_picker_answers_nothing_to_nonsense(seeded: Session) -> None:
    assert service.find_divisions(seeded, CLERK, query="%") == []
    assert service.find_divisions(seeded, CLERK, query="没有这里") == []


def test_children_of_a_division_with_real_ones_first(seeded: Session) -> None:
    towns = service.find_divisions(seeded, CLERK, parent_code="441900", limit=100)
    assert len(towns) == 36
    assert [town.is_special for town in towns] == sorted(town.is_special for town in towns)
    assert {one.level for one in service.find_divisions(seeded, CLERK)} == {Level.PROVINCE}


@pytest.mark.parametrize(
    ("query", "division_code", "first"),
    [
        ("天河 城管", None, "440106-CG"),
        ("天河市监局", None, "440106-SC"),
        ("广东省广州市天河区市场监督管理局", None, "440106-SC"),
        ("城管", "440106006", "440106-CG"),
        ("综合执法队", "440106006", "440106006-ZD"),
        ("交警", "441900119", "441900119-JJ"),
        ("石牌街道办", None, "440106006-ZF"),
        ("派出所", "440106", "440106-GA"),
        ("天河区政府", None, "440106-ZF"),
        ("税务局", "440106006", "440106-SW"),
    ],
)
def test_the_body_picker(seeded: Session, query: str, division_code: str | None, first: str) -> None:
    found = service.find_bodies(seeded, CLERK, query=query, division_code=division_code)
    assert found[0].code == first


def test_bodies_of_a_place_come_from_it_and_above_and_below(seeded: Session) -> None:
    found = service.find_bodies(seeded, CLERK, division_code="440106", domain=Domain.TOWNSHIP, limit=200)
    assert {body.division_code[:6] for body in found} == {"440106"}
    assert len(found) == 21


def test_a_body_is_found_by_its_own_alias_until_it_is_switched_off(seeded: Session) -> None:
    service.change_body(seeded, ADMIN, "440106-CG", now=NOW, aliases=["棠下蓝帽子"])
    assert [body.code for body in service.find_bodies(seeded, CLERK, query="棠下蓝帽子")] == ["440106-CG"]
    service.change_body(seeded, ADMIN, "440106-CG", now=NOW, is_active=False)
    assert service.find_bodies(seeded, CLERK, query="棠下蓝帽子") == []


@pytest.mark.parametrize(
    ("division_code", "office_code"),
    [("440106006", "440106006"), ("441900401", "441900"), ("441900119", "441900119"), ("110105", "110105")],
)
def test_the_nearest_office(seeded: Session, division_code: str, office_code: str) -> None:
    assert service.nearest_office(seeded, division_code).code == office_code


def test_a_closed_office_hands_upwards(seeded: Session) -> None:
    service.change_office(seeded, ADMIN, "440106006", now=NOW, is_active=False)
    assert service.nearest_office(seeded, "440106006").code == "440106"
    assert [one.code for one in service.offices_above(seeded, TIANHE)] == ["440000", "440100"]


def test_the_office_tree_opens_at_the_top_and_by_children(seeded: Session) -> None:
    assert [one.code for one in service.find_offices(seeded)] == ["110000", "440000"]
    assert [one.code for one in service.find_offices(seeded, path=TIANHE)] == ["440106"]
    streets = service.find_offices(seeded, parent_code="440106")
    assert {one.level for one in streets} == {Level.TOWNSHIP}
    assert [one.short_name for one in streets if one.code == "440106006"] == ["石牌街道司法所"]
    assert service.find_offices(seeded, query="天河司法局")[0].code == "440106"


def test_subtree_queries_do_not_leak_to_neighbours(seeded: Session) -> None:
    codes = set(seeded.scalars(select(Office.code).where(Office.id.in_(queries.office_ids(TIANHE)))))
    assert "440106" in codes
    assert all(code.startswith("440106") for code in codes)
    count = select(func.count()).select_from(Division).where(queries.below(Division.path, "/"))
    assert seeded.scalar(count) == seeded.scalar(select(func.count()).select_from(Division))


@pytest.mark.parametrize(
    ("division_code", "domain", "code"),
    [
        ("440106006", Domain.MARKET, "440106-SC"),
        ("441900119", Domain.MARKET, "441900119-SC"),
        ("441900119", Domain.EDUCATION, "441900-JY"),
    ],
)
def test_body_of_a_domain(seeded: Session, division_code: str, domain: Domain, code: str) -> None:
    found = service.body_of(seeded, division_code, domain)
    assert found is not None
    assert found.code == code


def test_adding_a_body_and_its_refusals(seeded: Session) -> None:
    new = NewBody("440106-LY", "天河区林业站", "440106", Domain.OTHER, BodyKind.OUTPOST, "440106-NY")
    added = service.add_body(seeded, ADMIN, new, now=NOW)
    assert (added.level, added.superior.code) == (Level.COUNTY, "440106-NY")
    assert seeded.scalar(select(func.count()).select_from(AuditEntry)) == 1
    with pytest.raises(Conflict):
        service.add_body(seeded, ADMIN, new, now=NOW)
    orphan = NewBody("440106-LZ", "某分局", "440106", Domain.OTHER, BodyKind.OUTPOST)
    with pytest.raises(Invalid):
        service.add_body(seeded, ADMIN, orphan, now=NOW)
    with pytest.raises(NotAllowed):
        service.add_body(seeded, CLERK, new, now=NOW)


def test_no_body_stands_above_itself(seeded: Session) -> None:
    with pytest.raises(Invalid) as told:
        service.change_body(seeded, ADMIN, "440000-SC", now=NOW, superior_code="440106-SC")
    assert told.value.code == "circular"


def test_the_top_office_stays_on(seeded: Session) -> None:
    with pytest.raises(Conflict):
        service.change_office(seeded, ADMIN, "440000", now=NOW, is_active=False)


@pytest.mark.parametrize("ask", [service.division, service.office, service.body, service.nearest_office])
def test_unknown_codes_are_not_found(seeded: Session, ask) -> None:
    with pytest.raises(NotFound):
        ask(seeded, "999999")
