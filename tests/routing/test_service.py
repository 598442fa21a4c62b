"""From what people write to one office, over the real table and the real bodies."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from classifiers.triage import Triage
from tracker.errors import NotFound
from tracker.offices import service as offices
from tracker.offices.models import Body, Office
from tracker.permissions import Actor, Role
from tracker.routing import service, versions
from tracker.routing.facts import Decision, DecisionKind
from tracker.tickets.engine import division_rows

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
ADMIN = Actor(None, "管理员", Role.ADMINISTRATOR, None, "/", "province")


@pytest.fixture(scope="module")
def places(engine: Engine) -> Iterator[Session]:
    """A session with the divisions of a few cities, shared by the tests here and rolled back after them."""
    with engine.connect() as connection, connection.begin() as transaction:
        with Session(connection, join_transaction_mode="create_savepoint") as opened:
            for below in ("440106", "440111", "440113", "4419", "430102"):
                offices.seed(opened, below=below)
            service.seed(opened)
            yield opened
        transaction.rollback()


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage(None, division_rows(), home_code="440000")


def _home(session: Session, code: str = "440100") -> Office:
    return session.scalars(select(Office).where(Office.code == code)).one()


def _decide(session: Session, triage: Triage, text: str, home: str = "440100", **told: object) -> Decision:
    result = triage.suggest("", text, NOW)
    facts = service.facts_for(session, result, home=_home(session, home), **told)  # type: ignore[arg-type]
    return service.decide(session, facts, now=NOW)


@pytest.mark.parametrize(
    ("text", "rule_id", "office"),
    [
        ("广州市天河区城管局乱罚款，罚了我两千块。", "department", "440106"),
        ("天河区石牌街道城管把我的车拖走了，不给文书。", "township_team", "440106"),
        ("石碣镇综合行政执法队乱罚款。", "township_team", "441900"),
        ("天河区生态环境分局来检查不出示证件。", "branch", "440100"),
        ("天河区税务局乱罚款。", "vertical", "440106"),
        ("天河区人民政府强拆我家房子。", "government", "440100"),
        ("广州市司法局执法监督科的人不作为。", "supervision", "440000"),
        ("广东省市场监督管理局重复检查我们公司。", "provincial_organ", "440000"),
        ("天河区市场监管局和城管局联合检查，一起罚款。", "joint", "440106"),
        ("长沙市芙蓉区城管局扣了我的货。", "other_province", ""),
        ("有人在天河区石牌街道乱罚款。", "place", "440106"),
        ("乱罚款，没人管。", "unknown", "440100"),
        ("城管乱罚款，没人管。", "unplaced", "440100"),
        ("河南老乡在这里摆摊，城管乱罚款。", "unplaced", "440100"),
        ("我人在东莞，长沙市寄来处罚决定书。", "ambiguous_place", "441900"),
        ("广州市某区住建局乱罚款，区住建局不给文书。", "level_unknown", "440100"),
        ("天河区某镇政府强拆我家房子，镇政府不给文书。", "government", "440106"),
        ("天河区石牌街道市监所乱罚款。", "department", "440106"),
        ("尊敬的广州市市场监管局领导：您好！天河区城管局乱罚款。", "department", "440106"),
        ("外省的市场监管局跨省来天河区查封我的货。", "place", "440106"),
        ("我向广州市生态环境局反映过，天河区城管局乱罚款。", "department", "440106"),
    ],
)
def test_from_text_to_office(places: Session, triage: Triage, text: str, rule_id: str, office: str) -> None:
    found = _decide(places, triage, text)
    assert (found.rule_id, found.office_code or "") == (rule_id, office), found.because


@pytest.mark.parametrize(
    ("text", "rule_id", "office", "because"),
    [
        ("我家在番禺区，上周在白云区黄石街道被城管没收了水果。", "department", "440111", "白云"),
        ("我住天河，但是在番禺区大石被城管罚款没票据。", "department", "440113", "番禺"),
        ("我是天河区的居民，在白云区被城管罚款。", "department", "440111", "白云"),
        ("番禺区和白云区的路口，城管乱罚款。", "ambiguous_place", "440100", "番禺区、"),
        ("天河区和白云区的路口，城管乱罚款。", "ambiguous_place", "440100", "天河区、"),
        ("番禺区和白云区的路口，市城管局乱罚款。", "department", "440100", "市级部门"),
        ("香港海关扣我的货。", "unplaced", "440106", "香港特别行政区不在本系统辖区内"),
        ("澳门的士司机被交警罚。", "unplaced", "440106", "澳门特别行政区不在本系统辖区内"),
        ("货从香港运来，在白云区被城管扣了。", "department", "440111", "白云"),
        ("我在长沙被城管罚款。", "unplaced", "440106", "长沙市不在本系统辖区内"),
        ("城管没有打人，只是没有出示执法证。", "department", "440106", "未写明地点，按受理单位所在地（广东省广州市天河区）"),
        ("天河区城管局没有出示执法证。", "department", "440106", "反映的是县级部门"),
        ("我在市桥被城管罚了。", "department", "440113", "番禺"),
    ],
)  # fmt: skip
def test_a_district_never_takes_for_its_own_what_happened_elsewhere(
    places: Session, triage: Triage, text: str, rule_id: str, office: str, because: str
) -> None:
    found = _decide(places, triage, text, "440106")
    assert (found.rule_id, found.office_code) == (rule_id, office), found.because
    assert because in found.because


def test_what_a_person_said_is_stronger_than_the_text(places: Session, triage: Triage) -> None:
    text = "天河区城管局乱罚款。"
    assert _decide(places, triage, text, division_code="440111").office_code == "440106"
    tax = places.scalars(select(Body).where(Body.code == "440111-SW")).one()
    found = _decide(places, triage, text, body_id=tax.id)
    assert (found.rule_id, found.office_code, found.tell_body_codes) == ("vertical", "440111", ("440100-SW",))


@pytest.mark.parametrize(
    ("name", "level", "division_code", "office"),
    [
        ("广州市天河区司法局", None, None, "440100"),
        ("广州市司法局", None, "440106", "440000"),
        ("广州市生态环境局天河区分局", None, "440106", "440100"),
        ("城管", "county", "440106006", "440106"),
        ("城管", "township", "440106006", "440106"),
        ("白云区城管局", None, "440106", "440111"),
        ("市城管局", None, "440106006", "440100"),
        ("区政府", None, "440106006", "440100"),
        ("区住建局", None, "440100", "440100"),
        ("镇应急办", None, "440106", "440106"),
        ("某某办公室", None, "440106", "440106"),
        ("某某办公室", "city", "440106", "440100"),
    ],
)
def test_a_name_typed_by_an_operator(
    places: Session, name: str, level: str | None, division_code: str | None, office: str
) -> None:
    facts = service.facts_for(
        places, respondent_name=name, respondent_level=level, division_code=division_code
    )
    assert service.decide(places, facts, now=NOW).office_code == office


def test_facts_carry_the_rows_for_whoever_stores_them(places: Session, triage: Triage) -> None:
    result = triage.suggest("", "天河区石牌街道，区城管局乱罚款。", NOW)
    facts = service.facts_for(places, result, home=_home(places))
    assert facts.division_code == "440106006"
    assert places.get_one(Body, facts.body_id).code == "440106-CG"


def test_every_body_goes_to_exactly_one_office_that_is_not_itself(places: Session) -> None:
    for body in places.scalars(select(Body).where(Body.division_code.like("44%"))).all():
        found = service.try_out(places, now=NOW, respondents_told=[{"body_code": body.code}])
        assert found.because
        if body.code == "440000-SF":
            assert found.kind is DecisionKind.REDIRECT
            continue
        assert found.kind is DecisionKind.DISPATCH, body.name
        own = body.division_code if body.kind == "supervision" else ""
        assert found.office_code not in {None, own}, body.name


def test_unknown_codes_are_refused(places: Session) -> None:
    with pytest.raises(NotFound):
        service.facts_for(places, division_code="999999")
    with pytest.raises(NotFound):
        service.facts_for(places, body_id=-1)
    with pytest.raises(NotFound):
        service.try_out(places, now=NOW, respondents_told=[{"body_code": "999999-SC"}])


@pytest.fixture
def undone(places: Session) -> Iterator[Session]:
    """The shared session; what a test changes is undone after it."""
    with places.begin_nested() as savepoint:
        yield places
        savepoint.rollback()
    service.forget(places)


def test_an_edited_row_decides_at_once_and_seeding_leaves_it(undone: Session) -> None:
    facts = service.facts_for(undone, division_code="440106")
    assert service.decide(undone, facts, now=NOW).rule_id == "place"
    versions.change_rule(undone, ADMIN, "place", now=NOW, reason="试停用", is_active=False)
    service.seed(undone)
    assert service.decide(undone, facts, now=NOW).rule_id == "unknown"
