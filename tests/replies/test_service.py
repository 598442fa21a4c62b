import base64
from datetime import timedelta

import pytest

from tests.world import GOOD, PDF, REPLY, World, deadline_of
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.replies import evidence, queries
from tracker.tickets.rules import Status


def test_a_reply_waits_for_a_second_person(world: World) -> None:
    ticket = world.in_progress()
    world.act(world.officer, ticket, "reply", REPLY)
    assert (ticket.status, ticket.handler_id) == (Status.REPLIED, world.officer.account_id)
    assert queries.published(world.session, ticket) is None
    world.act(world.reviewer, ticket, "review", {"approve": True, "opinion": "同意"})
    assert ticket.status == Status.REVIEWED
    assert ticket.stage_due_at == deadline_of(world, ticket, "call_back", ticket.reviewed_at or world.now)
    published = queries.published(world.session, ticket)
    assert published is not None
    assert published.public_text == REPLY["public_text"]


def test_nobody_reviews_his_own_reply(world: World) -> None:
    ticket = world.in_progress()
    world.act(world.reviewer, ticket, "reply", REPLY)
    with pytest.raises(NotAllowed) as refused:
        world.act(world.reviewer, ticket, "review", {"approve": True})
    assert refused.value.code == "second_person_needed"


def test_a_refused_reply_goes_back_with_its_reason(world: World) -> None:
    ticket = world.replied()
    with pytest.raises(Invalid):
        world.act(world.reviewer, ticket, "review", {"approve": False})
    world.act(world.reviewer, ticket, "review", {"approve": False, "opinion": "请补充处理依据"})
    assert ticket.status == Status.IN_PROGRESS
    world.act(world.officer, ticket, "reply", REPLY)
    assert [one.approved for one in queries.replies(world.session, ticket)] == [None, False]


def test_class_a_needs_evidence(world: World) -> None:
    ticket = world.in_progress("A1")
    with pytest.raises(Invalid) as refused:
        world.act(world.officer, ticket, "reply", REPLY)
    assert refused.value.code == "evidence_needed"
    sent = {"name": "笔录.pdf", "content": base64.b64encode(PDF).decode()}
    world.act(world.officer, ticket, "reply", {**REPLY, "evidence": [sent]})
    [file] = queries.files(world.session, ticket)
    reply = queries.pending(world.session, ticket)
    assert reply is not None
    assert (file.name, file.content_type, file.reply_id) == ("笔录.pdf", "application/pdf", reply.id)


def test_evidence_uploaded_before_counts_and_is_kept_once(world: World) -> None:
    ticket = world.in_progress("A1")
    first = evidence.upload(world.session, world.officer, ticket.number, "a.pdf", PDF, now=world.now)
    assert (
        evidence.upload(world.session, world.officer, ticket.number, "b.pdf", PDF, now=world.now).id
        == first.id
    )
    world.act(world.officer, ticket, "reply", REPLY)
    read = evidence.read(world.session, world.reviewer, ticket.number, first.id)
    assert read.content == PDF
    with pytest.raises(NotFound):
        evidence.read(world.session, world.stranger, ticket.number, first.id)
    with pytest.raises(NotFound):
        evidence.read(world.session, world.officer, ticket.number, first.id + 1)


def test_bad_base64_and_bad_files_are_refused(world: World) -> None:
    ticket = world.in_progress()
    for content in ("***", base64.b64encode(b"MZ\x00\x01").decode()):
        with pytest.raises(Invalid):
            world.act(
                world.officer, ticket, "reply", {**REPLY, "evidence": [{"name": "x", "content": content}]}
            )


def test_only_the_office_in_charge_replies(world: World) -> None:
    ticket = world.in_progress()
    with pytest.raises(NotFound):
        world.act(world.stranger, ticket, "reply", REPLY)
    with pytest.raises(NotAllowed):
        world.act(world.operator, ticket, "reply", REPLY)
    with pytest.raises(NotFound):
        evidence.upload(world.session, world.stranger, ticket.number, "a.pdf", PDF, now=world.now)


def test_the_lead_waits_for_co_handlers_or_says_why_not(world: World) -> None:
    ticket = world.in_progress()
    world.act(world.officer, ticket, "co-handle", {"office": "440105", "task": "协助调取现场监控录像"})
    with pytest.raises(Conflict) as refused:
        world.act(world.officer, ticket, "reply", REPLY)
    assert refused.value.code == "co_handlers_open"
    world.act(world.officer, ticket, "reply", {**REPLY, "overrule_reason": "监控已由本单位另行调取"})
    assert ticket.status == Status.REPLIED


def test_a_reply_in_a_rework_round_goes_back_to_rework(world: World) -> None:
    ticket = world.reviewed()
    world.act(world.operator, ticket, "rework", {"reason": "诉求人称未退款"})
    with pytest.raises(NotAllowed) as refused:
        world.act(world.officer, ticket, "reply", REPLY)
    assert refused.value.code == "another_handler_needed"
    world.act(world.second, ticket, "reply", REPLY)
    world.act(world.reviewer, ticket, "review", {"approve": False, "opinion": "请附退款凭证"})
    assert ticket.status == Status.REWORK
    world.again(ticket)
    world.act(world.operator, ticket, "call-back", GOOD)
    assert ticket.status == Status.CLOSED
    assert world.now - timedelta(minutes=1) < (ticket.closed_at or world.now - timedelta(days=1))
