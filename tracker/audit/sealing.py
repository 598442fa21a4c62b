"""封存: readings are sealed in batches, each seal carrying the hash of the one before.

Whoever changes, removes, inserts or reorders a sealed reading breaks its seal; whoever removes a whole batch breaks the
chain of seals, or, for the last ones, the daily anchor. Unsealed is only what was read since the clock's last turn.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tracker.audit import rules
from tracker.audit.models import ReadEntry, ReadSeal

_LOCK = 0x7365_616C
"""Key of the advisory lock under which one seal at a time is set."""

BATCH = 2000


def seal(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Set one seal over up to `limit` unsealed readings; return how many there were.

    A reading committed late, with a lower number than one already sealed, simply falls under the next seal.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    waiting = session.scalars(
        select(ReadEntry).where(ReadEntry.seal_n.is_(None)).order_by(ReadEntry.id).limit(limit)
    ).all()
    if not waiting:
        return 0
    last = session.scalars(select(ReadSeal).order_by(ReadSeal.n.desc()).limit(1)).first()
    previous = last.hash if last else rules.GENESIS
    n = last.n + 1 if last else 1
    session.add(
        ReadSeal(
            n=n,
            sealed_at=now,
            n_entries=len(waiting),
            previous_hash=previous,
            hash=rules.seal_hash(previous, n, [facts(one) for one in waiting]),
        )
    )
    session.flush()
    session.execute(update(ReadEntry).where(ReadEntry.id.in_([one.id for one in waiting])).values(seal_n=n))
    return len(waiting)


def facts(entry: ReadEntry) -> rules.Reading:
    """Return the facts of a stored reading that its seal covers."""
    return rules.Reading(
        id=entry.id,
        at=entry.at,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        office_id=entry.office_id,
        office_path=entry.office_path,
        thing=entry.thing,
        thing_id=entry.thing_id,
        asked=entry.asked,
        address=entry.address,
    )


def head(session: Session) -> tuple[int, bytes]:
    """Return number and hash of the last seal; (0, genesis) when there is none."""
    last = session.execute(select(ReadSeal.n, ReadSeal.hash).order_by(ReadSeal.n.desc()).limit(1)).first()
    return (last.n, last.hash) if last else (0, rules.GENESIS)


def broken_seals(session: Session) -> Iterator[str]:
    """Yield one sentence for each seal that does not hold, and for readings under a seal nobody set."""
    previous, n = rules.GENESIS, 0
    for one in session.scalars(select(ReadSeal).order_by(ReadSeal.n)):
        n += 1
        under = _under(session, one.n)
        if one.n != n or one.previous_hash != previous:
            yield f"查阅封存 {one.n}：之前的封存缺失或次序被改动"
            n = one.n
        elif len(under) != one.n_entries:
            yield f"查阅封存 {one.n}：应有{one.n_entries}条查阅记录，现有{len(under)}条"
        elif rules.seal_hash(previous, one.n, [facts(entry) for entry in under]) != one.hash:
            yield f"查阅封存 {one.n}：查阅记录被改动"
        previous = one.hash
    strays = select(func.count()).where(
        ReadEntry.seal_n.is_not(None), ReadEntry.seal_n.not_in(select(ReadSeal.n))
    )
    if session.scalar(strays):
        yield "查阅记录所属的封存不存在"


def _under(session: Session, n: int) -> Sequence[ReadEntry]:
    rows = select(ReadEntry).where(ReadEntry.seal_n == n).order_by(ReadEntry.id)
    return session.scalars(rows).all()
