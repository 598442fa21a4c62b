"""并案与撤销并案: tickets under a lead, each with number, complainant and survey of its own; one reply answers them all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from tracker import jobs
from tracker.calendar.deadlines import Clock
from tracker.errors import Conflict, Invalid
from tracker.permissions import SYSTEM, Actor
from tracker.tickets import clocks, handover, rules, service
from tracker.tickets.models import CoHandler, Ticket
from tracker.tickets.rules import Kind, Status

NOT_NEEDED = "工单已随主工单答复，无需再协办。"


def may_merge(_: Actor, ticket: Ticket) -> bool:
    """Return whether the ticket is of a kind that is merged: not a finding, not one that was split."""
    return ticket.kind != Kind.FINDING and not ticket.n_parts


def merge(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """并案: under a lead ticket; number, complainant and survey stay each ticket's own."""
    lead = service.lock(session, actor, given["lead"])
    if lead.id == ticket.id:
        raise Invalid("不能并入自己。", fields={"lead": ["请填写另一张工单的编号。"]})
    _require_mergeable(ticket, lead)
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
        internal=False,
    )
    clocks.on_stage(session, ticket, None, now)
    lead.n_repeats += 1
    service.append(session, lead, actor, "merged-in", now=now, data={"number": ticket.number})


def _require_mergeable(ticket: Ticket, lead: Ticket) -> None:
    """Raise Conflict unless the lead's reply is still to come and will answer the ticket."""
    if lead.status == Status.MERGED or lead.status in rules.FINAL:
        raise Conflict(f"主工单当前为“{rules.STATUS_LABELS[Status(lead.status)]}”，不能并入。")
    if lead.status in rules.ANSWERED:
        raise Conflict("主工单已经答复，不能再并入；请单独办理，可参考其答复。", code="lead_answered")
    if Kind.FINDING in {ticket.kind, lead.kind}:
        raise Conflict("专项整治问题一件一号，不能并案。", code="finding_not_merged")
    if ticket.n_parts:
        raise Conflict("工单已拆分办理，不能再并入其他工单。", code="split_not_merged")
    if ticket.parent_id == lead.id:
        raise Conflict("本工单由该工单拆分而来，不能再并入；拆分有误的请撤销拆分。", code="own_part")


def unmerge(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """撤销并案: back to where it stood."""
    lead = session.get(Ticket, ticket.merged_into_id, with_for_update=True)
    _part(session, actor, ticket, lead, given["reason"], now)


def release(session: Session, lead: Ticket, why: str, now: datetime) -> None:
    """Let everything merged into the lead go on by itself: the lead ends without an answer, the others were not asked."""
    for ticket in followers(session, lead):
        _part(session, SYSTEM, ticket, lead, f"主工单{lead.number}{why}，本工单恢复办理", now)


def followers(session: Session, lead: Ticket, *, patient: bool = True) -> Sequence[Ticket]:
    """Return what is merged into the lead and waits for it, locked. patient: else what somebody holds is passed over."""
    return session.scalars(
        select(Ticket)
        .where(Ticket.merged_into_id == lead.id, Ticket.status == Status.MERGED.value)
        .options(joinedload(Ticket.intake_office))
        .order_by(Ticket.id)
        .with_for_update(of=Ticket, skip_locked=not patient)
        .execution_options(populate_existing=True)
    ).all()


def left_behind(session: Session, *, limit: int) -> Sequence[Ticket]:
    """Return up to `limit` answered leads with tickets still merged into them: somebody held those at that moment."""
    waiting = select(Ticket.merged_into_id).where(Ticket.status == Status.MERGED.value)
    return session.scalars(
        select(Ticket)
        .where(
            Ticket.id.in_(waiting), Ticket.status.in_([*(one.value for one in rules.ANSWERED), "archived"])
        )
        .options(joinedload(Ticket.office))
        .order_by(Ticket.id)
        .limit(limit)
    ).all()


def answer(
    session: Session, actor: Actor, ticket: Ticket, lead: Ticket, told: Mapping[str, Any], now: datetime
) -> None:
    """随主工单答复: the lead's approved reply is this ticket's too; its own complainant is called back next.

    The office that answered is in charge from here on: what the complainant thinks of the reply concerns that office. The
    ticket's own handling time ends, since nobody worked under it; a rework starts one. told: reply, outcome, public_text.
    """
    before = clocks.due_before(ticket)
    if ticket.office_id != lead.office_id:
        handover.hand_over(session, ticket, lead.office, now)
    session.execute(
        update(CoHandler)
        .where(CoHandler.ticket_id == ticket.id, CoHandler.done_at.is_(None))
        .values(done_at=now, opinion=NOT_NEEDED)
    )
    ticket.office, ticket.office_id = lead.office, lead.office_id
    ticket.handler_id = ticket.due_at = ticket.due_from_at = ticket.due_days = None
    ticket.replied_at = ticket.reviewed_at = now
    office = {"office": lead.office.name, "office_code": lead.office.code}
    data = {**told, **office, "lead": lead.number, "approved": True, **before}
    note = f"主工单{lead.number}的答复已审核，一并答复"
    service.move(
        session, ticket, actor, "lead-reply", Status.REVIEWED, now=now, note=note, data=data, internal=False
    )
    clocks.on_stage(session, ticket, Clock.CALL_BACK, now)


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
