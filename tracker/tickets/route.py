"""From recognised rows to the routing table's decision."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.offices.models import Body, Division, Office
from tracker.offices.rules import BodyKind, Level
from tracker.routing import service as routing
from tracker.routing.facts import Decision, Facts, Place, Respondent
from tracker.tickets.recognise import Recognised


def decide(session: Session, known: Recognised, home: Office | None, *, now: datetime) -> Decision:
    """Return who answers, by which rule and why; the receiving office keeps what nobody can place yet."""
    facts = Facts(
        respondents=tuple(_respondent(session, body) for body in known.bodies),
        place=_place(session, known.division),
        candidates=tuple(place for one in known.candidates if (place := _place(session, one)) is not None),
        is_conduct=known.is_conduct,
        intake_office=home.code if home else "",
    )
    return routing.decide(session, facts, now=now)


def _place(session: Session, division: Division | None) -> Place | None:
    if division is None:
        return None
    province = session.get(Division, division.path.split("/")[1])
    return Place(division.path, Level(division.level), division.full_name, province.name if province else "")


def _respondent(session: Session, body: Body) -> Respondent:
    superior = body.superior
    is_outpost = BodyKind(body.kind) is BodyKind.OUTPOST and superior is not None
    return Respondent(
        name=body.name,
        kind=BodyKind(body.kind),
        level=Level(body.level),
        place=_place(session, body.division),
        code=body.code,
        is_vertical=body.is_vertical,
        founder=_founder(session, superior) if is_outpost and superior else None,
        superior_name=superior.name if superior else "",
        superior_code=superior.code if superior else "",
    )


def _founder(session: Session, body: Body) -> Respondent:
    return Respondent(
        name=body.name,
        kind=BodyKind(body.kind),
        level=Level(body.level),
        place=_place(session, body.division),
        code=body.code,
        is_vertical=body.is_vertical,
    )
