"""The pages of both sides."""

import io
import re

import pytest
from sqlalchemy import delete, text

from tests import factories
from tests.clues.sides import CLUE, PDF, Sides
from tracker.accounts import secrets
from tracker.commissions.models import LiaisonFailure, LiaisonToken

FORM = {name: value for name, value in CLUE.items() if name != "evidence"}


@pytest.fixture(autouse=True)
def _nobody_failed(running: Sides):
    with running.desk.unit_of_work() as session:
        session.execute(delete(LiaisonFailure))
    yield
    with running.owner.begin() as connection:
        connection.execute(text("UPDATE discipline.liaison SET totp_step = NULL"))


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def sign_in(sides, name="jw.tianhe", **changes):
    page = sides.desk_client.get("/login").text
    form = {
        "csrf_token": token_in(page),
        "account": name,
        "password": sides.liaisons[name]["password"],
        **({} if "code" in changes else {"code": sides.code(name)}),
        **changes,
    }
    return sides.desk_client.post("/login?next=/clues", data=form)


def post(sides, path, **form):
    page = sides.desk_client.get("/clues").text
    return sides.desk_client.post(path, data={"csrf_token": token_in(page), **form})


def test_a_liaison_works_through_a_package(sides):
    number = sides.sent(evidence=[{"name": "转账.pdf", "content_base64": "JVBERi0xLjQ="}])
    entered = sign_in(sides)
    assert (entered.status_code, entered.location) == (302, "/clues")
    assert number in sides.desk_client.get("/clues?stage=sent").text
    sealed = sides.desk_client.get(f"/clues/{number}").text
    assert "签收后方可查阅" in sealed
    assert "王某某" not in sealed

    assert post(sides, f"/clues/{number}/actions/sign").status_code == 302
    assert "签收回执" in sides.desk_client.get(f"/clues/{number}/receipt").text
    opened = post(sides, f"/clues/{number}/open").text
    assert "王某某" in opened
    assert "张小明" not in opened
    identity = post(sides, f"/clues/{number}/identity", reason="需向诉求人核实").text
    assert "张小明" in identity
    assert "watermark" not in sealed
    for page in (opened, identity):
        mark = re.search(r'<svg class="watermark".*?<text[^>]*>(.*?)</text>', page, re.DOTALL)
        assert mark
        assert re.fullmatch(r"\S+（账号\d+） 20\d\d-\d\d-\d\d \d\d:\d\d", mark[1])
    assert sides.desk_client.get(f"/clues/{number}/evidence/1").data == b"%PDF-1.4"

    post(sides, f"/clues/{number}/actions/accept", opinion="")
    post(sides, f"/clues/{number}/actions/dispose", disposition="talk", opinion="由第二室谈话函询")
    post(sides, f"/clues/{number}/actions/feedback", text="已依规处理")
    last = sides.desk_client.get(f"/clues/{number}").text
    assert "已反馈" in last
    assert "由第二室谈话函询" in last


def test_a_refused_deed_is_told_on_the_page(sides):
    number = sides.sent()
    sign_in(sides)
    post(sides, f"/clues/{number}/actions/accept")
    assert "不能受理" in sides.desk_client.get(f"/clues/{number}").text
    post(sides, f"/clues/{number}/actions/sign")
    post(sides, f"/clues/{number}/actions/return")
    assert "此项必填" in sides.desk_client.get(f"/clues/{number}").text
    post(sides, f"/clues/{number}/identity", reason="看")
    assert "理由" in sides.desk_client.get(f"/clues/{number}").text
    post(sides, f"/clues/{number}/actions/burn")
    assert "没有这个操作" in sides.desk_client.get(f"/clues/{number}").text


@pytest.mark.parametrize(
    "wrong", [{"password": "no"}, {"code": "000000"}, {"code": ""}, {"account": "nobody"}]
)
def test_all_three_must_fit_and_none_is_told_apart(sides, wrong):
    answer = sign_in(sides, **wrong)
    assert answer.status_code == 401
    assert "登录名、密码或动态口令不正确" in answer.text


def test_a_code_works_once(sides):
    code = sides.code()
    assert sign_in(sides, code=code).status_code == 302
    assert sign_in(sides, code=code).status_code == 401


def test_guessing_has_to_wait(sides):
    for _ in range(5):
        sign_in(sides, password="wrong", code="000000")
    assert "分钟后再试" in sign_in(sides, code="000000").text
    sides.later(minutes=20)
    assert sign_in(sides).status_code == 302


def test_the_session_ends_by_itself_and_by_hand(sides):
    sign_in(sides)
    assert sides.desk_client.get("/clues").status_code == 200
    sides.later(minutes=29)
    assert sides.desk_client.get("/clues").status_code == 200
    sides.later(minutes=31)
    gone = sides.desk_client.get("/clues")
    assert (gone.status_code, gone.location) == (302, "/login?next=/clues")
    sign_in(sides)
    post(sides, "/logout")
    assert sides.desk_client.get("/clues").status_code == 302


def test_the_entrances_do_not_know_each_other(sides):
    office_token = factories.token("reviewer")
    answer = sides.desk_client.get("/api/v1/clues", headers={"Authorization": f"Bearer {office_token}"})
    assert answer.status_code == 401
    liaison_token = sides.liaisons["jw.tianhe"]["token"]
    answer = sides.office_client.get("/api/v1/clues", headers={"Authorization": f"Bearer {liaison_token}"})
    assert answer.status_code == 401


def test_an_error_page_carries_the_header_of_its_side(sides):
    before = sides.desk_client.get("/nothing-there")
    assert before.status_code == 404
    assert "纪检监察 · 线索接收" in before.text
    assert "工作人员登录" not in before.text
    sign_in(sides)
    assert "纪检联络员" in sides.desk_client.get("/nothing-there").text


def test_a_revoked_token_no_longer_works(sides):
    token = sides.liaisons["jw.guangzhou"]["token"]
    assert sides.liaison("jw.guangzhou").get("/api/v1/clues").status_code == 200
    with sides.desk.unit_of_work() as session:
        session.get_one(LiaisonToken, secrets.digest(token)).revoked_at = sides.clock()
    try:
        assert sides.liaison("jw.guangzhou").get("/api/v1/clues").status_code == 401
    finally:
        with sides.desk.unit_of_work() as session:
            session.get_one(LiaisonToken, secrets.digest(token)).revoked_at = None


def test_a_foreign_page_cannot_act_for_a_liaison(sides):
    number = sides.sent()
    sign_in(sides)
    assert sides.desk_client.post(f"/clues/{number}/actions/sign").status_code == 400
    assert sides.desk_client.post(f"/api/v1/clues/{number}/actions/sign", json={}).status_code == 400


def test_the_desk_answers_for_itself(sides):
    assert sides.desk_client.get("/healthz").json == {"status": "ok"}
    assert sides.desk_client.get("/readyz").json == {"database": True}
    assert sides.desk_client.get("/").location == "/clues"
    page = sides.desk_client.get("/login")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert sides.desk_client.get("/nowhere").status_code == 404


def test_pages_of_the_list_go_on_where_they_ended(sides):
    numbers = [sides.sent() for _ in range(3)]
    liaison = sides.liaison()
    first = liaison.get("/api/v1/clues?limit=2").json
    rest = liaison.get(f"/api/v1/clues?limit=200&cursor={first['next']}").json
    listed = [one["number"] for one in first["items"] + rest["items"]]
    assert len(listed) == len(set(listed))
    assert set(numbers) <= set(listed)
    assert liaison.get("/api/v1/clues?cursor=nonsense").json["code"] == "bad_cursor"


def office_page(sides, login, path, **more):
    call = sides.office_client.post if more else sides.office_client.get
    return call(path, headers=factories.headers(login), **more)


def test_the_office_proposes_on_its_page(sides):
    ticket = sides.ticket()
    assert "提出线索移送" in office_page(sides, "officer", f"/clues/new?ticket={ticket}").text
    files = {"evidence": [(io.BytesIO(PDF), "转账.pdf")]}
    made = office_page(sides, "officer", f"/clues/new?ticket={ticket}", data={**FORM, **files})
    assert made.status_code == 302, made.text
    shown = office_page(sides, "officer2", made.location).text
    assert "王某某" in shown
    assert "查阅草稿" in shown
    assert office_page(sides, "officer2", f"{made.location}/evidence/1").data == PDF
    assert "/actions/co-sign" in shown
    assert "/actions/co-sign" not in office_page(sides, "officer", made.location).text

    office_page(sides, "officer2", f"{made.location}/actions/co-sign", data={"opinion": "同意"})
    office_page(sides, "reviewer", f"{made.location}/actions/approve", data={"opinion": "同意移送"})
    office_page(sides, "reviewer", f"{made.location}/actions/send", data={"opinion": ""})
    sent = office_page(sides, "officer", made.location).text
    assert "内容已从本系统清除" in sent
    assert "待签收" in sent
    assert "王某某" not in sent
    assert office_page(sides, "officer", f"{made.location}/evidence/1").status_code == 404
    assert "对方待签收" in office_page(sides, "officer", "/clues").text


def test_what_was_typed_survives_a_refusal(sides):
    ticket = sides.ticket()
    answer = office_page(sides, "officer", f"/clues/new?ticket={ticket}", data={**FORM, "facts": "短"})
    assert answer.status_code == 422
    assert "执法队副队长" in answer.text
    number = sides.propose()
    office_page(sides, "officer", f"/clues/{number}/actions/withdraw", data={"opinion": ""})
    assert sides.by("officer").get(f"/api/v1/clues/{number}").json["stage"] == "proposed"


def test_a_stranger_finds_no_page(sides):
    assert office_page(sides, "neighbour", f"/clues/{sides.propose()}").status_code == 404
    assert office_page(sides, "neighbour", f"/clues/new?ticket={sides.ticket()}").status_code == 404
    assert office_page(sides, "officer", "/clues/new?ticket=").status_code == 404


def test_both_sides_describe_what_they_take(sides):
    office = sides.office_client.get("/api/openapi.json").json["paths"]
    desk = sides.desk_client.get("/api/openapi.json").json["paths"]
    assert "requestBody" in office["/api/v1/tickets/{number}/clues"]["post"]
    assert "requestBody" in office["/api/v1/clues/{number}/actions/{name}"]["post"]
    assert (
        len(
            desk["/api/v1/clues/{number}/actions/{name}"]["post"]["requestBody"]["content"][
                "application/json"
            ]["schema"]["anyOf"]
        )
        == 7
    )
    assert "/api/v1/tickets" not in desk
