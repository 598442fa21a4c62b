"""From what the text says to rows of the register: where it happened, and which bodies it complains about."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from classifiers.bodies import BodyMention
from classifiers.places import Place
from classifiers.triage import TriageResult
from tracker.offices.models import Body, Division, Office

SURE_PLACE = 0.6
"""[P] A place read less surely than this is one of several it may be."""
JOINT_WORDS = ("联合", "会同", "一起来", "一同", "共同")
CONDUCT = "G"
"""First letter of the categories about somebody's conduct."""


@dataclass(frozen=True)
class Known:
    """What the operator gave beside the text; stronger than anything read there."""

    division_code: str | None = None
    body_id: int | None = None
    body_name: str | None = None
    body_level: str | None = None


@dataclass(frozen=True)
class Recognised:
    """division: where it happened, None when unknown. candidates: divisions an ambiguous name may mean.

    bodies: complained about, several only for a joint act; division and superior are loaded.
    """

    division: Division | None
    candidates: tuple[Division, ...]
    bodies: tuple[Body, ...]
    is_conduct: bool


def recognise(
    session: Session, result: TriageResult, text: str, known: Known, home: Office | None
) -> Recognised:
    """Return what the text and the operator together say; `home` is the receiving office."""
    division, candidates = _place(session, result.places, known.division_code)
    where = division or _home_division(session, home)
    bodies = _given(session, known) or _mentioned(session, result.bodies, where, known.body_level, text)
    if division is None and bodies and not candidates:
        division = where
    return Recognised(division, candidates, tuple(bodies), result.suggestion.label.startswith(CONDUCT))


def _place(
    session: Session, places: Sequence[Place], given: str | None
) -> tuple[Division | None, tuple[Division, ...]]:
    if given:
        return session.get(Division, given), ()
    sure = [place for place in places if place.confidence >= SURE_PLACE]
    if sure:
        best = max(sure, key=lambda place: (len(place.path), place.confidence))
        return session.get(Division, best.code), ()
    known = (session.get(Division, place.code) for place in places)
    return None, tuple(one for one in known if one is not None)


def _home_division(session: Session, home: Office | None) -> Division | None:
    """Return the county or township of the receiving office; a city or a province says too little of where it was."""
    near = home is not None and str(home.level) in {"county", "township"}
    return session.get(Division, home.division_code) if near and home is not None else None


def _load(session: Session, query: Select[tuple[Body]]) -> list[Body]:
    full = (
        joinedload(Body.division),
        joinedload(Body.superior).joinedload(Body.division),
        joinedload(Body.superior).joinedload(Body.superior),
    )
    return list(session.scalars(query.options(*full)).unique())


def _given(session: Session, known: Known) -> list[Body]:
    if known.body_id is not None:
        return _load(session, select(Body).where(Body.id == known.body_id))
    if known.body_name:
        return _load(session, select(Body).where(Body.name == known.body_name, Body.is_active).limit(1))
    return []


def _mentioned(
    session: Session, mentions: Sequence[BodyMention], where: Division | None, level: str | None, text: str
) -> list[Body]:
    found = (_of_mention(session, one, where, level) for one in mentions)
    distinct = list({body.id: body for body in found if body is not None}.values())
    joint = len(distinct) > 1 and any(word in text for word in JOINT_WORDS)
    return distinct if joint else distinct[:1]


def _of_mention(
    session: Session, mention: BodyMention, where: Division | None, level: str | None
) -> Body | None:
    division = session.get(Division, mention.division_code) if mention.division_code else where
    if division is None:
        return None
    line = [code for code in division.path.split("/") if code]
    query = select(Body).where(Body.division_code.in_(line), Body.is_active)
    if mention.kind in {"government", "supervision", "township_team"}:
        query = query.where(Body.kind == mention.kind)
    else:
        query = query.where(Body.domain == mention.domain, Body.kind.in_(["department", "outpost"]))
    fitting = sorted(_load(session, query), key=lambda body: len(body.division.path), reverse=True)
    exact = [body for body in fitting if str(body.level) == (mention.level or level)]
    chosen = exact or fitting
    return chosen[0] if chosen else None
