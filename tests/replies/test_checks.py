"""A reply looked over at the door, with what the ticket tells; templates of an office and those above it."""

import pytest
from sqlalchemy import select

from tests.replies.scanners import VIRUS, clamd
from tests.world import NOW, PDF, World
from tracker.audit.models import AuditEntry
from tracker.errors import Invalid, NotAllowed, NotFound, Unavailable
from tracker.permissions import Actor, Role
from tracker.replies import checks, evidence, queries, scanning, seed, templates
from tracker.replies.rules import Outcome
from tracker.tickets.rules import Status

HONEST = "经3月2日现场核查并调阅执法记录仪视频，两名执法人员均已出示证件，程序合法。"
DOUBTFUL = {"outcome": "rectified", "public_text": "经核查情况属实，已责令改正并退还相关款项，特此答复。"}


def test_a_program_is_not_asked_and_the_reviewer_sees_what_was_pointed_out(world: World) -> None:
    ticket = world.in_progress()
    world.act(world.officer, ticket, "reply", DOUBTFUL)
    reply = queries.pending(world.session, ticket)
    assert reply is not None
    assert [one["code"] for one in reply.findings] == ["missing_date", "missing_amount"]


def test_a_person_is_asked_once_and_may_insist(world: World) -> None:
    ticket = world.in_progress()
    with pytest.raises(Invalid) as refused:
        world.act(world.officer, ticket, "reply", {**DOUBTFUL, "acknowledged": False})
    assert refused.value.code == "reply_unconfirmed"
    assert len(refused.value.fields["public_text"]) == 2
    assert refused.value.fields["acknowledged"]
    assert ticket.status == Status.IN_PROGRESS
    world.act(world.officer, ticket, "reply", {**DOUBTFUL, "acknowledged": True})
    assert ticket.status == Status.REPLIED


def test_nobody_may_insist_on_what_is_refused(world: World) -> None:
    ticket = world.in_progress()
    given = {"outcome": "explained", "public_text": HONEST + "金额为【金额】。", "acknowledged": True}
    with pytest.raises(Invalid) as refused:
        world.act(world.officer, ticket, "reply", given)
    assert refused.value.code == "unfilled_blanks"
    with pytest.raises(Invalid) as unknown:
        world.act(world.officer, ticket, "reply", {**given, "public_text": HONEST + "{{领导姓名}}"})
    assert unknown.value.code == "unknown_variable"
    assert "领导姓名" in unknown.value.message
    assert queries.replies(world.session, ticket) == []


def test_variables_are_filled_from_the_ticket(world: World) -> None:
    ticket = world.in_progress()
    text = "您{{受理日期}}反映的问题（工单{{工单编号}}）收悉。" + HONEST
    world.act(world.officer, ticket, "reply", {"outcome": "explained", "public_text": text})
    reply = queries.pending(world.session, ticket)
    assert reply is not None
    assert reply.public_text == f"您2026年3月2日反映的问题（工单{ticket.number}）收悉。{HONEST}"
    assert reply.findings == []


def found(world: World, text: str, **complainant: object) -> set[str]:
    ticket = world.in_progress(complainant=complainant)
    return {
        one.code
        for one in checks.findings(world.session, ticket, HONEST + text, Outcome.EXPLAINED, world.now)
    }


def test_what_is_kept_of_the_complainant_is_compared_unless_he_hides(world: World) -> None:
    known = {"name": "张小明", "phone": "020-81234567"}
    assert found(world, "张小明您好。", **known) == {"names_complainant"}
    assert found(world, "电话02081234567。", **known) == {"phone_of_complainant"}
    assert found(world, "李小明您好。", **known) == set()
    hidden = {**known, "hide_identity": True}
    for name in ("张小明", "李小明"):
        assert found(world, f"{name}您好。", **hidden) == set()
        assert found(world, f"{name}先生您好。", **hidden) == {"names_person"}
    assert found(world, "电话02081234567。", **hidden) == found(world, "电话02087654321。", **hidden)


# ── templates ──


@pytest.fixture
def written(world: World) -> World:
    seed.seed(world.session, now=NOW)
    world.session.flush()
    return world


def offered(world: World, category: str, outcome: Outcome, who: Actor | None = None) -> list[str]:
    office = world.office("440106") if who is None else templates.editing_office(world.session, who)
    held = templates.for_category(templates.of_office(world.session, office), category)
    return [one.text for one in held if one.outcome is outcome]


def test_seeding_twice_changes_nothing_and_keeps_what_was_edited(written: World) -> None:
    row = queries.template_of(written.session, None, None, Outcome.UNTRUE)
    assert row is not None
    row.wording = "改过的模板"
    n = len(queries.templates(written.session, []))
    seed.seed(written.session, now=NOW)
    written.session.flush()
    assert len(queries.templates(written.session, [])) == n == len(seed.rows())
    assert offered(written, "C1", Outcome.UNTRUE) == ["改过的模板"]


def test_the_most_fitting_comes_first(written: World) -> None:
    ticket = written.in_progress("A1")
    held = templates.for_ticket(written.session, ticket, written.now)
    rectified = [one.category for one in held if one.outcome is Outcome.RECTIFIED]
    assert rectified == ["A1", "A", None]
    assert all(f"工单{ticket.number}" in one.text for one in held)
    assert any("【金额】" in one.text for one in held)


def test_the_nearest_office_writes_over_those_above(written: World) -> None:
    given = {"outcome": "untrue", "category": None, "text": "市里的模板。"}
    templates.put(written.session, written.city_reviewer(), given, now=NOW)
    assert offered(written, "C1", Outcome.UNTRUE) == ["市里的模板。"]
    row = templates.put(written.session, written.reviewer, {**given, "text": "区里的模板。"}, now=NOW)
    assert offered(written, "C1", Outcome.UNTRUE) == ["区里的模板。"]
    templates.put(written.session, written.reviewer, {**given, "is_active": False}, now=NOW)
    assert offered(written, "C1", Outcome.UNTRUE) == []
    templates.remove(written.session, written.reviewer, row.id, now=NOW)
    assert offered(written, "C1", Outcome.UNTRUE) == ["市里的模板。"]


def test_templates_are_changed_by_those_who_may_and_only_their_own(written: World) -> None:
    given = {"outcome": "untrue", "category": "C", "text": "本区的模板。"}
    row = templates.put(written.session, written.reviewer, given, now=NOW)
    with pytest.raises(NotFound):
        templates.remove(written.session, written.stranger, row.id, now=NOW)
    with pytest.raises(NotAllowed):
        templates.put(written.session, written.officer, given, now=NOW)
    with pytest.raises(Invalid) as unknown:
        templates.put(written.session, written.reviewer, {**given, "text": "{{钱数}}"}, now=NOW)
    assert "“钱数”" in unknown.value.message
    with pytest.raises(Invalid):
        templates.put(written.session, written.reviewer, {**given, "category": "Z9"}, now=NOW)
    administrator = Actor(None, "管理员", Role.ADMINISTRATOR, None, "/", "province")
    templates.put(written.session, administrator, {**given, "text": "通用的模板。"}, now=NOW)
    assert offered(written, "C1", Outcome.UNTRUE)[0] == "本区的模板。"
    assert "通用的模板。" in offered(written, "C1", Outcome.UNTRUE, administrator)
    entries = written.session.scalars(select(AuditEntry.action)).all()
    assert list(entries).count("reply_template") == 2


# ── evidence and the scanner ──


def test_a_scan_is_kept_with_the_file(world: World) -> None:
    ticket = world.in_progress()
    plain = evidence.upload(world.session, world.officer, ticket.number, "a.pdf", PDF, now=world.now)
    assert (plain.scan, plain.scanned_at) == ("unscanned", None)
    with clamd() as daemon:
        world.session.info[scanning.CARRIED] = scanning.Clamd(daemon.url)
        clean = evidence.upload(
            world.session, world.officer, ticket.number, "b.pdf", PDF + b"2", now=world.now
        )
        assert (clean.scan, clean.scanned_at) == ("clean", world.now)
        with pytest.raises(Invalid) as infected:
            evidence.upload(world.session, world.officer, ticket.number, "c.pdf", PDF + VIRUS, now=world.now)
        assert infected.value.code == "infected_file"
        assert "“c.pdf”含有病毒（Eicar-Test-Signature）" in infected.value.message
        daemon.answer = ""
        with pytest.raises(Unavailable) as down:
            evidence.upload(world.session, world.officer, ticket.number, "d.pdf", PDF + b"3", now=world.now)
        assert down.value.code == "scanner_down"
        world.session.info[scanning.CARRIED] = scanning.Clamd(daemon.url + "?when_down=keep")
        kept = evidence.upload(
            world.session, world.officer, ticket.number, "d.pdf", PDF + b"3", now=world.now
        )
        assert kept.scan == "unreachable"
    assert [one.name for one in queries.files(world.session, ticket)] == ["a.pdf", "b.pdf", "d.pdf"]
