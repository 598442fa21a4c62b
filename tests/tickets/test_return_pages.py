"""The pages of returns and rulings: what each side reads, and that their forms do what the API does."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests import factories
from tests.factories import CONTENT, S, act, standing, take_in
from tests.seeded import Caller
from tracker.routing.models import Precedent
from tracker.tickets.models import Ticket

By = Callable[[str], Caller]
Form = Callable[..., TestResponse]
RETURN = {"reason": "not_our_duty", "basis": "职责清单第三条", "statement": "该事项由市局统一部署。"}
RULED = {"ruling": "redispatch", "office": "440100", "reason": "该项检查由市局统一部署"}


def told(page: TestResponse) -> str:
    """Return the page as text without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


@pytest.fixture
def form(client: FlaskClient) -> Form:
    """A function that sends a form as that person and returns the answer."""

    def send(login: str, path: str, **fields: Any) -> TestResponse:
        return client.post(path, data=fields, headers=factories.headers(login))

    return send


def returned(session: Session) -> Ticket:
    ticket = take_in(session, content=CONTENT, category_code="A3")
    act(session, ticket, "officer", "return", **RETURN)
    return act(session, ticket, "reviewer", "sign-return", approve=True, opinion="确非本局职责")


def test_beside_the_form_stands_the_rule_that_sent_it(session: Session, by: By) -> None:
    ticket = take_in(session, content=CONTENT)
    page = told(by("officer").get(f"/tickets/{ticket.number}"))
    assert "派到本单位的依据" in page
    assert (ticket.because or "?") in page
    assert "反映部门的由同级政府监督机构承办" in page, "the legal basis of the rule"
    assert "须经本单位另一位审核人同意" in page


def test_the_reviewer_reads_the_request_and_signs_it_by_form(session: Session, by: By, form: Form) -> None:
    ticket = standing(session, S.IN_PROGRESS)
    fields = {**RETURN, "bind": "on"}
    assert form("officer", f"/tickets/{ticket.number}/do/return", **fields).status_code == 302
    page = by("reviewer").get(f"/tickets/{ticket.number}")
    assert 'id="act-sign-return"' in page.text
    assert "等待本单位审核人审核" in told(page)
    assert 'id="act-sign-return"' not in by("officer").get(f"/tickets/{ticket.number}").text
    answer = form("reviewer", f"/tickets/{ticket.number}/do/sign-return", approve="true", opinion="同意退单")
    assert answer.status_code == 302
    assert by("reviewer").get(f"/api/v1/tickets/{ticket.number}").get_json()["status"] == "return_requested"


def test_both_sides_and_similar_rulings_lie_before_the_arbiter(session: Session, by: By, form: Form) -> None:
    first = returned(session)
    done = form("arbiter", f"/tickets/{first.number}/do/rule", **RULED, precedent="false", back="/returns")
    assert done.location == "/returns"
    assert session.scalars(select(Precedent)).all() == []
    second = returned(session)
    page = told(by("arbiter").get(f"/returns/{second.number}"))
    for part in (
        "派单一方",
        "退单一方",
        "该事项由市局统一部署",
        "确非本局职责",
        first.number,
        "同一单位",
        "文字相近",
    ):
        assert part in page, part
    listed = told(by("arbiter").get("/returns"))
    assert second.number in listed
    assert "办理时限照常计算" in listed


def test_what_the_arbiters_own_office_sent_back_is_not_offered_to_him(
    session: Session, by: By, form: Form
) -> None:
    ticket = take_in(session, content=CONTENT, category_code="A3")
    act(session, ticket, "arbiter", "redispatch", office="440100", reason="由市局统一办理")
    act(session, ticket, "city.officer", "return", **RETURN)
    act(session, ticket, "city.reviewer", "sign-return", approve=True, opinion="同意退单")
    assert "您不能裁决这一件" in told(by("arbiter").get(f"/returns/{ticket.number}"))
    assert "0 件等待裁决" in told(by("arbiter").get("/returns"))


def test_what_is_handled_first_is_listed_until_it_is_settled(session: Session, by: By, form: Form) -> None:
    ticket = returned(session)
    form("arbiter", f"/tickets/{ticket.number}/do/rule", ruling="handle_first", reason="先办后议，不误诉求人")
    assert "先办后议，待议定职责" in told(by("arbiter").get("/returns"))
    assert "议定职责" in told(by("arbiter").get(f"/returns/{ticket.number}"))
    form("arbiter", f"/tickets/{ticket.number}/do/settle-return", **RULED)
    by("arbiter").get("/returns")  # which says once that it was done
    assert ticket.number not in by("arbiter").get("/returns").text
    assert "应由 广州市司法局 承办" in told(by("officer").get(f"/tickets/{ticket.number}"))


def test_the_desk_that_dispatched_opens_the_same_page(session: Session, by: By, form: Form) -> None:
    ticket = take_in(session, who="city.operator", content=CONTENT, category_code="A3")
    assert ticket.office.code == "440106"
    act(session, ticket, "officer", "return", **RETURN)
    act(session, ticket, "reviewer", "sign-return", approve=True, opinion="同意")
    page = by("city.operator").get(f"/returns/{ticket.number}")
    assert "首次退单由派单方处理" in told(page)
    done = form(
        "city.operator", f"/tickets/{ticket.number}/do/decide-return", ruling="uphold", reason="原派单正确"
    )
    assert done.status_code == 302
    assert by("leader").get(f"/returns/{ticket.number}").status_code == 403


def test_precedents_are_seen_and_switched_by_who_may(session: Session, by: By, form: Form) -> None:
    ticket = returned(session)
    act(session, ticket, "arbiter", "rule", **RULED)
    (row,) = session.scalars(select(Precedent))
    for login in ("arbiter", "administrator"):
        assert ticket.number in by(login).get("/admin/routing/precedents").text
    assert by("reviewer").get("/admin/routing/precedents").status_code == 403
    path = f"/admin/routing/precedents/{row.id}"
    assert form("arbiter", path, active="false", reason="").status_code == 303
    assert "● 现行" in told(by("arbiter").get("/admin/routing/precedents"))
    assert form("administrator", path, active="false", reason="清单已修订").status_code == 303
    assert "已停用" in told(by("arbiter").get("/admin/routing/precedents"))
    answer = by("arbiter").post(
        f"/api/v1/routing/precedents/{row.id}/switch", {"active": True, "reason": "恢复"}
    )
    assert answer.get_json()["ended_at"] is None
    assert (
        by("arbiter")
        .post("/api/v1/routing/precedents/999/switch", {"active": True, "reason": "恢复"})
        .status_code
        == 404
    )
    assert by("arbiter").post(f"/api/v1/routing/precedents/{row.id}/switch", {}).status_code == 422


def test_the_tester_page_says_when_a_precedent_decides(session: Session, by: By, form: Form) -> None:
    ticket = returned(session)
    act(session, ticket, "arbiter", "rule", **RULED)
    leaf = by("arbiter").post("/api/v1/routing/rules/test", {"text": CONTENT}).get_json()["category_code"]
    if leaf == ticket.category_code:
        page = told(form("administrator", "/admin/routing/test", text=CONTENT))
        assert "按裁决先例" in page
        assert ticket.number in page
