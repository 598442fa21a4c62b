"""The pages of tickets tied to one another: the form that splits, the progress of parts, the merged ones, the tab of help."""

import re

import pytest
from sqlalchemy import select

from tests import factories
from tests.factories import REASON, S, act, caller, standing, take_in
from tracker.audit.models import AuditEntry
from tracker.notices import service as notices
from tracker.tickets import forms, queries, service
from tracker.tickets.split_verbs import SplitIn

ONE = {"parts.0.title": "招牌执法标准不一", "parts.0.content": "天河区城管局执法标准前后不一致。"}
OTHER = {
    "parts.2.title": "检查过多",
    "parts.2.content": "越秀区市场监督管理局一个月查了六次。",
    "parts.2.category": "A3",
    "parts.2.office": "440104",
}
TWO = {
    "parts": [
        {"title": "招牌执法标准不一", "content": "天河区城管局执法标准前后不一致。", "category": "C1"},
        {
            "title": "检查过多",
            "content": "越秀区市场监督管理局一个月查了六次。",
            "category": "A3",
            "office": "440104",
        },
    ],
    "reason": "两个区的两件事",
}


def told(page) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


@pytest.fixture
def form(client):
    def send(login, path, **fields):
        return client.post(path, data=fields, headers=factories.headers(login))

    return send


def test_the_form_reads_rows_and_passes_over_blank_ones(session):
    sent = {**ONE, **OTHER, "reason": "两件事", "parts.1.title": "", "parts.9.content": ""}

    class Sent(dict):
        def getlist(self, key):
            return [self[key]] if key in self else []

    given = forms.payload(SplitIn, Sent(sent))
    assert [one["title"] for one in given["parts"]] == ["招牌执法标准不一", "检查过多"]
    assert given["parts"][1]["office"] == "440104"
    (parts, _) = forms.form_fields(SplitIn, scope="split", values=given)
    assert parts["widget"] == "rows"
    assert [one["filled"] for one in parts["things"][:3]] == [True, True, False]
    first, third = parts["things"][0]["fields"][0], parts["things"][2]["fields"][0]
    assert (first["name"], first["required"], first["value"]) == ("parts.0.title", True, "招牌执法标准不一")
    assert (third["name"], third["required"]) == ("parts.2.title", False)


def test_a_ticket_is_split_from_its_page_and_shows_its_parts(by, form, session):
    ticket = standing(session, S.IN_PROGRESS)
    page = by("officer").get(f"/tickets/{ticket.number}")
    assert 'name="parts.0.title"' in page.text
    short = form("officer", f"/tickets/{ticket.number}/do/split", **ONE, reason="两件事")
    assert short.status_code == 422
    assert "请拆成2至10件" in short.text
    assert 'value="招牌执法标准不一"' in short.text, "what was typed stays"
    wrong = {**OTHER, "parts.2.office": "999999"}
    refused = form("officer", f"/tickets/{ticket.number}/do/split", **ONE, **wrong, reason="两件事")
    assert "第2件：" in told(refused)
    done = form("officer", f"/tickets/{ticket.number}/do/split", **ONE, **OTHER, reason="两件事")
    assert done.status_code == 302
    page = told(by("officer").get(f"/tickets/{ticket.number}"))
    assert "拆分办理 0/2" in page
    parts = by("officer").get(f"/api/v1/tickets?parent={ticket.number}").get_json()["items"]
    assert len(parts) == 2
    assert all(one["is_part"] for one in parts)
    page = told(by("officer").get(f"/tickets/{parts[0]['number']}"))
    assert f"本工单由 {ticket.number}" in page
    assert "拆分 ×2" in told(by("officer").get("/tickets?tab=working"))


def test_a_stranger_reads_the_number_of_the_whole_and_no_more(by, session):
    ticket = standing(session, S.IN_PROGRESS, title="招牌和检查两件事")
    act(session, ticket, "officer", "split", **TWO)
    items = by("operator").get(f"/api/v1/tickets?parent={ticket.number}").get_json()["items"]
    away = next(one["number"] for one in items if one["office"]["code"] == "440104")
    page = told(by("neighbour").get(f"/tickets/{away}"))
    assert ticket.number in page
    assert "招牌和检查两件事" not in page
    assert by("neighbour").get(f"/tickets/{ticket.number}").status_code == 404


def test_merged_tickets_stand_on_the_page_of_their_lead(by, session):
    lead, other = standing(session, S.IN_PROGRESS), take_in(session, content=factories.MURKY)
    act(session, other, "operator", "merge", lead=lead.number, **REASON)
    assert "并入本工单的 1 件" in told(by("officer").get(f"/tickets/{lead.number}"))
    assert f"已并入主工单 {lead.number}" in told(by("operator").get(f"/tickets/{other.number}"))
    told_of = by("operator").get(f"/api/v1/tickets/{other.number}").get_json()
    assert told_of["merged_into"] == lead.number
    assert [
        one["number"] for one in by("officer").get(f"/api/v1/tickets/{lead.number}").get_json()["merged"]
    ] == [other.number]


def test_the_helping_office_finds_its_own_time_under_its_tab(by, session):
    ticket = standing(session, S.IN_PROGRESS)
    act(session, ticket, "officer", "co-handle", office="440104", task="请协助调取案卷", days=2)
    page = told(by("neighbour").get("/tickets?tab=helping"))
    assert "我方协办" in page
    assert "剩2个工作日" in page
    assert "请协助调取案卷" in told(by("neighbour").get(f"/tickets/{ticket.number}"))
    assert ticket.number not in told(by("officer2").get("/tickets?tab=helping"))


def test_the_complainant_sees_each_matter_by_its_name(by, session):
    ticket = standing(session, S.IN_PROGRESS, complainant=caller())
    act(session, ticket, "officer", "split", **TWO)
    answer = by(None).post("/public/query", {"receipt_code": ticket.receipt_code}).get_json()
    assert [(one["title"], one["reply"]) for one in answer["parts"]] == [
        ("招牌执法标准不一", None),
        ("检查过多", None),
    ]
    assert answer["steps"][-1]["what"] == "按不同事项分别办理"


def test_the_office_of_a_part_may_ask_the_complainant_with_a_reason(by, session):
    ticket = standing(session, S.IN_PROGRESS, complainant=caller())
    act(session, ticket, "officer", "split", **TWO)
    items = by("operator").get(f"/api/v1/tickets?parent={ticket.number}").get_json()["items"]
    away = next(one["number"] for one in items if one["office"]["code"] == "440104")
    seen = by("neighbour").get(f"/api/v1/tickets/{away}").get_json()
    assert seen["complainant"]["name"] == "张**"
    why = {"field": "phone", "reason": "核实检查次数"}
    shown = by("neighbour").post(f"/api/v1/tickets/{away}/reveal", why).get_json()
    assert shown["value"] == factories.PHONE
    assert by("neighbour").post(f"/api/v1/tickets/{ticket.number}/reveal", why).status_code == 404
    assert session.scalars(select(AuditEntry).where(AuditEntry.thing_id == away)).one().action == "reveal"


def test_whoever_leads_is_told_of_the_split_and_of_each_end(session):
    ticket = standing(session, S.IN_PROGRESS)
    act(session, ticket, "operator", "split", **TWO)
    split = queries.events(session, ticket)[-1]
    assert (split.action, notices.follow(session, split, now=factories.NOW)) == ("split", 1)
    part = queries.by_numbers(session, factories.person(session, "operator"), split.data["parts"])[0]
    act(session, part, "operator", "withdraw", **REASON)
    ended = queries.events(session, ticket)[-1]
    assert (ended.action, notices.follow(session, ended, now=factories.NOW)) == ("part-ended", 1)


def test_a_list_shows_of_tied_tickets_what_a_reader_may_open(session):
    whole = standing(session, S.IN_PROGRESS)
    act(session, whole, "officer", "split", **TWO)
    helped = standing(session, S.IN_PROGRESS)
    for office in ("440104", "440106006"):
        act(session, helped, "officer", "co-handle", office=office, task="请协助调取案卷")
    act(session, helped, "officer", "co-recall", office="440104", **REASON)
    desk = factories.person(session, "city.reviewer")
    numbers = [helped.number, whole.number, *queries.events(session, whole)[-1].data["parts"]]
    tied = queries.by_numbers(session, desk, numbers)
    assert len(tied) == 4
    for login in factories.PEOPLE:
        actor = factories.person(session, login)
        listed = {one.number for one in queries.by_numbers(session, actor, numbers)}
        assert listed == {one.number for one in tied if service.sees(session, actor, one)}, login
    street = {one.number for one in queries.by_numbers(session, factories.person(session, "street"), numbers)}
    assert street == {helped.number}
