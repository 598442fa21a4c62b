"""Returns and rulings as the pages show them: words as plain dicts for the templates."""

from typing import Any

from sqlalchemy.orm import Session

from tracker.routing import queries as routing
from tracker.tickets import rules
from tracker.tickets.alike import Alike
from tracker.tickets.models import ReturnRequest, Ticket

SENT_WORDS = {
    "by_hand": "人工派单",
    "campaign": "专项整治",
    "precedent": "裁决先例",
    "fallback": "兜底规定",
    "recusal": "回避规定",
    "duty": "职责清单",
    **{f"ruling_{ruling.value}": "裁决" for ruling in rules.Ruling},
}
"""What sent a ticket, where it was no row of the routing table."""


def sent_by(session: Session, ticket: Ticket) -> dict[str, Any]:
    """Return what sent the ticket where it is: the sentence, the rule in words and its legal basis, as far as known."""
    code = ticket.routing_rule or ""
    rule = routing.latest(session, code)
    return {
        "because": ticket.because or "（未记录）",
        "rule": SENT_WORDS.get(code, code) or "未记录",
        "basis": rule.basis if rule else None,
        "verified": rule.verified if rule else False,
    }


def alike(one: Alike) -> dict[str, Any]:
    """Return an earlier ruling in words, with what it shares with the ticket at hand."""
    same = [word for word, is_so in (("同一单位", one.same_body), ("同一分类", one.same_category)) if is_so]
    return {
        **returned(one.asked),
        "number": one.ticket.number,
        "title": one.ticket.title,
        "same": same,
        "likeness": one.likeness,
        "words": one.words,
    }


def _waits(request: ReturnRequest) -> str:
    """Return what a return waits for in words, "" when for nothing any more."""
    if request.ended_at is not None or request.ruling is not None or request.signed is False:
        return ""
    return "等待裁决" if request.signed else "等待本单位审核人审核"


def returned(request: ReturnRequest) -> dict[str, Any]:
    """Return a request to return a ticket, with its ruling, in words."""
    reason = rules.RETURN_REASON_LABELS.get(rules.ReturnReason(request.reason), request.reason)
    return {
        "office": request.office.name,
        "reason": reason,
        "basis": request.basis,
        "statement": request.statement,
        "claimed": request.claimed_office.name if request.claimed_office else None,
        "claimed_code": request.claimed_office.code if request.claimed_office else None,
        "at": request.requested_at,
        "waits": _waits(request),
        "sign_opinion": request.sign_opinion,
        "signed_at": request.signed_at,
        "ended_why": request.ended_why,
        "at_desk": request.ruled_at_desk,
        "settled_office": request.settled_office.name
        if request.settled_at and request.settled_office
        else None,
        "settled_reason": request.settled_reason,
        "settled_at": request.settled_at,
        "is_deferred": request.ruling == rules.Ruling.HANDLE_FIRST and request.settled_at is None,
        "ruling": rules.RULING_LABELS[rules.Ruling(request.ruling)] if request.ruling else None,
        "ruling_reason": request.ruling_reason,
        "ruled_office": request.ruled_office.name if request.ruled_office else None,
        "ruled_at": request.ruled_at,
    }
