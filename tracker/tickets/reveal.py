"""查看原文: one contact field, or the words as they came, in clear — with a reason, logged, and not without end."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.audit import service as audit
from tracker.audit.models import AuditEntry
from tracker.errors import NotAllowed, NotFound
from tracker.fields import cipher
from tracker.limits import TooMany
from tracker.permissions import Actor, Permission, require
from tracker.rights import READS, REFUSALS, Sensitivity, may_read
from tracker.tickets import originals, queries, service, sight
from tracker.tickets.models import Complainant, Ticket

REVEAL = "reveal"
TEXT = "content"
"""The field that stands for the complaint's own words."""

MOST_AN_HOUR = 60
"""[P] So many originals one person may look at within an hour; a call-back takes minutes, a bribed colleague does not."""


def reveal(
    session: Session, actor: Actor, number: str, field: str, reason: str, *, seq: int = 0, now: datetime
) -> str:
    """Return one field in clear, and write down who read it and why.

    field: name, phone, id_no, address, or `TEXT` for the words as they came (seq: of the event, 0 for the complaint).
    Only the handling or the receiving office may; a complainant who hid his identity is shown to the operators of the
    receiving office alone. Raises NotAllowed, TooMany, NotFound when there is nothing to show.
    """
    require(actor, Permission.CONTACT_REVEAL)
    ticket = service.find(session, actor, number)
    complainant = queries.complainant(session, ticket)
    _require_near(session, actor, ticket, field, complainant)
    _require_patience(session, actor, now)
    if field == TEXT:
        clear = originals.original(session, ticket, seq)
    else:
        clear = cipher(session).open(getattr(complainant, f"{field}_sealed")) if complainant else ""
    if not clear:
        raise NotFound("该工单没有登记这项信息，或没有隐去的内容。", code="no_contact")
    why = originals.shown_by(session, ticket, reason, actor)
    told = {"field": field, "reason": why} | ({"event": seq} if seq else {})
    audit.record(session, actor, REVEAL, "ticket", ticket.number, told, now=now)
    return clear


def _require_near(
    session: Session, actor: Actor, ticket: Ticket, field: str, complainant: Complainant | None
) -> None:
    relations = sight.stands(session, actor, ticket)
    part = Sensitivity.ORIGINAL if field == TEXT else Sensitivity.CONTACT
    if not may_read(actor, part, relations):
        raise NotAllowed(REFUSALS[READS[part].relations], code="not_your_office")
    if not may_read(actor, part, relations, hidden=is_hidden(complainant)):
        raise NotAllowed(REFUSALS[READS[Sensitivity.IDENTITY].relations], code="identity_hidden")


def is_hidden(complainant: Complainant | None) -> bool:
    """Return whether the complainant asked to stay unknown."""
    return complainant is not None and (complainant.hide_identity or complainant.anonymous)


def _require_patience(session: Session, actor: Actor, now: datetime) -> None:
    looked = select(func.count()).where(
        AuditEntry.actor_id == actor.account_id,
        AuditEntry.action == REVEAL,
        AuditEntry.at > now - timedelta(hours=1),
    )
    if (session.scalar(looked) or 0) >= MOST_AN_HOUR:
        raise TooMany(
            "一小时内查看原文的次数已达上限，请稍后再试；确有需要的请联系本单位负责人。", code="reveal_spent"
        )
