"""Use cases on divisions, offices and bodies: find them, and keep their names and lines of report right."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.audit import service as audit
from tracker.errors import Conflict, Invalid, NotFound
from tracker.offices import queries
from tracker.offices import seed as seeding
from tracker.offices.models import Body, Division, Office
from tracker.offices.rules import BodyKind, Domain, Level, NewBody
from tracker.permissions import Actor, Permission, require


def seed(session: Session, *, below: str = "") -> Mapping[str, int]:
    """Add the divisions, offices and bodies that are missing; return the numbers added by table.

    below: a code prefix such as "44" to load only a part (with its ancestors). Idempotent.
    """
    return seeding.seed(session, below=below)


def division(session: Session, code: str) -> Division:
    """Return the division; raises NotFound."""
    found = session.get(Division, code)
    if found is None:
        raise NotFound(f"没有代码为 {code} 的行政区划，请从列表中选择。", code="division_not_found")
    return found


def find_divisions(
    session: Session, actor: Actor, *, query: str = "", parent_code: str | None = None, limit: int = 20
) -> Sequence[Division]:
    """Return divisions for a picker, the actor's own first; without a query the children of `parent_code`."""
    return queries.divisions(
        session, query=query.strip(), parent_code=parent_code, home_path=actor.office_path, limit=limit
    )


def office(session: Session, code: str) -> Office:
    """Return the office, its parent loaded; raises NotFound."""
    found = queries.office(session, code)
    if found is None:
        raise NotFound(f"没有代码为 {code} 的监督机构，请从列表中选择。", code="office_not_found")
    return found


def find_offices(
    session: Session,
    *,
    query: str = "",
    parent_code: str | None = None,
    level: Level | None = None,
    path: str = "/",
    limit: int = 50,
) -> Sequence[Office]:
    """Return active offices at or below `path`; see `queries.offices` for what the filters do together."""
    return queries.offices(
        session, query=query.strip(), parent_code=parent_code, level=level, path=path, limit=limit
    )


def nearest_office(session: Session, division_code: str) -> Office:
    """Return the active office of a division or the nearest above it; raises NotFound for an unknown division.

    A development zone or farm has no office of its own, and an office that was closed hands upwards.
    """
    line = queries.offices_on(session, division(session, division_code).path)
    if not line:
        raise NotFound("该地没有可用的监督机构，请联系管理员启用。", code="office_not_found")
    return line[-1]


def offices_above(session: Session, path: str) -> Sequence[Office]:
    """Return the active offices strictly above the one at `path`, top first."""
    return [found for found in queries.offices_on(session, path) if found.path != path]


def body(session: Session, code: str) -> Body:
    """Return the body, its division and superior loaded; raises NotFound."""
    found = queries.body(session, code)
    if found is None:
        raise NotFound(f"没有代码为 {code} 的执法主体，请从列表中选择。", code="body_not_found")
    return found


def body_of(session: Session, division_code: str, domain: Domain) -> Body | None:
    """Return the body of a domain in the division or nearest above it, or None; raises NotFound."""
    return queries.body_of(session, division(session, division_code).path, domain)


def find_bodies(
    session: Session,
    actor: Actor,
    *,
    query: str = "",
    division_code: str | None = None,
    domain: Domain | None = None,
    limit: int = 20,
) -> Sequence[Body]:
    """Return active bodies for a picker: "天河 城管"; with a division its own come first, then those above."""
    return queries.bodies(
        session,
        query=query.strip(),
        division=division(session, division_code) if division_code else None,
        domain=domain,
        home_path=actor.office_path,
        limit=limit,
    )


def change_office(
    session: Session,
    actor: Actor,
    code: str,
    *,
    now: datetime,
    name: str | None = None,
    short_name: str | None = None,
    is_active: bool | None = None,
) -> Office:
    """Rename an office or switch it on or off and return it; raises NotFound, NotAllowed, Conflict.

    What a switched-off office had to do goes to the nearest office above, so the top one cannot be switched off.
    """
    require(actor, Permission.TABLE_EDIT)
    changed = office(session, code)
    if is_active is False and changed.parent_id is None:
        raise Conflict("最高一级监督机构不能停用。", code="top_office")
    given = {"name": name, "short_name": short_name, "is_active": is_active}
    _change(session, actor, changed, "office", given, now)
    return changed


def add_body(session: Session, actor: Actor, new: NewBody, *, now: datetime) -> Body:
    """Add a body the seed does not know and return it; raises Conflict for a taken code, NotFound, Invalid."""
    require(actor, Permission.TABLE_EDIT)
    if queries.body(session, new.code) is not None:
        raise _taken(new.code)
    if new.kind is BodyKind.OUTPOST and new.superior_code is None:
        raise Invalid("派出机构必须填写设立它的机关。", fields={"superior_code": ["必填"]})
    at = division(session, new.division_code)
    added = Body(
        code=new.code,
        name=new.name,
        aliases=list(new.aliases),
        level=at.level,
        domain=new.domain,
        superior=body(session, new.superior_code) if new.superior_code else None,
        is_vertical=new.is_vertical,
        kind=new.kind,
        is_active=True,
        division=at,
    )
    session.add(added)
    try:
        session.flush()
    except IntegrityError as error:  # somebody else took the code a moment ago
        raise _taken(new.code) from error
    audit.record(session, actor, "add", "body", added.code, {"name": added.name}, now=now)
    return added


def _taken(code: str) -> Conflict:
    return Conflict(f"代码 {code} 已被使用，请换一个。", code="code_taken")


def change_body(
    session: Session,
    actor: Actor,
    code: str,
    *,
    now: datetime,
    name: str | None = None,
    aliases: Sequence[str] | None = None,
    superior_code: str | None = None,
    is_active: bool | None = None,
) -> Body:
    """Change what is given and return the body; raises NotFound, NotAllowed, Invalid for a circle of superiors."""
    require(actor, Permission.TABLE_EDIT)
    changed = body(session, code)
    if superior_code is not None:
        superior = body(session, superior_code)
        _refuse_circle(session, changed, superior)
        changed.superior = superior
    given = {"name": name, "aliases": None if aliases is None else list(aliases), "is_active": is_active}
    _change(session, actor, changed, "body", given, now, superior_code=superior_code)
    return changed


def _change(
    session: Session,
    actor: Actor,
    thing: Office | Body,
    kind: str,
    given: Mapping[str, object],
    now: datetime,
    **also: str | None,
) -> None:
    """Set what was given (None: left alone) and write old and new into the audit log."""
    told = {name: value for name, value in also.items() if value is not None}
    for name, value in given.items():
        if value is not None:
            told[name] = f"{getattr(thing, name)} → {value}"
            setattr(thing, name, value)
    session.flush()
    audit.record(session, actor, "change", kind, thing.code, told, now=now)


def _refuse_circle(session: Session, changed: Body, superior: Body) -> None:
    above: Body | None = superior
    while above is not None:
        if above.id == changed.id:
            told = {"superior_code": ["形成循环"]}
            raise Invalid("上级单位不能是该单位自己或其下级。", code="circular", fields=told)
        above = session.get(Body, above.superior_id) if above.superior_id else None
