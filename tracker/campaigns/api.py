"""JSON door of the campaigns room."""

from typing import Any

from flask import Response, jsonify, make_response
from flask_smorest import Blueprint

from tracker.campaigns import present, queries, schemas, service
from tracker.campaigns.models import Campaign
from tracker.errors import Invalid, NotFound
from tracker.permissions import Permission
from tracker.tickets import service as tickets
from tracker.web import actor, allow, now, session

blp = Blueprint("campaigns_api", __name__, url_prefix="/api/v1", description="专项整治")

BLUEPRINTS = (blp,)


def _shown(campaign: Campaign) -> dict[str, Any]:
    return present.campaign(campaign, queries.sums(session(), actor(), campaign.id, now=now()))


@blp.route("/campaigns")
@allow(Permission.CAMPAIGN_READ)
def campaigns() -> Response:
    """与本单位有关的专项整治及其进度。"""
    return jsonify({"items": [_shown(one) for one in queries.campaigns(session(), actor())]})


@blp.route("/campaigns", methods=["POST"])
@allow(Permission.CAMPAIGN_MANAGE)
@blp.arguments(schemas.CampaignIn)
def open_campaign(given: dict[str, Any]) -> Response:
    """开展一项专项整治；不指定参与单位时，本单位及全部下级参加。"""
    campaign = service.open_campaign(session(), actor(), given, now=now())
    return make_response(jsonify(_shown(campaign)), 201)


@blp.route("/campaigns/<int:campaign_id>")
@allow(Permission.CAMPAIGN_READ)
def campaign(campaign_id: int) -> Response:
    """一项专项整治，按责任单位汇总。"""
    found = service.find(session(), actor(), campaign_id)
    by_office = queries.sums_by_office(session(), actor(), found.id, now=now())
    return jsonify({**_shown(found), "by_office": [present.office_sums(one) for one in by_office]})


@blp.route("/campaigns/<int:campaign_id>/findings")
@allow(Permission.CAMPAIGN_READ)
@blp.arguments(schemas.LedgerIn, location="query")
def ledger(filters: dict[str, Any], campaign_id: int) -> Response:
    """台账，按问题编号，游标翻页。"""
    return _ledger({**filters, "campaign": campaign_id})


@blp.route("/findings")
@allow(Permission.CAMPAIGN_READ)
@blp.arguments(schemas.LedgerIn, location="query")
def findings(filters: dict[str, Any]) -> Response:
    """台账（须用 campaign 指定专项），按问题编号，游标翻页。"""
    if filters["campaign"] is None:
        raise Invalid("请用 campaign 指定专项整治的编号。", fields={"campaign": ["此项必填。"]})
    return _ledger(filters)


def _ledger(filters: dict[str, Any]) -> Response:
    service.find(session(), actor(), filters["campaign"])
    rows, following = queries.ledger(session(), actor(), filters, now=now())
    return jsonify({"items": [present.finding(one, now()) for one in rows], "next": following})


@blp.route("/campaigns/<int:campaign_id>/findings", methods=["POST"])
@allow(Permission.CAMPAIGN_MANAGE)
@blp.arguments(schemas.FindingIn)
def add_finding(given: dict[str, Any], campaign_id: int) -> Response:
    """登记一个问题（一件一号）；同一编号再次提交时为 200 和原来那一条。"""
    found = service.find(session(), actor(), campaign_id)
    added = service.add_finding(session(), actor(), found, given, now=now())
    return make_response(jsonify(present.finding(added.finding, now())), 201 if added.created else 200)


@blp.route("/campaigns/<int:campaign_id>/tickets", methods=["POST"])
@allow(Permission.CAMPAIGN_MANAGE)
@blp.arguments(schemas.DrawIn)
def draw(given: dict[str, Any], campaign_id: int) -> Response:
    """把一张已有工单列入台账。"""
    found = service.find(session(), actor(), campaign_id)
    finding = service.draw(session(), actor(), found, given, now=now())
    return make_response(jsonify(present.finding(finding, now())), 201)


@blp.route("/findings/<number>")
@allow(Permission.CAMPAIGN_READ)
def finding(number: str) -> Response:
    """一张工单在台账中的那一行。"""
    ticket = tickets.find(session(), actor(), number)
    found = queries.finding(session(), ticket.id)
    if found is None:
        raise NotFound("该工单没有列入任何专项整治台账。", code="not_in_a_ledger")
    found.ticket = ticket
    return jsonify(present.finding(found, now()))


@blp.route("/findings/<number>", methods=["PATCH"])
@allow(Permission.CAMPAIGN_READ)
@blp.arguments(schemas.LedgerFields)
def record(given: dict[str, Any], number: str) -> Response:
    """填写台账各栏；金额单位为元。"""
    return jsonify(present.finding(service.record(session(), actor(), number, given, now=now()), now()))
