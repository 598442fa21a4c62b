from datetime import date
from typing import Any

import pytest

from tests.world import BAD, GOOD, REPLY, World
from tracker.campaigns import queries, schemas, service
from tracker.campaigns.models import Campaign
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.permissions import Actor, Role
from tracker.tickets.rules import Kind, Status

PLAN = {"name": "规范涉企执法专项整治", "starts_on": "2026-03-01", "ends_on": "2026-12-31"}
LINE = {"content": "某街道执法队对企业重复收取清运费。", "office": "440106", "category_code": "C1"}


@pytest.fixture
def manager(world: World) -> Actor:
    """A reviewer of the city, above the county that puts things right."""
    city = world.office("440100")
    return Actor(None, "市级审核人", Role.REVIEWER, city.id, city.path, "city", city.name)


@pytest.fixture
def campaign(world: World, manager: Actor) -> Campaign:
    return service.open_campaign(world.session, manager, schemas.CampaignIn().load(PLAN), now=world.now)


def add(world: World, who: Actor, campaign: Campaign, **more: Any):
    given = schemas.FindingIn().load({**LINE, **more})
    return service.add_finding(world.session, who, campaign, given, now=world.now)


def to_verify(world: World, manager: Actor, campaign: Campaign, **more: Any):
    finding = add(world, manager, campaign, **more).finding
    world.act(world.officer, finding.ticket, "accept")
    world.act(world.officer, finding.ticket, "reply", REPLY)
    world.act(world.reviewer, finding.ticket, "review", {"approve": True})
    return finding


def test_each_finding_is_a_ticket_with_one_number(world: World, manager: Actor, campaign: Campaign) -> None:
    first = add(world, manager, campaign, source_no="1", due_on="2026-04-01", amount_returned="1,200.50")
    again = add(world, manager, campaign, source_no="1")
    second = add(world, manager, campaign, source_no="2")
    assert (first.created, again.created, second.created) == (True, False, True)
    assert (first.finding.item_no, again.finding.item_no, second.finding.item_no) == (1, 1, 2)
    ticket = first.finding.ticket
    assert (ticket.kind, ticket.status, ticket.office.code) == (Kind.FINDING, Status.DISPATCHED, "440106")
    assert ticket.due_at is not None
    assert ticket.due_at.date() == date(2026, 4, 1)
    assert first.finding.amount_returned == 120050


def test_a_cleared_finding_is_looked_back_at_before_the_archive(
    world: World, manager: Actor, campaign: Campaign
) -> None:
    finding = to_verify(world, manager, campaign)
    with pytest.raises(Conflict):
        world.act(world.operator, finding.ticket, "call-back", GOOD)
    with pytest.raises(NotAllowed):
        world.act(world.reviewer, finding.ticket, "verify", {"approve": True, "opinion": "自己验收"})
    world.act(world.arbiter, finding.ticket, "verify", {"approve": True, "opinion": "现场核实已整改"})
    assert (finding.ticket.status, finding.cleared_on) == (Status.CLOSED, date(2026, 3, 2))
    assert finding.look_back_on == date(2026, 9, 2)
    with pytest.raises(Conflict) as early:
        world.act(world.operator, finding.ticket, "archive")
    assert early.value.code == "look_back_first"
    world.later(days=180)
    world.act(world.arbiter, finding.ticket, "look-back", {"rebounded": False, "result": "未反弹"})
    world.act(world.operator, finding.ticket, "archive")
    assert finding.ticket.status == Status.ARCHIVED


def test_a_rebound_opens_the_finding_under_its_old_number(
    world: World, manager: Actor, campaign: Campaign
) -> None:
    finding = to_verify(world, manager, campaign)
    world.act(world.arbiter, finding.ticket, "verify", {"approve": True, "opinion": "已整改"})
    world.act(world.arbiter, finding.ticket, "look-back", {"rebounded": True, "result": "又在收费"})
    assert (finding.ticket.status, finding.n_rebounds, finding.item_no) == (Status.REWORK, 1, 1)
    assert finding.cleared_on is None


def test_a_refused_finding_goes_back(world: World, manager: Actor, campaign: Campaign) -> None:
    finding = to_verify(world, manager, campaign)
    world.act(world.arbiter, finding.ticket, "verify", {"approve": False, "opinion": "款项未退"})
    assert finding.ticket.status == Status.REWORK
    future = {"approve": True, "opinion": "已整改", "accepted_on": "2030-01-01"}
    world.again(finding.ticket)
    with pytest.raises(Invalid):
        world.act(world.arbiter, finding.ticket, "verify", future)


def test_hotline_tickets_are_drawn_in_once(world: World, manager: Actor, campaign: Campaign) -> None:
    ticket = world.reviewed()
    given = {"number": ticket.number}
    line = service.draw(world.session, manager, campaign, given, now=world.now)
    assert line.item_no == 1
    with pytest.raises(Conflict) as twice:
        service.draw(world.session, manager, campaign, given, now=world.now)
    assert twice.value.code == "in_a_ledger"
    with pytest.raises(Conflict):
        world.act(world.arbiter, ticket, "verify", {"approve": True, "opinion": "验收"})
    world.act(world.operator, ticket, "call-back", GOOD)
    with pytest.raises(Conflict):
        world.act(world.operator, ticket, "archive")
    world.act(world.arbiter, ticket, "look-back", {"rebounded": False, "result": "未反弹"})
    world.act(world.operator, ticket, "archive")


def test_the_ledger_is_filled_in_by_those_responsible(
    world: World, manager: Actor, campaign: Campaign
) -> None:
    finding = add(world, manager, campaign).finding
    given = schemas.LedgerFields().load({"progress": "已约谈", "amount_returned": 500, "lessons": "全区自查"})
    service.record(world.session, world.officer, finding.ticket.number, given, now=world.now)
    assert (finding.progress, finding.amount_returned) == ("已约谈", 50000)
    limit = schemas.LedgerFields().load({"due_on": "2026-05-01"})
    with pytest.raises(NotAllowed):
        service.record(world.session, world.officer, finding.ticket.number, limit, now=world.now)
    service.record(world.session, manager, finding.ticket.number, limit, now=world.now)
    with pytest.raises(NotFound):
        service.record(world.session, world.stranger, finding.ticket.number, given, now=world.now)
    wrong = schemas.LedgerFields().load({"problem_type": "别的"})
    with pytest.raises(Invalid):
        service.record(world.session, manager, finding.ticket.number, wrong, now=world.now)


def test_sums_and_ledger(world: World, manager: Actor, campaign: Campaign) -> None:
    cleared = to_verify(world, manager, campaign, amount_returned="100")
    world.act(world.arbiter, cleared.ticket, "verify", {"approve": True, "opinion": "已整改"})
    add(world, manager, campaign, due_on="2026-03-03")
    add(world, manager, campaign, office="440105")
    world.later(days=10)
    total = queries.sums(world.session, manager, campaign.id, now=world.now)
    assert (total.n_items, total.n_cleared, total.n_overdue, total.amount_returned) == (3, 1, 1, 10000)
    by_office = queries.sums_by_office(world.session, manager, campaign.id, now=world.now)
    assert [(one.code, one.sums.n_items) for one in by_office] == [("440105", 1), ("440106", 2)]
    assert queries.sums(world.session, world.officer, campaign.id, now=world.now).n_items == 2
    filters = {"campaign": campaign.id, "limit": 2}
    page, following = queries.ledger(world.session, manager, filters, now=world.now)
    assert [one.item_no for one in page] == [1, 2]
    rest, end = queries.ledger(world.session, manager, {**filters, "cursor": following}, now=world.now)
    assert ([one.item_no for one in rest], end) == ([3], None)
    for stage, numbers in (("overdue", [2]), ("cleared", [1]), ("open", [3]), ("ended", [])):
        found, _ = queries.ledger(world.session, manager, {**filters, "stage": stage}, now=world.now)
        assert [one.item_no for one in found] == numbers
    mine, _ = queries.ledger(world.session, manager, {**filters, "office": "440106"}, now=world.now)
    assert [one.item_no for one in mine] == [1, 2]


def test_campaigns_are_known_to_those_concerned(world: World, manager: Actor) -> None:
    plan = schemas.CampaignIn().load({**PLAN, "offices": ["440106"]})
    campaign = service.open_campaign(world.session, manager, plan, now=world.now)
    assert service.find(world.session, world.officer, campaign.id) is campaign
    assert queries.campaigns(world.session, world.operator) == [campaign]
    assert queries.campaigns(world.session, world.stranger) == []
    with pytest.raises(NotFound):
        service.find(world.session, world.stranger, campaign.id)
    with pytest.raises(Conflict):
        service.open_campaign(world.session, manager, plan, now=world.now)
    with pytest.raises(NotAllowed):
        service.open_campaign(world.session, world.officer, plan, now=world.now)
    abroad = schemas.CampaignIn().load({**PLAN, "name": "别人的事", "offices": ["440106"]})
    with pytest.raises(NotAllowed):
        service.open_campaign(world.session, world.stranger, abroad, now=world.now)


def test_a_dissatisfied_complainant_keeps_the_line_open(
    world: World, manager: Actor, campaign: Campaign
) -> None:
    ticket = world.reviewed()
    service.draw(world.session, manager, campaign, {"number": ticket.number}, now=world.now)
    world.act(world.operator, ticket, "call-back", BAD)
    assert queries.sums(world.session, manager, campaign.id, now=world.now).n_cleared == 0
