"""Telling people: following an event, the inbox, and handing notices to the gateways."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from tracker.accounts import alarms
from tracker.notices import letters, lines, outgoing, queries, rules
from tracker.notices.line import Happened, Line, Whom
from tracker.notices.models import Notice, NoticeRead
from tracker.offices.models import Office
from tracker.offices.rules import path_codes
from tracker.permissions import Actor, Permission, require
from tracker.screens import moment
from tracker.tickets import sight
from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.rules import Kind

MARK_MAX = 1000
"""Notices marked as read at once."""

NOTE_MAX = 80
"""Characters of the event's remark that a notice repeats."""


def follow(session: Session, event: TicketEvent, *, now: datetime) -> int:
    """Tell whoever the table says about the event and return how many notices were new.

    Doing it twice for one event tells nobody twice.
    """
    ticket = session.get(
        Ticket, event.ticket_id, options=[joinedload(Ticket.office), joinedload(Ticket.intake_office)]
    )
    if ticket is None:
        return 0
    happened = Happened(
        event.action, event.from_status, event.to_status, event.data, ticket.kind == Kind.FINDING
    )
    rows = [_row(session, line, ticket, event, now) for line in lines.told(happened)]
    if letters.draft(session, ticket, event.to_status, now=now):
        rows.append(_drafted(ticket, now))
    return _write(session, [row for row in rows if row is not None], now)


def _drafted(ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return the notice that a letter to the superior department waits to be sent."""
    return {
        "once_key": f"letter:{ticket.id}:{ticket.office_id}",
        "ticket_id": ticket.id,
        "office_id": ticket.office_id,
        "audience": Permission.TICKET_REVIEW.value,
        "kind": "letter",
        "text": f"工单 {ticket.number} 涉及垂直管理单位，已起草给其上级主管部门的告知函，请在“消息—告知函”中发出并登记。",
        "created_at": now,
    }


def _row(
    session: Session, line: Line, ticket: Ticket, event: TicketEvent, now: datetime
) -> dict[str, Any] | None:
    office_id = _receiver(session, line.whom, ticket, event)
    if office_id is None:
        return None
    office_id = _not_itself(session, ticket, office_id)
    words = line.words.format(
        number=ticket.number,
        title=ticket.title,
        office=ticket.office.name,
        note=event.note[:NOTE_MAX] or "未说明",
        due=moment(ticket.stage_due_at or ticket.due_at),
    )
    return {
        "once_key": f"{event.id}:{office_id}:{line.audience.value}",
        "ticket_id": ticket.id,
        "office_id": office_id,
        "audience": line.audience.value,
        "kind": event.action,
        "text": words,
        "created_at": now,
    }


def _receiver(session: Session, whom: Whom, ticket: Ticket, event: TicketEvent) -> int | None:
    if whom in {Whom.NAMED, Whom.LEFT}:
        told = "office_code" if whom is Whom.NAMED else "left_office"
        return session.scalar(select(Office.id).where(Office.code == event.data.get(told)))
    if whom is Whom.HIGHER:
        return _further_up(session, ticket.office, 1 + int(event.data.get("rung", 1)))
    return {
        Whom.LEAD: ticket.office_id,
        Whom.INTAKE: ticket.intake_office_id,
        Whom.ABOVE: ticket.office.parent_id or ticket.office_id,
    }[whom]


def _not_itself(session: Session, ticket: Ticket, office_id: int) -> int:
    """Return the office, or the nearest above it where the ticket is about that very office (回避)."""
    if ticket.respondent_body_id is None:
        return office_id
    about, office = sight.facts(session, ticket).respondents, session.get_one(Office, office_id)
    while office.id in about and office.parent_id is not None:
        office = session.get_one(Office, office.parent_id)
    return office.id


def _further_up(session: Session, office: Office, levels: int) -> int:
    """Return the office so many levels above, the top one where there are not so many."""
    above = path_codes(office.path)[:-1]
    code = above[max(len(above) - levels, 0)] if above else office.code
    return session.scalar(select(Office.id).where(Office.code == code)) or office.id


def _write(session: Session, rows: Sequence[dict[str, Any]], now: datetime) -> int:
    if not rows:
        return 0
    written = session.execute(
        insert(Notice)
        .values(list(rows))
        .on_conflict_do_nothing(index_elements=["once_key"])
        .returning(Notice.id, Notice.kind)
    ).all()
    outgoing.owe(session, [one.id for one in written if one.kind in rules.URGENT], now=now)
    return len(written)


def notify(
    session: Session, account_id: int, kind: str, text: str, *, now: datetime, once_key: str | None = None
) -> int:
    """Tell one account something and return 1, or 0 when the same `once_key` was told before."""
    row = {
        "once_key": once_key,
        "account_id": account_id,
        "audience": Permission.NOTICE_READ.value,
        "kind": kind,
        "text": text,
        "created_at": now,
    }
    return _write(session, [row], now)


def tell_alarms(session: Session, *, now: datetime) -> int:
    """Put what the owners of accounts should know of into their inboxes; return how many alarms there were."""
    found = alarms.owed(session)
    for alarm in found:
        notify(session, alarm.account_id, "alarm", alarm.text, now=now, once_key=f"alarm:{alarm.id}")
        alarm.told_at = now
    return len(found)


def notify_office(
    session: Session,
    office_id: int,
    audience: Permission,
    kind: str,
    text: str,
    *,
    now: datetime,
    once_key: str,
) -> int:
    """Tell those of an office whose post holds the permission; return 1, or 0 when the `once_key` was told before."""
    row = {
        "once_key": once_key,
        "office_id": office_id,
        "audience": audience.value,
        "kind": kind,
        "text": text,
        "created_at": now,
    }
    return _write(session, [row], now)


def mark_read(session: Session, actor: Actor, ids: Sequence[int] | None, *, now: datetime) -> int:
    """Mark the notices, the newest MARK_MAX of the actor's when None, as read by him; return how many were unread.

    Ids of other people's notices are passed over in silence.
    """
    require(actor, Permission.NOTICE_READ)
    if actor.account_id is None:
        return 0
    meant = select(Notice.id).where(queries.mine(actor, now), ~queries.read_by(actor))
    meant = meant.order_by(Notice.id.desc()).limit(MARK_MAX)
    if ids is not None:
        meant = meant.where(Notice.id.in_(list(ids)))
    rows = [
        {"notice_id": notice_id, "account_id": actor.account_id, "read_at": now}
        for notice_id in session.scalars(meant)
    ]
    if not rows:
        return 0
    done = session.scalars(
        insert(NoticeRead).values(rows).on_conflict_do_nothing().returning(NoticeRead.notice_id)
    )
    return len(done.all())
