"""The ledger as a spreadsheet: what its columns mean, and one row taken in as a finding."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.campaigns import rules, schemas, service
from tracker.campaigns.models import Campaign
from tracker.errors import Invalid
from tracker.offices.models import Office
from tracker.permissions import Actor
from tracker.tickets.models import Ticket

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "source_no": ("编号", "序号", "问题编号", "item_no", "id"),
    "title": ("标题", "问题标题", "title"),
    "description": ("问题描述", "问题", "内容", "具体问题", "description", "content"),
    "source": ("问题来源", "来源", "source"),
    "problem_type": ("问题类型", "类型", "problem_type"),
    "body": ("执法单位", "被反映单位", "存在问题单位", "body"),
    "office": ("责任单位", "承办单位", "监督机构", "office"),
    "place_text": ("地点", "地区", "所在地", "place"),
    "responsible_person": ("责任人", "responsible_person"),
    "measures": ("整改措施", "措施", "measures"),
    "due_on": ("整改时限", "时限", "due_on"),
    "progress": ("整改进展", "进展", "progress"),
    "result": ("整改结果", "结果", "result"),
    "amount_returned": ("返还/释放金额", "返还释放金额", "返还金额", "涉及金额", "amount_returned"),
    "accountability": ("追责问责情况", "问责", "追责问责", "accountability"),
    "lessons": ("举一反三措施", "举一反三", "lessons"),
}
"""Field → the names its column may bear; the first is the one our own files use."""

HEADS: Mapping[str, str] = {field: names[0] for field, names in COLUMNS.items()}
_AS_THEY_ARE: tuple[str, ...] = (
    "source_no",
    "title",
    "source",
    "problem_type",
    "place_text",
    "responsible_person",
    "measures",
    "progress",
    "result",
    "amount_returned",
    "accountability",
    "lessons",
)


def check(values: Mapping[str, str]) -> dict[str, Any]:
    """Return one row as `FindingIn` reads it, the office still by its name; a row without a number is known by its text.

    Raises Invalid with the fields at fault.
    """
    given: dict[str, Any] = {name: values[name] for name in _AS_THEY_ARE if name in values}
    given["content"] = values.get("description", "")
    if "due_on" in values:
        given["due_on"] = rules.iso_day(values["due_on"])
    if "body" in values:
        given["respondent"] = {"name": values["body"]}
    try:
        checked: dict[str, Any] = schemas.FindingIn().load(given)
    except ValidationError as error:
        messages = error.messages if isinstance(error.messages, dict) else {"_": error.messages}
        fields = {
            HEADS.get(str(field), str(field)): [str(one) for one in told] for field, told in messages.items()
        }
        raise Invalid("这一行有误。", fields=fields) from error
    checked["office"] = values.get("office")
    if not checked.get("source_no"):
        checked["source_no"] = "h" + hashlib.sha256(checked["content"].encode()).hexdigest()[:32]
    return checked


def take_in(
    session: Session, actor: Actor, campaign_id: int, checked: dict[str, Any], *, now: datetime
) -> tuple[Ticket, bool]:
    """Take one checked row in and return (ticket, whether it is new); the same number again is the same finding.

    A 责任单位 that is no supervision office is taken for the body to rectify, and the text decides who answers.
    Raises Invalid, Conflict.
    """
    campaign = session.get_one(Campaign, campaign_id)
    session.refresh(campaign, ["issuing_office"])
    given = dict(checked)
    named = given.pop("office", None)
    office = _office(session, named) if named else None
    given["office"] = office
    if named and office is None and not given.get("respondent"):
        given["respondent"] = {"name": named}
    if given.get("problem_type") and given["problem_type"] not in campaign.problem_types:
        given["problem_type"] = _closest(given["problem_type"], campaign.problem_types)
    added = service.add_finding(session, actor, campaign, given, now=now)
    ticket = session.get_one(Ticket, added.finding.ticket_id)
    return ticket, added.created


def _office(session: Session, named: str) -> str | None:
    found = session.scalars(
        select(Office.code)
        .where(or_(Office.code == named, Office.name == named, Office.short_name == named), Office.is_active)
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def _closest(written: str, types: list[str]) -> str:
    """Return the campaign's type that holds or is held by what was written; raises Invalid when none does."""
    for one in types:
        if written in one or one in written:
            return one
    known = "；".join(types)
    raise Invalid("问题类型不在本专项之内。", fields={HEADS["problem_type"]: [f"可选：{known}"]})
