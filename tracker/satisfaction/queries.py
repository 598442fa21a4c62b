"""Reading call-backs, appeals and the rework table."""

import csv
from datetime import date
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.satisfaction.models import Appeal, CallBack, ReworkRule
from tracker.satisfaction.rules import Grade, Outcome, Row
from tracker.tickets.models import Ticket


def seed(session: Session) -> None:
    """Add the rework rows that are not there yet; edited ones stay as they are."""
    text = (files("tracker.satisfaction") / "data" / "rework_rules.csv").read_text("utf-8")
    rows = [
        {
            "code": row["code"],
            "position": int(row["position"]),
            "grades": row["grades"].split("|") if row["grades"] else [],
            "solved": {"true": True, "false": False}.get(row["solved"]),
            "min_reworks": int(row["min_reworks"]),
            "outcome": row["outcome"],
            "sentence": row["sentence"],
            "basis": row["basis"],
            "verified": row["verified"] == "true",
            "effective_from": date.fromisoformat(row["effective_from"]),
        }
        for row in csv.DictReader(text.splitlines())
    ]
    session.execute(insert(ReworkRule).values(rows).on_conflict_do_nothing(index_elements=["code"]))


def rework_rows(session: Session) -> list[Row]:
    """Return the active rows in the order in which they are tried."""
    found = session.scalars(select(ReworkRule).where(ReworkRule.is_active).order_by(ReworkRule.position))
    return [
        Row(
            code=one.code,
            grades=frozenset(Grade(grade) for grade in one.grades),
            solved=one.solved,
            min_reworks=one.min_reworks,
            outcome=Outcome(one.outcome),
            sentence=one.sentence,
            effective_from=one.effective_from,
        )
        for one in found
    ]


def rework_rules(session: Session) -> list[ReworkRule]:
    """Return every row of the rework table, in order, active or not."""
    return list(session.scalars(select(ReworkRule).order_by(ReworkRule.position)))


def call_backs(session: Session, ticket: Ticket) -> list[CallBack]:
    """Return the attempts to call back, oldest first."""
    query = select(CallBack).where(CallBack.ticket_id == ticket.id).order_by(CallBack.id).limit(100)
    return list(session.scalars(query))


def unreached_days(session: Session, ticket: Ticket) -> list[date]:
    """Return the local dates of this round on which nobody answered."""
    query = select(CallBack.attempted_on).where(
        CallBack.ticket_id == ticket.id, CallBack.round == ticket.n_reworks, CallBack.reached.is_(False)
    )
    return list(session.scalars(query))


def last_answer(session: Session, ticket: Ticket) -> CallBack | None:
    """Return the last answer the complainant gave, or None."""
    answered = select(CallBack).where(CallBack.ticket_id == ticket.id, CallBack.reached.is_(True))
    return session.scalar(answered.order_by(CallBack.id.desc()).limit(1))


def open_appeal(session: Session, ticket: Ticket) -> Appeal | None:
    """Return the appeal that waits for a decision, or None."""
    waiting = select(Appeal).where(Appeal.ticket_id == ticket.id, Appeal.upheld.is_(None))
    return session.scalar(waiting.order_by(Appeal.id.desc()).limit(1))


def appeals(session: Session, ticket: Ticket) -> list[Appeal]:
    """Return the appeals of the ticket, oldest first."""
    query = select(Appeal).where(Appeal.ticket_id == ticket.id).order_by(Appeal.id).limit(100)
    return list(session.scalars(query))
