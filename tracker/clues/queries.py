"""Reading clues at the sending office: only the office that proposed or decides learns that there is one.

Whom the draft names does not while there is a draft. Once it was wiped nothing here tells any more who that was, so the
clue is left to those who took a step in it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.clues import recusal
from tracker.clues.models import Clue, ClueEntry, ClueOpinion
from tracker.clues.recusal import plain
from tracker.clues.rules import Accused, Place, Rank, Step
from tracker.commissions import delivery
from tracker.errors import Conflict, Invalid, NotFound
from tracker.fields import cipher
from tracker.offices.models import Body, Division, Office
from tracker.offices.rules import BodyKind, Level, path_codes
from tracker.permissions import Actor, Permission, require
from tracker.routing import queries as routing
from tracker.routing import respondents
from tracker.tickets.models import Ticket

_SUPERVISION = re.compile(r".*司法(?:厅|局|所)")
"""Up to the last office named: 天河区司法局石牌司法所 is the latter."""

NOT_FOUND = "没有找到该线索，或不在您的权限范围内。"


def find(session: Session, actor: Actor, number: str, *, lock: bool = False) -> Clue:
    """Return the clue, draft not loaded; raises NotFound outside the own office, NotAllowed without the post for it."""
    require(actor, Permission.CLUE_PROPOSE)
    query = select(Clue).where(Clue.number == number)
    if not actor.is_system:
        query = query.where(_seen_by(session, actor))
    if lock:
        query = query.with_for_update(of=Clue).execution_options(populate_existing=True)
    found = session.scalar(query.options(joinedload(Clue.office)))
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def _seen_by(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Return what holds of the clues that there are for the actor, in lists as well as by number (回避)."""
    own = or_(Clue.office_id == actor.office_id, Clue.proposing_office_id == actor.office_id)
    himself = Clue.named_index.overlap(recusal.blinds_of(session, actor))
    of_others = Clue.draft_sealed.is_not(None) & or_(Clue.named_index.is_(None), ~himself)
    return own & or_(of_others, Clue.draft_sealed.is_(None) & _took_part(actor))


def _took_part(actor: Actor) -> ColumnElement[bool]:
    """Return what holds of the clues in which the actor took a step; whoever sent or withdrew one stands in its record alone."""
    posts = (Clue.proposed_by_id, Clue.co_signed_by_id, Clue.decided_by_id)
    step = select(ClueEntry.id).where(
        ClueEntry.clue_id == Clue.id,
        ClueEntry.account_id == actor.account_id,
        ClueEntry.step.in_([one.value for one in Step]),
    )
    return or_(*(one == actor.account_id for one in posts), step.exists())


def clues(session: Session, actor: Actor, *, before: int | None = None, limit: int = 50) -> list[Clue]:
    """Return the clues of the own office, newest first; before: the id of the last row of the page before."""
    require(actor, Permission.CLUE_PROPOSE)
    query = select(Clue).where(_seen_by(session, actor))
    if before is not None:
        query = query.where(Clue.id < before)
    return list(session.scalars(query.order_by(Clue.id.desc()).limit(limit)))


def ticket_number(session: Session, clue: Clue) -> str:
    """Return the number of the ticket the clue came from."""
    return session.scalars(select(Ticket.number).where(Ticket.id == clue.ticket_id)).one()


def entries(session: Session, clue: Clue) -> list[tuple[ClueEntry, str]]:
    """Return steps and readings with their opinions in clear, oldest first."""
    opened = cipher(session)
    rows = session.execute(
        select(ClueEntry, ClueOpinion.sealed)
        .outerjoin(ClueOpinion, ClueOpinion.entry_id == ClueEntry.id)
        .where(ClueEntry.clue_id == clue.id)
        .order_by(ClueEntry.id)
    )
    return [(entry, opened.open(sealed)) for entry, sealed in rows]


def deciding_office(session: Session, actor: Actor) -> Office:
    """Return the office that decides on a proposal of the actor: his own, above a township the next one up.

    A township office assists and decides nothing (domain rule: decisions are issued by the county office).
    """
    office = session.get(Office, actor.office_id) if actor.office_id else None
    if office is None:
        raise Invalid("您的账号没有所属单位，不能提出线索移送。", code="no_office")
    if office.level is Level.TOWNSHIP and office.parent_id is not None:
        return session.get_one(Office, office.parent_id)
    return office


@dataclass(frozen=True)
class Unit:
    """The unit of the person: as written, and the body it was recognised as."""

    name: str
    body: Body | None


def unit(session: Session, ticket: Ticket, name: str | None, code: str | None, home: Office) -> Unit:
    """Return the unit by code, by name, or else the ticket's respondent; raises Invalid for an unknown code.

    A supervision office is recognised however it is written, as seen from `home`, since it must not handle its own matters.
    """
    body = None
    if code:
        body = session.scalar(select(Body).where(Body.code == code))
        if body is None:
            raise Invalid("没有这个执法主体代码。", fields={"unit_code": ["没有这个执法主体代码。"]})
    elif name:
        exact = session.scalar(select(Body).where(Body.name == name).limit(1))
        body = exact or _supervision(session, name, home)
    elif ticket.respondent_body_id:
        body = session.get(Body, ticket.respondent_body_id)
    elif ticket.respondent_name:
        body = _supervision(session, ticket.respondent_name, home)
    return Unit(name or (body.name if body else None) or ticket.respondent_name or "", body)


def _supervision(session: Session, name: str, home: Office) -> Body | None:
    """Return the supervision office that the name means or of which it names a section (广州天河司法局执法监督科), else None."""
    said = _SUPERVISION.match(plain(name))
    if said is None:
        return None
    place = routing.place_of(session, session.get_one(Division, home.division_code))
    body = respondents.by_name(session, said[0], None, place)
    return body if body is not None and body.kind is BodyKind.SUPERVISION else None


def is_itself(office: Office, unit: Unit) -> bool:
    """Return whether the unit is the office itself, as recognised or as written."""
    if unit.body is not None and unit.body.kind is BodyKind.SUPERVISION:
        return unit.body.division_code == office.division_code
    return unit.name in {office.name, office.short_name}


def accused(session: Session, ticket: Ticket, office: Office, found: Unit, rank: Rank) -> Accused:
    """Return the facts that decide the receiver. An outpost counts as the unit that set it up."""
    body = found.body
    if body is None:
        places = _places(session, ticket.division_code or office.division_code)
        return Accused(rank, places[-1].level if places else office.level, places)
    superior = session.get(Body, body.superior_id) if body.superior_id else None
    if body.kind is BodyKind.OUTPOST and superior is not None:
        body, superior = superior, session.get(Body, superior.superior_id) if superior.superior_id else None
    return Accused(
        rank,
        body.level,
        _places(session, body.division_code),
        is_supervision=body.kind is BodyKind.SUPERVISION,
        is_vertical=body.is_vertical,
        superior_places=_places(session, superior.division_code) if body.is_vertical and superior else (),
    )


def _places(session: Session, division_code: str) -> Sequence[Place]:
    """Return the divisions from the province down that have a commission; raises Conflict when none has."""
    path = session.scalar(select(Division.path).where(Division.code == division_code)) or f"/{division_code}/"
    codes = path_codes(path)
    known = delivery.addresses(session, codes)
    places = [Place(code, Level(known[code].level), known[code].name) for code in codes if code in known]
    if not places:
        raise Conflict("该地区的纪检监察机关尚未录入，暂时不能移送，请联系管理员。", code="no_commission")
    return places
