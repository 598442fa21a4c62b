"""Adding, changing and retiring rules: each time a new version with its date, its author and its reason, checked first."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.audit import service as audit
from tracker.audit.rules import Detail
from tracker.clock import local_date
from tracker.errors import Conflict, Invalid, NotFound
from tracker.permissions import Actor, Permission, require
from tracker.routing import queries, service
from tracker.routing.conditions import check, in_force
from tracker.routing.facts import Rule
from tracker.routing.models import RoutingRule
from tracker.routing.validity import Finding, Offices, findings, introduced

_LOCK = 0x726F_7574
"""Key of the advisory lock under which the table is changed, so that two sound changes never make an unsound table."""


def put(
    session: Session,
    actor: Actor,
    drafts: Sequence[Rule],
    *,
    reason: str,
    now: datetime,
    expected: int | None = None,
) -> list[RoutingRule]:
    """Write each draft as the next version of its code, all or none; return the new rows.

    expected: the version the writer had before him; another one raises Conflict. Tickets already dispatched stay where
    they are. Raises NotAllowed, and Invalid when the reason is missing, a date has passed, a condition or sentence could
    not be evaluated, or the table would no longer be sound (code: the fault).
    """
    require(actor, Permission.TABLE_EDIT)
    if not reason.strip():
        raise Invalid(
            "请写明为什么修改，如依据的文件或裁决。", code="reason_needed", fields={"reason": ["必填。"]}
        )
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    service.forget(session)
    for draft in drafts:
        latest = max((one.version for one in service.versions(session) if one.code == draft.code), default=0)
        if expected is not None and expected != latest:
            raise Conflict("刚有人修改了这条规则，请刷新后在新版本上再改。", code="stale_rule")
    numbered = numbers(session, drafts)
    refuse(session, numbered, now=now)
    rows = [_row(draft, actor, reason.strip(), now) for draft in numbered]
    session.add_all(rows)
    session.flush()
    service.forget(session)
    for draft in numbered:
        told: Detail = {
            "version": draft.version,
            "from": draft.effective_from.isoformat(),
            "reason": reason.strip(),
            "is_active": draft.is_active,
        }
        audit.record(session, actor, "change", "routing_rule", draft.code, told, now=now)
    return rows


def _row(draft: Rule, actor: Actor, reason: str, now: datetime) -> RoutingRule:
    return RoutingRule(
        **asdict(draft),
        recorded_at=now,
        recorded_by_id=actor.account_id,
        recorded_by_name=actor.name,
        reason=reason,
    )


def numbers(session: Session, drafts: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the drafts with the version each would get."""
    latest: dict[str, int] = {}
    for one in service.versions(session):
        latest[one.code] = max(latest.get(one.code, 0), one.version)
    return tuple(replace(draft, version=latest.get(draft.code, 0) + 1) for draft in drafts)


def readable(draft: Rule, *, now: datetime) -> None:
    """Raise Invalid when a draft begins in the past or could not be evaluated."""
    if draft.effective_from < local_date(now):
        raise Invalid("生效日期不能早于今天，已受理的工单按当时的规则派单。", code="effective_in_past")
    if draft.is_active:
        check(draft.condition, draft.because)


def refuse(session: Session, drafts: Sequence[Rule], *, now: datetime) -> None:
    """Raise Invalid when a draft could not be evaluated, begins in the past, or makes the table unsound."""
    for draft in drafts:
        readable(draft, now=now)
    faults = new_faults(session, drafts)
    if faults:
        sentences = [one.sentence for one in faults]
        raise Invalid(sentences[0], code=f"rule_{faults[0].fault}", fields={"rules": sentences})


def new_faults(session: Session, drafts: Sequence[Rule]) -> tuple[Finding, ...]:
    """Return the faults the drafts would bring in, on the day they begin or whenever the table changes after it."""
    before = service.versions(session)
    after = (*before, *drafts)
    start = min((draft.effective_from for draft in drafts), default=None)
    if start is None:
        return ()
    offices = offices_named(session, after)
    found: dict[tuple[str, str, str], Finding] = {}
    for day in sorted({one.effective_from for one in after if one.effective_from >= start}):
        known = findings(in_force(before, day), offices)
        for one in introduced(known, findings(in_force(after, day), offices)):
            found.setdefault(one.key, one)
    return tuple(found.values())


def offices_named(session: Session, rules: Iterable[Rule]) -> Offices:
    """Return which of the offices that rules name are active, and which were abolished."""
    states = queries.office_states(session, {rule.office_code for rule in rules} - {""})
    active = frozenset(code for code, is_active in states.items() if is_active)
    return Offices(active, frozenset(states) - active)


def faults_on(session: Session, on: date) -> tuple[Finding, ...]:
    """Return what is wrong with the table in force on a local date, such as an office abolished since."""
    rules = in_force(service.versions(session), on)
    return findings(rules, offices_named(session, rules))


def latest(session: Session, code: str) -> Rule:
    """Return the last version of a rule, which may begin only later; raises NotFound."""
    found = [one for one in service.versions(session) if one.code == code]
    if not found:
        raise NotFound("没有这条派单规则。", code="rule_not_found")
    return max(found, key=lambda one: one.version)


def change_rule(
    session: Session,
    actor: Actor,
    code: str,
    *,
    now: datetime,
    reason: str,
    expected: int | None = None,
    **changes: Any,
) -> RoutingRule:
    """Write a new version of a rule with the changes, in force from today when no date is given; see `put`."""
    require(actor, Permission.TABLE_EDIT)
    known = latest(session, code)
    draft = replace(known, **{"effective_from": local_date(now)} | changes)
    return put(session, actor, [draft], reason=reason, now=now, expected=expected)[0]


def add_rule(session: Session, actor: Actor, draft: Rule, *, reason: str, now: datetime) -> RoutingRule:
    """Write a rule under a code that was never used; see `put`. Raises Conflict when it was."""
    require(actor, Permission.TABLE_EDIT)
    if any(one.code == draft.code for one in service.versions(session)):
        raise Conflict(f"规则编码“{draft.code}”已经用过，请换一个编码，或修改原规则。", code="rule_exists")
    return put(session, actor, [draft], reason=reason, now=now)[0]
