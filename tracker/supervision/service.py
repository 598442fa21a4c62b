"""Sorting a ticket, recording a leader's instruction, answering it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.calendar import service as calendar
from tracker.calendar.deadlines import Clock
from tracker.clock import local_date
from tracker.errors import Conflict, Invalid, NotFound
from tracker.permissions import Actor, Permission, Role, require
from tracker.rights import ACTIONS
from tracker.supervision import queries, rules
from tracker.supervision.models import Instruction, TicketSorting
from tracker.supervision.rules import SORT_LABELS, Proposal, Sort
from tracker.tickets import handle, originals
from tracker.tickets import service as tickets
from tracker.tickets.actions import require_related
from tracker.tickets.models import Ticket, TicketEvent


def seed(session: Session) -> None:
    """Add the sorting rows that are not there yet; idempotent."""
    queries.seed(session)


def proposals(session: Session, found: Sequence[Ticket], *, now: datetime) -> dict[int, Proposal]:
    """Return what the table proposes for each ticket, by its id; one it says nothing about is left out."""
    rows = queries.rows(session)
    on = local_date(now)
    told = {
        key: rules.propose(rows, case, on=on) for key, case in queries.cases(session, found, now=now).items()
    }
    return {key: one for key, one in told.items() if one is not None}


def sort(
    session: Session, actor: Actor, number: str, chosen: Sort | None, opinion: str, *, now: datetime
) -> TicketSorting:
    """定类: keep the class a person chose and return it; None takes what the table proposes.

    Raises NotFound, NotAllowed, Conflict when the table proposes nothing, Invalid when another class than the proposed
    comes without a reason.
    """
    require(actor, Permission.TICKET_SUPERVISE)
    ticket = tickets.lock(session, actor, number)
    require_related(session, actor, ticket, ACTIONS["sort"])
    proposal = proposals(session, [ticket], now=now).get(ticket.id)
    taken = chosen or (proposal.sort if proposal else None)
    if taken is None:
        raise Conflict("分类规则没有给出建议，请自行选择一类。", code="no_proposal")
    if proposal is not None and taken is not proposal.sort and len(opinion) < 2:
        told = f"与建议（{SORT_LABELS[proposal.sort]}）不同的，请写明理由。"
        raise Invalid(told, code="opinion_missing", fields={"opinion": [told]})
    row = session.get(TicketSorting, ticket.id) or TicketSorting(ticket_id=ticket.id)
    before = row.sort
    row.sort, row.opinion, row.decided_at = taken, originals.shown_by(session, ticket, opinion, actor), now
    row.proposed, row.rule = (proposal.sort.value, proposal.rule) if proposal else ("", "")
    row.proposal_reason = proposal.reason if proposal else ""
    row.decided_by_id, row.decided_by_name = actor.account_id, actor.name
    session.add(row)
    data = {"sort": taken.value, "before": Sort(before).value if before else "", "proposed": row.proposed}
    note = f"{SORT_LABELS[taken]}：{opinion or row.proposal_reason}"
    tickets.append(session, ticket, actor, "sort", now=now, note=note, data=data)
    session.flush()
    return row


def instruct(session: Session, actor: Actor, ticket: Ticket, given: dict[str, Any], now: datetime) -> None:
    """领导批示: write it down and put the ticket under supervision until the office in charge has answered.

    given: text, given_by (the leader when somebody else writes it down), given_on, days. A leader's own name stands
    for given_by.
    """
    given_by = given["given_by"] or (actor.name if actor.role is Role.LEADER else None)
    if not given_by:
        raise _wrong("given_by", "请填写批示的领导姓名、职务。")
    today = local_date(now)
    given_on = given["given_on"] or today
    if given_on > today:
        raise _wrong("given_on", "批示日期不能晚于今天。")
    due = None
    if given["days"]:
        table = calendar.timetable(session).at(ticket.office.path)
        due = table.due(Clock.SIGN, from_at=now, amount=given["days"]).due_at
    if not ticket.supervised:
        handle.put_under(session, actor, ticket, f"{given_by}批示", now, instruction=True)
    row = Instruction(
        ticket_id=ticket.id,
        office_id=actor.office_id,
        given_by=given_by,
        given_on=given_on,
        text=given["text"],
        due_at=due,
        recorded_at=now,
        recorded_by_id=actor.account_id,
        recorded_by_name=actor.name,
    )
    session.add(row)
    session.flush()
    note = f"{given_by}：{given['text']}"
    tickets.append(session, ticket, actor, "instruct", now=now, note=note, data={"instruction": row.id})


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: [sentence]})


def find_instruction(session: Session, actor: Actor, instruction_id: int) -> Instruction:
    """Return an instruction on a ticket the actor may see; raises NotFound."""
    known = queries.instruction(session, instruction_id)
    if known is None:
        raise NotFound("没有找到这条批示，或不在您的权限范围内。")
    tickets.find(session, actor, known.ticket.number)
    return known


def answer(session: Session, actor: Actor, instruction_id: int, text: str, *, now: datetime) -> Instruction:
    """批示反馈: the office in charge says what was done; supervision that rests on nothing else ends.

    Raises NotFound, NotAllowed unless the actor sits in the office in charge, Conflict when it was answered before.
    """
    require(actor, Permission.TICKET_HANDLE)
    known = find_instruction(session, actor, instruction_id)
    ticket = tickets.lock(session, actor, known.ticket.number)
    require_related(session, actor, ticket, ACTIONS["answer-instruction"])
    session.refresh(known, ["answered_at"])
    if known.answered_at is not None:
        raise Conflict("这条批示已经反馈过，请刷新页面。", code="instruction_answered")
    known.answer, known.answered_at = originals.shown_by(session, ticket, text, actor), now
    known.answered_by_id, known.answered_by_name = actor.account_id, actor.name
    told: dict[str, Any] = {"instruction": known.id, "office_code": known.office.code}
    tickets.append(session, ticket, actor, "instruction-answered", now=now, note=text, data=told)
    session.flush()
    if ticket.supervised and _rests_on_instructions(session, ticket):
        handle.release(session, actor, ticket, "领导批示已反馈", now)
        session.flush()
    return known


def _rests_on_instructions(session: Session, ticket: Ticket) -> bool:
    """Return whether an instruction put the ticket under supervision last, and nothing else keeps it there."""
    last = (
        select(TicketEvent.data)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.action.in_(["supervise", "circulated"]))
        .order_by(TicketEvent.seq.desc())
        .limit(1)
    )
    by_instruction = bool((session.scalar(last) or {}).get("instruction"))
    return by_instruction and not queries.holds_otherwise(session, ticket)
