"""From the words for a body to the body: by row, by name, by trade and place, or as well as the name alone tells."""

import re
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from classifiers.bodies import BodyMention
from classifiers.body_roles import ACCUSED, ELSEWHERE, TOLD
from tracker.offices import queries as offices
from tracker.offices.models import Body
from tracker.offices.registry import aliases
from tracker.offices.rules import BodyKind, Level, path_codes, trade_asked
from tracker.routing import queries
from tracker.routing.facts import Place, Respondent

_KINDS: tuple[tuple[re.Pattern[str], BodyKind], ...] = (
    (re.compile(r"司法(厅|局|所)"), BodyKind.SUPERVISION),
    (re.compile(r"(镇|乡|街道|街)\S{0,4}综合(行政)?执法|综合行政执法(办|队)"), BodyKind.TOWNSHIP_TEAM),
    (re.compile(r"街道办|办事处|管委会|管理委员会|行政公署"), BodyKind.OUTPOST),
    (re.compile(r"政府$"), BodyKind.GOVERNMENT),
    (re.compile(r"分局|派出所|所$"), BodyKind.OUTPOST),
)
_SET_UP_BY_GOVERNMENT = re.compile(r"街道办|办事处|管委会|管理委员会|行政公署")
_VERTICAL = re.compile(r"税务|海关|烟草|消防救援|海事|国安|气象局|邮政管理")
_LEVELS = (
    (re.compile(r"(镇|乡|街道|街)$"), Level.TOWNSHIP),
    (re.compile(r"(区|县|旗)$"), Level.COUNTY),
    (re.compile(r"(市|州|盟)$"), Level.CITY),
    (re.compile(r"省$"), Level.PROVINCE),
)
_GOVERNMENT = re.compile(r"(省|市|州|盟|区|县|旗|镇|乡|街道|街)(?=人民政府|政府|办)")
_URBAN, _TEAM = "CG", "ZD"
_JOINED = 4
"""Two bodies with no more characters than this between them act together (市监局联合城管局) [P]."""
_CHAIN = 4
"""An outpost of an outpost is followed so far; deeper chains do not exist, and a circle must end."""


def of_row(session: Session, body: Body, depth: int = _CHAIN) -> Respondent:
    """Return the body as routing sees it, with whoever set it up when it is an outpost."""
    above = queries.body(session, body.superior_id) if body.superior_id else None
    founder = of_row(session, above, depth - 1) if above and depth and body.kind is BodyKind.OUTPOST else None
    return Respondent(
        name=body.name,
        kind=body.kind,
        level=body.level,
        place=queries.place_of(session, body.division),
        code=body.code,
        is_vertical=body.is_vertical,
        founder=founder,
        superior_name=above.name if above else "",
        superior_code=above.code if above else "",
    )


def by_name(session: Session, name: str, level: Level | None, place: Place | None) -> Body | None:
    """Return the row a name means: the very name, or a trade (城管) at the place it names, or else at `place`."""
    exact = queries.bodies_named(session, name)
    around = [one for one in exact if place and one.division.code in path_codes(place.path)]
    if around or len(exact) == 1:
        return (around or exact)[0]
    letters, rest = trade_asked(name, aliases())
    if not letters:
        return None
    said = level or _level_in(rest) or _level_said(name)
    if place and (len(rest.strip()) <= 1 or _lies_in(rest, place.name)):
        return by_trade(session, letters, said, place)
    found = offices.bodies(
        session, query=name, division=None, domain=None, home_path=place.path if place else "/", limit=1
    )
    return found[0] if rest and found else None


def _lies_in(words: str, full_name: str) -> bool:
    """Return whether the characters stand in the name in that order: 广州天河 in 广东省广州市天河区."""
    left = iter(full_name)
    return all(character in left for character in words if not character.isspace())


def by_trade(session: Session, letters: str, level: Level | None, place: Place) -> Body | None:
    """Return the body of a trade on the place's path: at the level, else the nearest above it.

    None when the place does not reach down to the level: 区住建局 in a city could be any of its districts. The
    street's 城管 is its joint enforcement team.
    """
    if level and place.level.depth < level.depth:
        return None
    if letters == _URBAN and level is Level.TOWNSHIP:
        team = queries.bodies(session, [f"{code}-{_TEAM}" for code in path_codes(place.path)])
        if team:
            return team[0]
    rows = queries.bodies(session, [f"{code}-{letters}" for code in path_codes(place.path)])
    return next((row for row in rows if level is None or row.level.depth <= level.depth), None)


def by_mention(session: Session, mention: BodyMention, place: Place | None) -> Body | None:
    """Return the row a mention in a text means; `place` is where the mention, or else the matter, is."""
    if place is None:
        return None
    letters, _ = trade_asked(mention.name, aliases())
    level = level_of(mention)
    return by_trade(session, letters, level, place) if letters else None


def level_of(mention: BodyMention) -> Level | None:
    """Return the level the words tell: that of a government's own name before that of the place written before it."""
    return _level_said(mention.name) or (Level(mention.level) if mention.level else None)


def guessed(name: str, level: Level | None, place: Place | None) -> Respondent:
    """Return a respondent that has no row, as well as its name and place tell.

    Without a level it counts as of the place, or as of the county.
    """
    kind = next((kind for pattern, kind in _KINDS if pattern.search(name)), BodyKind.DEPARTMENT)
    counted = level or (Level.TOWNSHIP if kind is BodyKind.TOWNSHIP_TEAM else _level_of(name, place))
    found = Respondent(name, kind, counted, place, is_vertical=bool(_VERTICAL.search(name)))
    if kind is BodyKind.OUTPOST and _SET_UP_BY_GOVERNMENT.search(name) and counted is not Level.PROVINCE:
        above = Level.COUNTY if counted is Level.TOWNSHIP else Level.CITY
        found = replace(found, founder=Respondent("上级政府", BodyKind.GOVERNMENT, above, place))
    return found


def _level_of(name: str, place: Place | None) -> Level:
    letters, rest = trade_asked(name, aliases())
    return (_level_in(rest) if letters else None) or (place.level if place else Level.COUNTY)


def _level_in(text: str) -> Level | None:
    return next((level for pattern, level in _LEVELS if pattern.search(text.strip())), None)


def _level_said(name: str) -> Level | None:
    """Return the level a government's name begins with: 区政府, 镇人民政府, 街道办."""
    said = _GOVERNMENT.search(name)
    return _level_in(said[1]) if said else None


def accused(mentions: Sequence[BodyMention]) -> tuple[BodyMention, ...]:
    """Return the bodies complained about: the first one named, with those that stand right beside it.

    Bodies that the text only addresses or asks to act are not accused, and one that was told counts only when nobody
    else is. A supervision office named along with others is most often where the caller complained before, and a body
    the text calls only 执法人员 says nothing; both count only when nothing else is named.
    """
    roles = {one.role for one in mentions}
    role = next((role for role in (ACCUSED, ELSEWHERE, TOLD) if role in roles), None)
    telling = [
        one
        for one in mentions
        if one.role == role != ELSEWHERE and (one.domain or one.kind != BodyKind.DEPARTMENT.value)
    ]
    others = [one for one in telling if one.kind != BodyKind.SUPERVISION.value] or telling
    joined = others[:1]
    for one in others[1:]:
        if one.span[0] - joined[-1].span[1] > _JOINED:
            break
        joined.append(one)
    return tuple(joined)
