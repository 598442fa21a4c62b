"""Campaigns and their ledger as JSON and for the pages."""

from datetime import date, datetime
from typing import Any

from tracker.campaigns import rules
from tracker.campaigns.models import Campaign, Finding
from tracker.campaigns.queries import OfficeSums, Sums
from tracker.tickets.present import office
from tracker.tickets.rules import STATUS_LABELS, Status


def _on(day: date | None) -> str | None:
    return day.isoformat() if day else None


def sums(one: Sums) -> dict[str, Any]:
    """Return the sums, the amount in yuan with two decimals."""
    share = one.share_cleared
    return {
        "n_items": one.n_items,
        "n_cleared": one.n_cleared,
        "n_overdue": one.n_overdue,
        "n_to_verify": one.n_to_verify,
        "n_looked_back": one.n_looked_back,
        "n_rebounds": one.n_rebounds,
        "amount_returned": rules.yuan(one.amount_returned),
        "share_cleared": round(share, 4) if share is not None else None,
    }


def office_sums(one: OfficeSums) -> dict[str, Any]:
    """Return the sums of one responsible office."""
    return {"office": {"code": one.code, "name": one.name}, **sums(one.sums)}


def campaign(one: Campaign, total: Sums) -> dict[str, Any]:
    """Return a campaign with what its ledger adds up to in the reader's sight."""
    return {
        "id": one.id,
        "name": one.name,
        "starts_on": _on(one.starts_on),
        "ends_on": _on(one.ends_on),
        "issuing_office": office(one.issuing_office),
        "offices": [office(part.office) for part in one.participants],
        "problem_types": one.problem_types,
        "look_back_months": one.look_back_months,
        "progress": sums(total),
    }


def finding(one: Finding, now: datetime) -> dict[str, Any]:
    """Return one line of the ledger; the amount in yuan with two decimals."""
    ticket = one.ticket
    status = Status(ticket.status)
    overdue = ticket.due_at is not None and ticket.due_at < now
    stage = rules.stage(status, is_overdue=overdue, looked_back_on=one.looked_back_on)
    body = ticket.respondent_body
    return {
        "campaign": one.campaign_id,
        "item_no": one.item_no,
        "number": ticket.number,
        "stage": stage.value,
        "stage_label": rules.STAGE_LABELS[stage],
        "status": status.value,
        "status_label": STATUS_LABELS[status],
        "source": one.source,
        "problem_type": one.problem_type,
        "title": ticket.title,
        "description": ticket.content,
        "body": ticket.respondent_name or (body.name if body else None),
        "level": ticket.respondent_level,
        "domain": ticket.domain,
        "office": office(ticket.office),
        "responsible_person": one.responsible_person,
        "measures": one.measures,
        "due_on": _on(one.due_on),
        "progress": one.progress,
        "result": one.result,
        "amount_returned": rules.yuan(one.amount_returned),
        "accountability": one.accountability,
        "is_transferred": one.is_transferred,
        "lessons": one.lessons,
        "accepted_by": one.accepted_by,
        "accepted_on": _on(one.accepted_on),
        "cleared_on": _on(one.cleared_on),
        "look_back_on": _on(one.look_back_on),
        "looked_back_on": _on(one.looked_back_on),
        "look_back_result": one.look_back_result,
        "n_rebounds": one.n_rebounds,
    }
