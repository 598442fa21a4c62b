"""专项整治: campaigns, the findings in their ledger, and the tickets drawn into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.campaigns import queries
from tracker.campaigns.models import Campaign, CampaignOffice, Finding
from tracker.clock import LOCAL
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.offices.models import Office
from tracker.permissions import SYSTEM, Actor, Permission, allowed, in_subtree, require
from tracker.tickets import clocks, originals, receive, service, triage
from tracker.tickets.actions import may
from tracker.tickets.dispatch import office_by_code, refuse_respondent, set_category
from tracker.tickets.models import Ticket
from tracker.tickets.rules import FINAL, Kind, Status

CHANNEL = "campaign"
_DAY_ENDS = time(17, 30)

LEDGER_COLUMNS = (
    "problem_type",
    "responsible_person",
    "measures",
    "due_on",
    "progress",
    "result",
    "amount_returned",
    "accountability",
    "is_transferred",
    "lessons",
)

MANAGED_COLUMNS = ("problem_type", "due_on")
"""Columns that only managers of campaigns write."""


@dataclass(frozen=True)
class Added:
    """The line of the ledger, and whether this call wrote it or found it there."""

    finding: Finding
    created: bool


def find(session: Session, actor: Actor, campaign_id: int) -> Campaign:
    """Return the campaign; raises NotFound when it is absent or none of the actor's business."""
    found = queries.campaign(session, actor, campaign_id)
    if found is None:
        raise NotFound("没有找到该专项整治，或不在您的权限范围内。", code="campaign_not_found")
    return found


def open_campaign(session: Session, actor: Actor, given: Mapping[str, Any], *, now: datetime) -> Campaign:
    """Open a campaign issued by the actor's office and return it; without offices named, all below take part.

    given: validated by `schemas.CampaignIn`. Raises NotAllowed for offices outside the actor's subtree, Conflict for a
    name in use.
    """
    require(actor, Permission.CAMPAIGN_MANAGE)
    office = session.get(Office, actor.office_id) if actor.office_id else None
    if office is None:
        office = session.scalars(select(Office).where(Office.parent_id.is_(None))).one()
    if session.scalar(select(Campaign.id).where(Campaign.name == given["name"])) is not None:
        raise Conflict("已有同名的专项整治，请换一个名称。", code="name_in_use")
    taking_part = [office_by_code(session, code, "offices") for code in given.get("offices") or []] or [
        office
    ]
    if not all(in_subtree(actor, one.path) for one in taking_part):
        raise NotAllowed("参与单位应为本单位或下级单位。", code="outside_subtree")
    campaign = Campaign(
        name=given["name"],
        starts_on=given["starts_on"],
        ends_on=given["ends_on"],
        problem_types=list(given["problem_types"]),
        look_back_months=given["look_back_months"],
        n_items=0,
        created_by_id=actor.account_id,
        created_at=now,
        issuing_office=office,
        participants=[CampaignOffice(office=one) for one in dict.fromkeys(taking_part)],
    )
    session.add(campaign)
    session.flush()
    return campaign


def add_finding(
    session: Session, actor: Actor, campaign: Campaign, given: Mapping[str, Any], *, now: datetime
) -> Added:
    """Take a finding in as a ticket with the next number of the ledger and return its line.

    given: validated by `schemas.FindingIn`. With `office` it goes there at once; without, the text decides. The same
    `source_no` in the same campaign returns the line that is there. Raises NotAllowed, Invalid.
    """
    if not (allowed(actor, Permission.CAMPAIGN_MANAGE) or allowed(actor, Permission.IMPORT)):
        require(actor, Permission.CAMPAIGN_MANAGE)
    office = office_by_code(session, given["office"]) if given.get("office") else None
    _check_type(campaign, given.get("problem_type"))
    home = session.get(Office, actor.office_id) if actor.office_id else campaign.issuing_office
    taken = receive.receive(
        session, actor, _intake(campaign, given), now=now, office=home, triage_now=office is None
    )
    if not taken.created:
        known = queries.finding(session, taken.ticket.id)
        if known is not None:
            known.ticket = taken.ticket
            session.refresh(taken.ticket, ["respondent_body"])
            return Added(known, created=False)
    if office is not None and taken.ticket.status == Status.RECEIVED:
        _dispatch(session, actor, taken.ticket, office, now)
    source = given.get("source") or "专项排查"
    return Added(_enter(session, actor, campaign, taken.ticket, given, source, "finding", now), created=True)


def _intake(campaign: Campaign, given: Mapping[str, Any]) -> dict[str, Any]:
    number = given.get("source_no")
    return {
        "channel": CHANNEL,
        "kind": Kind.FINDING.value,
        "title": given.get("title"),
        "content": given["content"],
        "place_text": given.get("place_text"),
        "division_code": given.get("division_code"),
        "respondent": given.get("respondent"),
        "category_code": given.get("category_code"),
        "source_no": f"{campaign.id}:{number}" if number else None,
    }


def _dispatch(session: Session, actor: Actor, ticket: Ticket, office: Office, now: datetime) -> None:
    refuse_respondent(session, ticket, office)
    if ticket.category_code is not None:
        set_category(session, ticket, ticket.category_code)
    else:
        proposal = triage.propose(
            session, title=ticket.title, text=ticket.content, now=now, home=ticket.intake_office
        )
        suggestion = proposal.text.suggestion
        ticket.category_code, ticket.category_by = suggestion.label, "model"
        ticket.confidence, ticket.model_version = suggestion.confidence, suggestion.model_version
    ticket.routing_rule = "campaign"
    service.move(session, ticket, actor, "triage", Status.TRIAGED, now=now, note="专项整治问题")
    triage.dispatch(session, SYSTEM, ticket, office, now=now, because="专项整治台账指定的责任单位")


def draw(
    session: Session, actor: Actor, campaign: Campaign, given: Mapping[str, Any], *, now: datetime
) -> Finding:
    """Draw an existing ticket into the ledger and return its line; the ticket keeps its number and its way.

    Raises NotAllowed, NotFound, Conflict when it stands in a ledger already or has ended.
    """
    require(actor, Permission.CAMPAIGN_MANAGE)
    ticket = service.lock(session, actor, given["number"])
    known = queries.finding(session, ticket.id)
    if known is not None:
        raise Conflict(f"该工单已列入“{known.campaign.name}”第{known.item_no}号。", code="in_a_ledger")
    if ticket.status in FINAL:
        raise Conflict("该工单已结束，不能列入台账。", code="ticket_ended")
    _check_type(campaign, given.get("problem_type"))
    return _enter(session, actor, campaign, ticket, given, "投诉举报", "draw", now)


def _check_type(campaign: Campaign, problem_type: str | None) -> None:
    if problem_type is not None and problem_type not in campaign.problem_types:
        known = "；".join(campaign.problem_types)
        raise Invalid(
            "没有这个问题类型，请从本专项的类型中选择。", fields={"problem_type": [f"可选：{known}"]}
        )


def _enter(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    ticket: Ticket,
    given: Mapping[str, Any],
    source: str,
    action: str,
    now: datetime,
) -> Finding:
    session.refresh(campaign, ["n_items"], with_for_update={"of": Campaign})
    campaign.n_items += 1
    finding = Finding(
        ticket_id=ticket.id,
        campaign_id=campaign.id,
        item_no=campaign.n_items,
        source=source,
        amount_returned=0,
        is_transferred=False,
        n_rebounds=0,
        added_at=now,
    )
    finding.ticket, finding.campaign = ticket, campaign
    _fill(session, actor, finding, given, now)
    session.add(finding)
    session.refresh(ticket, ["respondent_body"])
    service.append(
        session,
        ticket,
        actor,
        action,
        now=now,
        note=f"列入“{campaign.name}”台账第{finding.item_no}号",
        data={"campaign": campaign.id, "item_no": finding.item_no},
    )
    return finding


def _fill(
    session: Session, actor: Actor, finding: Finding, given: Mapping[str, Any], now: datetime
) -> list[str]:
    changed = []
    given = originals.hidden_in(session, finding.ticket, actor, given)
    for column in LEDGER_COLUMNS:
        value = given.get(column)
        if value is not None and value != getattr(finding, column):
            setattr(finding, column, value)
            changed.append(column)
    if "due_on" in changed and finding.due_on is not None:
        ticket = finding.ticket
        ticket.due_at = datetime.combine(finding.due_on, _DAY_ENDS, LOCAL)
        ticket.due_rule, ticket.due_provisional = None, False
        clocks.reschedule(session, ticket, now)
    return changed


def fillable(session: Session, actor: Actor, ticket: Ticket) -> tuple[str, ...]:
    """Return the columns of the ledger the actor may write for this ticket, in order; none once it has ended."""
    if may(session, actor, ticket, "manage-ledger"):
        return LEDGER_COLUMNS
    if may(session, actor, ticket, "fill-ledger"):
        return tuple(name for name in LEDGER_COLUMNS if name not in MANAGED_COLUMNS)
    return ()


def record(
    session: Session, actor: Actor, number: str, given: Mapping[str, Any], *, now: datetime
) -> Finding:
    """Write columns of the ledger (measures, progress, result, amount …) and return the line.

    By the office in charge, or by a manager of campaigns above it, who alone sets the time limit and the type.
    Raises NotAllowed, NotFound, Conflict once the line is archived.
    """
    ticket = service.lock(session, actor, number)
    finding = queries.finding(session, ticket.id)
    if finding is None:
        raise NotFound("该工单没有列入任何专项整治台账。", code="not_in_a_ledger")
    finding.ticket = ticket
    if ticket.status in FINAL:
        raise Conflict("该问题已归档或已结束，台账不能再改。", code="ticket_ended")
    may_fill = fillable(session, actor, ticket)
    if not may_fill:
        raise NotAllowed("只有责任单位和上级专项管理人员可以填写台账。", code="not_your_office")
    if any(given.get(name) is not None for name in MANAGED_COLUMNS if name not in may_fill):
        raise NotAllowed("整改时限和问题类型由专项管理人员填写。", code="managers_only")
    _check_type(finding.campaign, given.get("problem_type"))
    before = clocks.due_before(ticket)
    changed = _fill(session, actor, finding, given, now)
    if changed:
        told = before if "due_on" in changed else {}
        service.append(session, ticket, actor, "ledger", now=now, data={"columns": changed, **told})
    return finding
