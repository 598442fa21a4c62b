"""Taking in a sheet: the rows that say something new become versions, all or none, and bad rows are named."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.clock import local_date
from tracker.errors import Invalid
from tracker.permissions import Actor, Permission, require
from tracker.routing import duties, service, sheets, versions
from tracker.routing.duties import BadRow
from tracker.routing.facts import Rule


@dataclass(frozen=True)
class Intake:
    """What came of a sheet: drafts (or lines) written or to be written, rows that say nothing new, and bad rows."""

    n_written: int
    n_unchanged: int
    bad: tuple[BadRow, ...]
    drafts: tuple[Rule, ...] = ()


def read_rules(session: Session, content: bytes, *, effective_from: date | None, now: datetime) -> Intake:
    """Return what a sheet of rules would change; writes nothing. Raises Invalid for a file that cannot be read."""
    today = local_date(now)
    read = sheets.read_rules(content, effective_from=effective_from or today)
    known: dict[str, Rule] = {}
    for one in service.versions(session):
        if one.code not in known or known[one.code].version < one.version:
            known[one.code] = one
    changed = {row: draft for row, draft in read.drafts.items() if not _same(draft, known.get(draft.code))}
    bad = list(read.bad)
    if not bad:
        bad += _unsound(session, changed, now)
    return Intake(len(changed), len(read.drafts) - len(changed), tuple(bad), tuple(changed.values()))


def _same(draft: Rule, known: Rule | None) -> bool:
    return known is not None and known == replace(
        draft, version=known.version, effective_from=known.effective_from
    )


def _unsound(session: Session, changed: dict[int, Rule], now: datetime) -> list[BadRow]:
    rows = {draft.code: row for row, draft in changed.items()}
    bad = []
    for row, draft in changed.items():
        try:
            versions.readable(draft, now=now)
        except Invalid as error:
            bad.append(BadRow(row, error.message))
    if bad:
        return bad
    faults = versions.new_faults(session, versions.numbers(session, changed.values()))
    return [BadRow(rows.get(one.code) or rows.get(one.other) or 0, one.sentence) for one in faults]


def import_rules(
    session: Session,
    actor: Actor,
    content: bytes,
    *,
    reason: str,
    now: datetime,
    effective_from: date | None = None,
    dry_run: bool = False,
) -> Intake:
    """Write the rows of a sheet that say something new as versions; nothing when a row is bad or on a dry run."""
    require(actor, Permission.TABLE_EDIT)
    found = read_rules(session, content, effective_from=effective_from, now=now)
    if found.bad:
        return replace(found, n_written=0)
    if not dry_run and found.drafts:
        versions.put(session, actor, found.drafts, reason=reason, now=now)
    return found


def import_duties(
    session: Session,
    actor: Actor,
    content: bytes,
    *,
    reason: str,
    now: datetime,
    effective_from: date | None = None,
    whole: bool = False,
    dry_run: bool = False,
) -> Intake:
    """Put the lines of a sheet into force; nothing when a row is bad or on a dry run."""
    require(actor, Permission.TABLE_EDIT)
    lines = sheets.read_duties(content)
    if dry_run:
        bad = duties.check(session, lines)
        return Intake(0 if bad else len(lines), 0, tuple(bad))
    n, bad = duties.replace(
        session,
        actor,
        lines,
        effective_from=effective_from or local_date(now),
        whole=whole,
        reason=reason,
        now=now,
    )
    return Intake(n, 0, tuple(bad))
