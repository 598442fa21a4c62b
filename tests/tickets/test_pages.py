"""The pages of the tickets room: who sees what, and that a form does what the API does."""

import re
from io import BytesIO

import pytest
import python_calamine
from sqlalchemy import select

from tests import factories
from tests.factories import CALL, REASON, S, act, caller, standing, take_in
from tracker.audit.models import AuditEntry


def told(page):
    """Return the page as text without tags, for reading what a person reads."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


@pytest.fixture
def form(client):
    """A function that sends a form as that person and returns the answer."""

    def send(login, path, **fields):
        return client.post(path, data=fields, headers=factories.headers(login))

    return send


PAGES = {
    "/intake": {"operator", "officer", "reviewer"},
    "/tickets": {"operator", "officer", "reviewer", "arbiter", "leader"},
    "/returns": {"arbiter"},
    "/callbacks": {"operator"},
}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "login", ["operator", "officer", "reviewer", "arbiter", "leader", "administrator", "auditor"]
)
def test_a_page_opens_to_the_posts_that_work_with_it(by, path, login):
    assert by(login).get(path).status_code == (200 if login in PAGES[path] else 403)


def test_a_stranger_is_led_to_the_sign_in_page(client):
    assert client.get("/tickets?tab=sign").location == "/login?next=/tickets?tab%3Dsign"


@pytest.mark.parametrize(
    ("login", "first"), [("operator", "/intake"), ("arbiter", "/tickets"), ("auditor", "/notices")]
)
def test_home_is_where_the_post_begins(by, login, first):
    assert by(login).get("/").location == first


def test_every_page_says_who_is_signed_in(by):
    page = told(by("officer").get("/tickets"))
    assert "李志强" in page
    assert "承办人 · 广州市天河区司法局" in page


def test_navigation_offers_only_what_the_post_may_open(by):
    page = by("officer").get("/tickets").text
    assert 'href="/intake"' in page
    assert 'href="/returns"' not in page


def test_no_page_needs_inline_script_or_style(session, by):
    ticket = standing(session, S.REVIEWED, complainant=caller())
    for login, path in [
        ("operator", "/intake"),
        ("officer", "/tickets?tab=all"),
        ("officer", f"/tickets/{ticket.number}"),
        ("operator", f"/callbacks/{ticket.number}"),
        (None, "/query"),
    ]:
        page = by(login).get(path)
        assert page.status_code == 200, path
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", page.text), path
        assert "https://" not in re.sub(r'xmlns="[^"]+"', "", page.text), path


# ── queue ──


def test_the_queue_shows_light_number_and_time_left(session, by):
    ticket = standing(session, S.IN_PROGRESS)
    page = by("officer").get("/tickets?tab=working")
    assert ticket.number in page.text
    assert 'aria-label="正常"' in page.text
    assert "剩15个工作日" in page.text


def test_the_queue_turns_red_when_time_is_up(session, by, clock):
    standing(session, S.IN_PROGRESS)
    clock.forward(days=40)
    page = by("officer").get("/tickets?tab=overdue").text
    assert 'aria-label="已超期"' in page
    assert re.search(r"超期\d+个工作日", page)


def test_an_empty_tab_says_what_to_do(by):
    assert "这一组已经清空" in by("officer").get("/tickets?tab=supervised").text
    assert "清除条件" in by("officer").get("/tickets?tab=all&q=没有这句话").text


def test_a_wrong_filter_is_told_in_a_sentence(by):
    for path in ("/tickets?tab=nonsense", "/tickets?limit=0", "/tickets?cursor=x", "/tickets?sort=up"):
        page = by("officer").get(path)
        assert page.status_code == 422, path
        assert "没有办成" in page.text


def test_pages_of_the_queue_follow_each_other_without_gap_or_repetition(session, by):
    made = {take_in(session, content=f"{factories.CONTENT}第{n}家店。").number for n in range(5)}
    seen, path = [], "/tickets?tab=all&limit=2"
    while path:
        page = by("leader").get(path).text
        seen += re.findall(r'<tr data-number="(\d+)"', page)
        following = re.search(r'href="([^"]+)"\s+rel="next"', page)
        path = f"/tickets{following[1].replace('&amp;', '&')}" if following else None
    assert len(seen) == len(set(seen))
    assert made <= set(seen)


def test_a_title_is_never_markup(session, by):
    ticket = standing(session, S.IN_PROGRESS, title="<script>alert(1)</script>")
    for path in ("/tickets?tab=working", f"/tickets/{ticket.number}"):
        assert "<script>alert" not in by("officer").get(path).text


def test_the_list_is_exported_as_text_and_noted(session, by):
    ticket = standing(session, S.IN_PROGRESS, title="=1+1", complainant=caller())
    answer = by("officer").get("/tickets/export?tab=working")
    assert answer.status_code == 200
    rows = python_calamine.load_workbook(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [ticket.number, "=1+1"] in [row[:2] for row in rows]
    assert factories.PHONE not in str(rows)
    assert session.scalar(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(1)) == "export"
    assert by("auditor").get("/tickets/export").status_code == 403


# ── one ticket ──


@pytest.mark.parametrize("status", [status for status in S if status is not S.TRIAGED])
def test_the_page_opens_in_every_status(session, by, status):
    ticket = standing(session, status, complainant=caller())
    page = by("operator").get(f"/tickets/{ticket.number}")
    assert 'class="watermark"' in page.text, "a picture of the screen must name its reader"
    assert page.status_code == 200
    assert ticket.title in page.text
    assert factories.PHONE not in page.text


def test_only_lawful_actions_are_offered(session, by):
    ticket = standing(session, S.DISPATCHED)
    path = f"/tickets/{ticket.number}"
    offered = {
        login: set(re.findall(r'id="act-([\w-]+)"', by(login).get(path).text))
        for login in ("officer", "leader")
    }
    assert {"accept", "return"} <= offered["officer"]
    assert not offered["officer"] & {"rule", "review", "reply", "redispatch"}
    assert not offered["leader"] & {"accept", "return"}


def test_a_ticket_out_of_sight_does_not_exist(session, by):
    ticket = standing(session, S.DISPATCHED)
    assert by("neighbour").get(f"/tickets/{ticket.number}").status_code == 404
    assert by("officer").get("/tickets/none").status_code == 404


def test_the_deadline_explains_itself_day_by_day(session, by):
    page = told(by("officer").get(f"/tickets/{standing(session, S.IN_PROGRESS).number}"))
    assert "为什么是这天" in page
    assert "起算当日不计入" in page
    assert re.search(r"第 ?15 ?个工作日", page)


def test_a_form_does_the_step_and_leads_back(session, form):
    ticket = standing(session, S.DISPATCHED)
    answer = form("officer", f"/tickets/{ticket.number}/do/accept", version=ticket.version, note="")
    assert (answer.status_code, answer.location) == (302, f"/tickets/{ticket.number}")
    session.refresh(ticket)
    assert ticket.status == S.IN_PROGRESS


def test_a_refused_form_stays_open_with_what_was_typed(session, form):
    ticket = standing(session, S.IN_PROGRESS)
    answer = form("officer", f"/tickets/{ticket.number}/do/return", basis="职责清单第三条", statement="短")
    assert answer.status_code == 422
    assert re.search(r'id="act-return"[^>]*\sopen', answer.text)
    assert "职责清单第三条" in answer.text
    assert "长度应为5至2000字" in answer.text
    session.refresh(ticket)
    assert ticket.status == S.IN_PROGRESS


def test_a_form_filled_on_an_old_page_is_refused(session, form):
    ticket = standing(session, S.DISPATCHED)
    old = ticket.version
    act(session, ticket, "operator", "urge", **REASON)
    answer = form("officer", f"/tickets/{ticket.number}/do/accept", version=old)
    assert answer.status_code == 412
    assert "陈晓岚" in answer.text
    assert "看过最新内容" in answer.text  # which is what the page shows


def test_a_step_of_another_office_is_refused(session, form):
    ticket = standing(session, S.DISPATCHED)
    assert form("neighbour", f"/tickets/{ticket.number}/do/accept").status_code == 404
    assert form("province", f"/tickets/{ticket.number}/do/accept").status_code == 403
    assert form("officer", f"/tickets/{ticket.number}/do/nonsense").status_code == 404


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_no_form_leads_to_another_site(session, form, elsewhere):
    ticket = standing(session, S.DISPATCHED)
    assert form("officer", f"/tickets/{ticket.number}/do/accept", back=elsewhere).location == "/tickets"


def test_the_contact_is_masked_until_a_reason_is_given(session, by, form):
    ticket = standing(session, S.IN_PROGRESS, complainant=caller())
    page = by("officer").get(f"/tickets/{ticket.number}").text
    assert "138********" in page
    assert f"*{factories.PHONE[-4:]}" not in page  # with the number they open the complainant's own page
    hasty = form("officer", f"/tickets/{ticket.number}/reveal", field="phone", reason="")
    assert hasty.status_code == 302
    shown = form("officer", f"/tickets/{ticket.number}/reveal", field="phone", reason="联系核实现场情况")
    assert factories.PHONE in shown.text
    assert 'class="watermark"' in shown.text
    assert re.search(r"李志强（账号\d+） 2026-03-02", shown.text)
    assert factories.PHONE not in by("officer").get(f"/tickets/{ticket.number}").text


# ── many at once ──


def test_bulk_shows_first_and_does_then(session, form):
    ready, not_ready = standing(session, S.DISPATCHED), standing(session, S.REPLIED)
    numbers = [ready.number, not_ready.number]
    preview = told(form("officer", "/tickets/bulk", action="accept", number=numbers, back="/tickets"))
    assert "可办 1 件" in preview
    session.refresh(ready)
    assert ready.status == S.DISPATCHED
    done = told(
        form("officer", "/tickets/bulk", action="accept", number=numbers, confirmed="1", back="/tickets")
    )
    assert "不能签收" in done
    session.refresh(ready)
    session.refresh(not_ready)
    assert (ready.status, not_ready.status) == (S.IN_PROGRESS, S.REPLIED)


def test_bulk_refuses_nothing_too_much_and_what_needs_a_closer_look(session, form):
    number = standing(session, S.IN_PROGRESS).number
    assert form("officer", "/tickets/bulk", action="accept").status_code == 302
    assert form("officer", "/tickets/bulk", action="terminate", number=number).status_code == 302
    many = [str(n) for n in range(501)]
    assert form("officer", "/tickets/bulk", action="accept", number=many).status_code == 302
    assert form("officer", "/tickets/bulk", action="nonsense", number=number).status_code == 404


# ── rulings and call-backs ──


def test_the_arbiter_sees_both_sides_and_rules(session, by, form):
    ticket = standing(session, S.RETURN_REQUESTED)
    assert "该事项不归我局监督" in by("arbiter").get(f"/returns/{ticket.number}").text
    assert ticket.number in by("arbiter").get("/returns").text
    answer = form(
        "arbiter",
        f"/tickets/{ticket.number}/do/rule",
        ruling="uphold",
        reason="属于该局职责范围。",
        back="/returns",
    )
    assert answer.location == "/returns"
    assert f"/returns/{ticket.number}" not in by("arbiter").get("/returns").text


def test_a_call_back_is_registered_from_its_page(session, by, form):
    ticket = standing(session, S.REVIEWED, complainant=caller())
    assert ticket.number in by("operator").get("/callbacks").text
    page = by("operator").get(f"/callbacks/{ticket.number}").text
    for grade in ("非常满意", "满意", "基本满意", "不满意", "非常不满意"):
        assert grade in page
    given = {name: str(value).lower() for name, value in CALL.items()}
    answer = form("operator", f"/tickets/{ticket.number}/do/call-back", back="/callbacks", **given)
    assert answer.location == "/callbacks"
    session.refresh(ticket)
    assert ticket.status == S.CLOSED


def test_what_was_done_is_told_with_where_the_ticket_stands_now(session, by, form):
    ticket = standing(session, S.TERMINATING)
    form(
        "reviewer", f"/tickets/{ticket.number}/do/terminate", approve="false", reason="事实尚未查清，继续办理"
    )
    assert "终止，已办妥，现为“办理中”。" in by("reviewer").get(f"/tickets/{ticket.number}").text


def test_a_finding_waits_for_its_verification_and_not_for_a_call(session, by):
    finding = standing(session, S.REVIEWED)
    finding.kind = "finding"
    session.flush()
    assert finding.number not in by("operator").get("/callbacks").text


# ── public ──


@pytest.fixture
def ask(client):
    """A function that sends a form of the public page, with the token the page carries."""

    def send(path, **fields):
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/query").text)[1]
        return client.post(path, data={"csrf_token": token, **fields})

    return send


def test_a_public_form_without_its_token_is_refused(client):
    assert client.post("/query", data={"receipt_code": "0" * 16}).status_code == 400


def test_the_right_pair_opens_the_progress_and_nothing_internal(session, ask):
    ticket = standing(session, S.CLOSED, complainant=caller())
    for pair in (
        {"number": ticket.number, "phone_tail": factories.PHONE[-4:]},
        {"receipt_code": f"{ticket.receipt_code[:4]} {ticket.receipt_code[4:]}"},
    ):
        page = ask("/query", **pair)
        assert page.status_code == 200
        assert factories.REPLY["public_text"] in page.text
        assert "李志强" not in page.text
        assert factories.PHONE not in page.text


def test_a_wrong_pair_and_an_absent_ticket_look_the_same(session, ask):
    ticket = standing(session, S.IN_PROGRESS, complainant=caller())
    answers = [
        ask("/query", **pair)
        for pair in (
            {"number": ticket.number, "phone_tail": "0000"},
            {"number": "209901010000001", "phone_tail": "8000"},
            {"receipt_code": "0" * 16},
            {"receipt_code": "x" * 99},
            {},
        )
    ]
    sentences = {re.search(r'role="alert">([^<]+)<', answer.text)[1] for answer in answers}
    assert {answer.status_code for answer in answers} == {404}
    assert len(sentences) == 1


def test_the_last_four_digits_cannot_be_tried_out(app, session, ask):
    ticket = standing(session, S.IN_PROGRESS, complainant=caller())
    guesses = [ask("/query", number=ticket.number, phone_tail=f"{n:04d}").status_code for n in range(21)]
    assert guesses == [404] * 20 + [429]
    right = {"number": ticket.number, "phone_tail": factories.PHONE[-4:]}
    assert "太频繁" in ask("/query", **right).text
    assert app.test_client().post("/public/query", json=right).status_code == 429


def test_facts_are_added_with_the_receipt_code(session, by, ask):
    ticket = standing(session, S.IN_PROGRESS)
    assert ask("/query/facts", receipt_code="1" * 16, text="补充").status_code == 404
    page = ask("/query/facts", receipt_code=ticket.receipt_code, text="昨天又来了一次。")
    assert "已补充" in page.text
    assert "昨天又来了一次" in by("officer").get(f"/tickets/{ticket.number}").text
