"""发文字号: what heads the numbers of an office, and taking the next one.

The number is taken inside the transaction that issues the document. The counter's row stays locked until that
transaction ends: two writers never get one number, and one that is rolled back gives its number back, so that no gap
appears. Writers of one series therefore wait for each other; take the number as late as possible.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from tracker.audit import service as audit
from tracker.documents import rules
from tracker.documents.models import DocumentCounter, DocumentPrefix
from tracker.errors import Conflict, Invalid
from tracker.offices.models import Division, Office
from tracker.offices.rules import path_codes
from tracker.permissions import Actor, Permission, require


def prefix_of(session: Session, office: Office, kind: rules.Kind) -> str:
    """Return what heads the office's numbers of that kind; an office without one gets it from its place's name.

    Raises Conflict when another office already uses that name.
    """
    known = _known(session, office, kind)
    if known is not None:
        return known
    made = rules.default_prefix(_place_names(session, office))
    row = insert(DocumentPrefix).values(office_id=office.id, kind="", prefix=made)
    session.execute(row.on_conflict_do_nothing())
    known = _known(session, office, kind)
    if known is None:
        raise Conflict(
            f"发文机关代字“{made}”已由其他单位使用，请管理员为{office.name}另设。", code="prefix_taken"
        )
    return known


def _known(session: Session, office: Office, kind: rules.Kind) -> str | None:
    found = select(DocumentPrefix.prefix).where(
        DocumentPrefix.office_id == office.id, DocumentPrefix.kind.in_(["", kind.value])
    )
    return session.scalar(found.order_by(DocumentPrefix.kind.desc()).limit(1))


def _place_names(session: Session, office: Office) -> list[str]:
    codes = path_codes(office.path)
    rows = session.execute(select(Division.code, Division.name).where(Division.code.in_(codes))).all()
    names = {row.code: row.name for row in rows}
    return [names[code] for code in codes if code in names]


def take(session: Session, prefix: str, year: int) -> int:
    """Return the next number of the series in that local year, beginning with 1; the series is locked until commit."""
    taken = insert(DocumentCounter).values(prefix=prefix, year=year, last=1)
    again = taken.on_conflict_do_update(
        index_elements=["prefix", "year"], set_={"last": DocumentCounter.last + 1}
    )
    return session.execute(again.returning(DocumentCounter.last)).scalar_one()


def set_prefix(
    session: Session, actor: Actor, office: Office, kind: str, prefix: str, *, now: datetime
) -> DocumentPrefix:
    """Set what heads the office's numbers (kind "" for all kinds) and return the row; numbers given out stay.

    Raises NotAllowed, Invalid, and Conflict when it is in use elsewhere, since two series would mix.
    """
    require(actor, Permission.TABLE_EDIT)
    refusal = rules.prefix_refusal(prefix)
    if refusal:
        raise Invalid(refusal, code="bad_prefix", fields={"prefix": [refusal]})
    taken = session.scalar(select(DocumentPrefix).where(DocumentPrefix.prefix == prefix))
    if taken is not None and (taken.office_id, taken.kind) != (office.id, kind):
        raise Conflict(
            f"发文机关代字“{prefix}”已被使用，请换一个，以免两个系列的编号混在一起。", code="prefix_taken"
        )
    row = session.get(DocumentPrefix, (office.id, kind))
    before = row.prefix if row else ""
    if row is None:
        row = DocumentPrefix(office_id=office.id, kind=kind, prefix=prefix)
        session.add(row)
    row.prefix = prefix
    session.flush()
    told = {"kind": kind, "prefix": f"{before} → {prefix}"}
    audit.record(session, actor, "change", "document_prefix", office.code, told, now=now)
    return row


def prefixes(session: Session) -> list[DocumentPrefix]:
    """Return what was set or first used, ordered by office; at most 500."""
    found = select(DocumentPrefix).options(joinedload(DocumentPrefix.office))
    rows = session.scalars(found.order_by(DocumentPrefix.office_id, DocumentPrefix.kind).limit(500))
    return list(rows)
