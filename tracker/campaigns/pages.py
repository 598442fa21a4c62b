"""The pages of campaigns: cards with progress, and the ledger."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError

from tracker.campaigns import present, queries, rules, schemas, service
from tracker.campaigns.models import Campaign
from tracker.errors import Invalid, TrackerError
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("campaigns_pages", __name__)

BLUEPRINTS = (blp,)

_FINDING_FIELDS = ("title", "content", "office", "problem_type", "responsible_person", "due_on", "measures")


@blp.get("/campaigns")
@allow(Permission.CAMPAIGN_READ)
def campaigns() -> ResponseReturnValue:
    """Show one card for each campaign."""
    return _cards({}, {}, 200)


def _cards(given: dict[str, Any], problems: dict[str, Any], status: int) -> ResponseReturnValue:
    cards = [
        present.campaign(one, queries.sums(session(), actor(), one.id, now=now()))
        for one in queries.campaigns(session(), actor())
    ]
    page = render_template(
        "campaigns/list.html", cards=cards, given=given, problems=problems, types=rules.OFFICIAL_TYPES
    )
    return page, status


@blp.post("/campaigns")
@allow(Permission.CAMPAIGN_MANAGE)
def open_campaign() -> ResponseReturnValue:
    """Open a campaign from the form and show its ledger."""
    given = _form()
    lines = [line.strip() for line in str(given.pop("problem_types", "")).splitlines()]
    types = [line for line in lines if line]
    clean, problems = _load(schemas.CampaignIn(), {**given, **({"problem_types": types} if types else {})})
    if clean is None:
        return _cards(given, problems, 422)
    campaign = service.open_campaign(session(), actor(), clean, now=now())
    flash(f"已开展“{campaign.name}”。", "success")
    return redirect(f"/campaigns/{campaign.id}")


@blp.get("/campaigns/<int:campaign_id>")
@allow(Permission.CAMPAIGN_READ)
def ledger(campaign_id: int) -> ResponseReturnValue:
    """Show progress by office and the ledger."""
    return _ledger(service.find(session(), actor(), campaign_id), {}, {}, 200)


@blp.post("/campaigns/<int:campaign_id>")
@allow(Permission.CAMPAIGN_MANAGE)
def add(campaign_id: int) -> ResponseReturnValue:
    """Add a finding, or draw a ticket when the form names one."""
    campaign = service.find(session(), actor(), campaign_id)
    given = _form()
    drawing = bool(given.get("number"))
    clean, problems = _load(schemas.DrawIn() if drawing else schemas.FindingIn(), given)
    if clean is None:
        return _ledger(campaign, given, problems, 422)
    try:
        with session().begin_nested():
            if drawing:
                line = service.draw(session(), actor(), campaign, clean, now=now())
            else:
                line = service.add_finding(session(), actor(), campaign, clean, now=now()).finding
    except TrackerError as error:
        return _ledger(campaign, given, error.fields or {"_": [error.message]}, error.http_status)
    flash(f"已列入台账第 {line.item_no} 号，工单 {line.ticket.number}。", "success")
    return redirect(f"/campaigns/{campaign.id}")


@blp.post("/findings/<number>")
@allow(Permission.CAMPAIGN_READ)
def record(number: str) -> ResponseReturnValue:
    """Write the columns of the form and go back to the ticket."""
    clean, problems = _load(schemas.LedgerFields(), _form())
    if clean is None:
        raise Invalid("台账没有保存，请按提示修改后再提交。", fields=problems)
    service.record(session(), actor(), number, clean, now=now())
    flash("台账已保存。", "success")
    return redirect(f"/tickets/{number}#ledger")


def _form() -> dict[str, Any]:
    return {name: value.strip() for name, value in request.form.items() if name != "csrf_token"}


def _load(schema: Schema, given: dict[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    try:
        return dict(schema.load(given)), {}
    except ValidationError as error:
        return None, error.messages if isinstance(error.messages, dict) else {"_": error.messages}


def _ledger(
    campaign: Campaign, given: dict[str, Any], problems: dict[str, Any], status: int
) -> ResponseReturnValue:
    asked = {name: request.args.get(name, "") for name in ("office", "problem_type", "stage", "cursor")}
    try:
        filters = schemas.LedgerIn().load({name: value for name, value in asked.items() if value})
    except ValidationError:
        filters, asked = schemas.LedgerIn().load({}), {}
    filters["campaign"] = campaign.id
    rows, following = queries.ledger(session(), actor(), filters, now=now())
    kept = {name: value for name, value in asked.items() if value and name != "cursor"}
    here = f"/campaigns/{campaign.id}"
    page = render_template(
        "campaigns/ledger.html",
        campaign=present.campaign(campaign, queries.sums(session(), actor(), campaign.id, now=now())),
        by_office=[
            present.office_sums(one)
            for one in queries.sums_by_office(session(), actor(), campaign.id, now=now())
        ],
        rows=[present.finding(one, now()) for one in rows],
        stages=rules.STAGE_LABELS,
        asked=kept,
        given=given,
        problems=problems,
        form=_fields(campaign, given, problems),
        older=f"{here}?{urlencode({**kept, 'cursor': following})}" if following else None,
        newer=f"{here}?{urlencode(kept)}" if asked.get("cursor") else None,
    )
    return page, status


def _fields(campaign: Campaign, given: dict[str, Any], problems: dict[str, Any]) -> list[dict[str, Any]]:
    declared = schemas.FindingIn().fields
    return [
        {
            "name": name,
            "scope": "finding",
            "label": declared[name].metadata["label"],
            "widget": "select" if name == "problem_type" else declared[name].metadata["widget"],
            "choices": [(one, one) for one in campaign.problem_types],
            "required": declared[name].required,
            "help": declared[name].metadata.get("help"),
            "value": given.get(name),
            "errors": problems.get(name),
        }
        for name in _FINDING_FIELDS
    ]
