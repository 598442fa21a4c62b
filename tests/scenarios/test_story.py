"""A complaint travels the whole way through the JSON door, by three people's programs."""

import base64

from sqlalchemy import select

from tests import factories
from tests.factories import CALL, CONTENT, PHONE, REASON, REPLY, complaint
from tracker.audit.models import AuditEntry
from tracker.tickets import history

TICKETS = "/api/v1/tickets"
EVIDENCE = [{"name": "核查笔录.txt", "content": base64.b64encode("现场核查笔录".encode()).decode()}]


def done(answer, status: str) -> dict:
    told = answer.get_json()
    assert (answer.status_code, told.get("status")) == (200, status), told
    return told


def logged(by, who: str = "operator", **changes) -> dict:
    answer = by(who).post(TICKETS, complaint(complainant=factories.caller(), **changes))
    assert answer.status_code == 201, answer.get_json()
    return answer.get_json()


def accepted(by, **changes) -> str:
    number = logged(by, **changes)["number"]
    done(by("officer").act(number, "accept"), "in_progress")
    return number


def public(by, ticket: dict) -> dict:
    answer = by(None).post("/public/query", {"receipt_code": ticket["receipt_code"]})
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def test_from_the_call_to_the_archive(by, clock, session, rung) -> None:
    operator, officer, reviewer = by("operator"), by("officer"), by("reviewer")
    suggested = operator.post("/api/v1/triage", {"text": CONTENT}).get_json()
    ticket = logged(by)
    number = ticket["number"]
    assert ticket["status"] == "dispatched"
    assert ticket["office"] == {"code": "440106", "name": "广州市天河区司法局", "level": "county"}
    assert ticket["category"]["code"] == "A3" == suggested["category"]["code"]
    assert suggested["office"] == ticket["office"]
    assert len(ticket["top3"]) == 3
    assert "天河区市场监督管理局" in ticket["because"]
    assert ticket["due_at"].endswith("+08:00")
    assert rung, "the follow-ups wait for their bell"

    clock.forward(hours=2)
    done(officer.act(number, "accept"), "in_progress")
    clock.forward(days=3)
    told = officer.act(number, "reply", **REPLY)
    assert (told.status_code, told.get_json()["code"]) == (422, "evidence_needed")
    done(officer.act(number, "reply", **REPLY, evidence=EVIDENCE), "replied")
    clock.forward(hours=4)
    assert officer.act(number, "review", approve=True).status_code == 403
    done(reviewer.act(number, "review", approve=True, opinion="同意"), "reviewed")
    clock.forward(days=1)
    done(operator.act(number, "call-back", **CALL, remark="感谢"), "closed")
    seen = public(by, ticket)
    assert (seen["stage"], seen["stage_index"]) == ("办结", 5)
    done(operator.act(number, "archive"), "archived")

    items = operator.get(f"{TICKETS}/{number}/events").get_json()["items"]
    assert [one["action"] for one in items] == [
        *(
            "receive",
            "triage",
            "dispatch",
            "accept",
            "evidence",
            "reply",
            "review",
            "call-back",
            "close",
            "archive",
        )
    ]
    assert [one["seq"] for one in items] == list(range(1, len(items) + 1))
    assert [one["at"] for one in items] == sorted(one["at"] for one in items)
    assert not list(history.broken_links(session))
    assert operator.get(f"{TICKETS}/{number}/actions").get_json()["items"] == []


def test_a_bad_reply_and_a_bad_mark_lead_back(by, clock) -> None:
    number = accepted(by)
    done(by("officer").act(number, "reply", **REPLY, evidence=EVIDENCE), "replied")
    assert by("reviewer").act(number, "review", approve=False).status_code == 422
    done(by("reviewer").act(number, "review", approve=False, opinion="缺少核查过程"), "in_progress")
    done(by("officer").act(number, "reply", **REPLY), "replied")
    done(by("reviewer").act(number, "review", approve=True), "reviewed")
    bad = {"reached": True, "grade": "very_dissatisfied", "solved": False}
    redone = done(by("operator").act(number, "call-back", **bad), "rework")
    assert redone["due_at"]
    done(by("officer2").act(number, "reply", **REPLY), "replied")


def test_a_return_is_ruled_by_the_office_above(by, clock) -> None:
    ticket = logged(by)
    number = ticket["number"]
    given = {
        "reason": "not_our_area",
        "basis": "属地管辖",
        "statement": "事发地不在本区。",
        "claimed_office": "440104",
    }
    done(by("officer").act(number, "return", **given), "dispatched")
    returned = done(
        by("reviewer").act(number, "sign-return", approve=True, opinion="同意"), "return_requested"
    )
    assert returned["due_at"] == ticket["due_at"], "a return does not reset the handling clock"
    assert by("reviewer").act(number, "rule", ruling="uphold", reason="仍由你局办理").status_code == 403
    same = by("arbiter").act(number, "rule", ruling="redispatch", reason="改由他局办理", office="440106")
    assert same.status_code == 422
    done(
        by("arbiter").act(number, "rule", ruling="redispatch", reason="改由越秀区办理", office="440104"),
        "dispatched",
    )
    done(by("neighbour").act(number, "return", **{**given, "claimed_office": "440106"}), "dispatched")
    again = done(
        by("city.reviewer").act(number, "sign-return", approve=True, opinion="同意"), "return_requested"
    )
    assert again["office"]["code"] == "440104"
    back = by("arbiter").act(number, "rule", ruling="designate", reason="指定天河区办理", office="440106")
    done(back, "dispatched")
    refused = by("officer").act(number, "return", **given)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "may_not_return")
    assert by("neighbour").get(f"{TICKETS}/{number}").status_code == 404


def test_more_time_is_asked_by_one_and_granted_by_another(by, clock) -> None:
    number = accepted(by)
    before = by("officer").get(f"{TICKETS}/{number}").get_json()["due_at"]
    asked = {"days": 5, "reason": "需要委托鉴定", "basis": "办法第十条"}
    assert by("officer").act(number, "extend", **{**asked, "days": 11}).status_code == 422
    assert by("reviewer").act(number, "extend", **asked).status_code == 200
    own = by("reviewer").act(number, "decide-extension", approve=True, opinion="同意")
    assert (own.status_code, own.get_json()["code"]) == (403, "second_person_needed")
    done(
        by("city.reviewer").act(number, "decide-extension", approve=False, opinion="材料不足"), "in_progress"
    )
    assert by("officer").act(number, "extend", **asked).status_code == 200
    twice = by("officer").act(number, "extend", **asked)
    assert twice.get_json()["code"] == "extension_pending"
    granted = done(
        by("reviewer").act(number, "decide-extension", approve=True, opinion="同意"), "in_progress"
    )
    explained = by("officer").get(f"{TICKETS}/{number}/deadline").get_json()
    assert granted["due_at"] > before
    assert (explained["extended_days"], explained["due_at"]) == (5, granted["due_at"])
    assert explained["steps"][-1]["counted"] == explained["amount"] + 5
    assert by("officer").act(number, "extend", **asked).get_json()["code"] == "extension_spent"
    clock.forward(days=60)
    late = accepted(by)
    clock.forward(days=60)
    assert by("officer").act(late, "extend", **asked).get_json()["code"] == "already_overdue"


def test_a_suspension_gives_its_working_days_back(by, clock) -> None:
    number = accepted(by)
    before = by("officer").get(f"{TICKETS}/{number}/deadline").get_json()
    suspended = done(by("officer").act(number, "suspend", reason="等待法院裁判结果"), "suspended")
    assert suspended["light"] == "suspended"
    clock.forward(days=7)  # five working days and a weekend
    resumed = done(by("officer").act(number, "resume"), "in_progress")
    assert resumed["due_at"] > before["due_at"]
    seen = by("officer").get(f"{TICKETS}/{number}/deadline").get_json()
    assert (seen["extended_days"], seen["suspended_days"]) == (0, 5)
    assert seen["steps"][-1]["counted"] == before["steps"][-1]["counted"] + 5
    assert seen["due_at"].startswith(seen["steps"][-1]["day"])
    done(by("officer").act(number, "suspend", reason="再次等待鉴定意见"), "suspended")


def test_repeats_are_merged_and_parted(by) -> None:
    lead, other = logged(by), logged(by)
    same = by("operator").act(lead["number"], "merge", lead=lead["number"], **REASON)
    assert same.status_code == 422
    done(by("operator").act(other["number"], "merge", lead=lead["number"], reason="同一事项"), "merged")
    assert by("operator").get(f"{TICKETS}/{lead['number']}").get_json()["n_repeats"] == 1
    into_merged = by("operator").act(lead["number"], "merge", lead=other["number"], reason="反向并案")
    assert into_merged.status_code == 409
    absent = by("operator").act(lead["number"], "merge", lead="20260302999", reason="同一事项")
    assert absent.status_code == 404
    parted = done(by("operator").act(other["number"], "unmerge", reason="并非同一事项"), "dispatched")
    assert parted["stage_due_at"], "the office must sign it again in time"
    assert by("operator").get(f"{TICKETS}/{lead['number']}").get_json()["n_repeats"] == 0


def test_a_termination_takes_two_people(by) -> None:
    number = accepted(by)
    done(by("reviewer").act(number, "terminate", reason="诉求人已起诉"), "terminating")
    own = by("reviewer").act(number, "terminate", reason="同意终止办理", approve=True)
    assert (own.status_code, own.get_json()["code"]) == (403, "second_person_needed")
    assert by("officer").act(number, "terminate", reason="同意终止办理", approve=True).status_code == 403
    number = accepted(by)
    done(by("officer").act(number, "terminate", reason="诉求人已起诉"), "terminating")
    done(by("reviewer").act(number, "terminate", reason="仍应依法答复", approve=False), "in_progress")
    done(by("officer").act(number, "terminate", reason="诉求人已起诉"), "terminating")
    done(by("reviewer").act(number, "terminate", reason="同意终止办理", approve=True), "terminated")


def test_who_is_turned_away_is_told_why_and_where_to(by) -> None:
    rejected, redirected = logged(by), logged(by)
    done(
        by("operator").act(
            rejected["number"], "reject", reason="other_route", route="请向天河区法院提起诉讼"
        ),
        "not_accepted",
    )
    done(
        by("operator").act(redirected["number"], "redirect", channel="12315", reason="消费纠纷"), "redirected"
    )
    seen = public(by, rejected)
    assert (seen["status"], seen["may_add_facts"]) == ("不予受理", False)
    assert "请向天河区法院提起诉讼" in seen["ended_because"]
    assert "12315" in public(by, redirected)["ended_because"]


def test_contacts_are_masked_revealed_with_a_reason_and_hidden_at_wish(by, session) -> None:
    open_, hidden = logged(by, who="city.operator"), None
    masked = by("officer").get(f"{TICKETS}/{open_['number']}").get_json()["complainant"]
    assert (masked["name"], masked["phone"]) == ("张**", "138********")
    path = f"{TICKETS}/{open_['number']}/reveal"
    assert by("officer").post(path, {"field": "phone", "reason": "x"}).status_code == 422
    shown = by("officer").post(path, {"field": "phone", "reason": "联系诉求人核实"})
    assert shown.get_json()["value"] == PHONE
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.thing_id, entry.actor_name) == ("reveal", open_["number"], "李志强")
    assert PHONE not in str(entry.detail)
    assert by("leader").post(path, {"field": "phone", "reason": "了解一下情况"}).status_code == 403
    hidden = (
        by("city.operator")
        .post(TICKETS, complaint(complainant=factories.caller(hide_identity=True)))
        .get_json()
    )
    path = f"{TICKETS}/{hidden['number']}"
    read = by("officer").get(path).get_json()
    assert read["complainant"]["name"] == "（身份保密）"
    assert "receipt_code" not in read  # whoever holds it speaks and rates for the complainant
    refused = by("officer").post(f"{path}/reveal", {"field": "phone", "reason": "联系诉求人核实"})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "identity_hidden")
    same_office = (
        by("operator").post(TICKETS, complaint(complainant=factories.caller(hide_identity=True))).get_json()
    )
    refused = by("officer").post(
        f"{TICKETS}/{same_office['number']}/reveal", {"field": "phone", "reason": "联系诉求人核实"}
    )
    assert refused.get_json()["code"] == "identity_hidden"  # also where receiving and handling office are one
    shown = by("city.operator").post(f"{path}/reveal", {"field": "phone", "reason": "回访诉求人"})
    assert shown.get_json()["value"] == PHONE


def test_the_public_learns_the_same_of_wrong_and_absent(by) -> None:
    ticket = logged(by)
    right = {"number": ticket["number"], "phone_tail": PHONE[-4:]}
    assert by(None).post("/public/query", right).get_json()["stage"] == "派单"
    answers = {
        by(None).post("/public/query", given).text
        for given in (
            {**right, "phone_tail": "0000"},
            {**right, "number": "202603020000000"},
            {"receipt_code": "0" * 16},
            {**right, "phone_tail": ""},
            {},
        )
    }
    assert len(answers) == 1
    seen = by(None).post("/public/query", right).text
    assert "李志强" not in seen
    assert "internal" not in seen


def test_nobody_guesses_four_digits(by) -> None:
    ticket = logged(by)
    answers = [
        by(None).post("/public/query", {"number": ticket["number"], "phone_tail": f"{guess:04d}"})
        for guess in range(25)
    ]
    assert answers[0].status_code == 404
    assert (answers[-1].status_code, answers[-1].get_json()["code"]) == (429, "too_many")
    right = by(None).post("/public/query", {"number": ticket["number"], "phone_tail": PHONE[-4:]})
    assert right.status_code == 429


def test_the_complainant_adds_facts_while_it_is_open(by) -> None:
    ticket = logged(by)
    path = f"/public/tickets/{ticket['receipt_code']}/facts"
    assert by(None).post(path, {"text": "昨天又来检查了一次。"}).status_code == 200
    assert (
        by("officer").get(f"{TICKETS}/{ticket['number']}/events").get_json()["items"][-1]["action"] == "facts"
    )
    assert by(None).post("/public/tickets/0000/facts", {"text": "补充"}).status_code == 404
    by("operator").act(ticket["number"], "withdraw", reason="诉求人要求撤回")
    assert by(None).post(path, {"text": "再补充一点。"}).status_code == 409


def test_a_murky_complaint_waits_for_a_person(by) -> None:
    ticket = logged(by, content=factories.MURKY)
    assert ticket["status"] == "manual"
    assert ticket["because"]
    assert ticket["number"] in {
        one["number"] for one in by("operator").get(f"{TICKETS}?tab=manual").get_json()["items"]
    }
    sent = done(
        by("operator").act(
            ticket["number"], "redispatch", office="440106006", reason="属石牌街道", category="F3"
        ),
        "dispatched",
    )
    assert (sent["office"]["code"], sent["category"]["by"]) == ("440106006", "person")
    done(by("street").act(ticket["number"], "accept"), "in_progress")


def test_nobody_handles_a_complaint_about_himself(by) -> None:
    ticket = logged(by, content="天河区司法局工作人员不作为，投诉三个月没有答复，压案不查。")
    assert ticket["office"]["code"] != "440106" or ticket["status"] == "manual"
    assert ticket["seen"] is False
    given = {"office": "440106", "reason": "按属地派单", "category": "F3"}
    absent = by("operator").act(ticket["number"], "redispatch", **given)
    assert absent.status_code == 404  # even who took it in gives way to the office above
    refused = by("city.operator").act(ticket["number"], "redispatch", **given)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "recusal")
