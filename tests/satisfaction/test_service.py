from datetime import timedelta
from typing import Any

import pytest

from tests.world import BAD, GOOD, NOW, REPLY, World, deadline_of
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.satisfaction import archive, links, queries
from tracker.tickets.models import Complainant, Ticket
from tracker.tickets.queries import events
from tracker.tickets.rules import Status

SECRET = "s" * 32
UNREACHED = {"reached": False, "remark": "无人接听"}


def actions_of(world: World, ticket: Ticket) -> list[str]:
    return [one.action for one in events(world.session, ticket)]


def test_a_content_complainant_closes_the_ticket(world: World) -> None:
    ticket = world.closed()
    assert ticket.status == Status.CLOSED
    assert ticket.closed_at == ticket.called_back_at == world.now
    assert ticket.next_check_at is None
    assert actions_of(world, ticket)[-2:] == ["call-back", "close"]


def test_two_reworks_and_then_supervision(world: World) -> None:
    ticket = world.reviewed()
    for n in (1, 2):
        world.act(world.operator, ticket, "call-back", BAD)
        assert (ticket.status, ticket.n_reworks, ticket.handler_id) == (Status.REWORK, n, None)
        assert ticket.due_at == deadline_of(world, ticket, "handle_complaint", world.now)
        world.again(ticket)
    world.act(world.operator, ticket, "call-back", BAD)
    assert (ticket.status, ticket.supervised, ticket.n_reworks) == (Status.CALLED_BACK, True, 2)
    assert ticket.stage_due_at is not None
    world.act(world.operator, ticket, "close", {"reason": "督办核实已依法处理，向诉求人说明"})
    assert ticket.status == Status.CLOSED


def test_three_days_unreached_close_the_ticket(world: World) -> None:
    ticket = world.reviewed()
    world.act(world.operator, ticket, "call-back", UNREACHED)
    with pytest.raises(Conflict) as refused:
        world.act(world.operator, ticket, "call-back", UNREACHED)
    assert refused.value.code == "tried_today"
    world.later(days=1)
    world.act(world.operator, ticket, "call-back", UNREACHED)
    assert ticket.status == Status.REVIEWED
    world.later(days=1)
    world.act(world.operator, ticket, "call-back", UNREACHED)
    assert ticket.status == Status.CLOSED
    assert [one.outcome for one in queries.call_backs(world.session, ticket)] == [
        "again",
        "again",
        "unreachable",
    ]


def test_somebody_who_answers_later_the_same_day_is_heard(world: World) -> None:
    ticket = world.reviewed()
    world.act(world.operator, ticket, "call-back", UNREACHED)
    world.act(world.operator, ticket, "call-back", GOOD)
    assert ticket.status == Status.CLOSED


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"reached": True},
        {"reached": True, "grade": "satisfied"},
        {"reached": True, "grade": "great", "solved": True},
        {"reached": False, "grade": "satisfied"},
        {**GOOD, "tags": ["rude"]},
    ],
)
def test_incomplete_answers_are_refused(world: World, given: dict[str, Any]) -> None:
    ticket = world.reviewed()
    with pytest.raises(Invalid):
        world.act(world.operator, ticket, "call-back", given)


def test_only_those_who_call_back_call_back(world: World) -> None:
    ticket = world.reviewed()
    with pytest.raises(NotAllowed):
        world.act(world.officer, ticket, "call-back", GOOD)


def test_a_ticket_with_a_phone_is_called_before_it_is_closed(world: World) -> None:
    ticket = world.reviewed(complainant={"name": "张三", "phone": "13800001111"})
    assert world.session.get(Complainant, ticket.id) is not None
    with pytest.raises(Conflict) as refused:
        world.act(world.operator, ticket, "close", {"reason": "省事"})
    assert refused.value.code == "call_back_first"
    silent = world.reviewed()
    world.act(world.operator, silent, "close", {"reason": "匿名且无联系方式"})
    assert silent.status == Status.CLOSED


def test_the_link_rates_once(world: World) -> None:
    ticket = world.reviewed()
    token = links.issue(world.session, ticket, secret=SECRET, now=world.now)
    assert links.issue(world.session, ticket, secret=SECRET, now=world.now) == token
    assert links.open_(world.session, token, secret=SECRET, now=world.now).reply == REPLY["public_text"]
    links.rate(
        world.session, token, {"grade": "satisfied", "solved": False}, secret=SECRET, now=world.later(hours=1)
    )
    assert ticket.status == Status.REWORK
    with pytest.raises(Conflict) as refused:
        links.rate(world.session, token, {"grade": "satisfied", "solved": True}, secret=SECRET, now=world.now)
    assert refused.value.code == "already_rated"
    world.again(ticket)
    fresh = links.issue(world.session, ticket, secret=SECRET, now=world.now)
    assert fresh != token
    with pytest.raises(Conflict) as late:
        links.open_(world.session, fresh, secret=SECRET, now=world.now + timedelta(days=31))
    assert late.value.code == "link_expired"


@pytest.mark.parametrize("token", ["", "x", "1.abc", "MQ.zzzz"])
def test_foreign_links_open_nothing(world: World, token: str) -> None:
    with pytest.raises(NotFound):
        links.open_(world.session, token, secret=SECRET, now=NOW)


def test_an_appeal_is_decided_outside_the_office(world: World) -> None:
    ticket = world.reviewed()
    with pytest.raises(Conflict):
        world.act(world.officer, world.in_progress(), "appeal", {"reason": "不服该评价", "proof": "回访录音"})
    world.act(world.operator, ticket, "call-back", BAD)
    given = {"reason": "诉求人要求超出法律规定", "proof": "回访录音第2分钟"}
    world.act(world.officer, ticket, "appeal", given)
    with pytest.raises(Conflict) as twice:
        world.act(world.officer, ticket, "appeal", given)
    assert twice.value.code == "appealed_already"
    with pytest.raises(NotAllowed):
        world.act(world.reviewer, ticket, "decide-appeal", {"approve": True, "opinion": "同意"})
    world.act(world.arbiter, ticket, "decide-appeal", {"approve": True, "opinion": "理由成立"})
    [appeal] = queries.appeals(world.session, ticket)
    assert appeal.upheld is True


def test_closed_tickets_are_archived_by_hand_or_in_time(world: World) -> None:
    by_hand, in_time = world.closed(), world.closed()
    world.act(world.operator, by_hand, "archive")
    assert by_hand.status == Status.ARCHIVED
    assert archive.archive_due(world.session, now=world.now) == 0
    assert archive.archive_due(world.session, now=world.later(days=31)) == 1
    assert in_time.status == Status.ARCHIVED
    with pytest.raises(Conflict):
        world.act(world.operator, in_time, "rework", {"reason": "再办"})


def test_a_lawful_outcome_ranks_nobody_and_that_can_be_taken_back(world: World) -> None:
    ticket = world.closed()
    world.act(world.arbiter, ticket, "exclude", {"reason": "依法作出处罚，诉求人不满处罚结果"})
    assert ticket.excluded_from_ranking
    with pytest.raises(Conflict) as refused:
        world.act(world.arbiter, ticket, "exclude", {"reason": "依法作出处罚"})
    assert refused.value.code == "excluded_already"
    world.act(world.arbiter, ticket, "include", {"reason": "复查后认为应当计入"})
    assert not ticket.excluded_from_ranking
    assert actions_of(world, ticket)[-2:] == ["exclude", "include"]
