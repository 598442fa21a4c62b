"""The duty list decides for complaints that name nobody: an item before a category, and the sentence says so."""

from datetime import date, timedelta

import pytest

from tests.factories import DAY, NOW, person, take_in
from tests.rulebook.sheets import csv_of
from tracker.errors import Invalid, NotAllowed
from tracker.offices.models import Office
from tracker.routing import duties, exchange, service, sheets
from tracker.routing.facts import DutyMatch, Spoken
from tracker.rulebook import service as rulebook

TODAY = date(2026, 3, 2)
HEADS = sheets.DUTY_HEADS
ITEM = ("占道经营", "摆摊、流动摊贩", "", "440106", "城管", "", "《城市市容管理条例》")
CLASS = ("", "", "A", "440000", "市监局", "", "")
TEXT = "我在天河区石牌街道摆摊，被乱罚款两千元，没有给票据。"


def take(session, *lines, who="administrator", now=NOW, **more):
    told = {"reason": "按新清单"} | more
    return exchange.import_duties(session, person(session, who), csv_of(HEADS, lines), now=now, **told)


def ask(session, text=TEXT, **more):
    return rulebook.ask(
        session, person(session, "city.operator"), text, now=NOW, **({"division_code": None} | more)
    )


def test_an_item_beats_a_category_and_says_so(session):
    assert ask(session).decision.rule_id == "place"
    assert take(session, ITEM, CLASS).n_written == 2
    found = ask(session)
    assert found.text.suggestion.label.startswith("A")
    assert found.facts.duty.match is DutyMatch.ITEM
    assert found.decision.rule_id == "department"
    assert found.office.code == "440106"
    assert found.decision.because.startswith(
        "未写明被反映单位，按职责清单（《城市市容管理条例》）事项“占道经营”由城管负责，事项匹配优先于分类匹配（按分类应为市监局）；"
    )
    assert "天河区司法局" in found.decision.because


def test_a_category_decides_where_no_item_is_spoken_of(session):
    take(session, ITEM, CLASS)
    found = ask(session, "在天河区石牌街道开店，被乱罚款两千元，没有给票据。")
    assert found.facts.duty.match is DutyMatch.CATEGORY
    assert "分类“四乱”由市监局负责" in found.decision.because


def test_whoever_is_named_is_who_is_meant(session):
    take(session, ITEM)
    found = ask(session, "天河区市场监督管理局在我摆摊时乱罚款两千元。")
    assert found.facts.duty is None
    assert "职责清单" not in found.decision.because


def test_a_line_holds_at_its_place_only_and_the_nearest_line_counts(session):
    take(session, ITEM)
    elsewhere = ask(session, "我在越秀区摆摊，被乱罚款两千元。")
    assert elsewhere.facts.duty is None
    take(session, ("占道经营", "摆摊", "", "440000", "市监局", "", ""))
    assert ask(session).facts.duty.body == "城管"
    assert ask(session, "我在越秀区摆摊，被乱罚款两千元。").facts.duty.body == "市监局"


def test_the_office_listed_takes_it_unless_it_was_abolished(session):
    take(session, ("占道经营", "摆摊", "", "440106", "城管", "440100", ""))
    found = ask(session)
    assert (found.decision.rule_id, found.office.code) == ("duty", "440100")
    office = session.query(Office).filter_by(code="440106006").one()
    take(session, ("占道经营", "摆摊", "", "440106", "城管", "440106006", ""))
    assert ask(session).office.code == "440106006"
    office.is_active = False
    session.flush()
    assert ask(session).decision.rule_id == "department"


def test_a_ticket_is_held_against_the_list_of_its_day(session):
    take(session, ITEM, effective_from=TODAY + timedelta(days=3))
    early = take_in(session, content=TEXT)
    late = take_in(session, content=TEXT, now=NOW + 3 * DAY)
    assert "职责清单" not in early.because
    assert "事项“占道经营”" in late.because
    assert late.respondent_body_id is None


def test_a_new_list_ends_what_it_replaces(session):
    take(session, ITEM, CLASS)
    take(
        session,
        ("占道经营", "摆摊", "", "440106", "市监局", "", ""),
        effective_from=TODAY + timedelta(days=1),
    )
    assert [one.body for one in duties.current(session, TODAY)] == ["市监局", "城管", "市监局"]
    assert sorted(one.body for one in duties.current(session, TODAY + timedelta(days=1))) == [
        "市监局",
        "市监局",
    ]
    take(session, ITEM, effective_from=TODAY + timedelta(days=2), whole=True)
    assert [one.item for one in duties.current(session, TODAY + timedelta(days=2))] == ["占道经营"]


def test_bad_rows_are_named_and_nothing_is_written(session):
    found = take(
        session,
        ITEM,
        ITEM,
        ("", "", "", "440106", "城管", "", ""),
        ("收费", "", "", "440106", "", "", ""),
        ("停车", "停", "", "440106", "城管", "", ""),
        ("停车", "", "", "天河", "城管", "", ""),
        ("餐饮", "", "Z9", "440106", "城管", "", ""),
        ("噪声", "", "", "440106", "某某厂", "", ""),
        ("扬尘", "", "", "440106", "城管", "449999", ""),
    )
    told = {one.row: one.sentence for one in found.bad}
    assert set(told) == {3, 4, 5, 6, 7, 8, 9, 10}
    assert "与第2行重复" in told[3]
    assert "“天河”" in told[7]
    assert "某某厂" in told[9]
    assert found.n_written == 0
    assert duties.current(session, TODAY) == []


def test_what_is_refused(session):
    with pytest.raises(NotAllowed):
        take(session, ITEM, who="officer")
    with pytest.raises(Invalid, match="早于今天"):
        take(session, ITEM, effective_from=TODAY - timedelta(days=1))
    with pytest.raises(Invalid, match="为什么"):
        take(session, ITEM, reason=" ")
    with pytest.raises(Invalid, match="缺少列：行政区划代码"):
        exchange.import_duties(session, person(session, "administrator"), b"a,b\n1,2\n", reason="试", now=NOW)
    assert take(session, ITEM, dry_run=True).n_written == 1
    assert duties.current(session, TODAY) == []


def test_what_is_handed_out_can_be_handed_in(session):
    take(session, ITEM, CLASS)
    book = sheets.duties_book(duties.current(session, TODAY))
    lines = sheets.read_duties(book)
    assert {(one.item, one.words, one.category, one.division, one.body) for one in lines} == {
        ("占道经营", ("摆摊", "流动摊贩"), "", "440106", "城管"),
        ("", (), "A", "440000", "市监局"),
    }


def test_nobody_is_asked_without_words(session):
    take(session, ITEM)
    told = {"division_code": "440106"}
    assert service.facts_for(session, **told).duty is None
    assert service.facts_for(session, spoken=Spoken("摆摊", TODAY), **told).duty.name == "占道经营"
    assert service.facts_for(session, spoken=Spoken("", TODAY), **told).duty is None
