"""查看原文: one contact field, or the words as they came, in clear — with a reason, logged, and not without end."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.audit import service as audit
from tracker.audit.models import AuditEntry
from tracker.errors import NotAllowed, NotFound
from tracker.fields import cipher
from tracker.limits import TooMany
from tracker.permissions import Actor, Permission, Role, require
from tracker.tickets import originals, queries, service
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
    _require_near(actor, ticket, complainant)
    _require_patience(session, actor, now)
    if field == TEXT:
        clear = originals.original(session, ticket, seq)
    else:
        clear = cipher(session).open(getattr(complainant, f"{field}_sealed")) if complainant else ""
    if not clear:
        raise NotFound("该工单没有登记这项信息，或没有隐去的内容。", code="no_contact")
    told = {"field": field, "reason": reason} | ({"event": seq} if seq else {})
    audit.record(session, actor, REVEAL, "ticket", ticket.number, told, now=now)
    return clear


def _require_near(actor: Actor, ticket: Ticket, complainant: Complainant | None) -> None:
    if actor.office_id not in {ticket.office_id, ticket.intake_office_id}:
        raise NotAllowed("只有受理单位和承办单位可以查看联系方式。", code="not_your_office")
    hidden = complainant is not None and (complainant.hide_identity or complainant.anonymous)
    at_the_desk = actor.office_id == ticket.intake_office_id and actor.role is Role.OPERATOR
    if hidden and not at_the_desk:
        raise NotAllowed("诉求人要求保密身份，只有受理窗口的话务员可以查看。", code="identity_hidden")


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
