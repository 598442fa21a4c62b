"""The table of rights: what its lines say, and what no line may ever say."""

import pytest

from tests.factories import REGISTRY
from tracker.permissions import GRANTS, SYSTEM, Actor, Permission, Role
from tracker.rights import (
    ACTIONS,
    READS,
    REFUSALS,
    SEEN,
    Facts,
    Relation,
    Sensitivity,
    may_do,
    may_read,
    stands,
)
from tracker.statuses import FINAL, Status

R = Relation
OFFICES = {
    "省厅": (1, "/440000/"),
    "市局": (2, "/440000/440100/"),
    "天河": (3, "/440000/440100/440106/"),
    "石牌": (4, "/440000/440100/440106/440106006/"),
    "越秀": (5, "/440000/440100/440104/"),
}
NAMES_PEOPLE = (Sensitivity.CONTACT, Sensitivity.ORIGINAL, Sensitivity.IDENTITY, Sensitivity.CLUE)
ELSEWHERE = {
    "ask-termination",
    "fill-ledger",
    "manage-ledger",
    "regroup",
    "check-reply",
    "upload",
    "sort",
    "answer-instruction",
}
"""Lines of what has a door of its own and is not offered among the actions of a ticket."""


def of(name: str, role: Role = Role.OFFICER) -> Actor:
    office_id, path = OFFICES[name]
    return Actor(1, "某人", role, office_id, path, "county")


def facts(lead: str = "天河", intake: str = "天河", **more: object) -> Facts:
    return Facts(*OFFICES[lead], *OFFICES[intake], **more)  # type: ignore[arg-type]


def test_every_action_has_one_line_and_every_line_its_action() -> None:
    assert set(ACTIONS) == set(REGISTRY) | ELSEWHERE


def test_every_line_can_be_used_and_refused_in_words() -> None:
    for line in [*ACTIONS.values(), *READS.values()]:
        assert any(line.permission in GRANTS[role] for role in line.roles - {Role.SYSTEM}), line
        assert line.states <= set(Status)
        if line.relations < SEEN - {R.SHARED}:
            assert REFUSALS[line.relations].endswith("。")


@pytest.mark.parametrize(
    ("name", "lead", "intake", "more", "expected"),
    [
        ("天河", "天河", "天河", {}, {R.LEAD, R.INTAKE}),
        ("天河", "天河", "市局", {}, {R.LEAD}),
        ("市局", "天河", "天河", {}, {R.ABOVE, R.ABOVE_INTAKE}),
        ("省厅", "市局", "天河", {}, {R.ABOVE, R.ABOVE_INTAKE}),
        ("省厅", "省厅", "省厅", {}, {R.LEAD, R.TOP, R.INTAKE}),
        ("石牌", "天河", "天河", {}, set()),
        ("石牌", "天河", "天河", {"assisting_id": 4}, {R.ASSISTING}),
        ("越秀", "天河", "天河", {}, set()),
        ("越秀", "天河", "越秀", {}, {R.INTAKE}),
        ("越秀", "天河", "天河", {"helping": {5}}, {R.CO}),
        ("越秀", "天河", "天河", {"helped": {5}}, {R.CO_DONE}),
        ("越秀", "天河", "天河", {"whole_id": 5}, {R.WHOLE}),
        ("越秀", "天河", "天河", {"shared": {5}}, {R.SHARED}),
        ("市局", "天河", "天河", {"shared": {5}, "helping": {5}}, {R.ABOVE, R.ABOVE_INTAKE}),
    ],
)
def test_how_an_office_stands(name: str, lead: str, intake: str, more: dict, expected: set[Relation]) -> None:
    assert stands(of(name), facts(lead, intake, **more)) == expected


def test_an_office_complained_about_stands_nowhere_else() -> None:
    about = facts("天河", "天河", assisting_id=3, helping={3}, whole_id=3, shared={3}, respondents={3})
    for role in Role:
        relations = stands(of("天河", role), about)
        if role is Role.SYSTEM:
            continue
        assert relations == {R.RESPONDENT}
        assert not any(may_do(of("天河", role), name, relations, one) for name in ACTIONS for one in Status)
        assert not any(may_read(of("天河", role), part, relations) for part in READS)
    assert stands(of("市局"), about) == {R.ABOVE, R.ABOVE_INTAKE}
    assert stands(of("石牌"), facts("市局", "天河", respondents={3})) == set()


def test_the_top_office_has_nobody_to_give_way_to_but_is_kept_from_the_contact() -> None:
    about = facts("省厅", "省厅", respondents={1})
    relations = stands(of("省厅"), about)
    assert relations == {R.LEAD, R.TOP, R.INTAKE, R.RESPONDENT}
    officer, operator = of("省厅"), of("省厅", Role.OPERATOR)
    assert may_do(officer, "accept", relations, Status.DISPATCHED)
    assert not may_read(officer, Sensitivity.CONTACT, relations)
    assert not may_read(officer, Sensitivity.ORIGINAL, relations)
    assert may_read(operator, Sensitivity.CONTACT, relations)


@pytest.mark.parametrize("relation", [R.SHARED, R.CO_DONE, R.WHOLE])
def test_who_only_reads_may_do_nothing_and_learns_no_name(relation: Relation) -> None:
    only = frozenset({relation})
    for role in set(Role) - {Role.SYSTEM}:
        assert not [name for name in ACTIONS for one in Status if may_do(of("越秀", role), name, only, one)]
        assert not [part for part in NAMES_PEOPLE if may_read(of("越秀", role), part, only)]
    assert may_read(of("越秀"), Sensitivity.ORDINARY, only)
    assert may_read(of("越秀"), Sensitivity.CALLER, only) is (relation is not R.SHARED)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.LIAISON])
def test_who_keeps_accounts_or_logs_reads_nothing_of_a_ticket(role: Role) -> None:
    whole_tree = Actor(1, "某人", role, None, "/", "province")
    relations = stands(whole_tree, facts())
    assert not [part for part in READS if may_read(whole_tree, part, relations)]
    assert not [name for name in ACTIONS for one in Status if may_do(whole_tree, name, relations, one)]


def test_only_the_desk_of_the_receiving_office_learns_a_hidden_identity() -> None:
    for role in set(Role) - {Role.SYSTEM}:
        for relation in Relation:
            seen = may_read(of("天河", role), Sensitivity.CONTACT, frozenset({relation}), hidden=True)
            assert seen is (role is Role.OPERATOR and relation is R.INTAKE)


def test_superiors_see_the_case_and_not_the_name() -> None:
    relations = stands(of("市局", Role.LEADER), facts())
    for role in (Role.OPERATOR, Role.OFFICER, Role.REVIEWER, Role.LEADER, Role.ARBITER):
        assert may_read(of("市局", role), Sensitivity.ORDINARY, relations)
        assert not may_read(of("市局", role), Sensitivity.CONTACT, relations)


def test_a_token_without_the_scope_holds_no_line() -> None:
    scoped = Actor(
        1, "某人", Role.OFFICER, *OFFICES["天河"], "county", scopes=frozenset({Permission.TICKET_READ})
    )
    relations = stands(scoped, facts())
    assert may_read(scoped, Sensitivity.ORDINARY, relations)
    assert not may_read(scoped, Sensitivity.CONTACT, relations)
    assert not may_do(scoped, "reply", relations, Status.IN_PROGRESS)


def test_the_workers_may_do_what_the_state_allows() -> None:
    assert stands(SYSTEM, facts()) == SEEN
    assert may_do(SYSTEM, "reply", SEEN, Status.IN_PROGRESS)
    assert not may_do(SYSTEM, "reply", SEEN, Status.CLOSED)


def test_nothing_leads_out_of_an_end_but_what_is_settled_afterwards() -> None:
    late = {name for name, line in ACTIONS.items() if line.states & FINAL}
    assert late == {
        "unshare",
        "regroup",
        "settle-return",
        "decide-appeal",
        "exclude",
        "include",
        "sort",
        "check-reply",
        "answer-instruction",
    }
