import pytest

from tracker.notices import rules
from tracker.notices.rules import Happened, Whom
from tracker.permissions import GRANTS, Role
from tracker.tickets.rules import Status


def happened(action: str, to: Status = Status.IN_PROGRESS, **data: object) -> Happened:
    return Happened(action, None, to.value, data, is_finding=bool(data.pop("finding", False)))


@pytest.mark.parametrize(
    ("event", "whom"),
    [
        (happened("receive", Status.RECEIVED), []),
        (happened("triage", Status.MANUAL), [Whom.INTAKE]),
        (happened("triage", Status.TRIAGED), []),
        (happened("dispatch", Status.DISPATCHED), [Whom.LEAD]),
        (happened("return", Status.RETURN_REQUESTED), [Whom.ABOVE]),
        (happened("rule", Status.DISPATCHED), [Whom.LEAD]),
        (happened("reply", Status.REPLIED), [Whom.LEAD]),
        (happened("review", Status.REVIEWED, approved=True), [Whom.INTAKE]),
        (happened("review", Status.REVIEWED, approved=True, finding=True), [Whom.ABOVE]),
        (happened("review", Status.IN_PROGRESS, approved=False), [Whom.LEAD]),
        (happened("rework", Status.REWORK), [Whom.LEAD]),
        (happened("stage_overdue", Status.RETURN_REQUESTED, status="return_requested"), [Whom.ABOVE]),
        (happened("circulated"), [Whom.LEAD, Whom.ABOVE]),
        (happened("co-handle"), [Whom.NAMED]),
        (happened("note"), []),
    ],
)
def test_who_is_told(event: Happened, whom: list[Whom]) -> None:
    assert [line.whom for line in rules.told(event)] == whom


def test_nothing_is_told_of_clues() -> None:
    assert not [
        line for line in rules.LINES if "线索" in line.words or any("clue" in one for one in line.actions)
    ]


def test_every_audience_has_a_post() -> None:
    for line in rules.LINES:
        assert [role for role in Role if role is not Role.SYSTEM and line.audience in GRANTS[role]], line


def test_pauses_grow_and_end() -> None:
    pauses = [rules.pause_seconds(n) for n in range(1, rules.MAX_TRIES + 1)]
    assert pauses[:3] == [30, 60, 120]
    assert pauses[-1] is None
