"""The second envelope where two must agree: one liaison asks, another of the same commission agrees, then he may open it.

A rule of the program, not of the keys: every member holds the key that opens the envelope.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tracker.commissions import custodians, desk, members
from tracker.commissions.models import Commission, EnvelopeRequest, Package
from tracker.commissions.rules import OWN_AFFAIRS
from tracker.errors import Conflict, NotFound
from tracker.fields import cipher
from tracker.permissions import Actor, require_other

OPEN_FOR = timedelta(hours=24)
"""[P] So long after the second person agreed the first may open the envelope."""
ASKED_FOR = timedelta(days=7)
"""[P] So long a request waits for the second person."""


def needs_two(session: Session, package: Package) -> bool:
    """Return whether this commission opens second envelopes by two persons only."""
    wanted = select(Commission.second_person).where(Commission.code == package.commission_code)
    return bool(session.scalar(wanted))


def opened(
    session: Session, actor: Actor, package: Package, reason: str, *, now: datetime
) -> dict[str, Any] | None:
    """Return the complainant where the actor may open the envelope now; None when he has asked a second person just now.

    Every opening and every request is logged with its reason. Raises Conflict unsigned, Invalid for a short reason,
    NotFound for an anonymous complaint.
    """
    if needs_two(session, package) and _agreed(session, actor, package, now) is None:
        _ask(session, actor, package, reason, now)
        return None
    return desk.identity(session, actor, package, reason, now=now)


def _agreed(session: Session, actor: Actor, package: Package, now: datetime) -> EnvelopeRequest | None:
    mine = _of(package).where(
        EnvelopeRequest.asked_by_id == actor.account_id, EnvelopeRequest.agreed_at > now - OPEN_FOR
    )
    return session.scalar(mine.limit(1))


def _of(package: Package) -> Select[EnvelopeRequest]:
    return select(EnvelopeRequest).where(
        EnvelopeRequest.number == package.number,
        EnvelopeRequest.commission_code == package.commission_code,
    )


def _ask(session: Session, actor: Actor, package: Package, reason: str, now: datetime) -> None:
    reason = desk.identity_reason(session, package, reason)
    mine = _waiting(package, now).where(EnvelopeRequest.asked_by_id == actor.account_id)
    if session.scalar(mine.limit(1)) is not None:
        raise Conflict("您已申请查看，正等待另一名联络员同意。", code="already_asked")
    session.add(
        EnvelopeRequest(
            number=package.number,
            commission_code=package.commission_code,
            asked_by_id=actor.account_id,
            asked_by=actor.name,
            asked_at=now,
            reason_sealed=cipher(session).seal(reason) or b"",
        )
    )
    desk.record(session, actor, package, "ask-identity", now=now, note=reason)


def _waiting(package: Package, now: datetime) -> Select[EnvelopeRequest]:
    return _of(package).where(EnvelopeRequest.agreed_at.is_(None), EnvelopeRequest.asked_at > now - ASKED_FOR)


def waiting(session: Session, package: Package, now: datetime) -> list[tuple[EnvelopeRequest, str]]:
    """Return the requests another liaison may agree to, with their reasons in clear."""
    rows = session.scalars(_waiting(package, now).order_by(EnvelopeRequest.id))
    return [(one, cipher(session).open(one.reason_sealed)) for one in rows]


def agree(session: Session, actor: Actor, package: Package, request_id: int, *, now: datetime) -> None:
    """Agree to a colleague's request; raises NotFound for one that is over, NotAllowed for one's own."""
    wanted = _waiting(package, now).where(EnvelopeRequest.id == request_id).with_for_update()
    found = session.scalar(wanted)
    if found is None:
        raise NotFound("没有这个申请，或已处理、已过期。")
    require_other(actor, found.asked_by_id, "查看诉求人身份")
    found.agreed_by_id, found.agreed_by, found.agreed_at = actor.account_id, actor.name, now
    desk.record(session, actor, package, "agree-identity", now=now, note=f"申请人{found.asked_by}")


def require_two(session: Session, actor: Actor, commission: Commission, *, now: datetime) -> None:
    """Let second envelopes be opened by two persons only; raises Conflict where there is only one liaison."""
    if len(members.holders(session, commission)) < 2:
        raise Conflict("本机关只有一名联络员，无法由两人办理，请先授予同事。", code="no_second_person")
    commission.second_person = True
    desk.enter(session, actor, OWN_AFFAIRS, commission.code, "two-persons", now=now)


def allow_one(session: Session, commission: Commission, shares: Sequence[str], *, now: datetime) -> None:
    """Let one person open second envelopes again, by two custodians: nobody frees himself of the second person."""
    custodians.together(commission, shares)
    commission.second_person = False
    actor = members.custodians_of(commission)
    desk.enter(session, actor, OWN_AFFAIRS, commission.code, "one-person", now=now)
