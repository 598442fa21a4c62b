import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests import factories
from tests.documents.test_doors import By, asked
from tests.seeded import Clock
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status


@pytest.fixture
def ticket(session: Session) -> Ticket:
    found = factories.standing(session, Status.IN_PROGRESS)
    session.commit()
    return found


def told(answer: TestResponse) -> str:
    """Return the page as a person reads it."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def send(client: FlaskClient, who: str, path: str, **fields: Any) -> TestResponse:
    return client.post(path, data=fields, headers=factories.headers(who))


def form(ticket: Ticket, **changes: Any) -> dict[str, Any]:
    given = asked(ticket, **changes)
    return {**given, "ticket": given.pop("tickets"), "step": "issue"}


def test_the_ticket_page_leads_to_the_form_and_shows_the_documents(
    client: FlaskClient, by: By, ticket: Ticket
) -> None:
    assert f"/documents/new?ticket={ticket.number}" in by("arbiter").get(f"/tickets/{ticket.number}").text
    blank = by("arbiter").get(f"/documents/new?ticket={ticket.number}&kind=urging")
    assert 'data-name="广州市天河区司法局"' in blank.text
    assert "诉求人的姓名、电话" in blank.text
    made = send(client, "arbiter", "/documents", **form(ticket))
    assert made.status_code == 303
    page = told(by("arbiter").get(f"/tickets/{ticket.number}"))
    assert "穗执监督〔2026〕1号" in page
    assert "制发文书" in page


def test_an_officer_is_offered_only_what_he_may_issue(by: By, ticket: Ticket) -> None:
    page = by("officer").get(f"/documents/new?ticket={ticket.number}").text
    assert 'value="work_order"' in page
    assert 'value="decision"' not in page
    assert by("leader").get("/documents/new").status_code == 403


def test_a_refused_form_comes_back_as_typed(client: FlaskClient, ticket: Ticket) -> None:
    refused = send(client, "arbiter", "/documents", **form(ticket, facts="来电13912345678，反映多次检查。"))
    assert refused.status_code == 422
    assert "一个手机号码" in told(refused)
    assert "来电13912345678，反映多次检查。" in refused.text
    assert ticket.number in refused.text
    blank = send(client, "arbiter", "/documents", kind="urging", more="2026 0000")
    assert blank.status_code == 422
    assert "此项必填" in told(blank)


def test_the_preview_opens_as_a_pdf(client: FlaskClient, by: By, ticket: Ticket) -> None:
    seen = send(client, "arbiter", "/documents", **{**form(ticket), "step": "preview"})
    assert seen.mimetype == "application/pdf"
    assert "还没有就这张工单制发文书" in told(by("arbiter").get(f"/tickets/{ticket.number}"))


def test_each_side_sees_its_own_steps(client: FlaskClient, by: By, ticket: Ticket, clock: Clock) -> None:
    path = send(client, "arbiter", "/documents", **form(ticket)).location
    assert "step-sign" in by("officer").get(path).text
    mine = by("arbiter").get(path)
    assert "step-void" in mine.text
    assert "step-sign" not in mine.text
    assert "step-" not in by("leader").get(path).text
    assert send(client, "officer", f"{path}/sign").status_code == 303
    assert send(client, "officer", f"{path}/answer", text="短").status_code == 422
    assert send(client, "officer", f"{path}/answer", text="已经办理完毕。").status_code == 303
    clock.forward(days=1)
    page = by("arbiter").get(path)
    assert "step-recheck" in page.text
    assert "李志强" in told(page)
    refused = send(client, "arbiter", f"{path}/recheck", outcome="partly", finding="仍有遗漏事项")
    assert "继续整改的工作日数" in told(refused)
    assert (
        send(client, "arbiter", f"{path}/recheck", outcome="corrected", finding="现场查看属实").status_code
        == 303
    )
    assert "整改到位" in told(by("officer").get(path))


def test_late_receipts_stand_out_in_the_list(
    client: FlaskClient, by: By, ticket: Ticket, clock: Clock
) -> None:
    send(client, "arbiter", "/documents", **form(ticket))
    assert "签收逾期" not in told(by("arbiter").get("/documents?state=unsigned")).split("筛选")[1]
    clock.forward(days=9)
    page = by("arbiter").get("/documents?kind=urging&state=receipt_late&office=440106")
    assert "签收逾期" in told(page).split("筛选")[1]
    assert "没有符合条件的文书" in told(by("arbiter").get("/documents?kind=opinion"))
    assert "没有符合条件的文书" in told(by("neighbour").get("/documents"))


@pytest.mark.parametrize(
    "query", ["state=x", "kind=x", "cursor=x", "cursor=-1", "limit=9999", "office=nowhere"]
)
def test_nonsense_in_the_address_is_survived(by: By, query: str) -> None:
    assert by("arbiter").get(f"/documents?{query}").status_code == 200
    assert by("arbiter").get(f"/api/v1/documents?{query}").status_code in {200, 422}


def test_a_body_s_receipt_is_written_down_by_the_issuing_office(
    client: FlaskClient, by: By, ticket: Ticket
) -> None:
    sent = form(ticket, kind="opinion", to_office=None, to_body="440106-SC")
    path = send(client, "reviewer", "/documents", **sent).location
    assert "登记送达回证" in told(by("reviewer").get(path))
    assert "送达回证上的签收人" in told(send(client, "reviewer", f"{path}/sign"))
    assert send(client, "reviewer", f"{path}/sign", signed_by="王科长").status_code == 303
    page = by("reviewer").get(path)
    assert "王科长" in told(page)
    assert "step-object" in page.text
    assert send(client, "reviewer", f"{path}/object", grounds="检查系上级交办。").status_code == 303
    page = by("reviewer").get(path)
    assert "期间不停止执行" in told(page)
    assert "step-rule" not in page.text
    assert send(client, "reviewer", f"{path}/rule", ruling="uphold", reason="理由不成立").status_code == 403


def test_the_administrator_sets_texts_and_number_heads(client: FlaskClient, by: By) -> None:
    assert "正文模板" in told(by("administrator").get("/admin/documents"))
    wrong = send(client, "administrator", "/admin/documents/texts/urging", text="请{{几时}}办结")
    assert wrong.status_code == 422
    assert "“几时”" in told(wrong)
    assert "请{{几时}}办结" in wrong.text
    right = send(client, "administrator", "/admin/documents/texts/urging", text="请{{主送单位}}办结")
    assert right.status_code == 303
    assert (
        send(client, "administrator", "/admin/documents/prefixes", office="440100", prefix="穗1").status_code
        == 422
    )
    assert (
        send(client, "administrator", "/admin/documents/prefixes", office="x", prefix="穗法监").status_code
        == 404
    )
    kept = send(client, "administrator", "/admin/documents/prefixes", office="440100", prefix="穗法监")
    assert kept.status_code == 303
    assert "穗法监" in told(by("administrator").get("/admin/documents"))
    assert by("arbiter").get("/admin/documents").status_code == 403
