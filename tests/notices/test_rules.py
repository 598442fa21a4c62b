import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.notices import lines, rules
from tracker.notices.line import Happened, Whom
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
        (happened("return"), [Whom.LEAD]),
        (happened("sign-return", Status.RETURN_REQUESTED, approved=True, arbitration=False), [Whom.INTAKE]),
        (happened("sign-return", Status.RETURN_REQUESTED, approved=True, arbitration=True), [Whom.ABOVE]),
        (happened("sign-return", approved=False), [Whom.LEAD]),
        (happened("ruling_late", Status.RETURN_REQUESTED, rung=1), [Whom.HIGHER]),
        (happened("overdue", Status.RETURN_REQUESTED, status="return_requested"), [Whom.ABOVE]),
        (happened("overdue", status="in_progress"), [Whom.LEAD]),
        (happened("auto_urge", Status.RETURN_REQUESTED, status="return_requested"), [Whom.ABOVE]),
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
    assert [line.whom for line in lines.told(event)] == whom


def test_nothing_is_told_of_clues() -> None:
    assert not [
        line for line in lines.LINES if "线索" in line.words or any("clue" in one for one in line.actions)
    ]


def test_every_audience_has_a_post() -> None:
    for line in lines.LINES:
        assert [role for role in Role if role is not Role.SYSTEM and line.audience in GRANTS[role]], line


@given(st.integers(1, rules.MAX_TRIES - 2), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_with_the_tries_and_stay_near_their_measure(n_tries: int, jitter: float) -> None:
    pause, longer = rules.pause_seconds(n_tries, jitter), rules.pause_seconds(n_tries + 1, jitter)
    assert pause is not None
    assert longer is not None
    measure = min(30 * 2 ** (n_tries - 1), 3600)
    assert 0.75 * measure - 1 <= pause <= 1.25 * measure
    assert pause <= longer


def test_trying_ends() -> None:
    assert rules.pause_seconds(rules.MAX_TRIES) is None


def test_jitter_spreads_and_repeats() -> None:
    found = [rules.jitter(f"{n}:1") for n in range(200)]
    assert all(0 <= one < 1 for one in found)
    assert max(found) - min(found) > 0.9
    assert rules.jitter("7:1") == rules.jitter("7:1")


@pytest.mark.parametrize("kind", [*sorted(rules.URGENT), "something new"])
def test_what_leaves_holds_number_and_kind_alone(kind: str) -> None:
    for number in ("20260302000017", None):
        words = rules.outside_words(kind, number)
        assert words.endswith("请登录行政执法监督工单系统查看。")
        assert "{" not in words
    assert set(rules.OUTSIDE_WORDS) == rules.URGENT
