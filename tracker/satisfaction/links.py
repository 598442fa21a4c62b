"""评价链接: a signed link by which the complainant rates once, without an account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from tracker.errors import Conflict, NotFound
from tracker.permissions import Actor, Role
from tracker.replies import queries as replies
from tracker.satisfaction import rules, service
from tracker.satisfaction.models import CallBack, RatingLink
from tracker.tickets import originals, sweep
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

COMPLAINANT = Actor(
    account_id=None, name="诉求人", role=Role.SYSTEM, office_id=None, office_path="/", office_level="province"
)
"""Whom the history names when a complainant rates."""

_NO_LINK = "评价链接无效，请核对后重试或致电12345。"


@dataclass(frozen=True)
class Opened:
    """What a link opens: the ticket, and the reply to be rated ("" when none was published)."""

    ticket: Ticket
    reply: str


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="rating-link")


def issue(session: Session, ticket: Ticket, *, secret: str, now: datetime) -> str:
    """Return the token of the ticket's present round, the same one when asked again; open for RATING_LINK_DAYS.

    Raises Conflict when the ticket does not wait for the complainant's word.
    """
    _require_waiting(ticket)
    known = select(RatingLink).where(RatingLink.ticket_id == ticket.id, RatingLink.round == ticket.n_reworks)
    link = session.scalar(known)
    if link is None:
        link = RatingLink(ticket_id=ticket.id, round=ticket.n_reworks)
        session.add(link)
    if link.used_at is None:
        link.issued_at, link.expires_at = now, now + timedelta(days=rules.RATING_LINK_DAYS)
    session.flush()
    return str(_signer(secret).dumps(link.id))


def open_(session: Session, token: str, *, secret: str, now: datetime, lock: bool = False) -> Opened:
    """Return what the link opens.

    Raises NotFound for a token we did not sign, Conflict when it was used, has run out or came too late.
    """
    link, ticket = _found(session, token, secret, lock=lock)
    if link.used_at is not None:
        raise Conflict("您已经评价过，感谢参与。", code="already_rated")
    if now > link.expires_at:
        raise Conflict("评价链接已过期；如需评价请致电12345。", code="link_expired")
    if link.round != ticket.n_reworks:
        raise Conflict("该事项正在重新办理，办好后会再请您评价。", code="not_waiting")
    _require_waiting(ticket)
    published = replies.published(session, ticket)
    return Opened(ticket, published.public_text if published else "")


def rate(session: Session, token: str, given: dict[str, Any], *, secret: str, now: datetime) -> CallBack:
    """Write the complainant's answer, once, and do what the rework table says; raises as `open_`."""
    opened = open_(session, token, secret=secret, now=now, lock=True)
    link, _ = _found(session, token, secret, lock=False)
    link.used_at = now
    now = sweep.catch_up(session, opened.ticket, now)
    given = originals.hidden_in(session, opened.ticket, None, given)
    return service.record_answer(session, COMPLAINANT, opened.ticket, given, via=service.LINK, now=now)


def _found(session: Session, token: str, secret: str, *, lock: bool) -> tuple[RatingLink, Ticket]:
    try:
        link_id = _signer(secret).loads(token)
    except BadSignature as error:
        raise NotFound(_NO_LINK, code="bad_link") from error
    query = (
        select(Ticket)
        .join(RatingLink, RatingLink.ticket_id == Ticket.id)
        .join(Ticket.office)
        .where(RatingLink.id == link_id)
        .options(contains_eager(Ticket.office), joinedload(Ticket.intake_office))
    )
    if lock:
        query = query.with_for_update(of=Ticket).execution_options(populate_existing=True)
    ticket = session.scalar(query)
    link = session.get(RatingLink, link_id, populate_existing=lock)
    if ticket is None or link is None:
        raise NotFound(_NO_LINK, code="bad_link")
    return link, ticket


def _require_waiting(ticket: Ticket) -> None:
    if not service.is_surveyed(ticket) or ticket.status != Status.REVIEWED:
        raise Conflict("该事项目前不在评价环节。", code="not_waiting")
