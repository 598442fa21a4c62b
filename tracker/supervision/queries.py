"""Reading the supervision board: which tickets call for more than waiting, what is known of them, open instructions."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased, joinedload

from tracker.categories.models import Category
from tracker.documents.models import Document, DocumentTicket
from tracker.documents.rules import Kind as DocumentKind
from tracker.errors import Invalid
from tracker.offices.models import Body
from tracker.offices.queries import office_ids
from tracker.permissions import Actor
from tracker.replies.models import Reply
from tracker.replies.rules import Outcome
from tracker.satisfaction.models import CallBack
from tracker.satisfaction.rules import CONTENT
from tracker.supervision import rules
from tracker.supervision.models import Instruction, SortingRule, TicketSorting
from tracker.supervision.rules import Case, Measure, Row, Sort
from tracker.tickets.models import Ticket
from tracker.tickets.rules import OPEN

BOARD: dict[str, str] = {
    "overdue": "已超期",
    "supervised": "督办中",
    "instructed": "领导批示",
    "repeated": "重复反映",
    "dissatisfied": "两次不满意",
    "A": "A 个案监督",
    "B": "B 专项监督",
    "C": "C 一般提醒",
}
"""What the board lists, with its Chinese name; the letters are the classes people chose."""

BOARD_MOST = 100
YEAR = timedelta(days=365)
_TRUE = (Outcome.RECTIFIED.value, Outcome.PARTLY_TRUE.value)
_CORRECTING = (DocumentKind.REMINDER.value, DocumentKind.OPINION.value, DocumentKind.DECISION.value)
_OTHER = aliased(Ticket)


def seed(session: Session) -> None:
    """Add the sorting rows that are not there yet; edited ones stay as they are."""
    text = (files("tracker.supervision") / "data" / "sorting_rules.csv").read_text("utf-8")
    rows = [
        {
            **row,
            "position": int(row["position"]),
            "at_least": int(row["at_least"]),
            "classes": row["classes"].split("|") if row["classes"] else [],
            "verified": row["verified"] == "true",
            "effective_from": date.fromisoformat(row["effective_from"]),
        }
        for row in csv.DictReader(text.splitlines())
    ]
    session.execute(insert(SortingRule).values(rows).on_conflict_do_nothing(index_elements=["code"]))


def table(session: Session) -> Sequence[SortingRule]:
    """Return every row of the sorting table, in the order in which they are tried, active or not."""
    return session.scalars(select(SortingRule).order_by(SortingRule.position, SortingRule.code)).all()


def rows(session: Session) -> list[Row]:
    """Return the active rows as the rules want them."""
    return [
        Row(
            code=one.code,
            sort=Sort(one.sort),
            measure=Measure(one.measure),
            at_least=one.at_least,
            classes=frozenset(one.classes),
            sentence=one.sentence,
            effective_from=one.effective_from,
        )
        for one in table(session)
        if one.is_active
    ]


def _answers_against() -> ColumnElement[int]:
    bad = or_(CallBack.grade.not_in([one.value for one in CONTENT]), CallBack.solved.is_(False))
    return (
        select(func.count())
        .select_from(CallBack)
        .where(CallBack.ticket_id == Ticket.id, CallBack.reached, bad)
        .correlate(Ticket)
        .scalar_subquery()
    )


def _has_open_instruction() -> ColumnElement[bool]:
    return exists().where(Instruction.ticket_id == Ticket.id, Instruction.answered_at.is_(None))


def _same_matter() -> ColumnElement[bool]:
    """Return the condition that the other ticket is about the same body and main category."""
    return and_(
        _OTHER.respondent_body_id == Ticket.respondent_body_id,
        func.left(_OTHER.category_code, 1) == func.left(Ticket.category_code, 1),
        _OTHER.id != Ticket.id,
    )


def _corrected() -> ColumnElement[int]:
    return (
        select(func.count(Document.id.distinct()))
        .select_from(_OTHER)
        .join(DocumentTicket, DocumentTicket.ticket_id == _OTHER.id)
        .join(Document, Document.id == DocumentTicket.document_id)
        .where(
            _same_matter(),
            Document.to_body_id == Ticket.respondent_body_id,
            Document.kind.in_(_CORRECTING),
            Document.voided_at.is_(None),
            Document.closed_at < Ticket.received_at,
        )
        .correlate(Ticket)
        .scalar_subquery()
    )


def _found_true() -> ColumnElement[int]:
    return (
        select(func.count(_OTHER.id.distinct()))
        .select_from(_OTHER)
        .join(Reply, Reply.ticket_id == _OTHER.id)
        .where(
            _same_matter(),
            Reply.approved.is_(True),
            Reply.outcome.in_(_TRUE),
            Reply.reviewed_at.between(Ticket.received_at - YEAR, Ticket.received_at),
        )
        .correlate(Ticket)
        .scalar_subquery()
    )


def _instructed() -> ColumnElement[int]:
    found = select(func.count()).select_from(Instruction).where(Instruction.ticket_id == Ticket.id)
    return found.correlate(Ticket).scalar_subquery()


def cases(session: Session, tickets: Sequence[Ticket], *, now: datetime) -> dict[int, Case]:
    """Return what the sorting table asks of each ticket, by its id."""
    counts = select(
        Ticket.id,
        _corrected().label(Measure.CORRECTED),
        _found_true().label(Measure.FOUND_TRUE),
        _instructed().label(Measure.INSTRUCTIONS),
        _answers_against().label(Measure.DISSATISFIED),
    ).where(Ticket.id.in_([one.id for one in tickets]))
    counted = {row["id"]: dict(row) for row in session.execute(counts).mappings()}
    names = {row.code: row.name for row in session.execute(select(Category.code, Category.name))}
    named = select(Body.id, Body.name).where(Body.id.in_([one.respondent_body_id for one in tickets]))
    bodies = {row.id: row.name for row in session.execute(named)}
    told = {one.id: bodies.get(one.respondent_body_id or 0) or one.respondent_name or "" for one in tickets}
    return {one.id: _case(one, told[one.id], counted[one.id], names, now) for one in tickets}


def _case(
    ticket: Ticket, body: str, counted: Mapping[Any, Any], names: Mapping[str, str], now: datetime
) -> Case:
    late = ticket.due_at is not None and ticket.due_at < now and ticket.status in OPEN
    letter = (ticket.category_code or "")[:1]
    told = (Measure.CORRECTED, Measure.FOUND_TRUE, Measure.INSTRUCTIONS, Measure.DISSATISFIED)
    return Case(
        letter=letter,
        body=body,
        category=f"“{names[letter]}”类" if letter in names else "",
        counts={
            **{one: counted[one] for one in told},
            Measure.REPEATS: ticket.n_repeats,
            Measure.LATE_AND_SUPERVISED: int(late and ticket.supervised),
        },
    )


def _calls(tab: str, now: datetime) -> ColumnElement[bool]:
    is_open = Ticket.status.in_(sorted(one.value for one in OPEN))
    conditions: dict[str, ColumnElement[bool]] = {
        "overdue": and_(is_open, Ticket.due_at < now),
        "supervised": and_(is_open, Ticket.supervised.is_(True)),
        "instructed": _has_open_instruction(),
        "repeated": and_(is_open, Ticket.n_repeats >= rules.REPEATED),
        "dissatisfied": and_(is_open, _answers_against() >= rules.DISSATISFIED_TWICE),
        **{
            one.value: and_(
                is_open, exists().where(TicketSorting.ticket_id == Ticket.id, TicketSorting.sort == one.value)
            )
            for one in Sort
        },
    }
    if tab not in conditions:
        raise Invalid("没有这个标签页。", fields={"tab": ["可选：" + "、".join(conditions)]})
    return conditions[tab]


def board(session: Session, actor: Actor, tab: str, *, now: datetime) -> Sequence[Ticket]:
    """Return the tickets of the reader's subtree that call for something, the most urgent first; at most 100.

    Only open ones, save those whose instruction waits for its answer. Raises Invalid for an unknown tab.
    """
    found: Select[Any] = (
        select(Ticket)
        .where(Ticket.office_id.in_(office_ids(actor.office_path)), _calls(tab, now))
        .options(joinedload(Ticket.office))
    )
    return session.scalars(found.order_by(Ticket.due_at, Ticket.id).limit(BOARD_MOST)).all()


def sortings(session: Session, tickets: Sequence[Ticket]) -> dict[int, TicketSorting]:
    """Return the classes people chose, by the id of the ticket."""
    found = select(TicketSorting).where(TicketSorting.ticket_id.in_([one.id for one in tickets]))
    return {one.ticket_id: one for one in session.scalars(found)}


@dataclass(frozen=True)
class Asked:
    """The open instructions on a ticket: how many, and the latest."""

    n: int
    latest: Instruction


def waiting(session: Session, tickets: Sequence[Ticket]) -> dict[int, Asked]:
    """Return the instructions that wait for an answer, by the id of the ticket."""
    found = (
        select(Instruction)
        .where(Instruction.ticket_id.in_([one.id for one in tickets]), Instruction.answered_at.is_(None))
        .order_by(Instruction.id)
    )
    told: dict[int, Asked] = {}
    for one in session.scalars(found):
        told[one.ticket_id] = Asked(told[one.ticket_id].n + 1 if one.ticket_id in told else 1, one)
    return told


def instructions(session: Session, ticket: Ticket) -> Sequence[Instruction]:
    """Return the instructions on a ticket, newest first; at most 50."""
    found = (
        select(Instruction).where(Instruction.ticket_id == ticket.id).options(joinedload(Instruction.office))
    )
    return session.scalars(found.order_by(Instruction.id.desc()).limit(50)).all()


def instruction(session: Session, instruction_id: int) -> Instruction | None:
    """Return one instruction with its ticket's number, or None."""
    found = select(Instruction).where(Instruction.id == instruction_id)
    return session.scalar(found.options(joinedload(Instruction.ticket), joinedload(Instruction.office)))


def holds_otherwise(session: Session, ticket: Ticket) -> bool:
    """Return whether the ticket stays under supervision without the instruction just answered.

    Another instruction, a 督办函 still in force, or the clock, which circulated it, may ask for it too.
    """
    urged = (
        select(Document.id)
        .join(DocumentTicket, DocumentTicket.document_id == Document.id)
        .where(
            DocumentTicket.ticket_id == ticket.id,
            Document.kind == DocumentKind.URGING.value,
            Document.voided_at.is_(None),
            Document.closed_at.is_(None),
        )
    )
    asked = select(Instruction.id).where(
        Instruction.ticket_id == ticket.id, Instruction.answered_at.is_(None)
    )
    return session.scalar(select(or_(urged.exists(), asked.exists()))) is True


def n_late_instructions(session: Session, actor: Actor, *, now: datetime) -> int:
    """Return how many instructions wait for the own office's answer, or are overdue below it; counted up to 100."""
    if actor.office_id is None:
        return 0
    mine = Ticket.office_id == actor.office_id
    late = and_(Ticket.office_id.in_(office_ids(actor.office_path)), Instruction.due_at < now)
    found = (
        select(Instruction.id)
        .join(Ticket, Ticket.id == Instruction.ticket_id)
        .where(Instruction.answered_at.is_(None), or_(mine, late))
        .limit(BOARD_MOST)
    )
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0
