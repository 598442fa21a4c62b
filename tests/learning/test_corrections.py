"""What a person corrects becomes a training row: once, without personal data, the latest word counting."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from classifiers.thresholds import NEVER
from tests import factories
from tests.factories import CONTENT, MURKY, NOW, S, act, caller, standing, take_in
from tracker.learning import queries
from tracker.learning.models import Correction
from tracker.learning.scrub import scrub
from tracker.textmodels import queries as models
from tracker.tickets.models import Ticket, TicketEvent
from workers.events import follow


def rows(session: Session, ticket: Ticket, subject: str = "category") -> list[Correction]:
    while follow(session, NOW):
        session.flush()
    found = select(Correction).where(Correction.ticket_id == ticket.id, Correction.subject == subject)
    return list(session.scalars(found.order_by(Correction.event_id)))


def cautious(session: Session) -> None:
    """Let the model in use dispatch nothing by itself."""
    shipped = models.in_use(session)
    shipped.thresholds = dict.fromkeys(shipped.scores["per_class"], NEVER)
    session.flush()
    models.forget(session)


def other_than(ticket: Ticket) -> str:
    return next(code for code in ("C1", "G2") if code != ticket.top3[0]["code"])


def test_a_recategorisation_over_http_is_a_training_row(session, by):
    ticket = take_in(session)
    before, said = ticket.category_code, other_than(ticket)
    answer = by("operator").act(ticket.number, "recategorise", category=said, reason="属于另一类")
    assert answer.status_code == 200
    session.expunge_all()
    (row,) = rows(session, ticket)
    assert (row.old_label, row.label, row.machine_label) == (before, said, ticket.top3[0]["code"])
    assert (row.by_name, row.why, row.model_version) == ("陈晓岚", "属于另一类", ticket.model_version)
    assert row.machine_share == ticket.top3[0]["share"]
    assert "一个月查了六次" in row.content
    told = by("reviewer").get("/api/v1/corrections").get_json()["items"]
    assert [(one["number"], one["label"]) for one in told] == [(ticket.number, said)]


def test_the_same_event_teaches_once(session):
    ticket = take_in(session)
    act(session, ticket, "operator", "recategorise", category="C1")
    first = rows(session, ticket)
    for event in session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id)):
        event.followed_at = None
    session.flush()
    assert [one.id for one in rows(session, ticket)] == [one.id for one in first]


def test_the_latest_word_counts_and_going_back_is_agreement(session):
    ticket = take_in(session)
    machine = ticket.top3[0]["code"]
    act(session, ticket, "operator", "recategorise", category=other_than(ticket))
    act(session, ticket, "operator", "recategorise", category=machine)
    assert [one.label for one in rows(session, ticket)] == [other_than(ticket), machine]
    (latest,) = queries.latest(session, up_to=None)
    assert (latest.label, latest.machine_label) == (machine, machine)


def test_a_choice_at_the_manual_desk_counts(session):
    ticket = take_in(session, content=MURKY)
    assert ticket.status == S.MANUAL
    pick = ticket.top3[0]["code"]
    act(session, ticket, "operator", "redispatch", office="440106", reason="按属地", category=pick)
    (row,) = rows(session, ticket)
    assert (row.action, row.label, row.machine_label) == ("triage", pick, pick)
    assert rows(session, ticket, "office") == []


def test_a_category_set_at_intake_counts(session):
    ticket = take_in(session, category_code="G2")
    (row,) = rows(session, ticket)
    assert (row.action, row.label, row.by_name) == ("receive", "G2", "陈晓岚")


def test_what_only_the_machine_said_is_no_training_row(session):
    assert rows(session, take_in(session)) == []


def test_a_ruling_that_moves_the_ticket_is_kept_as_a_change_of_office(session):
    ticket = standing(session, S.RETURN_REQUESTED)
    given = {"ruling": "redispatch", "office": "440104", "reason": "属于越秀区管辖"}
    act(session, ticket, "arbiter", "rule", **given)
    (row,) = rows(session, ticket, "office")
    assert (row.action, row.by_name) == ("rule", "周文斌")
    assert "越秀区管辖" in row.why
    assert row.old_office_id != row.office_id == ticket.office_id


def test_a_ruling_that_upholds_confirms_the_office_and_one_to_be_settled_says_nothing_yet(session):
    upheld, deferred = standing(session, S.RETURN_REQUESTED), standing(session, S.RETURN_REQUESTED)
    act(session, upheld, "arbiter", "rule", ruling="uphold", reason="仍由该局办理")
    (row,) = rows(session, upheld, "office")
    assert row.old_office_id == row.office_id == upheld.office_id
    act(session, deferred, "arbiter", "rule", ruling="handle_first", reason="先办后议，不误诉求人")
    assert rows(session, deferred, "office") == []
    given = {"ruling": "redispatch", "office": "440104", "reason": "属于越秀区管辖"}
    act(session, deferred, "arbiter", "settle-return", **given)
    (row,) = rows(session, deferred, "office")
    assert row.action == "settle-return"
    assert row.old_office_id == deferred.office_id != row.office_id


def test_a_category_corrected_with_a_ruling_is_a_training_row(session):
    ticket = take_in(session)
    given = {"reason": "not_our_duty", "basis": "职责清单", "statement": "不归我局监督。"}
    act(session, ticket, "officer", "return", **given)
    act(session, ticket, "reviewer", "sign-return", approve=True, opinion="同意")
    said = other_than(ticket)
    act(session, ticket, "arbiter", "rule", ruling="uphold", reason="仍由该局办理", category=said)
    (row,) = rows(session, ticket)
    assert (row.action, row.label) == ("recategorise", said)


def test_personal_data_stays_out(session):
    content = f"{CONTENT}我叫张小明，电话13800138000，身份证440106199003074518，车牌粤A12345。"
    ticket = take_in(session, content=content, complainant=caller())
    act(session, ticket, "operator", "recategorise", category="C1", reason="张小明来电 020-87654321 更正")
    (row,) = rows(session, ticket)
    kept = f"{row.title}{row.content}{row.why}"
    for private in ("张小明", "13800138000", "440106199003074518", "粤A12345", "87654321"):
        assert private not in kept
    assert "电话138" in row.content


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("联系138 0013 8000", "联系[电话]"),
        ("座机020-87654321", "座机[电话]"),
        ("邮箱a.b@c.cn", "邮箱[邮箱]"),
        ("案号1234567890", "案号[号码]"),
        ("执法证号粤A0102", "执法证号[号码]"),
        ("罚了5000元，2026年3月1日", "罚了5000元,2026年3月1日"),
        ("", ""),
    ],
)
def test_numbers_become_words(text, kept):
    assert scrub(text) == kept


def test_one_click_at_the_manual_desk_categorises_and_dispatches(session, client):
    cautious(session)
    ticket = take_in(session)
    assert ticket.status == S.MANUAL
    page = client.get(f"/tickets/{ticket.number}", headers=factories.headers("operator"))
    pick = ticket.top3[1]["code"]
    assert f'value="{pick}"' in page.text
    assert 'data-pick="3"' in page.text
    sent = {"category": pick, "route": "true", "version": ticket.version}
    done = client.post(
        f"/tickets/{ticket.number}/do/recategorise", data=sent, headers=factories.headers("operator")
    )
    assert done.status_code == 302
    session.expunge_all()
    (row,) = rows(session, ticket)
    assert (row.machine_label, row.label) == (ticket.top3[0]["code"], pick)
    now = session.get_one(Ticket, ticket.id)
    assert (now.category_code, now.category_by, now.status) == (pick, "person", S.DISPATCHED)
    assert [one["code"] for one in now.top3] == [one["code"] for one in ticket.top3]


def test_a_pick_that_is_no_matter_of_ours_waits_to_be_redirected(session):
    ticket = take_in(session, content=MURKY, division_code="440106")
    act(session, ticket, "operator", "recategorise", category="J2", route=True)
    assert (ticket.status, ticket.category_code) == (S.MANUAL, "J2")
    assert "请转其他渠道" in ticket.because
