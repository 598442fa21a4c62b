"""Writing the audit log, and proving that it was not touched."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.audit import rules
from tracker.audit.models import AuditEntry
from tracker.permissions import Actor

_LOCK = 0x6175_6469
"""Key of the advisory lock under which the chain grows."""


def record(
    session: Session,
    actor: Actor | None,
    action: str,
    thing: str,
    thing_id: str | int,
    detail: rules.Detail | None = None,
    *,
    now: datetime,
) -> AuditEntry:
    """Append one entry in the caller's transaction and return it; actor None is somebody not signed in.

    Call it last: from here to the commit every other writer of the log waits. Put no personal data in clear into
    detail. The address is what the door left in `session.info["address"]`.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    entry = AuditEntry(
        at=now.astimezone(UTC),
        actor_id=actor.account_id if actor else None,
        actor_name=rules.storable(actor.name if actor else "（未登录）", 80),
        office_id=actor.office_id if actor else None,
        office_path=actor.office_path if actor else "/",
        action=action,
        thing=thing,
        thing_id=rules.storable(str(thing_id), 80),
        detail=_cleaned(detail or {}),
        address=session.info.get("address"),
        previous_hash=head(session),
    )
    entry.hash = rules.entry_hash(entry.previous_hash, facts(entry))
    session.add(entry)
    session.flush()
    return entry


def _cleaned(detail: rules.Detail) -> dict[str, object]:
    return {
        key: rules.storable(value, 2000) if isinstance(value, str) else value for key, value in detail.items()
    }


def head(session: Session) -> bytes:
    """Return the hash of the last entry; kept elsewhere (a printed report), it proves that no tail was cut off."""
    last = select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    return session.scalars(last).first() or rules.GENESIS


def facts(entry: AuditEntry) -> rules.Entry:
    """Return the facts of a stored entry that its hash covers."""
    return rules.Entry(
        at=entry.at,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        office_id=entry.office_id,
        office_path=entry.office_path,
        action=entry.action,
        thing=entry.thing,
        thing_id=entry.thing_id,
        detail=entry.detail,
        address=entry.address,
    )


def broken_links(session: Session) -> Iterator[str]:
    """Yield one sentence for each entry that was changed, or before which entries are missing; reads the whole log."""
    previous = rules.GENESIS
    rows = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=2000)
    for entry in session.scalars(rows):
        if entry.previous_hash != previous:
            yield f"审计记录 {entry.id}：之前的记录缺失或次序被改动"
        elif rules.entry_hash(previous, facts(entry)) != entry.hash:
            yield f"审计记录 {entry.id}：内容被改动"
        previous = entry.hash
