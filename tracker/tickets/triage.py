"""分类与派单: from the text to a category, an office and a sentence of why — or to a person (人工研判), never nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session, contains_eager, joinedload

from classifiers import thresholds
from classifiers.triage import TriageResult
from tracker import jobs
from tracker.categories import service as categories
from tracker.clock import local_date
from tracker.errors import TrackerError
from tracker.offices.models import Body, Office
from tracker.permissions import SYSTEM, Actor
from tracker.routing import service as routing
from tracker.routing.facts import Decision, DecisionKind, Facts, Spoken
from tracker.tickets import clocks, handover, service
from tracker.tickets.engine import engine
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

log = structlog.get_logger()

_FAULTS = (TrackerError, ValueError, LookupError, IntegrityError, DataError)
"""What a text may do to its triage without stopping that of others."""


@dataclass(frozen=True)
class Known:
    """What a person said beside the text; stronger than anything read there."""

    division_code: str | None = None
    body_id: int | None = None
    respondent_name: str | None = None
    respondent_level: str | None = None
    category_code: str | None = None


NOTHING_KNOWN = Known()


@dataclass(frozen=True)
class Proposal:
    """What the text and the routing table propose; nothing is written yet.

    body: the first complained about. threshold: the confidence from which on this category needs no person's look.
    """

    text: TriageResult
    facts: Facts
    decision: Decision
    office: Office | None
    body: Body | None
    threshold: float

    @property
    def unplaced(self) -> str | None:
        """Why no office can be told, or None."""
        return (
            None
            if self.decision.kind is DecisionKind.DISPATCH and self.office is not None
            else self.decision.because
        )

    @property
    def doubt(self) -> str | None:
        """Why a person must look before anything is dispatched, or None."""
        told = self.text.not_for_us
        if told is not None:
            return f"可能不属于行政执法监督事项（{told.because}），建议转“{told.channel}”，请人工确认。"
        if not self.text.readable:
            return "内容太短或不是能读懂的中文，请人工研判。"
        if self.text.suggestion.confidence < self.threshold:
            return f"分类把握不足（{self.text.suggestion.confidence:.0%}），请人工选定分类。"
        return self.unplaced


def propose(
    session: Session,
    *,
    title: str,
    text: str,
    now: datetime,
    home: Office | None,
    known: Known = NOTHING_KNOWN,
) -> Proposal:
    """Return what would be done with the text; writes nothing.

    known: what the operator already knows, stronger than the text. home: the intake office, whose area resolves places
    named without their parents.
    """
    serving = engine().serving(session)
    result = serving.triage.suggest(title, text, now)
    spoken = Spoken(f"{title}\n{text}", local_date(now))
    facts = routing.facts_for(session, result, home=home, spoken=spoken, **asdict(known))
    decision = routing.decide(session, facts, now=now)
    office = None
    if decision.office_code and decision.kind is DecisionKind.DISPATCH:
        office = session.scalar(select(Office).where(Office.code == decision.office_code))
    body = session.get(Body, facts.body_id) if facts.body_id else None
    threshold = serving.thresholds.get(result.suggestion.label, thresholds.DEFAULT)
    return Proposal(result, facts, decision, office, body, threshold)


def triage(session: Session, ticket: Ticket, *, now: datetime, division_code: str | None = None) -> None:
    """Classify, route and dispatch a received ticket, or leave it to a person with the candidates ready to click."""
    proposal = _proposal(session, ticket, division_code)
    _keep(ticket, proposal)
    doubt = proposal.unplaced if ticket.category_by == "person" else proposal.doubt
    if doubt is not None or proposal.office is None:
        ticket.because = doubt or proposal.decision.because
        service.move(
            session, ticket, SYSTEM, "triage", Status.MANUAL, now=now, note=ticket.because, data=_kept(ticket)
        )
        return  # the dispatch clock runs on as it did: written down late, it may have run out already
    note = f"分类：{ticket.category_code}"
    service.move(session, ticket, SYSTEM, "triage", Status.TRIAGED, now=now, note=note, data=_kept(ticket))
    dispatch(session, SYSTEM, ticket, proposal.office, now=now, because=proposal.decision.because)
    _let_assist(session, ticket, proposal.decision)


def route(session: Session, actor: Actor, ticket: Ticket, *, now: datetime) -> None:
    """Dispatch a ticket whose category a person just settled; where no office can be told it goes on waiting.

    What the model once said of it stays as it was: it is what the person agreed with or corrected.
    """
    proposal = _proposal(session, ticket)
    _place(ticket, proposal)
    elsewhere = categories.redirect_sentence(session, ticket.category_code or "")
    if elsewhere is not None:
        ticket.because = f"已选定的分类不属于行政执法监督事项，请转其他渠道：{elsewhere}"
        return
    if proposal.unplaced is not None or proposal.office is None:
        ticket.because = f"分类已由人工选定，但承办单位仍须人工指定：{proposal.decision.because}"
        return
    service.move(session, ticket, actor, "triage", Status.TRIAGED, now=now)
    dispatch(session, actor, ticket, proposal.office, now=now, because=proposal.decision.because)
    _let_assist(session, ticket, proposal.decision)


def send(
    session: Session, actor: Actor, ticket: Ticket, office: Office, *, now: datetime, because: str
) -> None:
    """Classify a received ticket and dispatch it to the office a person chose."""
    _keep(ticket, _proposal(session, ticket))
    ticket.routing_rule = "by_hand"
    note = f"分类：{ticket.category_code}"
    service.move(session, ticket, actor, "triage", Status.TRIAGED, now=now, note=note, data=_kept(ticket))
    dispatch(session, actor, ticket, office, now=now, because=because, action="redispatch")


def _proposal(session: Session, ticket: Ticket, division_code: str | None = None) -> Proposal:
    return propose(
        session,
        title=ticket.title,
        text=ticket.content,
        now=ticket.received_at,
        home=ticket.intake_office,
        known=Known(
            division_code=division_code or ticket.division_code,
            body_id=ticket.respondent_body_id,
            respondent_name=ticket.respondent_name,
            respondent_level=ticket.respondent_level,
            category_code=ticket.category_code if ticket.category_by == "person" else None,
        ),
    )


def _let_assist(session: Session, ticket: Ticket, decision: Decision) -> None:
    if decision.assisting_office_code:
        ticket.assisting_office_id = session.scalar(
            select(Office.id).where(Office.code == decision.assisting_office_code)
        )


def _keep(ticket: Ticket, proposal: Proposal) -> None:
    suggestion = proposal.text.suggestion
    if ticket.category_by != "person":
        ticket.category_code, ticket.category_by = suggestion.label, "model"
    ticket.confidence = suggestion.confidence
    ticket.top3 = [{"code": label, "share": round(share, 4)} for label, share in suggestion.top3]
    ticket.words = [{"word": word, "weight": round(weight, 4)} for word, weight in suggestion.words]
    ticket.model_version = suggestion.model_version
    _place(ticket, proposal)


def _place(ticket: Ticket, proposal: Proposal) -> None:
    ticket.division_code = ticket.division_code or proposal.facts.division_code
    if proposal.body is not None:
        ticket.respondent_body_id = proposal.body.id
        ticket.respondent_level = ticket.respondent_level or str(proposal.body.level)
        ticket.respondent_name = ticket.respondent_name or proposal.body.name
        ticket.domain = str(proposal.body.domain)
    told = proposal.text.aspects
    ticket.domain = ticket.domain or told.domain
    ticket.party_kind = ticket.party_kind or told.party
    ticket.routing_rule = proposal.decision.rule_id
    ticket.because = proposal.decision.because
    ticket.candidates = [asdict(candidate) for candidate in proposal.decision.candidates]


def _kept(ticket: Ticket) -> dict[str, Any]:
    return {
        "category": ticket.category_code,
        "by": ticket.category_by,
        "confidence": round(ticket.confidence or 0.0, 4),
        "model": ticket.model_version,
        "rule": ticket.routing_rule,
    }


def dispatch(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    office: Office,
    *,
    now: datetime,
    because: str,
    action: str = "dispatch",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Hand a triaged ticket to the office: the signing and handling clocks start. data: more for the event to tell."""
    if office.id != ticket.office_id:
        handover.hand_over(session, ticket, office, now)
    ticket.office = office
    ticket.office_id = office.id
    ticket.because = because
    ticket.handler_id = ticket.accepted_at = None
    service.move(
        session,
        ticket,
        actor,
        action,
        Status.DISPATCHED,
        now=now,
        note=because,
        data={"office": office.name, "office_code": office.code, **(data or {})},
        internal=False,
    )
    clocks.on_dispatched(session, ticket, now)


def drain(session: Session, *, now: datetime, limit: int = 50) -> int:
    """Triage up to `limit` tickets that were only received; return how many were done.

    Rows another worker holds are skipped, not waited for. They are written together; only when one of them fails are
    they taken one by one, so that it alone is left to a person.
    """
    waiting = _waiting(session, limit)
    try:
        with session.no_autoflush, session.begin_nested():
            for ticket in waiting:
                triage(session, ticket, now=now)
    except _FAULTS:
        for ticket in waiting:
            session.expire(ticket)  # forget what could not be written, or the next query would try again
        waiting = _waiting(session, limit)
        for ticket in waiting:
            attempt(session, ticket, now=now)
    if len(waiting) == limit:
        jobs.after_commit(session, jobs.Job.TRIAGE)
    return len(waiting)


def _waiting(session: Session, limit: int) -> Sequence[Ticket]:
    return session.scalars(
        select(Ticket)
        .join(Ticket.office)
        .options(contains_eager(Ticket.office), joinedload(Ticket.intake_office))
        .where(Ticket.status == Status.RECEIVED.value)
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def attempt(session: Session, ticket: Ticket, *, now: datetime, division_code: str | None = None) -> None:
    """Triage the ticket; whatever goes wrong with one text, it reaches a person and stops no other."""
    try:
        with session.begin_nested():
            triage(session, ticket, now=now, division_code=division_code)
    except _FAULTS as error:
        log.error("ticket_not_triaged", ticket=ticket.id, exc_info=error)
        session.expire(ticket)  # as above
        session.refresh(ticket)
        session.refresh(ticket, ["office", "intake_office"])
        ticket.because = "自动分类未能完成，请人工研判。"
        service.move(session, ticket, SYSTEM, "triage", Status.MANUAL, now=now, note=ticket.because)
