"""Reading what a routing decision needs: places, offices, bodies and rows."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import cast

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from tracker.offices.models import Body, Division, Office
from tracker.offices.rules import Level, path_codes
from tracker.routing.facts import Place
from tracker.routing.models import DutyItem, RoutingRule
from tracker.routing.tree import OfficeNode


def province_names(session: Session) -> dict[str, str]:
    """Return code → name of every province, read once per session."""
    if "province_names" not in session.info:
        rows = session.execute(select(Division.code, Division.name).where(Division.level == Level.PROVINCE))
        session.info["province_names"] = dict(rows.all())
    return cast(dict[str, str], session.info["province_names"])


def place_of(session: Session, division: Division) -> Place:
    """Return the division as routing sees it, with the name of its province."""
    province = province_names(session).get(path_codes(division.path)[0], "")
    return Place(division.path, division.level, division.full_name, province)


def places(session: Session, codes: Iterable[str]) -> dict[str, Place]:
    """Return the divisions with those codes; unknown codes are left out."""
    wanted = set(codes)
    rows = session.scalars(select(Division).where(Division.code.in_(wanted))) if wanted else ()
    return {row.code: place_of(session, row) for row in rows}


def offices(session: Session, codes: Iterable[str]) -> list[OfficeNode]:
    """Return the active offices with those codes."""
    rows = session.execute(
        select(Office.code, Office.name, Office.level, Office.path).where(
            Office.code.in_(set(codes)), Office.is_active
        )
    )
    return [OfficeNode(*row) for row in rows]


def bodies(session: Session, codes: Iterable[str]) -> Sequence[Body]:
    """Return the active bodies with those codes, the one of the lowest division first, division loaded."""
    return session.scalars(
        select(Body)
        .join(Body.division)
        .options(contains_eager(Body.division))
        .where(Body.code.in_(set(codes)), Body.is_active)
        .order_by(func.length(Division.path).desc(), Body.code)
    ).all()


def bodies_named(session: Session, name: str) -> Sequence[Body]:
    """Return the active bodies of that very name, division loaded; a few at most."""
    return session.scalars(
        select(Body)
        .options(joinedload(Body.division))
        .where(Body.name == name, Body.is_active)
        .order_by(Body.code)
        .limit(5)
    ).all()


def body(session: Session, body_id: int) -> Body | None:
    """Return the body, division loaded, or None."""
    return session.scalar(select(Body).where(Body.id == body_id).options(joinedload(Body.division)))


def all_offices(session: Session) -> list[OfficeNode]:
    """Return every active office, for whoever decides on many complaints at once."""
    rows = session.execute(
        select(Office.code, Office.name, Office.level, Office.path).where(Office.is_active)
    )
    return [OfficeNode(*row) for row in rows]


def office_states(session: Session, codes: Iterable[str]) -> dict[str, bool]:
    """Return code → whether it is still active, for the codes that are offices at all."""
    wanted = set(codes)
    if not wanted:
        return {}
    rows = session.execute(select(Office.code, Office.is_active).where(Office.code.in_(wanted)))
    return dict(rows.all())


def office_paths(session: Session, codes: Iterable[str]) -> list[str]:
    """Return the paths of the active offices with those codes."""
    return list(session.scalars(select(Office.path).where(Office.code.in_(set(codes)), Office.is_active)))


def rule_versions(session: Session, code: str | None = None) -> list[RoutingRule]:
    """Return all versions of all rules, or of one, the first version first."""
    query = select(RoutingRule).order_by(RoutingRule.code, RoutingRule.version)
    return list(session.scalars(query.where(RoutingRule.code == code) if code is not None else query))


def latest(session: Session, code: str) -> RoutingRule | None:
    """Return the last version of a rule, None for what is no row of the table."""
    query = select(RoutingRule).where(RoutingRule.code == code).order_by(RoutingRule.version.desc())
    return session.scalar(query.limit(1))


def duties(session: Session, text: str, category: str, path: str, on: date) -> Sequence[DutyItem]:
    """Return the lines of the duty list in force that speak of the text or the category, at a place on the path.

    path: of the place, "" while none is known: then only lines of a province hold. The nearest division comes first,
    then items before categories, a leaf before its class, the longest name of an item first.
    """
    words = func.jsonb_array_elements_text(DutyItem.words).column_valued("word")
    spoken = select(func.max(func.length(words))).where(func.strpos(text, words) > 0).scalar_subquery()
    wide = Division.level == Level.PROVINCE
    return session.scalars(
        select(DutyItem)
        .join(Division, Division.code == DutyItem.division_code)
        .where(
            DutyItem.effective_from <= on,
            or_(DutyItem.effective_to.is_(None), DutyItem.effective_to > on),
            Division.code.in_(path_codes(path)) if path else wide,
            or_(
                and_(DutyItem.item != "", spoken.is_not(None)),
                and_(DutyItem.item == "", DutyItem.category_code.in_({category, category[:1]})),
            ),
        )
        .order_by(
            (DutyItem.item == "").asc(),
            func.length(Division.path).desc(),
            spoken.desc().nulls_last(),
            func.length(DutyItem.category_code).desc().nulls_last(),
            DutyItem.id,
        )
        .limit(50)
    ).all()
