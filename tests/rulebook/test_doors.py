"""The rule book over HTTP and as pages: trying on a text, trying on open tickets, editing, sheets."""

import io
import re

import pytest

from tests.factories import NOW, act, headers, person, take_in
from tests.rulebook.sheets import csv_of
from tracker.routing import queries, sheets
from tracker.routing.facts import Rule
from tracker.rulebook import schemas, service
from tracker.tickets.models import Ticket

API, PAGE = "/api/v1/routing/rules", "/admin/routing"
NEW = {
    "code": "market_city",
    "priority": 105,
    "condition": {"kind": "department", "level": "county"},
    "outcome": "dispatch",
    "target": "office",
    "office_code": "440100",
    "because": "按市里通知由{office}承办。",
    "basis": "市级通知",
}
FORM = NEW | {
    "condition": "单位性质=部门；单位层级=县级",
    "effective_from": "2026-03-02",
    "reason": "按市级通知",
    "deed": "save",
}


def page(client, path="", who="administrator"):
    return client.get(PAGE + path, headers=headers(who))


def send(client, path, who="administrator", **form):
    return client.post(PAGE + path, headers=headers(who), data=form)


def test_where_a_text_would_go(by):
    operator = by("city.operator")
    found = operator.post(f"{API}/test", {"text": "天河区城管局乱罚款两千元，不给票据。"}).json
    assert (found["kind"], found["office"]["code"], found["rule_id"]) == ("dispatch", "440106", "department")
    assert "天河区司法局" in found["because"]
    told = {"text": "乱罚款两千元，不给票据。", "division_code": "440106"}
    assert operator.post(f"{API}/test", told).json["rule_id"] == "place"
    assert operator.post(f"{API}/test", {"text": ""}).status_code == 422
    assert operator.post(f"{API}/test", {"text": "试", "division_code": "999999"}).status_code == 404


def test_the_trial_counts_exactly_the_tickets_that_would_move(by, session):
    admin = by("administrator")
    moving = [take_in(session) for _ in range(3)]
    designated = take_in(session)
    act(session, designated, "operator", "redispatch", office="440106", reason="按属地派单", category="C1")
    staying = take_in(session, content="广州市市场监督管理局多次到我店检查，一个月查了六次，没有检查通知。")
    assert staying.office.code == "440100"
    session.flush()
    found = admin.post(f"{API}/preview", {"rules": [NEW]}).json
    assert (found["n_moved"], found["more"]) == (3, False)
    assert {one["number"] for one in found["moves"]} == {one.number for one in moving}
    move = found["moves"][0]
    assert (move["before"], move["after"]) == ("广州市天河区司法局", "广州市司法局")
    assert (move["rule_before"], move["rule_after"]) == ("department", "market_city")
    assert queries.rule_versions(session, "market_city") == []
    assert admin.post(f"{API}/preview", {}).json["n_moved"] == 0
    assert admin.post(f"{API}/preview", {"rules": [NEW | {"priority": 110}]}).json["code"] == "rule_overlap"
    assert by("reviewer").post(f"{API}/preview", {}).status_code == 403


def trial(session, given, **bounds):
    rule = Rule(verified=False, **schemas.Draft().load(given | {"effective_from": "2026-03-02"}))
    admin = person(session, "administrator")
    return service.preview(session, admin, [rule], on=rule.effective_from, now=NOW, **bounds)


def test_the_trial_is_bounded(session):
    made = [take_in(session) for _ in range(3)]
    session.flush()
    found = trial(session, NEW, tried=2, listed=1)
    assert (found.n_tried, found.more, found.n_moved) == (2, True, 2)
    assert [one.number for one in found.moves] == [made[-1].number]


def test_texts_are_read_again_only_where_the_change_may_concern_them(session):
    for n in range(3):
        take_in(session, content=f"我在天河区石牌街道开店，{n + 1}月被乱罚款两千元，没有给票据。")
    session.flush()
    nobody = NEW | {"condition": {"kind": "none", "place_level": "township"}}
    some = trial(session, nobody, read=2)
    assert (some.n_tried, some.n_unread, some.n_moved) == (2, 1, 2)
    departments = trial(session, NEW, read=0)
    assert (departments.n_tried, departments.n_unread, departments.n_moved) == (3, 0, 0)


def test_tickets_that_name_nobody_or_several_are_read_again(session, by):
    joint = take_in(session, content="天河区市场监管局和天河区城管局联合检查，一起罚款三千元，不给文书。")
    nobody = take_in(session, content="我在天河区石牌街道开店，被乱罚款两千元，没有给票据。")
    session.flush()
    assert (joint.routing_rule, nobody.routing_rule) == ("joint", "place")
    change = {
        "effective_from": "2026-03-02",
        "outcome": "dispatch",
        "target": "office",
        "office_code": "440100",
    }
    text = {"because": "由{office}承办。", "basis": "试"}
    rules = [
        {"code": "joint", "priority": 40, "condition": {"joint": "yes"}} | change | text,
        {
            "code": "place",
            "priority": 120,
            "condition": {"kind": "none", "place_level": ["city", "county", "township"]},
        }
        | change
        | text,
    ]
    found = by("administrator").post(f"{API}/preview", {"rules": rules}).json
    assert {one["number"]: one["rule_after"] for one in found["moves"]} == {
        joint.number: "joint",
        nobody.number: "place",
    }


def test_rules_are_added_and_retired_over_http(by):
    admin = by("administrator")
    made = admin.post(API, NEW | {"reason": "按市级通知", "effective_from": "2026-03-05"})
    assert (made.status_code, made.json["version"], made.json["condition_text"]) == (
        201,
        1,
        "单位性质=部门；单位层级=县级",
    )
    table = admin.get(API).json
    assert [one["code"] for one in table["upcoming"]] == ["market_city"]
    assert "market_city" in {one["code"] for one in admin.get(f"{API}?on=2026-03-05").json["items"]}
    assert admin.post(API, NEW | {"reason": "再加"}).json["code"] == "rule_exists"
    assert admin.post(API, NEW).json["code"] == "invalid"
    assert by("operator").post(API, NEW | {"reason": "我也加"}).status_code == 403


def test_sheets_over_http(by):
    admin = by("administrator")
    book = admin.get(f"{API}/export")
    assert book.mimetype == sheets.XLSX
    told = {"file": (io.BytesIO(book.data), "规则.xlsx"), "reason": "原样导回"}
    found = admin.post(f"{API}/import", data=told)
    assert found.json["n_written"] == 0
    assert found.json["n_unchanged"] == len(admin.get(API).json["items"])
    duty = csv_of(sheets.DUTY_HEADS, [("占道经营", "摆摊", "", "440106", "城管", "", "")])
    told = {"file": (io.BytesIO(duty), "清单.csv"), "reason": "新清单"}
    assert admin.post("/api/v1/routing/duties/import", data=told).json == {
        "n_written": 1,
        "n_unchanged": 0,
        "bad": [],
    }
    assert admin.get("/api/v1/routing/duties").json["items"][0]["words"] == ["占道经营", "摆摊"]
    assert admin.get("/api/v1/routing/duties/export").mimetype == sheets.XLSX


@pytest.mark.parametrize(
    "path", ["", "/test", "/duties", "/preview", "/rules/place", "/export.xlsx", "/duties.xlsx"]
)
def test_everybody_who_reads_tables_may_look(client, path):
    assert page(client, path, "officer").status_code == 200
    assert page(client, path).status_code == 200


def test_only_administrators_change(client, session):
    for path in ("/rules/new", "/import"):
        assert page(client, path, "officer").status_code == 403
        assert page(client, path).status_code == 200
    assert "保存为新版本" not in page(client, "/rules/place", "officer").text
    assert page(client, "/rules/gone").status_code == 404
    assert send(client, "/rules/place", "officer", **FORM).status_code == 403


def test_a_rule_is_tried_then_saved_then_shown_then_retired(client, session):
    ticket = take_in(session)
    session.flush()
    tried = send(client, "/rules/new", **(FORM | {"deed": "try"}))
    assert "<strong>1 件</strong>按新规则会派往别处" in tried.text
    assert ticket.number in tried.text
    assert 'value="按市级通知"' in tried.text
    saved = send(client, "/rules/new", **FORM)
    assert (saved.status_code, saved.location) == (303, PAGE)
    shown = page(client, "/rules/market_city").text
    assert "林伟" in shown
    assert "单位性质=部门；单位层级=县级" in shown
    assert "market_city" in page(client).text
    retired = send(
        client, "/rules/market_city", **(FORM | {"deed": "retire", "reason": "试行结束", "expected": "1"})
    )
    assert retired.status_code == 303
    assert [row.is_active for row in queries.rule_versions(session, "market_city")] == [True, False]
    assert send(client, "/rules/market_city", **(FORM | {"expected": "1"})).status_code == 409


def test_what_is_wrong_is_said_beside_the_form(client, session):
    for change, told in (
        ({"priority": "110"}, "优先级同为110且条件重叠"),
        ({"condition": "颜色=红"}, "看不懂条件“颜色=红”"),
        ({"reason": ""}, "请写明为什么修改"),
        ({"priority": ""}, "没有保存，请改正标出的各项"),
        ({"effective_from": "2026-03-01"}, "生效日期不能早于今天"),
        ({"code": "X y"}, "编码用小写字母开头"),
    ):
        refused = send(client, "/rules/new", **(FORM | change))
        assert refused.status_code == 422, change
        assert told in refused.text, change
        assert "市级通知" in refused.text
    assert queries.rule_versions(session, "market_city") == []


def test_the_tester_page_says_where_and_why(client):
    found = send(
        client, "/test", "operator", text="天河区城管局乱罚款两千元，不给票据。", division_code="", on=""
    ).text
    assert "派给 广州市天河区司法局" in found
    assert re.search(r"由同级政府的广州市天河区司法局承办", found)
    assert re.search(r"[A-J]\d [\u4e00-\u9fff]+.*（把握", found)
    assert send(client, "/test", text="", division_code="", on="").status_code == 422
    assert send(client, "/test", text="试", division_code="999999", on="").status_code == 404
    assert "外省" not in found


def test_ticket_links_are_for_those_who_may_read_tickets(client, session, by):
    ticket = take_in(session)
    session.flush()
    by("administrator").post(API, NEW | {"reason": "按市级通知", "effective_from": "2026-03-05"})
    link = f'href="/tickets/{ticket.number}"'
    assert link in page(client, "/preview?on=2026-03-05", "leader").text
    shown = page(client, "/preview?on=2026-03-05").text
    assert ticket.number in shown
    assert link not in shown
    assert ticket.number not in page(client, "/preview?on=2026-03-05", "neighbour").text


def test_sheets_on_the_page(client, session):
    book = page(client, "/export.xlsx").data
    form = {"reason": "原样", "effective_from": "2026-03-02"}
    told = send(client, "/import", file=(io.BytesIO(book), "a.xlsx"), deed="try", **form)
    assert "0 条会成为新版本" in told.text
    assert send(client, "/import", file=(io.BytesIO(book), "a.xlsx"), deed="save", **form).status_code == 303
    assert send(client, "/import", deed="save", **form).status_code == 422
    bad = csv_of(sheets.DUTY_HEADS, [("占道经营", "", "", "天河", "城管", "", "")])
    refused = send(client, "/duties", file=(io.BytesIO(bad), "a.csv"), deed="save", **form)
    assert (refused.status_code, "没有代码为“天河”的行政区划" in refused.text) == (422, True)
    good = csv_of(sheets.DUTY_HEADS, [("占道经营", "", "", "440106", "城管", "", "")])
    assert (
        "1 条可以导入" in send(client, "/duties", file=(io.BytesIO(good), "a.csv"), deed="try", **form).text
    )
    assert send(client, "/duties", file=(io.BytesIO(good), "a.csv"), deed="save", **form).status_code == 303
    assert "占道经营" in page(client, "/duties").text
    assert session.query(Ticket).count() == 0
