"""The whole way of a clue, and every refusal on it, under the two real database roles."""

import base64
import json
import re
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from tests import factories
from tests.clues.sides import CLUE, PDF, SECRETS
from tracker.clock import local_date
from tracker.clues import queries, service
from tracker.clues.models import Clue, ClueEntry, ClueEvidence, ClueOpinion
from tracker.clues.rules import Stage
from tracker.commissions import desk
from tracker.commissions.models import DeskEntry, Package
from tracker.fields import cipher

FILE = {"name": "转账.pdf", "content_base64": base64.b64encode(PDF).decode()}


def test_a_clue_travels_from_proposal_to_feedback(sides):
    number = sides.sent(evidence=[FILE])
    assert number.startswith("粤纪线〔2026〕")
    liaison = sides.liaison()

    sealed = liaison.get(f"/api/v1/clues/{number}").json
    assert (sealed["sealed"], sealed["stage"], sealed["has_identity"]) == (True, "sent", True)
    assert "register" not in sealed

    signed = liaison.act(number, "sign")
    assert signed.status_code == 200, signed.text
    receipt = liaison.get(f"/api/v1/clues/{number}/receipt").json
    assert receipt["receipt_hash"] == signed.json["receipt_hash"]

    content = liaison.get(f"/api/v1/clues/{number}").json
    assert content["register"]["person"] == "王某某"
    assert content["register"]["amount"] == "12,000.50元"
    assert content["report"] == CLUE["report"]
    assert content["letter"]["number"] == number
    assert [one["step"] for one in content["approval"]] == ["propose", "co-sign", "approve", "send"]
    assert "key" not in content["evidence"][0]
    assert "张小明" not in json.dumps(content, ensure_ascii=False)

    file = liaison.get(f"/api/v1/clues/{number}/evidence/1")
    assert file.data == PDF
    assert file.headers["X-Content-SHA256"] == content["evidence"][0]["sha256"]
    assert file.headers["Content-Disposition"].isascii()  # or a real server refuses the header

    who = liaison.post(f"/api/v1/clues/{number}/identity", {"reason": "需向诉求人核实"}).json
    assert (who["name"], who["phone"]) == ("张小明", "13800138000")

    assert liaison.act(number, "accept").json["stage"] == "accepted"
    assert (
        liaison.act(number, "dispose", disposition="verify", opinion="转第三室初核").json["stage"]
        == "disposed"
    )
    assert liaison.act(number, "feedback", text="已依规依纪处理。").json["stage"] == "answered"

    seen = sides.by("officer").get(f"/api/v1/clues/{number}").json
    assert seen["commission_stage"] == "answered"
    assert seen["receipt"]["holds"] is True
    assert seen["receipt"]["hash"] == signed.json["receipt_hash"]
    assert seen["released"] == "已依规依纪处理。"
    assert "第三室" not in json.dumps(seen, ensure_ascii=False)


def test_every_reading_and_deed_at_the_desk_is_chained(sides):
    number = sides.sent(evidence=[FILE])
    liaison = sides.liaison()
    liaison.act(number, "sign")
    liaison.get(f"/api/v1/clues/{number}")
    liaison.get(f"/api/v1/clues/{number}/evidence/1")
    liaison.post(f"/api/v1/clues/{number}/identity", {"reason": "需向诉求人核实"})
    with sides.desk.unit_of_work() as session:
        deeds = session.scalars(
            select(DeskEntry.deed).where(DeskEntry.number == number).order_by(DeskEntry.id)
        ).all()
        assert deeds == ["sign", "open", "evidence", "identity"]
        assert desk.broken_links(session) == []


def test_the_draft_is_sealed_at_rest_and_wiped_when_sent(sides):
    number = sides.approved(evidence=[FILE])
    with sides.owner.connect() as connection:
        rows = connection.execute(
            text("SELECT c::text, e::text FROM clue c JOIN clue_evidence e ON e.clue_id = c.id")
        )
        kept = "".join(f"{c}{e}" for c, e in rows)
    assert not [word for word in SECRETS if word in kept or word.encode().hex() in kept]
    sides.step("reviewer", number, "send")
    with sides.office.unit_of_work() as session:
        clue = session.scalars(select(Clue).where(Clue.number == number)).one()
        left = session.scalar(
            select(func.count()).select_from(ClueEvidence).where(ClueEvidence.clue_id == clue.id)
        )
        assert (clue.stage, clue.draft_sealed, clue.person_index, left) == (Stage.SENT, None, None, 0)
        said = [(entry.step, words) for entry, words in queries.entries(session, clue)]
        assert said == [("propose", ""), ("co-sign", ""), ("approve", ""), ("send", "")]
        assert clue.because == ""


def test_nothing_of_a_clue_enters_the_ticket_or_the_audit_log(sides):
    number = sides.ticket()
    before = sides.by("officer").get(f"/api/v1/tickets/{number}/events").json
    made = sides.by("officer").post(f"/api/v1/tickets/{number}/clues", CLUE)
    assert made.status_code == 201
    assert not [word for word in SECRETS if word in made.text]
    assert sides.by("officer").get(f"/api/v1/tickets/{number}/events").json == before
    with sides.owner.connect() as connection:
        log = "".join(connection.execute(text("SELECT a::text FROM audit_entry a")).scalars())
    assert made.json["number"] not in log


def test_the_list_tells_number_stage_and_receiver_only(sides):
    sides.propose()
    number = sides.propose()
    first = sides.by("officer").get("/api/v1/clues?limit=1").json
    assert first["items"][0]["number"] == number
    assert set(first["items"][0]) == {"number", "stage", "stage_label", "receiver"}
    assert first["items"][0]["receiver"]["code"] == "440106"
    assert first["next"]
    assert sides.by("officer").get(f"/api/v1/clues?cursor={first['next']}").status_code == 200


@pytest.mark.parametrize("login", ["neighbour", "province", "city.reviewer"])
def test_other_offices_do_not_learn_of_it(sides, login):
    number = sides.propose()
    assert sides.by(login).get(f"/api/v1/clues/{number}").status_code == 404
    assert sides.step(login, number, "co-sign").status_code == 404
    assert number not in sides.by(login).get("/api/v1/clues").text


@pytest.mark.parametrize("login", ["operator", "leader", "administrator", "auditor", "arbiter"])
def test_other_posts_have_no_business_here(sides, login):
    assert sides.by(login).get("/api/v1/clues").status_code == 403


def test_nobody_signs_twice(sides):
    number = sides.propose()
    assert sides.step("officer", number, "co-sign").json["code"] == "second_person_needed"
    assert sides.step("reviewer", number, "co-sign").status_code == 200
    assert sides.step("reviewer", number, "approve").json["code"] == "second_person_needed"
    assert sides.step("officer2", number, "approve").status_code == 403


def test_steps_out_of_turn_are_refused(sides):
    number = sides.propose()
    refused = sides.step("reviewer", number, "send")
    assert (refused.status_code, refused.json["code"]) == (409, "conflict")
    assert sides.step("officer", number, "burn").status_code == 404


def test_a_refusal_needs_its_reason_and_ends_the_matter(sides):
    number = sides.propose()
    sides.step("officer2", number, "co-sign")
    assert sides.step("reviewer", number, "refuse").status_code == 422
    assert sides.step("reviewer", number, "refuse", opinion="事实不清，补充核查").json["stage"] == "refused"
    assert sides.step("reviewer", number, "approve").status_code == 409
    with sides.office.unit_of_work() as session:
        kept = session.scalars(
            select(ClueEntry).join(Clue).where(Clue.number == number, ClueEntry.step == "refuse")
        ).one()
        said = session.get_one(ClueOpinion, kept.id)
        assert cipher(session).open(said.sealed) == "事实不清，补充核查"


def test_the_proposer_may_withdraw_until_it_was_sent(sides):
    number = sides.approved()
    assert sides.step("officer2", number, "withdraw", opinion="材料有误").status_code == 403
    assert sides.step("officer", number, "withdraw", opinion="材料有误").json["stage"] == "withdrawn"
    sent = sides.sent()
    assert sides.step("reviewer", sent, "withdraw", opinion="材料有误").status_code == 409


def test_nobody_is_offered_what_he_would_be_refused(sides):
    number = sides.propose()
    for login in ("officer", "officer2", "reviewer"):
        offered = sides.by(login).get(f"/api/v1/clues/{number}").json["actions"]
        assert ("co-sign" in offered) == (login != "officer")
        assert ("withdraw" in offered) == (login != "officer2")
    sides.step("officer2", number, "co-sign")
    assert "approve" not in sides.by("officer2").get(f"/api/v1/clues/{number}").json["actions"]
    assert "approve" in sides.by("reviewer").get(f"/api/v1/clues/{number}").json["actions"]


def test_the_same_person_is_proposed_once_at_a_time(sides):
    number = sides.ticket()
    path = f"/api/v1/tickets/{number}/clues"
    first = sides.by("officer").post(path, CLUE)
    assert sides.by("officer2").post(path, CLUE).json["code"] == "already_proposed"
    assert sides.by("officer2").post(path, {**CLUE, "person": "李某某"}).status_code == 201
    sides.step("officer", first.json["number"], "withdraw", opinion="重写")
    assert sides.by("officer").post(path, CLUE).status_code == 201


def test_only_the_office_in_charge_proposes(sides):
    path = f"/api/v1/tickets/{sides.ticket()}/clues"
    assert sides.by("neighbour").post(path, CLUE).status_code == 404
    assert sides.by("city.officer").post(path, CLUE).json["code"] == "not_your_office"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"person": None}, "person"),
        ({"facts": "短"}, "facts"),
        ({"rank": "emperor"}, "rank"),
        ({"amount_yuan": "-1"}, "amount_yuan"),
        ({"amount_yuan": "NaN"}, "amount_yuan"),
        ({"unit_code": "nowhere"}, "unit_code"),
        ({"evidence": [{"name": "a.pdf", "content_base64": "%%%"}]}, "evidence"),
        (
            {"evidence": [{"name": "a.exe", "content_base64": base64.b64encode(b"MZ\0\1").decode()}]},
            "evidence",
        ),
        ({"evidence": [{"name": "a.pdf", "content_base64": ""}]}, "evidence"),
        ({"evidence": [FILE] * 11}, "evidence"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_bad_proposals_are_told_which_field(sides, change, field):
    given = {name: value for name, value in {**CLUE, **change}.items() if value is not None}
    answer = sides.by("officer").post(f"/api/v1/tickets/{sides.ticket()}/clues", given)
    assert answer.status_code == 422, answer.text
    assert any(name.split(".")[0] == field for name in answer.json["fields"])


def test_the_worker_sends_what_was_approved_and_left(sides):
    number = sides.approved()
    with sides.office.unit_of_work() as session:
        service.drain(session, now=sides.clock())
        assert session.scalars(select(Clue.stage).where(Clue.number == number)).one() == Stage.APPROVED
    with sides.office.unit_of_work() as session:
        assert service.drain(session, now=sides.later(hours=2)) >= 1
        assert session.scalars(select(Clue.stage).where(Clue.number == number)).one() == Stage.SENT
    assert sides.step("reviewer", number, "send").json["stage"] == "sent"
    assert sides.liaison().get(f"/api/v1/clues/{number}").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ciphertext FROM discipline.package",
        "SELECT * FROM discipline.package",
        "SELECT n_bytes FROM discipline.package_evidence",
        "SELECT content FROM discipline.package_piece",
        "SELECT count(*) FROM discipline.package_piece",
        "UPDATE discipline.package_piece SET content = ''",
        "DELETE FROM discipline.package_piece",
        "DELETE FROM discipline.package_evidence",
        "UPDATE clue_piece SET content = ''",
        "SELECT * FROM discipline.commission_key",
        "SELECT custodian_copy FROM discipline.commission_key",
        "SELECT * FROM discipline.key_copy",
        "SELECT * FROM discipline.member_key",
        "SELECT * FROM discipline.envelope_request",
        "UPDATE discipline.commission SET public_key = NULL",
        "SELECT * FROM discipline.liaison",
        "SELECT * FROM discipline.desk_entry",
        "UPDATE discipline.package SET stage = 'signed'",
        "DELETE FROM discipline.package",
        (
            "INSERT INTO discipline.package (number, commission_code, sender_name, sent_at, ciphertext, digest, stage) "
            "VALUES ('x', '440106', 'x', now(), '', '', 'signed')"
        ),
        "UPDATE audit_entry SET action = 'x'",
        "UPDATE read_entry SET actor_name = 'x'",
        "DELETE FROM read_entry",
        "DELETE FROM read_seal",
        "DELETE FROM ticket_event",
        "UPDATE ticket_event SET note = 'x'",
        "DELETE FROM clue_entry",
    ],
)
def test_the_daily_role_is_refused(sides, query):
    sides.sent()
    with pytest.raises(ProgrammingError, match="permission denied"), sides.office.unit_of_work() as session:
        session.execute(text(query))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM ticket",
        "SELECT * FROM complainant",
        "SELECT * FROM account",
        "SELECT * FROM clue",
        "UPDATE discipline.desk_entry SET deed = 'x'",
        "DELETE FROM discipline.package",
        "DELETE FROM discipline.commission_key",
        "DELETE FROM discipline.envelope_request",
        "DELETE FROM discipline.package_piece",
        "UPDATE discipline.package_piece SET content = ''",
        "UPDATE discipline.package_evidence SET n_bytes = 0",
        "SELECT * FROM clue_piece",
        "SELECT * FROM clue_evidence",
    ],
)
def test_the_liaisons_role_is_refused(sides, query):
    with pytest.raises(ProgrammingError, match="permission denied"), sides.desk.unit_of_work() as session:
        session.execute(text(query))


def test_another_commission_sees_nothing(sides):
    number = sides.sent()
    other = sides.liaison("jw.guangzhou")
    assert other.get(f"/api/v1/clues/{number}").status_code == 404
    assert other.act(number, "sign").status_code == 404
    assert number not in other.get("/api/v1/clues").text


def test_nothing_opens_before_it_is_signed(sides):
    number = sides.sent(evidence=[FILE])
    liaison = sides.liaison()
    for answer in (
        liaison.get(f"/api/v1/clues/{number}/evidence/1"),
        liaison.get(f"/api/v1/clues/{number}/receipt"),
        liaison.post(f"/api/v1/clues/{number}/identity", {"reason": "需向诉求人核实"}),
    ):
        assert (answer.status_code, answer.json["code"]) == (409, "not_signed")


def test_the_envelope_needs_a_reason(sides):
    number = sides.sent()
    liaison = sides.liaison()
    liaison.act(number, "sign")
    assert liaison.post(f"/api/v1/clues/{number}/identity", {"reason": "看"}).status_code == 422
    assert liaison.post(f"/api/v1/clues/{number}/identity", {}).status_code == 422


def test_deeds_out_of_turn_and_bad_deeds_are_refused(sides):
    number = sides.sent()
    liaison = sides.liaison()
    assert liaison.act(number, "accept").status_code == 409
    liaison.act(number, "sign")
    assert liaison.act(number, "sign").status_code == 409
    assert liaison.act(number, "return").json["fields"]["reason"]
    assert liaison.act(number, "dispose", disposition="hang", opinion="处置").status_code == 422
    assert liaison.act(number, "burn").status_code == 404
    assert liaison.post("/api/v1/clues/none/actions/sign", {}).status_code == 404


def test_a_return_tells_the_sender_why(sides):
    number = sides.sent()
    liaison = sides.liaison()
    liaison.act(number, "sign")
    assert liaison.act(number, "return", reason="不属本机关管辖").json["stage"] == "returned"
    seen = sides.by("officer").get(f"/api/v1/clues/{number}").json
    assert (seen["commission_stage"], seen["released"]) == ("returned", "不属本机关管辖")


def test_forwarding_seals_it_anew_for_the_competent_commission(sides):
    number = sides.sent(evidence=[FILE])
    liaison, city = sides.liaison(), sides.liaison("jw.guangzhou")
    liaison.act(number, "sign")
    assert liaison.act(number, "forward", commission="440106", reason="自己").status_code == 422
    sides.later(hours=1)
    assert (
        liaison.act(number, "forward", commission="440100", reason="属市管干部").json["stage"] == "forwarded"
    )
    assert liaison.get(f"/api/v1/clues/{number}/evidence/1").json["code"] == "passed_on"
    closed = liaison.post(f"/api/v1/clues/{number}/identity", {"reason": "需向诉求人核实"})
    assert closed.json["code"] == "passed_on"
    outside = liaison.get(f"/api/v1/clues/{number}")
    assert (outside.json["stage"], outside.json.get("register")) == ("forwarded", None)
    assert city.act(number, "sign").status_code == 200
    assert city.get(f"/api/v1/clues/{number}").json["register"]["person"] == "王某某"
    assert city.get(f"/api/v1/clues/{number}/evidence/1").data == PDF
    who = city.post(f"/api/v1/clues/{number}/identity", {"reason": "需向诉求人核实"})
    assert who.json["name"] == "张小明"
    city.act(number, "return", reason="请退回处理")
    seen = sides.by("officer").get(f"/api/v1/clues/{number}").json
    assert (seen["commission_stage"], seen["receipt"]["holds"]) == ("returned", True)


def test_a_package_changed_on_the_way_is_not_signed(sides):
    number = sides.sent()
    with sides.owner.begin() as connection:
        connection.execute(
            text("UPDATE discipline.package SET ciphertext = ciphertext || '\\x00' WHERE number = :n"),
            {"n": number},
        )
    assert sides.liaison().act(number, "sign").json["code"] == "digest_mismatch"


def test_an_anonymous_complaint_has_no_second_envelope(sides):
    with sides.office.unit_of_work() as session:
        ticket = factories.take_in(session)
        factories.act(
            session, ticket, "operator", "redispatch", office="440106", reason="按属地派单", category="C1"
        )
    made = sides.by("officer").post(f"/api/v1/tickets/{ticket.number}/clues", CLUE).json["number"]
    sides.step("officer2", made, "co-sign")
    sides.step("reviewer", made, "approve")
    sides.step("reviewer", made, "send")
    liaison = sides.liaison()
    assert liaison.act(made, "sign").status_code == 200
    assert liaison.get(f"/api/v1/clues/{made}").json["has_identity"] is False
    answer = liaison.post(f"/api/v1/clues/{made}/identity", {"reason": "需向诉求人核实"})
    assert answer.json["code"] == "anonymous"


def test_the_times_come_from_the_deadline_table(sides):
    number = sides.propose()
    with sides.office.unit_of_work() as session:
        assert session.scalars(select(Clue.due_rule).where(Clue.number == number)).one() == "clue_send"
    sides.step("officer2", number, "co-sign")
    with sides.office.unit_of_work() as session:
        clue = session.scalars(select(Clue).where(Clue.number == number)).one()
        assert clue.due_rule == "clue_decide"
        assert (local_date(clue.due_at) - local_date(clue.co_signed_at)).days == 3
    sides.step("reviewer", number, "approve")
    with sides.office.unit_of_work() as session:
        clue = session.scalars(select(Clue).where(Clue.number == number)).one()
        assert clue.due_rule == "clue_deliver"
        assert clue.due_at - clue.approved_at == timedelta(hours=24)
    sides.step("reviewer", number, "send")
    liaison = sides.liaison()
    liaison.act(number, "sign")
    with sides.desk.unit_of_work() as session:
        assert session.get_one(Package, (number, "440106")).due_rule == "clue_forward"
    liaison.act(number, "accept")
    with sides.desk.unit_of_work() as session:
        assert session.get_one(Package, (number, "440106")).due_rule == "clue_dispose"


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "\U0001f4a3", "\u202e"])
def test_odd_characters_are_stored_or_refused_with_a_sentence(sides, odd):
    def body(**given):
        return {"data": json.dumps(given).encode(), "content_type": "application/json"}

    path = f"/api/v1/tickets/{sides.ticket()}/clues"
    given = {**CLUE, "person": f"王{odd}某", "facts": f"收受{odd}财物若干", "opinion": f"同意{odd}"}
    answer = sides.by("officer").post(path, **body(**given))
    assert answer.status_code in {201, 422}, answer.text
    number = sides.sent()
    sides.liaison().act(number, "sign")
    answer = sides.desk_client.post(
        f"/api/v1/clues/{number}/actions/return",
        headers={"Authorization": f"Bearer {sides.liaisons['jw.tianhe']['token']}"},
        **body(reason=f"不属{odd}管辖"),
    )
    assert answer.status_code in {200, 422}, answer.text


@pytest.mark.parametrize("number", ["%00", "%F0%9F%92%A3", "x%2Fy", "%E7%B2%A4"])
def test_odd_numbers_are_not_found(sides, number):
    for answer in (
        sides.by("officer").get(f"/api/v1/clues/{number}"),
        sides.liaison().get(f"/api/v1/clues/{number}"),
    ):
        assert answer.status_code in {404, 422}


def test_bodies_that_are_no_objects_are_refused(sides):
    number = sides.sent()
    for raw, kind in ((b"[1]", "application/json"), (b"{", "application/json"), (b"x=1", "text/plain")):
        more = {"data": raw, "content_type": kind}
        path = f"/api/v1/clues/{number}/actions/withdraw"
        assert sides.by("officer").post(path, **more).status_code in {400, 409, 415, 422}
        answer = sides.desk_client.post(
            f"/api/v1/clues/{number}/actions/sign",
            headers={"Authorization": f"Bearer {sides.liaisons['jw.tianhe']['token']}"},
            **more,
        )
        assert answer.status_code in {400, 415, 422}


def test_two_liaisons_cannot_both_sign(sides):
    number = sides.sent()
    answers = []

    def sign():
        client = sides.desk_client.application.test_client()
        token = sides.liaisons["jw.tianhe"]["token"]
        path = f"/api/v1/clues/{number}/actions/sign"
        answers.append(client.post(path, headers={"Authorization": f"Bearer {token}"}, json={}).status_code)

    threads = [Thread(target=sign) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == [200, 409, 409]


def test_numbers_have_no_gaps_when_many_propose_at_once(sides):
    tickets, numbers = [sides.ticket() for _ in range(4)], []

    def propose(ticket):
        client = sides.office_client.application.test_client()
        headers = factories.headers("officer")
        numbers.append(
            client.post(f"/api/v1/tickets/{ticket}/clues", headers=headers, json=CLUE).json["number"]
        )

    threads = [Thread(target=propose, args=(ticket,)) for ticket in tickets]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    serials = sorted(int(re.search(r"〕(\d+)号", one)[1]) for one in numbers)
    assert serials == list(range(serials[0], serials[0] + 4))
