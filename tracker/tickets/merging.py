"""并案与撤销并案: tickets under a lead, each with number, complainant and survey of its own, and none left behind by it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from tracker import jobs
from tracker.calendar.deadlines import Clock
from tracker.errors import Conflict, Invalid
from tracker.permissions import SYSTEM, Actor
from tracker.tickets import clocks, rules, service
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status


def merge(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """并案: under a lead ticket; number, complainant and survey stay each ticket's own."""
    lead = service.lock(session, actor, given["lead"])
    if lead.id == ticket.id:
        raise Invalid("不能并入自己。", fields={"lead": ["请填写另一张工单的编号。"]})
    if lead.status == Status.MERGED or lead.status in rules.FINAL:
        raise Conflict(f"主工单当前为“{rules.STATUS_LABELS[Status(lead.status)]}”，不能并入。")
    ticket.merged_into_id, ticket.status_before = lead.id, Status(ticket.status).value
    service.move(
        session,
        ticket,
        actor,
        "merge",
        Status.MERGED,
        now=now,
        note=given["reason"],
        data={"lead": lead.number},
    )
    clocks.on_stage(session, ticket, None, now)
    lead.n_repeats += 1
    service.append(session, lead, actor, "merged-in", now=now, data={"number": ticket.number})


def unmerge(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """撤销并案: back to where it stood."""
    lead = session.get(Ticket, ticket.merged_into_id, with_for_update=True)
    _part(session, actor, ticket, lead, given["reason"], now)


def release(session: Session, lead: Ticket, why: str, now: datetime) -> None:
    """Let everything merged into the lead go on by itself: the lead ends without an answer, the others were not asked."""
    for ticket in _merged_into(session, lead):
        _part(session, SYSTEM, ticket, lead, f"主工单{lead.number}{why}，本工单恢复办理", now)


def archive_along(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Archive up to `limit` merged tickets whose lead is archived, and what is merged into them; return how many."""
    lead, merged = aliased(Ticket), Status.MERGED.value
    followers = session.execute(
        select(Ticket, lead.number)
        .join(lead, lead.id == Ticket.merged_into_id)
        .where(Ticket.status == merged, lead.status == Status.ARCHIVED.value)
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for ticket, number in followers:
        note = f"随主工单{number}归档"
        service.move(session, ticket, SYSTEM, "archive", Status.ARCHIVED, now=now, note=note, internal=False)
    return len(followers)


def _merged_into(session: Session, lead: Ticket) -> Sequence[Ticket]:
    return session.scalars(
        select(Ticket)
        .where(Ticket.merged_into_id == lead.id, Ticket.status == Status.MERGED.value)
        .order_by(Ticket.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _part(
    session: Session, actor: Actor, ticket: Ticket, lead: Ticket | None, note: str, now: datetime
) -> None:
    target = Status(ticket.status_before or Status.DISPATCHED)
    ticket.merged_into_id = None
    service.move(session, ticket, actor, "unmerge", target, now=now, note=note)
    if target is Status.IN_PROGRESS:
        clocks.reschedule(session, ticket, now)
    else:
        clocks.on_stage(session, ticket, Clock.SIGN if target is Status.DISPATCHED else Clock.DISPATCH, now)
    if target is Status.RECEIVED:
        jobs.after_commit(session, jobs.Job.TRIAGE)
    if lead is not None:
        lead.n_repeats = max(lead.n_repeats - 1, 0)
        service.append(session, lead, actor, "unmerged", now=now, data={"number": ticket.number})
