"""Reading what a routing decision needs: places, offices, bodies and rows."""

from collections.abc import Iterable, Sequence
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from tracker.offices.models import Body, Division, Office
from tracker.offices.rules import Level, path_codes
from tracker.routing.facts import Place
from tracker.routing.models import RoutingRule
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


def routing_rules(session: Session, *, active_only: bool = False) -> list[RoutingRule]:
    """Return the routing table in the order it is tried."""
    query = select(RoutingRule).order_by(RoutingRule.priority, RoutingRule.code)
    return list(session.scalars(query.where(RoutingRule.is_active) if active_only else query))


def routing_rule(session: Session, code: str) -> RoutingRule | None:
    """Return the row of that code, or None."""
    return session.scalar(select(RoutingRule).where(RoutingRule.code == code))
