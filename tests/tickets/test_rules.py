from collections.abc import Callable

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
    ("mask", "given", "expected"),
    [
        (rules.mask_name, "欧阳小明", "欧***"),
        (rules.mask_name, "张三", "张*"),
        (rules.mask_name, "张", "张*"),
        (rules.mask_name, "", ""),
        (rules.mask_phone, "13800138000", "138********"),
        (rules.mask_phone, "8765432", "876********"),
        (rules.mask_phone, "876543", "****"),
        (rules.mask_phone, "", ""),
        (rules.mask_id_no, "440106199001011234", "440*************34"),
        (rules.mask_id_no, "440106900101123", "440*************23"),
        (rules.mask_id_no, "44010690010112", "****"),
        (rules.mask_id_no, "", ""),
    ],
)
def test_contacts_are_masked(mask: Callable[[str], str], given: str, expected: str) -> None:
    assert mask(given) == expected


# The whole life as a clerk would draw it, written down a second time: whoever changes an arrow has to change it here.
# status | stage | what may follow
LIFE = """
已受理     | 受理 | 人工研判 待派单 不予受理 转其他渠道 已并案 已撤回
人工研判   | 受理 | 待派单 不予受理 转其他渠道 已并案 已撤回
待派单     | 派单 | 人工研判 待签收 不予受理 转其他渠道 已并案 已撤回
待签收     | 派单 | 人工研判 待派单 退单待裁决 办理中 终止待批 不予受理 转其他渠道 已并案 已撤回
退单待裁决 | 派单 | 待签收 办理中 转其他渠道 已撤回
办理中     | 办理 | 待派单 待签收 退单待裁决 挂起 待审核 终止待批 不予受理 转其他渠道 已并案 已撤回
挂起       | 办理 | 办理中 重办 终止待批 已撤回
待审核     | 审核 | 办理中 待回访 重办
待回访     | 回访 | 待办结 重办 已办结
待办结     | 回访 | 重办 已办结
重办       | 办理 | 挂起 待审核 终止待批 已撤回
终止待批   | 办理 | 待签收 办理中 重办 已终止
已办结     | 办结 | 重办 已归档
已归档     | 归档 |
不予受理   | 受理 |
转其他渠道 | 受理 |
已并案     | 办理 | 已受理 人工研判 待派单 待签收 办理中 待回访
已终止     | 办理 |
已撤回     | 受理 |
"""


def test_the_whole_life() -> None:
    stages = [name for name, _ in rules.STAGES]
    assert stages == ["受理", "派单", "办理", "审核", "回访", "办结", "归档"]
    drawn = [[part.strip() for part in line.split("|")] for line in LIFE.strip().splitlines()]
    assert [status for status, _, _ in drawn] == [rules.STATUS_LABELS[one] for one in Status]
    for status, (_, stage, following) in zip(Status, drawn, strict=True):
        assert stages[rules.stage_index(status)] == stage
        assert {rules.STATUS_LABELS[one] for one in NEXT[status]} == set(following.split()), status
        for other in Status:
            assert rules.may_move(status, other) is (rules.STATUS_LABELS[other] in following.split())


@pytest.mark.parametrize(
    ("group", "labels"),
    [
        (rules.FINAL, "已归档 不予受理 转其他渠道 已终止 已撤回"),
        (rules.HANDLING, "办理中 重办"),
        (
            rules.OPEN,
            "已受理 人工研判 待派单 待签收 退单待裁决 办理中 挂起 待审核 待回访 待办结 重办 终止待批",
        ),
        (rules.ANSWERED, "待回访 待办结 已办结"),
        (rules.RETURNABLE, "待签收 办理中"),
    ],
)
def test_groups_of_statuses(group: frozenset[Status], labels: str) -> None:
    assert {rules.STATUS_LABELS[one] for one in group} == set(labels.split())


def test_what_is_chosen_from_is_named() -> None:
    assert " ".join(rules.KIND_LABELS.values()) == "咨询 求助 投诉 举报 建议 专项整治问题"
    assert " ".join(rules.CALLER_KINDS.values()) == "咨询 求助 投诉 举报 建议"
    for names, labels in (
        (rules.Kind, rules.KIND_LABELS),
        (rules.ReturnReason, rules.RETURN_REASON_LABELS),
        (rules.RejectReason, rules.REJECT_REASON_LABELS),
        (rules.Ruling, rules.RULING_LABELS),
    ):
        assert list(labels) == list(names)
        assert len(set(labels.values())) == len(labels)
        assert all(labels.values())
    assert [one.value for one in rules.SETTLEMENT_LABELS] == ["uphold", "redispatch"]


@pytest.mark.parametrize(
    ("n_returns", "more", "why"),
    [
        (0, {}, None),
        (0, {"designated": True}, "该工单已由裁决指定本单位办理，不得再次退单。"),
        (1, {}, "本单位已退过一次，不得再次退单；如有异议请联系裁决人。"),
        (2, {}, "本单位已退过一次，不得再次退单；如有异议请联系裁决人。"),
        (0, {"deferred": True}, "该工单已裁决先办后议，请先办理；职责归属另行议定，不得再次退单。"),
        (
            1,
            {"deferred": True, "designated": True},
            "该工单已由裁决指定本单位办理，不得再次退单。",
        ),
    ],
)
def test_why_an_office_may_not_return(n_returns: int, more: dict[str, bool], why: str | None) -> None:
    assert rules.may_return(n_returns, **{"designated": False, **more}) == why


def test_a_caller_brings_no_finding() -> None:
    schema = schemas.TicketIn()
    problems = schema.validate({"channel": "12345", "kind": "finding", "content": "某处检查过频"})
    assert list(problems) == ["kind"]
    assert not schema.validate({"channel": "12345", "kind": "complaint", "content": "某处检查过频"})
