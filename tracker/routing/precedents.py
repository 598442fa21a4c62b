"""裁决先例: rulings on returns that later complaints about the same body and category follow, until they are switched off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from tracker.audit import service as audit
from tracker.audit.rules import Detail
from tracker.clock import local_date
from tracker.errors import Conflict, Invalid, NotFound
from tracker.offices.models import Body, Division, Office
from tracker.offices.queries import office_ids
from tracker.offices.rules import BodyKind, path_codes
from tracker.permissions import Actor, Permission, allowed, require
from tracker.routing.facts import Settled
from tracker.routing.models import Precedent

LISTED = 200
"""Precedents a page shows at most, the newest first."""


@dataclass(frozen=True)
class Ruled:
    """What a ruling says beyond its ticket: whose business such a matter is. division_code: None for wherever it happens."""

    body_id: int | None
    category: str | None
    division_code: str | None
    office_code: str
    ticket_number: str
    ruling: str
    reason: str


def record(session: Session, actor: Actor, ruled: Ruled, *, now: datetime) -> Precedent | None:
    """Write the ruling as a precedent, ending the one before on the same body, category and division; return it.

    None, and nothing written, where it could guide nobody: no known body, no category, or a supervision office complained
    about, for which the table alone decides.
    """
    body = session.get(Body, ruled.body_id) if ruled.body_id is not None else None
    if body is None or ruled.category is None or body.kind is BodyKind.SUPERVISION:
        return None
    session.execute(
        update(Precedent)
        .where(
            Precedent.body_id == body.id,
            Precedent.category_code == ruled.category,
            Precedent.division_code.is_not_distinct_from(ruled.division_code),
            Precedent.ended_at.is_(None),
        )
        .values(
            ended_at=now, ended_by_name=actor.name, ended_why=f"已有新的裁决（工单号 {ruled.ticket_number}）"
        )
    )
    made = Precedent(
        body_id=body.id,
        category_code=ruled.category,
        division_code=ruled.division_code,
        office_code=ruled.office_code,
        ticket_number=ruled.ticket_number,
        ruling=ruled.ruling,
        reason=ruled.reason,
        ruled_office_id=actor.office_id,
        recorded_by_id=actor.account_id,
        recorded_by_name=actor.name,
        effective_at=now,
    )
    session.add(made)
    session.flush()
    return made


def find(session: Session, body_id: int, category: str, path: str, *, now: datetime) -> Settled | None:
    """Return the ruling in force at `now` on the body and category, at the place of that path or above it.

    The one of the nearest division decides, then the newest.
    """
    row = session.execute(
        select(Precedent.office_code, Precedent.ticket_number, Precedent.effective_at)
        .outerjoin(Division, Division.code == Precedent.division_code)
        .where(
            Precedent.body_id == body_id,
            Precedent.category_code == category,
            Precedent.effective_at <= now,
            or_(Precedent.ended_at.is_(None), Precedent.ended_at > now),
            or_(Precedent.division_code.is_(None), Precedent.division_code.in_(path_codes(path))),
        )
        .order_by(func.length(Division.path).desc().nulls_last(), Precedent.id.desc())
        .limit(1)
    ).first()
    return Settled(row.office_code, row.ticket_number, local_date(row.effective_at)) if row else None


def listed(session: Session, actor: Actor, *, limit: int = LISTED) -> Sequence[tuple[Precedent, str]]:
    """Return the precedents made in the reader's subtree, those in force first, then the newest, each with its office's name.

    A reader without an office, such as an administrator, sees all.
    """
    rows = session.execute(
        _with_names()
        .where(_within(actor))
        .order_by(Precedent.ended_at.is_not(None), Precedent.id.desc())
        .limit(limit)
    )
    return [(row.Precedent, row.name) for row in rows]


def one_told(session: Session, actor: Actor, precedent_id: int) -> dict[str, Any]:
    """Return one precedent as JSON."""
    row = session.execute(
        _with_names().where(Precedent.id == precedent_id), execution_options={"populate_existing": True}
    ).one()
    return told(actor, row.Precedent, row.name)


def told(actor: Actor, one: Precedent, office_name: str) -> dict[str, Any]:
    """Return a precedent as JSON: on what it holds, where it sends, whose ruling it was, since when and until when.

    reason: None for who keeps the table and reads no case; the ruling speaks of it.
    """
    return {
        "id": one.id,
        "body": one.body.name,
        "category_code": one.category_code,
        "division": one.division.full_name if one.division else None,
        "office_code": one.office_code,
        "office": office_name,
        "ticket_number": one.ticket_number,
        "ruling": one.ruling,
        "reason": one.reason if allowed(actor, Permission.TICKET_READ) else None,
        "ruled_by": one.recorded_by_name,
        "ruled_in": one.ruled_office.name if one.ruled_office else None,
        "effective_at": one.effective_at,
        "ended_at": one.ended_at,
        "ended_by": one.ended_by_name,
        "ended_why": one.ended_why,
    }


def _with_names() -> Select[Precedent, str]:
    return (
        select(Precedent, Office.name)
        .join(Office, Office.code == Precedent.office_code)
        .options(
            joinedload(Precedent.body), joinedload(Precedent.division), joinedload(Precedent.ruled_office)
        )
    )


def _within(actor: Actor) -> ColumnElement[bool]:
    return Precedent.ruled_office_id.in_(office_ids(actor.office_path))


def switch(
    session: Session, actor: Actor, precedent_id: int, *, active: bool, reason: str, now: datetime
) -> Precedent:
    """Switch a precedent off, or on again as a new row from now on; return the row now in force or ended.

    Complaints already dispatched stay where they are. Raises NotAllowed, NotFound outside the actor's subtree, Conflict when
    it is so already, Invalid without a reason.
    """
    require(actor, Permission.PRECEDENT_SWITCH)
    if len(reason.strip()) < 2:
        raise Invalid(
            "请写明为什么停用或恢复，如依据的文件。", code="reason_needed", fields={"reason": ["必填。"]}
        )
    known = session.scalar(
        select(Precedent).where(Precedent.id == precedent_id, _within(actor)).with_for_update()
    )
    if known is None:
        raise NotFound("没有这条裁决先例，或不在您的权限范围内。", code="precedent_not_found")
    if (known.ended_at is None) == active:
        raise Conflict("这条裁决先例已经是这个状态。", code="precedent_unchanged")
    if active:
        found = _begun_again(session, actor, known, reason.strip(), now)
    else:
        known.ended_at, known.ended_by_name, known.ended_why = now, actor.name, reason.strip()
        found = known
    detail: Detail = {"ticket": known.ticket_number, "is_active": active, "reason": reason.strip()}
    audit.record(session, actor, "change", "precedent", str(known.id), detail, now=now)
    return found


def _begun_again(session: Session, actor: Actor, known: Precedent, reason: str, now: datetime) -> Precedent:
    office = session.scalars(select(Office).where(Office.code == known.office_code)).one()
    if not office.is_active:
        raise Conflict(f"{office.name}已撤销，不能恢复指向它的先例。", code="office_abolished")
    ruled = Ruled(
        known.body_id,
        known.category_code,
        known.division_code,
        known.office_code,
        known.ticket_number,
        known.ruling,
        reason,
    )
    made = record(session, actor, ruled, now=now)
    assert made is not None  # the body and the category were good enough the first time
    made.ruled_office_id = known.ruled_office_id
    return made
