"""Replies at the doors: templates, the look-over, evidence with a virus, and what the pages show of it."""

from io import BytesIO

from sqlalchemy import select

from tests import factories
from tests.factories import S, standing
from tests.replies.scanners import VIRUS, clamd
from tracker import web
from tracker.audit.models import AuditEntry
from tracker.replies import scanning
from tracker.replies.models import EvidenceFile

PDF = b"%PDF-1.4 a record of an inspection"
GOOD = "经3月2日现场核查并调阅执法记录仪视频，两名执法人员均已出示证件，程序合法。"


def test_templates_come_filled_for_the_ticket(session, by):
    ticket = standing(session, S.IN_PROGRESS)
    items = by("officer").get(f"/api/v1/tickets/{ticket.number}/reply-templates").get_json()["items"]
    assert {one["outcome"] for one in items} >= {"rectified", "untrue", "explained"}
    assert all(ticket.number in one["text"] for one in items)
    assert by("neighbour").get(f"/api/v1/tickets/{ticket.number}/reply-templates").status_code == 404
    assert "{{工单编号}}" in by("officer").get("/api/v1/reply-templates").get_json()["items"][0]["text"]


def test_a_reply_is_looked_over_without_writing_anything(session, by):
    ticket = standing(session, S.IN_PROGRESS)
    path = f"/api/v1/tickets/{ticket.number}/reply-check"
    told = by("officer").post(path, {"public_text": GOOD + "电话13800138000，金额【金额】。"}).get_json()
    assert {(one["code"], one["weight"]) for one in told["findings"]} == {
        ("missing_outcome", "refusal"),
        ("unfilled_blanks", "refusal"),
        ("mobile_number", "refusal"),
    }
    fine = by("officer").post(path, {"public_text": GOOD, "outcome": "explained"}).get_json()
    assert fine == {"text": GOOD, "findings": []}
    assert by("officer").post(path, {"public_text": "{{不知道}}"}).get_json()["code"] == "unknown_variable"
    assert by("operator").post(path, {"public_text": GOOD}).status_code == 403
    assert by("city.reviewer").post(path, {"public_text": GOOD}).get_json()["code"] == "not_your_office"
    assert ticket.status == S.IN_PROGRESS


def test_the_form_asks_to_look_again_and_takes_a_tick_for_an_answer(session, client):
    ticket = standing(session, S.IN_PROGRESS)
    session.flush()
    path, head = f"/tickets/{ticket.number}/do/reply", factories.headers("officer")
    given = {
        "outcome": "rectified",
        "public_text": "经核查情况属实，已责令该队改正，退还相关款项，特此答复。",
    }
    asked = client.post(path, data=given, headers=head)
    assert asked.status_code == 422
    assert "答复有2处需要核对" in asked.text
    assert "没有写明金额" in asked.text
    assert given["public_text"] in asked.text
    assert client.post(path, data={**given, "acknowledged": "true"}, headers=head).status_code == 302
    page = client.get(f"/tickets/{ticket.number}", headers=factories.headers("reviewer")).text
    assert "系统提醒，承办人未改" in page
    assert "公开答复（审核同意后诉求人可见）" in page


def test_an_office_writes_its_own_template_on_the_page(session, client):
    head = factories.headers("reviewer")
    path = "/replies/templates"
    page = client.get(path, headers=head).text
    assert "全部分类" in page
    assert "{{金额}}" in page
    wrong = client.post(path, data={"outcome": "untrue", "text": "退还{{钱数}}元"}, headers=head)
    assert wrong.status_code == 422
    assert "“钱数”" in wrong.text
    given = {"outcome": "untrue", "category": "C", "text": "本区的模板：{{理由}}。", "is_active": "true"}
    assert client.post(path, data=given, headers=head).status_code == 303
    page = client.get(path, headers=head).text
    assert "本区的模板：{{理由}}。" in page
    assert "删除，恢复上级的" in page
    assert client.get(path, headers=factories.headers("officer")).status_code == 403
    assert client.get(path, headers=factories.headers("administrator")).status_code == 200


def test_a_program_writes_and_drops_a_template(by):
    given = {"outcome": "untrue", "category": "C", "text": "本区的模板：{{理由}}。"}
    put = by("reviewer")._client.put(
        "/api/v1/reply-templates", json=given, headers=factories.headers("reviewer")
    )
    assert put.status_code == 200
    texts = [one["text"] for one in by("officer").get("/api/v1/reply-templates").get_json()["items"]]
    assert given["text"] in texts
    path = f"/api/v1/reply-templates/{put.get_json()['id']}"
    for login, status in (("officer", 403), ("city.reviewer", 404), ("reviewer", 200)):
        gone = by(login)._client.delete(path, headers=factories.headers(login))
        assert gone.status_code == status, login


def test_an_infected_file_is_refused_and_the_audit_log_keeps_who_sent_it(session, app, client):
    ticket = standing(session, S.IN_PROGRESS)
    session.flush()
    door = app.extensions["doorway"]
    head = factories.headers("officer")

    def send(content):
        data = {"file": (BytesIO(content), "证据.pdf")}
        return client.post(f"/api/v1/tickets/{ticket.number}/evidence", data=data, headers=head)

    with clamd() as daemon:
        carried = {scanning.CARRIED: scanning.Clamd(daemon.url)}
        app.extensions["doorway"] = web.Doorway(door.database, door.identify, door.now, carried=carried)
        refused = send(PDF + VIRUS)
        assert (refused.status_code, refused.get_json()["code"]) == (422, "infected_file")
        clean = send(PDF)
        assert (clean.status_code, clean.get_json()["scan"]) == (201, "clean")
        daemon.answer = ""
        assert (send(PDF + b"2").status_code, send(PDF + b"2").get_json()["code"]) == (503, "scanner_down")
    [kept] = session.scalars(select(EvidenceFile.sha256).where(EvidenceFile.ticket_id == ticket.id)).all()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "infected_file")).one()
    assert entry.thing_id == ticket.number
    assert entry.detail["threat"] == "Eicar-Test-Signature"
    assert entry.detail["sha256"] != kept
    assert entry.actor_name == "李志强"
    assert "已杀毒扫描" in client.get(f"/tickets/{ticket.number}", headers=head).text
