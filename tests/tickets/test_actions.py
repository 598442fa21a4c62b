"""The registry of actions: each lawful where it is offered, and only there."""

import pytest
from marshmallow import Schema
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import REASON, REGISTRY
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.permissions import GRANTS, SYSTEM, Role
from tracker.tickets import actions, queries
from tracker.tickets.rules import FINAL, NEXT, Status

S = Status

CONTRACT = (
    "accept return rule extend decide-extension co-handle urge supervise suspend resume reply review call-back rework "
    "appeal close archive merge unmerge redirect reject terminate withdraw recategorise redispatch"
)
"""The names outsiders rely on."""

TARGETS: dict[str, set[Status]] = {
    "accept": {S.IN_PROGRESS},
    "redispatch": {S.TRIAGED},
    "rule": {S.DISPATCHED},
    "sign-return": {S.RETURN_REQUESTED},
    "decide-return": {S.DISPATCHED},
    "suspend": {S.SUSPENDED},
    "merge": {S.MERGED},
    "redirect": {S.REDIRECTED},
    "reject": {S.NOT_ACCEPTED},
    "withdraw": {S.WITHDRAWN},
    "reply": {S.REPLIED},
    "review": {S.REVIEWED, S.IN_PROGRESS, S.REWORK},
    "call-back": {S.CALLED_BACK},
    "close": {S.CLOSED},
    "rework": {S.REWORK},
    "archive": {S.ARCHIVED},
}
"""Where each action that always moves the ticket leads from every one of its sources."""

GIVEN: dict[str, dict[str, object]] = {
    "redispatch": {"office": "440106", "reason": "按属地派单", "category": "C1"},
    "return": {"reason": "not_our_duty", "basis": "职责清单", "statement": "不归我局监督。"},
    "suspend": REASON,
    "redirect": {"channel": "12315", "reason": "消费纠纷"},
    "reject": {"reason": "outside_duty", "route": "请向街道反映"},
    "withdraw": REASON,
    "reply": factories.REPLY,
    "review": {"approve": True},
    "call-back": factories.CALL,
    "close": REASON,
    "rule": {"ruling": "uphold", "reason": "仍由你局办理"},
}
WHO = {
    "rule": "arbiter",
    "review": "reviewer",
    "accept": "officer",
    "return": "officer",
    "suspend": "officer",
}


def test_every_name_of_the_contract_is_there() -> None:
    assert set(CONTRACT.split()) <= set(REGISTRY)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_each_target_may_follow_each_source(name: str) -> None:
    for source in REGISTRY[name].sources - {S.TRIAGED}:
        assert NEXT[source] & TARGETS[name], (name, source)


@pytest.mark.parametrize(
    ("name", "status"),
    [(name, source) for name in sorted(GIVEN) for source in sorted(REGISTRY[name].sources - {S.TRIAGED})],
)
def test_an_action_works_from_every_status_it_is_offered_in(
    session: Session, name: str, status: Status
) -> None:
    ticket = factories.standing(session, status)
    who = WHO.get(name, "officer" if name == "reply" else "operator")
    if (name, status) == ("reply", S.REWORK):  # the only officer of the office handled it before
        factories.act(session, ticket, "reviewer", "allow-handler", **REASON)
    n_events = ticket.n_events
    factories.act(session, ticket, who, name, **GIVEN[name])
    assert ticket.n_events > n_events
    assert ticket.status != status or name in {"redispatch", "return"}


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_action_is_described_and_somebody_may_do_it(name: str) -> None:
    action = REGISTRY[name]
    assert action.name == name
    assert action.label
    assert issubclass(action.schema, Schema)
    assert action.sources <= set(Status)
    assert any(action.permission in GRANTS[role] for role in Role if role is not Role.SYSTEM)


@pytest.mark.parametrize("status", [one for one in Status if one is not S.TRIAGED])
def test_what_is_offered_is_what_is_performed(session: Session, status: Status) -> None:
    ticket = factories.standing(session, status)
    session.flush()
    for login in ("operator", "officer", "reviewer", "arbiter", "leader"):
        actor = factories.person(session, login)
        offered = {one.name for one in actions.lawful(session, actor, ticket, REGISTRY)}
        for name, action in REGISTRY.items():
            if name in offered:
                continue
            if action.offered is not None and ticket.status in action.sources:
                continue  # held back from the buttons alone
            version = ticket.version
            with pytest.raises((NotAllowed, NotFound, Conflict)) as refused:
                actions.perform(session, actor, action, ticket.number, {}, now=factories.NOW)
            assert refused.value.message.endswith("。")
            assert ticket.version == version
    if status in FINAL:
        assert not [one for one in actions.lawful(session, SYSTEM, ticket, REGISTRY) if one.offered is None]


def test_every_status_that_is_not_final_can_be_left_by_somebody(session: Session) -> None:
    for status in set(Status) - FINAL - {S.RECEIVED, S.TRIAGED}:
        names = {name for name, action in REGISTRY.items() if status in action.sources}
        assert names & (set(TARGETS) | {"terminate", "resume", "unmerge"}), status


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("street", "not_found"),
        ("neighbour", "not_found"),
        ("city.officer", "not_your_office"),
        ("leader", "not_allowed"),
    ],
)
def test_who_does_not_handle_it_is_kept_off(session: Session, who: str, code: str) -> None:
    ticket = factories.standing(session, S.DISPATCHED)
    with pytest.raises((NotAllowed, NotFound)) as refused:
        factories.act(session, ticket, who, "accept")
    assert refused.value.code == code


def test_a_wrong_state_is_told_before_wrong_input(session: Session) -> None:
    ticket = factories.standing(session, S.DISPATCHED)
    with pytest.raises(Conflict, match="待签收"):
        factories.act(session, ticket, "officer", "reply", nonsense=1)
    factories.act(session, ticket, "officer", "accept")
    with pytest.raises(Invalid) as refused:
        factories.act(session, ticket, "officer", "extend", days=0, reason="短")
    assert set(refused.value.fields) == {"days", "reason", "basis"}
    assert all(isinstance(one, str) for told in refused.value.fields.values() for one in told)


def test_an_office_answers_for_its_part_once(session: Session) -> None:
    ticket = factories.standing(session, S.IN_PROGRESS)
    with pytest.raises(Invalid):
        factories.act(session, ticket, "officer", "co-handle", office="440106", task="请协助调取案卷")
    factories.act(session, ticket, "officer", "co-handle", office="440104", task="请协助调取案卷")
    with pytest.raises(Conflict):
        factories.act(session, ticket, "officer", "reply", **factories.REPLY)
    factories.act(session, ticket, "neighbour", "co-reply", opinion="已调取案卷，见附件。")
    with pytest.raises(NotAllowed):
        factories.act(session, ticket, "neighbour", "co-reply", opinion="再次提交协办意见。")
    factories.act(session, ticket, "officer", "reply", **factories.REPLY)
    assert ticket.status == S.REPLIED
    assert [one.done_at is not None for one in queries.co_handlers(session, ticket)] == [True]


def test_a_new_office_signs_for_itself(session: Session) -> None:
    ticket = factories.standing(session, S.IN_PROGRESS)
    due_at = ticket.due_at
    factories.act(session, ticket, "operator", "redispatch", office="440106006", reason="改由街道办理")
    assert (ticket.status, ticket.accepted_at, ticket.handler_id) == (S.DISPATCHED, None, None)
    assert ticket.due_at == due_at
    factories.act(session, ticket, "street", "accept")
    assert ticket.accepted_at == factories.NOW


def test_supervision_and_urging_leave_their_mark(session: Session) -> None:
    ticket = factories.standing(session, S.IN_PROGRESS)
    factories.act(session, ticket, "operator", "urge", reason="诉求人来电催促")
    factories.act(session, ticket, "arbiter", "supervise", reason="影响较大")
    assert (ticket.n_urged, ticket.supervised) == (1, True)
    with pytest.raises(Conflict) as refused:
        factories.act(session, ticket, "arbiter", "supervise", reason="影响较大")
    assert refused.value.code == "already_supervised"


def test_a_correction_of_the_category_is_kept_as_material(session: Session) -> None:
    ticket = factories.standing(session, S.IN_PROGRESS)
    for code in ("A", "Z9"):
        with pytest.raises(Invalid):
            factories.act(session, ticket, "operator", "recategorise", category=code)
    factories.act(session, ticket, "operator", "recategorise", category="G2", reason="以态度为主")
    last = queries.events(session, ticket)[-1]
    assert (last.data["from"], last.data["to"]) == ("C1", "G2")
    assert ticket.category_by == "person"


@pytest.mark.parametrize("before", [S.IN_PROGRESS, S.REWORK])
def test_a_refused_termination_leads_back_even_out_of_a_suspension(session: Session, before: Status) -> None:
    ticket = factories.standing(session, before)
    due_at = ticket.due_at
    factories.act(session, ticket, "officer", "suspend", **REASON)
    later = factories.NOW + 7 * factories.DAY
    factories.act(session, ticket, "officer", "terminate", now=later, **REASON)
    assert ticket.next_check_at is not None
    factories.act(session, ticket, "reviewer", "terminate", now=later, reason="仍应依法答复", approve=False)
    assert ticket.status == before
    assert due_at is not None
    assert ticket.due_at is not None
    assert ticket.due_at - due_at == 7 * factories.DAY
    assert ticket.suspended_at is None


@pytest.mark.parametrize("before", [S.RECEIVED, S.MANUAL, S.DISPATCHED, S.IN_PROGRESS])
def test_a_parted_ticket_stands_where_it_stood_with_a_clock(session: Session, before: Status) -> None:
    lead, ticket = factories.standing(session, S.MANUAL), factories.standing(session, before)
    factories.act(session, ticket, "operator", "merge", lead=lead.number, reason="同一事项")
    assert (ticket.stage_due_at, ticket.next_check_at) == (None, None)
    factories.act(session, ticket, "operator", "unmerge", reason="并非同一事项")
    assert ticket.status == before
    assert ticket.next_check_at is not None
