"""A rule is changed by versions: who, why, from when; unsound tables are refused; each ticket meets the rules of its day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.factories import DAY, NOW, person, take_in
from tests.rulebook.sheets import csv_of
from tracker.audit.models import AuditEntry
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.offices.models import Office
from tracker.routing import exchange, queries, service, sheets, versions
from tracker.routing.facts import DecisionKind, Rule, Target

TODAY = date(2026, 3, 2)
SOON = TODAY + timedelta(days=3)


@pytest.fixture
def admin(session):
    return person(session, "administrator")


def new(code="market_city", priority=105, condition=None, **more):
    told = {"outcome": DecisionKind.DISPATCH, "target": Target.OFFICE, "office_code": "440100"} | more
    return Rule(
        code,
        priority,
        condition or {"kind": "department", "level": "county"},
        because="按市里通知由{office}承办。",
        basis="市级通知",
        verified=False,
        effective_from=told.pop("effective_from", TODAY),
        **told,
    )


def add(session, admin, draft, reason="按市级通知"):
    return versions.add_rule(session, admin, draft, reason=reason, now=NOW)


def test_a_rule_that_names_its_office(session, admin):
    row = add(session, admin, new())
    assert (row.version, row.recorded_by_name, row.reason) == (1, "林伟", "按市级通知")
    ticket = take_in(session)
    assert (ticket.routing_rule, ticket.office.code) == ("market_city", "440100")
    assert ticket.because.startswith("按市里通知由广州市司法局承办。")
    entry = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert (entry.action, entry.thing_id, entry.detail["version"]) == ("change", "market_city", 1)


def test_each_ticket_meets_the_rules_of_its_day(session, admin):
    add(session, admin, new(effective_from=SOON))
    versions.change_rule(
        session, admin, "market_city", reason="试行结束", is_active=False, effective_from=SOON + DAY, now=NOW
    )
    found = [take_in(session, now=NOW + n * DAY).routing_rule for n in (0, 3, 4)]
    assert found == ["department", "market_city", "department"]
    late = take_in(session, now=NOW + 9 * DAY, received_at=(NOW + 3 * DAY).isoformat())
    assert late.routing_rule == "market_city"


def test_an_office_abolished_later_is_shown_and_work_goes_on(session, admin):
    add(session, admin, new(office_code="440106006"))
    session.query(Office).filter_by(code="440106006").one().is_active = False
    session.flush()
    (fault,) = versions.faults_on(session, TODAY)
    assert "已撤销" in fault.sentence
    assert take_in(session).office.code == "440106"
    versions.change_rule(session, admin, "place", reason="与此无关的修改", priority=121, now=NOW)
    assert queries.rule_versions(session, "place")[-1].priority == 121


@pytest.mark.parametrize(
    ("code", "draft"),
    [
        ("rule_overlap", new(priority=110)),
        ("rule_void", new(priority=116)),
        ("rule_cycle", new(target=Target.RULE, refers_to="market_city")),
        ("rule_unreachable", new(office_code="440199")),
        ("bad_condition", new(condition={"kind": "company"})),
        ("effective_in_past", new(effective_from=TODAY - timedelta(days=1))),
    ],
)
def test_what_is_refused(session, admin, code, draft):
    with pytest.raises(Invalid) as refused:
        add(session, admin, draft)
    assert refused.value.code == code
    assert refused.value.message.endswith("。")
    assert queries.rule_versions(session, "market_city") == []


def test_a_change_is_checked_against_what_begins_later(session, admin):
    add(session, admin, new(effective_from=SOON))
    with pytest.raises(Invalid) as refused:
        versions.change_rule(session, admin, "department", reason="调序", priority=105, now=NOW)
    assert refused.value.code == "rule_overlap"
    with pytest.raises(Invalid) as refused:
        add(session, admin, new("other", target=Target.RULE, refers_to="gone", office_code=""))
    assert refused.value.code == "rule_unreachable"
    add(
        session,
        admin,
        new("other", 106, {"kind": "none", "category": "A1"}, target=Target.RULE, refers_to="place"),
    )
    with pytest.raises(Invalid) as refused:
        versions.change_rule(session, admin, "place", reason="停用", is_active=False, now=NOW)
    assert "比照的规则（place）不存在或已停用" in refused.value.message


def test_who_may_and_what_is_needed(session, admin):
    with pytest.raises(NotAllowed):
        add(session, person(session, "reviewer"), new())
    with pytest.raises(Invalid, match="为什么"):
        add(session, admin, new(), reason=" ")
    add(session, admin, new())
    with pytest.raises(Conflict, match="已经用过"):
        add(session, admin, new())
    with pytest.raises(NotFound):
        versions.change_rule(session, admin, "gone", reason="试改", priority=1, now=NOW)
    with pytest.raises(Conflict, match="刷新"):
        versions.change_rule(session, admin, "place", reason="试改", priority=121, expected=7, now=NOW)


def test_a_sheet_comes_back_as_it_went_out(session, admin):
    add(
        session,
        admin,
        new(
            condition={
                "kind": ["department", "government"],
                "level": "county",
                "province": {"not": "430000"},
            },
            priority=108,
        ),
    )
    rows = queries.rule_versions(session)
    found = exchange.import_rules(session, admin, sheets.rules_book(rows), reason="原样", now=NOW)
    assert (found.n_written, found.n_unchanged, found.bad) == (0, len(rows), ())
    assert len(queries.rule_versions(session)) == len(rows)


def _cells(row, **changes):
    told = dict(zip(sheets.RULE_HEADS, sheets.rule_cells(row), strict=True)) | changes
    return [told[head] for head in sheets.RULE_HEADS]


def test_a_changed_sheet_becomes_versions_all_or_none(session, admin):
    place, unknown = (queries.rule_versions(session, code)[0] for code in ("place", "unknown"))
    lines = [
        _cells(place, 优先级="121"),
        _cells(unknown),
        _cells(place, 规则编码="copy", 条件="单位性质=部门"),
    ]
    found = exchange.import_rules(session, admin, csv_of(sheets.RULE_HEADS, lines), reason="调整", now=NOW)
    assert [one.row for one in found.bad] == [4]
    assert "永远轮不到" in found.bad[0].sentence
    assert len(queries.rule_versions(session, "place")) == 1
    tried = exchange.import_rules(
        session, admin, csv_of(sheets.RULE_HEADS, lines[:2]), reason="调整", now=NOW, dry_run=True
    )
    assert (tried.n_written, tried.n_unchanged) == (1, 1)
    assert len(queries.rule_versions(session, "place")) == 1
    exchange.import_rules(
        session, admin, csv_of(sheets.RULE_HEADS, lines[:2]), reason="调整", effective_from=SOON, now=NOW
    )
    last = queries.rule_versions(session, "place")[-1]
    assert (last.version, last.priority, last.effective_from, last.reason) == (2, 121, SOON, "调整")


def test_bad_rows_are_named(session, admin):
    place = queries.rule_versions(session, "place")[0]
    wrong = [
        {"优先级": "十"},
        {"条件": "颜色=红"},
        {"去向": "那边"},
        {"状态": "也许"},
        {"生效日期": "明天"},
        {"领导队列": "对"},
        {"理由": ""},
        {"理由": "{谁}"},
    ]
    lines = [_cells(place, 规则编码=f"r{n}", **change) for n, change in enumerate(wrong)]
    book = csv_of(sheets.RULE_HEADS, [*lines[:-1], _cells(place), _cells(place)])
    found = exchange.import_rules(session, admin, book, reason="试", now=NOW)
    assert [one.row for one in found.bad] == [2, 3, 4, 5, 6, 7, 8, 10]
    alone = exchange.import_rules(session, admin, csv_of(sheets.RULE_HEADS, lines[-1:]), reason="试", now=NOW)
    assert "占位符" in alone.bad[0].sentence
    for content, code in (
        (b"", "file_empty"),
        (b"PK\x03\x04broken", "file_unreadable"),
        (b"a\n1\n", "columns_missing"),
    ):
        with pytest.raises(Invalid) as refused:
            exchange.import_rules(session, admin, content, reason="试", now=NOW)
        assert refused.value.code == code


def test_what_seeding_leaves_alone(session, admin):
    versions.change_rule(session, admin, "place", reason="改", priority=121, now=NOW)
    before = [(row.code, row.version) for row in queries.rule_versions(session)]
    service.seed(session)
    assert [(row.code, row.version) for row in queries.rule_versions(session)] == before
    assert replace(versions.latest(session, "place"), version=1).priority == 121
