"""Tickets as JSON: what the API shows, contact masked."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.categories.models import Category
from tracker.clock import local
from tracker.fields import cipher
from tracker.offices.models import Office
from tracker.tickets import clocks, queries, rules
from tracker.tickets.models import Complainant, Ticket, TicketEvent
from tracker.tickets.rules import HANDLING, Status

CLOCKED = HANDLING | {Status.DISPATCHED, Status.REPLIED, Status.TERMINATING, Status.RETURN_REQUESTED}


def iso(at: datetime | None) -> str | None:
    """Return the moment as ISO 8601 in Asia/Shanghai."""
    return local(at).isoformat(timespec="seconds") if at else None


def light(session: Session, ticket: Ticket, now: datetime) -> str:
    """Return green, yellow, red, supervised, suspended or none for a ticket whose clock no longer matters."""
    if ticket.status == Status.SUSPENDED:
        return "suspended"
    if ticket.supervised and ticket.status in rules.OPEN:
        return "supervised"
    if ticket.status not in CLOCKED or ticket.due_at is None:
        return "none"
    return clocks.table_of(session, ticket).light(ticket.due_at, now).value


def office(one: Office | None) -> dict[str, Any] | None:
    """Return code, name and level of an office."""
    return {"code": one.code, "name": one.name, "level": str(one.level)} if one else None


def category(session: Session, ticket: Ticket) -> dict[str, Any] | None:
    """Return code, name and confidence (0–1) of the ticket's category."""
    if ticket.category_code is None:
        return None
    known = session.get(Category, ticket.category_code)
    return {
        "code": ticket.category_code,
        "name": known.name if known else ticket.category_code,
        "confidence": ticket.confidence,
        "by": ticket.category_by,
    }


def top3(session: Session, ticket_top3: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the three likeliest categories with names and confidence."""
    names = {one["code"]: session.get(Category, one["code"]) for one in ticket_top3}
    return [
        {"code": code, "name": known.name if known else code, "confidence": one["share"]}
        for one in ticket_top3
        for code, known in [(one["code"], names[one["code"]])]
    ]


def contact(session: Session, complainant: Complainant | None) -> dict[str, Any] | None:
    """Return the complainant masked; hidden identities show nothing but the wish."""
    if complainant is None:
        return None
    wishes = {"anonymous": complainant.anonymous, "hide_identity": complainant.hide_identity}
    if complainant.anonymous or complainant.hide_identity:
        return {"name": "（身份保密）", "phone": "", "id_no": "", "address": "", **wishes}
    seal = cipher(session)
    return {
        "name": rules.mask_name(seal.open(complainant.name_sealed)),
        "phone": rules.mask_phone(seal.open(complainant.phone_sealed)),
        "id_no": rules.mask_id_no(seal.open(complainant.id_no_sealed)),
        "address": "已登记" if complainant.address_sealed else "",
        **wishes,
    }


def row(session: Session, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return the ticket as one row of a list."""
    return {
        "number": ticket.number,
        "version": ticket.version,
        "title": ticket.title,
        "kind": ticket.kind,
        "kind_label": rules.KIND_LABELS[rules.Kind(ticket.kind)],
        "status": Status(ticket.status).value,
        "status_label": rules.STATUS_LABELS[Status(ticket.status)],
        "light": light(session, ticket, now),
        "channel": ticket.channel_code,
        "category": category(session, ticket),
        "office": office(ticket.office),
        "respondent": ticket.respondent_name,
        "division_code": ticket.division_code,
        "received_at": iso(ticket.received_at),
        "due_at": iso(ticket.due_at),
        "stage_due_at": iso(ticket.stage_due_at),
        "urgent": ticket.urgent,
        "supervised": ticket.supervised,
        "n_repeats": ticket.n_repeats,
        "n_parts": ticket.n_parts,
        "is_part": ticket.parent_id is not None,
        "last_event": ticket.last_event,
        "last_event_at": iso(ticket.last_event_at),
    }


def created(session: Session, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return what the operator is told when a ticket was taken in."""
    return {
        **row(session, ticket, now),
        "receipt_code": ticket.receipt_code,
        "top3": top3(session, ticket.top3),
        "words": ticket.words,
        "because": ticket.because,
        "candidates": ticket.candidates,
        "links": {"self": f"/api/v1/tickets/{ticket.number}", "page": f"/tickets/{ticket.number}"},
    }


def full(session: Session, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return everything about the ticket that its readers may see, contact masked.

    Without the receipt code: it speaks and rates for the complainant, so only the receipt tells it.
    """
    told = created(session, ticket, now)
    del told["receipt_code"]
    return {
        **told,
        "content": ticket.content,
        "occurred_at": iso(ticket.occurred_at),
        "place_text": ticket.place_text,
        "respondent": {
            "name": ticket.respondent_name,
            "level": ticket.respondent_level,
            "body": ticket.respondent_body.code if ticket.respondent_body else None,
            "officer_name": ticket.officer_name,
            "officer_cert_no": ticket.officer_cert_no,
        },
        "complainant": contact(session, queries.complainant(session, ticket)),
        "assisting_office": office(ticket.assisting_office),
        "intake_office": office(ticket.intake_office),
        "dispatched_at": iso(ticket.dispatched_at),
        "accepted_at": iso(ticket.accepted_at),
        "replied_at": iso(ticket.replied_at),
        "reviewed_at": iso(ticket.reviewed_at),
        "closed_at": iso(ticket.closed_at),
        "due_rule": ticket.due_rule,
        "due_provisional": ticket.due_provisional,
        "extended_days": ticket.extended_days,
        "n_urged": ticket.n_urged,
        "n_returns": ticket.n_returns,
        "n_reworks": ticket.n_reworks,
        "model_version": ticket.model_version,
        "routing_rule": ticket.routing_rule,
    }


def event(one: TicketEvent) -> dict[str, Any]:
    """Return one thing that happened, with its hash in hex."""
    return {
        "seq": one.seq,
        "action": one.action,
        "at": iso(one.at),
        "actor": one.actor_name,
        "from": one.from_status,
        "to": one.to_status,
        "note": one.note,
        "data": one.data,
        "internal": one.is_internal,
        "hash": one.hash.hex(),
    }
