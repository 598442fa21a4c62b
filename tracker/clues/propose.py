"""提出移送: a handler writes the clue down; it is sealed at once, and the receiver is worked out by rule."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.calendar import service as calendar
from tracker.calendar.deadlines import Clock
from tracker.clock import local_date
from tracker.clues import evidence, queries, recusal, redaction, rules
from tracker.clues.evidence import Upload
from tracker.clues.models import NAMED, Clue, ClueEntry, ClueOpinion, ClueSerial, person_at
from tracker.clues.queries import Unit
from tracker.clues.rules import Rank, Stage
from tracker.commissions import delivery
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.fields import cipher
from tracker.offices.models import Office
from tracker.permissions import Actor, Permission, require
from tracker.rights import READS, Sensitivity, is_top
from tracker.tickets import service as tickets
from tracker.tickets.actions import require_related
from tracker.tickets.models import Ticket

_NEXT_ID = select(func.nextval(func.pg_get_serial_sequence("clue", "id")))


def propose(
    session: Session,
    actor: Actor,
    number: str,
    given: Mapping[str, Any],
    uploads: Sequence[Upload] = (),
    *,
    now: datetime,
) -> Clue:
    """Write a proposal for the ticket of that number and return the clue; nothing of it enters the ticket.

    given: validated by `schemas.ClueIn`. What names the complainant, and numbers that name anybody, are hidden before anything
    is kept. Raises NotFound, NotAllowed outside the own office and for whoever must keep away (回避), Conflict when the same
    person is already proposed from this ticket, Invalid.
    """
    require(actor, Permission.CLUE_PROPOSE)
    if actor.account_id is None:
        raise NotAllowed("线索移送只能由承办人提出，系统不会自动移送。", code="person_needed")
    ticket = tickets.find(session, actor, number)
    require_own_ticket(session, actor, ticket)
    office = queries.deciding_office(session, actor)
    own = session.get_one(Office, actor.office_id)
    unit = queries.unit(session, ticket, given.get("unit"), given.get("unit_code"), own)
    if not unit.name:
        raise Invalid("请填写该人员所在单位。", fields={"unit": ["此项必填。"]})
    _require_no_recusal(actor, {own, office}, given, unit)
    _require_first(session, ticket, person_at(given["person"], unit.name))
    scans = evidence.check(session, uploads)
    rank = Rank(given["rank"])
    receiver = rules.receiver(queries.accused(session, ticket, office, unit, rank))
    hide = redaction.in_draft(session, ticket.id, actor)
    named = recusal.named(session, given, {own, office})
    clue_id = session.scalars(_NEXT_ID).one()
    evidence.keep(session, clue_id, uploads, scans, hide)
    clue = Clue(
        id=clue_id,
        number=_next_number(session, office.code, now),
        ticket_id=ticket.id,
        office_id=office.id,
        proposing_office_id=actor.office_id,
        stage=Stage.PROPOSED,
        version=1,
        receiver_code=receiver.code,
        receiver_name=delivery.addresses(session, [receiver.code])[receiver.code].name,
        because=receiver.because,
        flagged=receiver.flagged,
        draft_sealed=cipher(session).seal(
            json.dumps(redaction.draft(given, unit.name, rank, hide) | {NAMED: named}, ensure_ascii=False)
        ),
        person_index=cipher(session).blind(person_at(given["person"], unit.name)),
        named_index=cipher(session).blind_all(named),
        proposed_by_id=actor.account_id,
        proposed_at=now,
    )
    _add(session, clue)
    set_due(session, clue, Clock.CLUE_SEND, now)
    enter(session, clue, actor, "propose", hide(given.get("opinion")), now=now)
    return clue


def _require_no_recusal(
    actor: Actor, offices: Iterable[Office], given: Mapping[str, Any], unit: Unit
) -> None:
    """Raise NotAllowed for whoever is named, and where the unit is an office that would handle or decide (回避)."""
    for handling in offices:
        if queries.is_itself(handling, unit) and not is_top(handling.path):
            raise NotAllowed(
                f"被反映人所在单位就是{handling.name}，按规定应当回避，请报上一级监督机构提出移送。",
                code="recusal",
            )
    if recusal.names(given["person"], actor.name):
        raise NotAllowed(
            "被反映人与您同名，按规定应当回避，请由其他承办人提出（重名的也请由他人提出）。", code="recusal"
        )
    if any(recusal.names(given.get(column), actor.name) for column in ("facts", "report")):
        raise NotAllowed(
            "主要问题或核查报告写到了您本人：涉及您的应当回避，请由其他承办人提出；只是写明核查人的，请改写为“承办人”。",
            code="recusal",
        )


def require_own_ticket(session: Session, actor: Actor, ticket: Ticket) -> None:
    """Raise NotAllowed unless the actor's office handles the ticket or assists with it."""
    require_related(session, actor, ticket, READS[Sensitivity.CLUE])


def _require_first(session: Session, ticket: Ticket, person: str) -> None:
    """Raise Conflict when an open clue names the person; the unique index sees those under the newest key alone."""
    same = select(Clue.id).where(
        Clue.ticket_id == ticket.id,
        Clue.person_index.in_(cipher(session).blinds(person)),
        Clue.stage.in_(rules.OPEN),
    )
    if session.scalar(same.limit(1)) is not None:
        raise _already_proposed()


def _already_proposed() -> Conflict:
    return Conflict("该工单已就同一人员提出移送，正在办理，请勿重复提出。", code="already_proposed")


def _add(session: Session, clue: Clue) -> None:
    try:
        with session.begin_nested():
            session.add(clue)
            session.flush()
    except IntegrityError as error:
        if "ix_clue_person" not in str(error):
            raise
        raise _already_proposed() from None


def _next_number(session: Session, office_code: str, now: datetime) -> str:
    word, year = rules.prefix(office_code), local_date(now).year
    first = insert(ClueSerial).values(word=word, year=year, last=1)
    again = first.on_conflict_do_update(
        index_elements=[ClueSerial.word, ClueSerial.year], set_={"last": ClueSerial.last + 1}
    )
    return rules.number(word, year, session.scalars(again.returning(ClueSerial.last)).one())


def set_due(session: Session, clue: Clue, clock: Clock, now: datetime) -> None:
    """Start the clock of the present stage."""
    deadline = calendar.due_at(session, clock=clock, from_at=now)
    clue.due_at, clue.due_rule = deadline.due_at, deadline.rule_code


def enter(
    session: Session, clue: Clue, actor: Actor, step: str, opinion: str = "", *, now: datetime
) -> ClueEntry:
    """Append one step or reading to the clue's own record and return it."""
    entry = ClueEntry(
        clue_id=clue.id,
        at=now,
        account_id=actor.account_id,
        account_name=actor.name,
        step=step,
    )
    session.add(entry)
    session.flush()
    sealed = cipher(session).seal(opinion)
    if sealed is not None:
        session.add(ClueOpinion(entry_id=entry.id, sealed=sealed))
        session.flush()
    return entry
