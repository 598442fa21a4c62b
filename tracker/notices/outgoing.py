"""Notices that leave the system: to whom, tried until taken, and what to do with those nobody took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker import jobs
from tracker.accounts.models import Account
from tracker.audit import service as audit
from tracker.errors import Conflict, Invalid, NotFound
from tracker.fields import cipher
from tracker.notices import rules
from tracker.notices.gateways import Closed, Gateway, GatewayError, Message
from tracker.notices.models import Delivery, Notice, NoticeAddress
from tracker.offices.models import Office
from tracker.permissions import GRANTS, Actor, Permission, Role, in_subtree, require
from tracker.tickets.models import Ticket

FAN_OUT = "all"
"""The gateway of a notice not yet addressed: the worker, who knows the gateways, turns it into one delivery each."""


@dataclass(frozen=True)
class Dead:
    """A given-up delivery, its notice, its ticket's number (None for none), and for whom it was, by name."""

    delivery: Delivery
    notice: Notice
    number: str | None
    whom: str


AT_ONCE = 20
"""Deliveries of one transaction, so that gateways that hang for their whole time-out stay within a job's time."""


def owe(session: Session, notice_ids: Sequence[int], *, now: datetime) -> None:
    """Have the notices leave by every gateway once the transaction is committed."""
    if notice_ids:
        rows = [{"notice_id": one, "gateway": FAN_OUT, "next_try_at": now} for one in notice_ids]
        session.execute(insert(Delivery).values(rows).on_conflict_do_nothing())
        jobs.after_commit(session, jobs.Job.NOTICES)


def deliver(session: Session, gateways: Mapping[str, Gateway], *, now: datetime, limit: int = AT_ONCE) -> int:
    """Hand up to `limit` owed notices to their gateways; return how many were looked at.

    One that is not taken is tried again after a growing pause, and kept in the dead-letter list in the end. Once a
    gateway does not answer at all, its others wait without being counted as tried.
    """
    owed = session.scalars(
        select(Delivery)
        .where(Delivery.next_try_at <= now)
        .order_by(Delivery.next_try_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    down: set[str] = set()
    for delivery in owed:
        if delivery.gateway == FAN_OUT:
            _address(session, delivery, gateways, now)
        elif delivery.gateway in down:
            _wait(delivery, 1, now)
        else:
            down |= _hand_over(session, delivery, gateways, now)
    return len(owed)


def _address(session: Session, delivery: Delivery, gateways: Mapping[str, Gateway], now: datetime) -> None:
    """Turn a notice into one delivery for each gateway, and each account that wants it there."""
    notice = session.get_one(Notice, delivery.notice_id)
    shared: list[tuple[str, int | None]] = [
        (name, None) for name, gateway in gateways.items() if not gateway.is_personal
    ]
    personal = [name for name, gateway in gateways.items() if gateway.is_personal]
    rows = [
        {"notice_id": notice.id, "gateway": name, "account_id": account_id, "next_try_at": now}
        for name, account_id in [*shared, *_wanting(session, notice, personal)]
    ]
    if rows:
        session.execute(insert(Delivery).values(rows).on_conflict_do_nothing())
    delivery.sent_at, delivery.next_try_at = now, None


def _wanting(session: Session, notice: Notice, gateways: Sequence[str]) -> list[tuple[str, int | None]]:
    """Return gateway and account of everybody who would find the notice in his inbox and left an address."""
    roles = [role.value for role in Role if Permission(notice.audience) in GRANTS[role]]
    post = (Account.office_id == notice.office_id) & Account.role.in_(roles)
    query = (
        select(NoticeAddress.gateway, Account.id)
        .join(Account, Account.id == NoticeAddress.account_id)
        .where(Account.is_active, NoticeAddress.gateway.in_(gateways))
        .where(Account.id == notice.account_id if notice.account_id else post)
        .order_by(Account.id, NoticeAddress.gateway)
    )
    return [(gateway, account_id) for gateway, account_id in session.execute(query)]


def _hand_over(
    session: Session, delivery: Delivery, gateways: Mapping[str, Gateway], now: datetime
) -> set[str]:
    """Try one delivery; return the gateway's name when it does not answer at all."""
    delivery.n_tries += 1
    try:
        gateway = gateways.get(delivery.gateway) or Closed()
        gateway.send(_message(session, delivery, gateway))
    except GatewayError as error:
        delivery.error = str(error)
        _wait(delivery, None if error.is_final else delivery.n_tries, now)
        return {delivery.gateway} if error.is_down else set()
    delivery.sent_at, delivery.next_try_at, delivery.error = now, None, None
    return set()


def _message(session: Session, delivery: Delivery, gateway: Gateway) -> Message:
    notice = session.get_one(Notice, delivery.notice_id)
    number = session.scalar(select(Ticket.number).where(Ticket.id == notice.ticket_id))
    to = ""
    if gateway.is_personal:
        kept = session.get(NoticeAddress, (delivery.account_id, delivery.gateway))
        if kept is None:
            raise GatewayError("收件人已取消这种通知方式", is_final=True)
        to = cipher(session).open(kept.address_sealed)
    return Message(f"notice-{delivery.id}", notice.kind, rules.outside_words(notice.kind, number), to)


def _wait(delivery: Delivery, n_tries: int | None, now: datetime) -> None:
    """Set the next try after so many, or give up; None gives up at once."""
    chance = rules.jitter(f"{delivery.id}:{delivery.n_tries}")
    pause = rules.pause_seconds(n_tries, chance) if n_tries is not None else None
    delivery.next_try_at = now + timedelta(seconds=pause) if pause is not None else None
    delivery.gave_up_at = now if pause is None else None


def dead(
    session: Session, actor: Actor, *, before: int | None = None, limit: int = 50
) -> tuple[list[Dead], int | None]:
    """Return a page of given-up deliveries of the actor's subtree, newest first, and where the next page begins.

    Raises NotAllowed.
    """
    require(actor, Permission.NOTICE_MANAGE)
    at = func.coalesce(Notice.office_id, Account.office_id)
    query = (
        select(Delivery, Notice, Ticket.number, Office.name, Account.display_name)
        .join(Notice, Notice.id == Delivery.notice_id)
        .outerjoin(Account, Account.id == func.coalesce(Delivery.account_id, Notice.account_id))
        .outerjoin(Office, Office.id == at)
        .outerjoin(Ticket, Ticket.id == Notice.ticket_id)
        .where(Delivery.gave_up_at.is_not(None), Delivery.dropped_at.is_(None))
        .where(
            true() if actor.office_path == "/" else Office.path.startswith(actor.office_path, autoescape=True)
        )
        .order_by(Delivery.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(Delivery.id < before)
    rows = session.execute(query).all()
    found = [
        Dead(delivery, notice, number, "，".join(name for name in (office, person) if name) or "—")
        for delivery, notice, number, office, person in rows[:limit]
    ]
    return found, found[-1].delivery.id if len(rows) > limit else None


def retry(session: Session, actor: Actor, delivery_id: int, *, now: datetime) -> None:
    """Try a given-up delivery again from the start. Raises NotFound, Conflict when it is not given up, NotAllowed."""
    delivery = _given_up(session, actor, delivery_id)
    delivery.n_tries, delivery.next_try_at, delivery.gave_up_at = 0, now, None
    jobs.after_commit(session, jobs.Job.NOTICES)
    audit.record(session, actor, "retry", "delivery", delivery_id, {"gateway": delivery.gateway}, now=now)


def drop(session: Session, actor: Actor, delivery_id: int, reason: str, *, now: datetime) -> None:
    """Drop a given-up delivery for good; it stays in the inbox. Raises as `retry`, and Invalid without a reason."""
    delivery = _given_up(session, actor, delivery_id)
    reason = reason.strip()
    if not 2 <= len(reason) <= 200:
        raise Invalid("请写明不再发送的原因（2至200字）。", code="reason_missing")
    delivery.dropped_at, delivery.dropped_by_name, delivery.drop_reason = now, actor.name, reason
    told: dict[str, str | int] = {"gateway": delivery.gateway, "reason": reason}
    audit.record(session, actor, "drop", "delivery", delivery_id, told, now=now)


def _given_up(session: Session, actor: Actor, delivery_id: int) -> Delivery:
    require(actor, Permission.NOTICE_MANAGE)
    delivery = session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or not _is_below(session, actor, delivery):
        raise NotFound("没有找到这条通知，或不在您的权限范围内。")
    if delivery.gave_up_at is None or delivery.dropped_at is not None:
        raise Conflict("这条通知已经处理过，请刷新页面。", code="not_given_up")
    return delivery


def _is_below(session: Session, actor: Actor, delivery: Delivery) -> bool:
    notice = session.get_one(Notice, delivery.notice_id)
    account = session.get(Account, delivery.account_id or notice.account_id or 0)
    office = session.get(Office, notice.office_id or (account.office_id if account else None) or 0)
    return actor.office_path == "/" or (office is not None and in_subtree(actor, office.path))
