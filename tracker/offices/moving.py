"""调整隶属: an office goes below another one with everything under it; what happened before keeps the line of then."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tracker.audit import service as audit
from tracker.errors import Conflict, Invalid
from tracker.offices import queries, service
from tracker.offices.models import Office
from tracker.offices.rules import LEVEL_NAMES, Level
from tracker.permissions import Actor, Permission, require

_LOCK = 440_029
"""Two moves at once could make a circle of which each sees only half; this key of an advisory lock takes them in turn."""


def move(session: Session, actor: Actor, code: str, parent_code: str, *, now: datetime) -> Office:
    """Put the office, with all below it, under another parent and return it; nothing else of it changes.

    Tickets stay with it; who sees them follows at once, since paths are read with every request. Raises NotFound,
    NotAllowed, Invalid or Conflict with what is impossible.
    """
    require(actor, Permission.TABLE_EDIT)
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    moved, parent = service.office(session, code), service.office(session, parent_code)
    session.refresh(moved)
    session.refresh(parent)
    _check(moved, parent)
    former, path = moved.path, f"{parent.path}{moved.code}/"
    n = session.scalar(select(func.count()).where(queries.below(Office.path, former))) or 0
    session.execute(
        update(Office)
        .where(queries.below(Office.path, former))
        .values(path=path + func.substr(Office.path, len(former) + 1))
    )
    moved.parent = parent
    session.flush()
    session.expire_all()
    told: dict[str, str | int] = {"parent": f"{former} → {path}", "offices": n}
    audit.record(session, actor, "move", "office", code, told, now=now)
    return service.office(session, code)


def _check(moved: Office, parent: Office) -> None:
    if moved.parent_id is None:
        raise Conflict("最高一级监督机构没有上级，不能调整隶属。", code="top_office")
    if parent.path.startswith(moved.path):
        raise _impossible("不能移到本单位或其下级单位之下。", "circular")
    if parent.id == moved.parent_id:
        raise Conflict(f"{moved.name}已经隶属于{parent.name}。", code="already_there")
    if not parent.is_active:
        raise _impossible(f"{parent.name}已停用，请选择在用的上级单位。", "inactive_office")
    if Level(parent.level).depth >= Level(moved.level).depth:
        level = LEVEL_NAMES[Level(moved.level)]
        raise _impossible(f"{level}单位只能隶属于级别更高的单位，{parent.name}不是。", "wrong_level")


def _impossible(sentence: str, code: str) -> Invalid:
    return Invalid(sentence, code=code, fields={"parent": [sentence]})
