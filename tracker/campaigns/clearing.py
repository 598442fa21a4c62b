"""销号与回头看: the level above verifies that it was put right, and looks back later whether it stayed so."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.calendar.deadlines import months_after
from tracker.campaigns import queries
from tracker.campaigns.models import Finding
from tracker.clock import local_date
from tracker.errors import Conflict, Invalid
from tracker.permissions import Actor
from tracker.satisfaction.service import redo
from tracker.tickets import clocks, service
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Kind, Status


def _line(session: Session, ticket: Ticket) -> Finding:
    finding = queries.finding(session, ticket.id)
    if finding is None:
        raise Conflict("该工单没有列入专项整治台账。", code="not_in_a_ledger")
    return finding


def verify(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """验收销号: a verified finding is closed and its 回头看 planned; a refused one goes back to be put right."""
    finding = _line(session, ticket)
    if ticket.kind != Kind.FINDING:
        raise Conflict("这是诉求工单，请先回访办结，不走验收销号。", code="call_back_first")
    if not given["approve"]:
        redo(session, actor, ticket, given["opinion"], now, action="verify")
        return
    on = _day(given.get("accepted_on"), now, "accepted_on")
    finding.accepted_by, finding.accepted_on = given.get("accepted_by") or actor.name, on
    finding.cleared_on = local_date(now)
    finding.look_back_on = months_after(finding.cleared_on, finding.campaign.look_back_months)
    finding.looked_back_on = finding.look_back_result = None
    ticket.closed_at = now
    data = {"approved": True, "item_no": finding.item_no, "look_back_on": finding.look_back_on.isoformat()}
    service.move(session, ticket, actor, "verify", Status.CLOSED, now=now, note=given["opinion"], data=data)
    clocks.on_stage(session, ticket, None, now)


def look_back(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """回头看: what holds may be archived; what rebounded is opened again under its old number."""
    finding = _line(session, ticket)
    on = _day(given.get("looked_back_on"), now, "looked_back_on")
    if ticket.closed_at is not None and on < local_date(ticket.closed_at):
        raise Invalid("回头看日期不能早于销号日期。", fields={"looked_back_on": ["早于销号日期。"]})
    finding.looked_back_on, finding.look_back_result = on, given["result"]
    if not given["rebounded"]:
        service.append(session, ticket, actor, "look-back", now=now, note=given["result"])
        return
    finding.n_rebounds += 1
    finding.cleared_on = finding.look_back_on = None
    redo(session, actor, ticket, f"回头看发现反弹：{given['result']}", now, action="look-back")


def _day(given: Any, now: datetime, field: str) -> Any:
    today = local_date(now)
    if given is not None and given > today:
        raise Invalid("日期不能在将来。", fields={field: ["不能在将来。"]})
    return given or today
