import pytest

from tracker.tickets import rules, schemas
from tracker.tickets.rules import FINAL, NEXT, Status


def reachable(start: Status) -> set[Status]:
    found, waiting = {start}, [start]
    while waiting:
        for target in NEXT[waiting.pop()]:
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def test_every_status_has_its_arrows_a_label_and_a_stage() -> None:
    assert set(NEXT) == set(Status) == set(rules.STATUS_LABELS)
    for status in Status:
        assert 0 <= rules.stage_index(status) < len(rules.STAGES)
    staged = [status for _, statuses in rules.STAGES for status in statuses]
    assert sorted(staged) == sorted(Status)


def test_every_status_can_be_reached_from_receipt() -> None:
    assert reachable(Status.RECEIVED) == set(Status)


@pytest.mark.parametrize("status", sorted(set(Status) - FINAL))
def test_every_status_that_is_not_final_has_an_exit_and_a_watcher(status: Status) -> None:
    assert NEXT[status] - {status}
    assert reachable(status) & FINAL
    assert rules.WATCHERS[status]


@pytest.mark.parametrize("status", sorted(FINAL))
def test_nothing_follows_a_final_status(status: Status) -> None:
    assert NEXT[status] == frozenset()
    assert status not in rules.WATCHERS


@pytest.mark.parametrize(
    ("current", "target", "lawful"),
    [
        (Status.DISPATCHED, Status.IN_PROGRESS, True),
        (Status.RECEIVED, Status.DISPATCHED, False),  # nothing is dispatched untriaged
        (Status.IN_PROGRESS, Status.CLOSED, False),  # nothing closes without reply, review and call-back
        (Status.REPLIED, Status.CALLED_BACK, False),  # nobody is called about an unreviewed reply
        (Status.CALLED_BACK, Status.REWORK, True),
        (Status.CLOSED, Status.REWORK, True),  # a rebound reopens
        (Status.ARCHIVED, Status.REWORK, False),
        (Status.MERGED, Status.DISPATCHED, True),  # a merge can be undone
    ],
)
def test_the_steps_of_the_trade(current: Status, target: Status, *, lawful: bool) -> None:
    assert rules.may_move(current, target) is lawful


def test_a_refusal_names_the_present_status_and_the_step() -> None:
    assert rules.refusal(Status.ARCHIVED, "退单") == "工单当前为“已归档”，不能退单；请按最新状态办理。"


def test_an_office_returns_once_and_never_after_a_designation() -> None:
    assert rules.may_return(0, designated=False) is None
    assert "已退过一次" in (rules.may_return(1, designated=False) or "")
    assert "指定" in (rules.may_return(0, designated=True) or "")
    assert "先办后议" in (rules.may_return(1, designated=False, deferred=True) or "")


@pytest.mark.parametrize(
    ("nth", "own_desk", "arbiter"),
    [(1, False, False), (1, True, True), (2, False, True), (2, True, True), (3, False, True)],
)
def test_the_second_return_goes_to_an_arbiter_and_nobody_decides_on_his_own_dispatch(
    nth: int, own_desk: bool, arbiter: bool
) -> None:
    assert rules.needs_arbiter(nth, own_desk=own_desk) is arbiter


def test_only_what_was_argued_about_duty_can_be_a_precedent() -> None:
    reasons = {reason for reason in rules.ReturnReason if reason not in rules.ABOUT_DUTY}
    assert {one.value for one in reasons} == {"recusal", "not_enforcement", "insufficient"}


def test_the_desk_neither_designates_nor_defers() -> None:
    assert {one.value for one in rules.DESK_RULING_LABELS} == {"uphold", "redispatch"}


@pytest.mark.parametrize(
    ("masked", "expected"),
    [
        (rules.mask_name("欧阳小明"), "欧***"),
        (rules.mask_name("张"), "张*"),
        (rules.mask_name(""), ""),
        (rules.mask_phone("13800138000"), "138********"),
        (rules.mask_phone("12345"), "****"),
        (rules.mask_id_no("440106199001011234"), "440*************34"),
        (rules.mask_id_no("1234"), "****"),
    ],
)
def test_contacts_are_masked(masked: str, expected: str) -> None:
    assert masked == expected


def test_a_caller_brings_no_finding() -> None:
    schema = schemas.TicketIn()
    problems = schema.validate({"channel": "12345", "kind": "finding", "content": "某处检查过频"})
    assert list(problems) == ["kind"]
    assert not schema.validate({"channel": "12345", "kind": "complaint", "content": "某处检查过频"})
